"""A sandbox with its control addresses, called over WSGI as a server would be."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sandbox_http import called_over_wsgi

from contactctl.sandbox.app import Settings
from contactctl.sandbox.request_log import RequestLog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

ORIGIN = "http://127.0.0.1:8025"
CONTROL = f"{ORIGIN}/_sandbox"
PATHS = {
    "/reset": {"POST"},
    "/load": {"POST"},
    "/dump": {"GET"},
    "/account": {"GET"},
    "/contacts": {"GET"},
    "/requests": {"GET", "DELETE"},
    "/faults": {"GET", "POST", "PUT", "DELETE"},
}


@contextmanager
def controlled(tmp_path: Path, **settings: Any) -> Iterator[httpx.Client]:  # noqa: ANN401 - handed on
    """Yield a client of a sandbox that has a control, and is served as from a server."""
    made = Settings(served_host="127.0.0.1", log=RequestLog(), **settings)
    with called_over_wsgi(tmp_path / "sandbox.sqlite3", made) as client:
        yield client


def asked(client: httpx.Client, path: str, **query: Any) -> Any:  # noqa: ANN401 - JSON
    """Return what a control address answers."""
    response = client.get(f"{CONTROL}{path}", params=query)
    assert response.status_code == 200, response.text
    return response.json()
