"""A raw-socket service on loopback that answers as scripted, faults included, and counts."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Self, TypeAlias

from contactctl.exact_json import JsonValue, to_json

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Mapping

_DRIP_S = 0.02
_WAIT_S = 60.0
_MEGABYTE = b"x" * 1_000_000


@dataclass(frozen=True)
class Received:
    """One request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def route(self) -> str:
        """Method and path below ``/v1``, as in ``POST contacts/create``."""
        path = self.target.partition("?")[0]
        return f"{self.method} {path.partition('/v1/')[2] or path}"


@dataclass
class Visit:
    """What a behaviour has at hand: the connection, the request, and when to stop."""

    connection: socket.socket
    request: Received
    stopping: threading.Event

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def drip(self, data: bytes) -> None:
        """Send a byte at a time until the client has gone or the server stops."""
        for byte in data:
            if self.stopping.wait(_DRIP_S):
                return
            self.connection.sendall(bytes([byte]))

    def reset(self) -> None:
        """Close with a reset instead of an orderly end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


#: Answers one visit; returns whether the connection stays open for another.
Behaviour: TypeAlias = "Callable[[Visit], bool]"


def reply(
    status: int,
    body: bytes = b"",
    headers: Iterable[tuple[str, str]] = (),
    *,
    claimed: int | None = None,
) -> Behaviour:
    """Answer with a status and a body, whose length may be lied about."""
    data = head(status, len(body) if claimed is None else claimed, headers) + body

    def behave(visit: Visit) -> bool:
        visit.send(data)
        return claimed is None

    return behave


def reply_json(
    value: JsonValue, status: int = 200, headers: Iterable[tuple[str, str]] = ()
) -> Behaviour:
    """Answer with a JSON body."""
    return reply(status, to_json(value).encode(), (("Content-Type", "application/json"), *headers))


def head(status: int, length: int, headers: Iterable[tuple[str, str]] = ()) -> bytes:
    lines = [f"HTTP/1.1 {status} Word", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def drip(whole: bytes, *, at_once: int = 0) -> Behaviour:
    """Send the first ``at_once`` bytes, and the rest a byte at a time."""

    def behave(visit: Visit) -> bool:
        visit.send(whole[:at_once])
        visit.drip(whole[at_once:])
        return False

    return behave


def silence(visit: Visit) -> bool:
    """Hold the connection and say nothing."""
    visit.stopping.wait(60)
    return False


def hang_up(_visit: Visit) -> bool:
    """Close the connection without a word."""
    return False


def reset(after: bytes = b"") -> Behaviour:
    """Send some bytes, then reset the connection."""

    def behave(visit: Visit) -> bool:
        visit.send(after)
        visit.reset()
        return False

    return behave


def flood(megabytes: int, status: int = 200) -> Behaviour:
    """Answer with a body of this size, for as long as somebody reads it."""

    def behave(visit: Visit) -> bool:
        visit.send(head(status, megabytes * len(_MEGABYTE)))
        for _ in range(megabytes):
            visit.send(_MEGABYTE)
        return False

    return behave


def raw(data: bytes) -> Behaviour:
    """Answer with bytes that need not be HTTP, then close."""

    def behave(visit: Visit) -> bool:
        visit.send(data)
        return False

    return behave


@dataclass
class FaultServer:
    """Serves until closed; ``script`` is worked through in order, its last entry for ever.

    ``routes`` has scripts of their own for some routes, as in ``GET contacts/find``.
    """

    script: list[Behaviour]
    routes: dict[str, list[Behaviour]] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    received: list[Received] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _open: list[socket.socket] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _asked: threading.Semaphore = field(default_factory=partial(threading.Semaphore, 0))
    _left: threading.Semaphore = field(default_factory=partial(threading.Semaphore, 0))

    def __enter__(self) -> Self:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        with self._lock:
            for sock in (self._listening, *self._open):
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
                sock.close()
        for thread in self._threads:
            thread.join(5)

    @property
    def url(self) -> str:
        """The base address."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/api"

    def url_of(self, host: str) -> str:
        """Return the base address under another name for this machine."""
        return self.url.replace("127.0.0.1", host)

    def begin_anew(self, routes: Mapping[str, list[Behaviour]]) -> None:
        """Forget the requests so far, and answer these routes by scripts of their own."""
        with self._lock:
            self.received.clear()
            self.routes.update(routes)

    @property
    def count(self) -> int:
        """How many requests have arrived."""
        return len(self.received)

    def wait_for_request(self) -> None:
        """Wait until a request has arrived that was not waited for before."""
        assert self._asked.acquire(timeout=_WAIT_S)

    def wait_for_close(self) -> None:
        """Wait until a connection has been closed at this end; at the other it is known then."""
        assert self._left.acquire(timeout=_WAIT_S)

    def routes_seen(self) -> list[str]:
        """Return the route of every request, in order."""
        return [request.route for request in self.received]

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with self._lock:
                self._open.append(connection)
            with connection, connection.makefile("rb") as incoming:
                while self._one(connection, incoming):
                    pass
        self._left.release()

    def _one(self, connection: socket.socket, incoming: Iterable[bytes]) -> bool:
        request = _read_request(incoming)
        if request is None:
            return False
        with self._lock:
            self.received.append(request)
            self._asked.release()
            script = self.routes.get(request.route, self.script)
            behave = script[0] if len(script) == 1 else script.pop(0)
        return behave(Visit(connection, request, self._stopping))


def _read_request(incoming: Iterable[bytes]) -> Received | None:
    lines: list[str] = []
    for line in incoming:
        if not line.strip():
            break
        lines.append(line.decode("latin-1").strip())
    if not lines or lines[0].count(" ") != 2:
        return None
    method, target, _ = lines[0].split(" ")
    pairs = (line.split(":", 1) for line in lines[1:])
    headers = {name.lower(): value.strip() for name, value in pairs}
    body = incoming.read(int(headers.get("content-length", "0")))  # type: ignore[attr-defined]
    return Received(method, target, headers, body)


def tunnel_to(port: int) -> Behaviour:
    """Answer a CONNECT as a proxy does, and pass bytes on to a port of this machine."""

    def behave(visit: Visit) -> bool:
        with socket.create_connection(("127.0.0.1", port)) as onward:
            visit.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            pump = threading.Thread(target=_pump, args=(onward, visit.connection), daemon=True)
            pump.start()
            _pump(visit.connection, onward)
            pump.join(5)
        return False

    return behave


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
