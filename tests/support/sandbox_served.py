"""A sandbox served on loopback, in a thread or in a process of its own."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import httpx
from sandbox_http import KEY

from contactctl.sandbox.app import Settings, make_app
from contactctl.sandbox.in_thread import served_in_thread
from contactctl.sandbox.server import Listen
from contactctl.sandbox.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from wsgiref.types import WSGIApplication


_ANYWHERE = Listen(port=0, threads=8)


@dataclass
class Served:
    """A running server: its address, its way to be stopped, and what it warned of."""

    address: str
    stopping: threading.Event
    warnings: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return httpx.URL(self.address).port or 0

    def client(self) -> httpx.Client:
        """Return a client with a key, which asks no proxy."""
        return httpx.Client(
            base_url=f"{self.address}/v1",
            headers={"Authorization": f"Bearer {KEY}"},
            trust_env=False,
            timeout=30.0,
            # An empty one: reading certificates for plain http costs 25 ms a client.
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        )

    def raw(self, request: bytes) -> bytes:
        """Send bytes and return everything that comes back until the server ends it."""
        with self.connection() as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def connection(self) -> socket.socket:
        """Open a connection and say nothing."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=10.0)


@contextmanager
def served(
    path: Path,
    settings: Settings | None = None,
    *,
    listen: Listen = _ANYWHERE,
    around: Callable[[WSGIApplication], WSGIApplication] = lambda app: app,
) -> Iterator[Served]:
    """Serve a sandbox in a thread until the block ends, on a free port unless another is named.

    ``around`` may put something between the clients and the sandbox.
    """
    stopping, warnings = threading.Event(), list[str]()
    settings = replace(
        settings or Settings(),
        served_host="127.0.0.1",
        sleep=stopping.wait,
        warn=warnings.append,
    )
    with (
        open_store(path) as store,
        served_in_thread(around(make_app(store, settings)), listen, stopping) as address,
    ):
        yield Served(address, stopping, warnings)


@contextmanager
def python_process(code: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Run Python code in a process of its own, which is killed by its id when the block ends."""
    with subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdout=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"]},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def request(body: bytes = b"{}", *headers: str, host: str = "127.0.0.1") -> bytes:
    """Return an update as bytes on the wire."""
    lines = [
        "PUT /api/v1/contacts/update HTTP/1.1",
        f"Host: {host}",
        f"Authorization: Bearer {KEY}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
