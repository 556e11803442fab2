"""A sandbox called over WSGI, as a client in its process would."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import httpx

from contactctl.exact_json import JsonValue, parse_json, to_json
from contactctl.sandbox.app import Settings, make_app
from contactctl.sandbox.store import open_store
from contactctl.sandbox.trouble import Latency, Script

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "sandbox-key-0123456789"


@contextmanager
def called_over_wsgi(path: Path, settings: Settings) -> Iterator[httpx.Client]:
    """Yield a client of a sandbox in this process, with a key."""
    with (
        open_store(path) as store,
        closing(httpx.WSGITransport(make_app(store, settings))) as transport,
        httpx.Client(
            transport=transport,
            base_url="http://127.0.0.1:8025/api/v1",
            headers={"Authorization": f"Bearer {KEY}"},
        ) as client,
    ):
        yield client


def slow(seconds: float) -> Script:
    """Return a script that holds every answer back for so long."""
    return Script(latencies=(Latency(seconds),))


def put(client: httpx.Client, **body: JsonValue) -> httpx.Response:
    """Send an update."""
    return client.put("/contacts/update", content=to_json(body).encode())


def json_of(response: httpx.Response) -> JsonValue:
    """Return the body with the digits of its numbers."""
    return parse_json(response.content)
