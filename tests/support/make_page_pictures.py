"""Writes the README's pictures of the sandbox's page anew, in a real browser.

python tests/support/make_page_pictures.py
"""

from __future__ import annotations

import struct
import tempfile
import zlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from browser import Page, browser
from sandbox_http import put
from sandbox_served import served

from contactctl.exact_json import Number
from contactctl.sandbox.app import Settings
from contactctl.sandbox.request_log import RequestLog
from contactctl.sandbox.server import Listen
from contactctl.sandbox.trouble import Script, to_faults

if TYPE_CHECKING:
    import httpx

_COLOURS = 64
PICTURES = Path(__file__).parents[2] / ".github/pictures"
_PEOPLE = (
    ("edith", "Edith", "Clarke"), ("ewa", "Ewa", "Żółć"), ("zoe", "Zoë", "Ångström"),
    ("mary", "Mary", "Shelley"), ("hedy", "Hedy", "Lamarr"), ("emmy", "Emmy", "Noether"),
    ("alan", "Alan", "Turing"), ("grace", "Grace", "Hopper"), ("ada", "Ada", "Lovelace"),
)  # fmt: skip
_LISTS = ("cm06f5v0e45nf0ml5754o9cix", "cm16k73gq014h0mmj5b6jdi9r")
#: One lookup fails on purpose.
_FAULT = "503@1:GET:/contacts/find"


def fill(client: httpx.Client) -> None:
    """Make contacts, and what goes wrong in a day."""
    for number, (name, first, last) in enumerate(_PEOPLE):
        ids = {"email": f"{name}@example.com", "userId": f"u-{1001 + number}"}
        put(client, **ids, firstName=first, lastName=last, mailingLists={_LISTS[number % 2]: True})
    put(client, email="ada@example.com", plan="pro", seats=Number("12"))
    client.get("/contacts/find", params={"email": "ada@example.com"})
    event = {"email": "ada@example.com", "eventName": "trialStarted"}
    client.post("/events/send", json=event)
    put(client, email="ada@example.com", plann="enterprise")
    client.post("/contacts/create", json={"email": "grace@example.com"})
    put(client, email="ada@example.com", seats="many")
    client.get("/contacts/find", params={"userId": "u-1099"})
    client.get("/lists", headers={"Authorization": ""})


def photograph(page: Page, name: str, row: str) -> None:
    """Write a picture with the row open that holds a text."""
    rows = f"[...document.querySelectorAll('#{name}-rows tr')]"
    found = f"{rows}.find(one => one.innerText.includes({row!r}))"
    page.wait_for(f"{found}?.querySelector('button').click() ?? !detail.hidden")
    page.wait_for("document.querySelector('#detail-body').childElementCount > 1")
    path = PICTURES / f"sandbox-{name}.png"
    page.photograph(path)
    path.write_bytes(with_few_colours(path.read_bytes()))


def with_few_colours(png: bytes) -> bytes:
    """Return a browser's picture in its commonest colours, a third of its size."""
    (width, height), rows = struct.unpack(">II", png[16:24]), rows_of(png)
    pixels = [row[at : at + 3] for row in rows for at in range(0, len(row), 3)]
    commonest = [colour for colour, _ in Counter(pixels).most_common(_COLOURS)]
    numbers = {
        colour: min(
            range(len(commonest)),
            key=lambda n: sum((a - b) ** 2 for a, b in zip(commonest[n], colour, strict=True)),
        )
        for colour in set(pixels)
    }
    drawn = bytes(numbers[pixel] for pixel in pixels)
    lines = b"".join(b"\0" + drawn[at : at + width] for at in range(0, len(drawn), width))
    parts = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0),
        b"PLTE": b"".join(commonest),
        b"IDAT": zlib.compress(lines, 9),
        b"IEND": b"",
    }
    return png[:8] + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts.items()
    )


def rows_of(png: bytes) -> list[bytes]:
    """Return the rows of a picture of eight bits a colour, filters undone (PNG 1.2, section 6)."""
    at, packed = 8, b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        packed += png[at + 8 : at + 8 + length] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += 12 + length
    data, size = zlib.decompress(packed), 3 * struct.unpack(">I", png[16:20])[0]
    rows = [bytes(size)]
    for begin in range(0, len(data), size + 1):
        rows.append(unfiltered(data[begin], data[begin + 1 : begin + 1 + size], rows[-1]))
    return rows[1:]


def unfiltered(kind: int, row: bytes, above: bytes) -> bytes:
    """Undo the filter of one row."""
    made = bytearray(3)  # what is left of the first pixel
    for at, (value, up) in enumerate(zip(row, above, strict=True)):
        left, corner = made[at], above[at - 3] if at >= 3 else 0
        nearest = min((left, up, corner), key=lambda one: abs(left + up - corner - one))
        made.append((value + (0, left, up, (left + up) // 2, nearest)[kind]) & 255)
    return bytes(made[3:])


def main() -> None:
    """Write both of them."""
    settings = Settings(log=RequestLog(), script=Script(to_faults([_FAULT])))
    with (
        tempfile.TemporaryDirectory() as folder,
        browser(Path(folder) / "browser") as page,
        served(Path(folder) / "sandbox.sqlite3", settings, listen=Listen(port=8025)) as server,
        server.client() as client,
    ):
        fill(client)
        page.open(server.address.removesuffix("api"))
        page.resize(1100, 560)
        photograph(page, "requests", "must be a number")
        page.resize(1100, 560, "dark")
        page.run("location.hash = '#contacts'")
        page.wait_for("!contacts.hidden")
        photograph(page, "contacts", "ada@")


if __name__ == "__main__":
    main()
