"""Rows that share contacts by either identifier, also through chains of both, and what they make.

Each row writes its own number into ``note``, so that whoever looks knows who had the last word.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple

from sandbox_http import called_over_wsgi, put

from contactctl.sandbox.app import Settings
from contactctl.sandbox.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import httpx

    from contactctl.exact_json import JsonObject, JsonValue


class ChainedRow(NamedTuple):
    """One row; ``number`` counts from 1, in file order."""

    number: int
    email: str | None
    user_id: str | None

    @property
    def note(self) -> str:
        return f"row-{self.number:06}"

    @property
    def line(self) -> int:
        """The line of the file that it stands on, below the header."""
        return self.number + 1


Identifiers = tuple[str | None, str | None]


def number_in(note: JsonValue) -> int:
    """Return the number of the row that wrote a note."""
    assert isinstance(note, str)
    return int(note.removeprefix("row-"))


def group_of(payload: JsonObject) -> str:
    """Return which contact an update is of, whatever chain of identifiers leads there."""
    name = str(payload.get("email") or payload.get("userId"))
    return name.partition(".")[0].lower().lstrip("gu")


def chained_rows(count: int, seed: int) -> list[ChainedRow]:
    """Return so many rows, some contacts' rows back to back and others all over the file."""
    chance = random.Random(seed)  # noqa: S311 - the same file for the same seed
    groups: list[list[Identifiers]] = []
    while sum(map(len, groups)) < count:
        groups.append(_group(len(groups), chance))
    apart = [group for group in groups if chance.random() < 0.7]
    together = [group for group in groups if group not in apart]
    turns = [group for group in apart for _ in group] + together
    chance.shuffle(turns)
    queues = {id(group): iter(group) for group in groups}
    found: list[Identifiers] = []
    for group in turns:
        found.extend(queues[id(group)] if group in together else [next(queues[id(group)])])
    return [ChainedRow(n, *pair) for n, pair in enumerate(found[:count], start=1)]


def _group(number: int, chance: random.Random) -> list[Identifiers]:
    """Return rows of one contact in the order that they must be sent in."""
    emails = [f"g{number}.{n}@example.com" for n in range(3)]
    ids = [f"u{number}.{n}" for n in range(3)]
    kinds: tuple[list[Identifiers], ...] = (
        [(emails[0], None)],
        [(emails[0], None)] * 3,
        [(emails[0], ids[0]), (emails[0].upper(), None), (None, ids[0])],
        # By way of the second identifier the first one changes: all of it is one contact.
        [
            (emails[0], ids[0]),
            (emails[1], ids[0]),
            (emails[1], ids[1]),
            (None, ids[1]),
            (emails[2], ids[1]),
            (emails[2], ids[2]),
            (None, ids[2]),
        ],
        # Refused before the contact is there, and after its user id has gone.
        [(None, ids[0]), (emails[0], ids[0]), (emails[0], ids[1]), (None, ids[0])],
    )
    return chance.choices(kinds, (8, 3, 3, 2, 1))[0]


def write_csv(path: Path, rows: Iterable[ChainedRow]) -> Path:
    """Write the rows as CSV."""
    lines = [f"{row.email or ''},{row.user_id or ''},{row.note}\n" for row in rows]
    path.write_text("email,userId,note\n" + "".join(lines))
    return path


class Reference(NamedTuple):
    """What the rows make when they are sent one after the other."""

    contacts: list[JsonObject]
    done: frozenset[int]


def reference(path: Path, rows: Sequence[ChainedRow]) -> Reference:
    """Send the rows to a sandbox of their own, each when the one before is answered."""
    with called_over_wsgi(path, Settings()) as client:
        done = {row.number for row in rows if _put(client, row).status_code == 200}
    return Reference(contacts_in(path), frozenset(done))


def _put(client: httpx.Client, row: ChainedRow) -> httpx.Response:
    body: JsonObject = {"note": row.note}
    if row.email is not None:
        body["email"] = row.email
    if row.user_id is not None:
        body["userId"] = row.user_id
    return put(client, **body)


def contacts_in(path: Path) -> list[JsonObject]:
    """Return the contacts of a sandbox file in an order of their own, without their ids."""
    contacts = [{**contact, "id": None} for contact in dumped(path)]
    return sorted(contacts, key=lambda contact: str(contact["email"]))


def dumped(path: Path) -> Iterator[JsonObject]:
    """Yield the contacts of a sandbox file as it is on disk now."""
    with open_store(path) as store:
        yield from store.dump()
