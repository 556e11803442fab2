"""A service that answers at once and keeps nothing, for what is compared over it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PROPERTIES = b'[{"key":"plan","type":"string"},{"key":"seats","type":"number"}]'
_ANSWERS = {
    "find": b'[{"id":"clh3k9m2p4q6r8s0t2v4x6z8","email":"ada@example.com"}]',
    "api-key": b'{"success":true,"teamName":"Acme"}',
}


class BareService(BaseHTTPRequestHandler):
    """Answers an update, a look-up, the name of the team, and the properties; counts updates."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    written = 0

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        BareService.written += 1
        self._answer(b'{"success":true,"id":"clh3k9m2p4q6r8s0t2v4x6z8"}')

    def do_GET(self) -> None:
        last = self.path.partition("?")[0].rpartition("/")[2]
        self._answer(_ANSWERS.get(last, PROPERTIES))

    def _answer(self, body: bytes) -> None:
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.wfile.write(head.encode() + body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def bare_service() -> Iterator[str]:
    """Serve in this process until the block ends; yield the base URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BareService)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api"
    finally:
        server.shutdown()
        server.server_close()
