"""The sandbox served over HTTP by waitress: many clients at once, and a clean stop."""

from __future__ import annotations

import logging
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contactctl.errors import MachineError, MissingExtraError, UsageError
from contactctl.sandbox.page import is_aside
from contactctl.sandbox.routes import BASE_PATH
from contactctl.signals import stops_told

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

#: How long requests under way may take to end; the rest of a second is for everything else.
_LAST_ANSWERS_S = 0.5
_POLL_S = 0.1
#: For the page and the control addresses, whose answers take no time on purpose.
_ASIDE_THREADS = 4
#: What is above this is not even read to its end; the application refuses much less, in JSON.
_MAX_BODY_BYTES = 16 * 1024 * 1024
_BACKLOG = 256
_MAX_PORT = 65535
_ANY_HOSTS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - to be shown as loopback


@dataclass(frozen=True, slots=True)
class Listen:
    """Where to listen, and how many requests may be under way at once; port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = 8025
    #: Above what an import has in flight, so that no request waits for another's latency.
    threads: int = 64
    #: How many connections are open at once; below the 512 that select can watch on Windows.
    connections: int = 500


def serve(
    app: WSGIApplication,
    listen: Listen,
    *,
    ready: Callable[[str], None],
    stopping: threading.Event | None = None,
) -> int | None:
    """Serve the application until ``stopping`` is set or a signal says stop, and a second at most.

    ``ready`` is called with the base URL, such as ``http://127.0.0.1:8025/api``, as soon as
    clients can connect. ``stopping`` is set in any case when the end begins: an application that
    waits should wait on it. Returns the signal (SIGINT, SIGTERM or SIGHUP), or None. What is not
    HTTP at all is answered by waitress in plain text.

    Raises :class:`MissingExtraError` without waitress, :class:`UsageError` for a host that is none,
    :class:`MachineError` when the port is taken.
    """
    stopping = stopping or threading.Event()
    server = _Server(app, listen)
    # Nothing is raised inside waitress, which swallows exceptions, and no lock is taken inside a
    # handler, which the next signal could interrupt.
    caught: list[int] = []
    with stops_told(caught.append):
        try:
            ready(server.base_url)
            while not caught and not stopping.is_set():
                server.turn()
        finally:
            stopping.set()
            server.close()
    return caught[0] if caught else None


class _Server:
    """A waitress server whose loop is ours, so that it ends when we say so."""

    def __init__(self, app: WSGIApplication, listen: Listen) -> None:
        create_server, self._loop = _waitress()

        listener = _open_listener(listen)
        self._most_sockets = listen.connections
        self.base_url = _base_url(listener)
        self._sockets: dict[int, Any] = {}
        self._server = create_server(
            app,
            map=self._sockets,
            sockets=[listener],
            threads=listen.threads,
            ident="contactctl-sandbox",
            connection_limit=listen.connections,
            max_request_body_size=_MAX_BODY_BYTES,
            log_socket_errors=False,
        )
        self._queues = _Queues(self._server.task_dispatcher)
        self._server.task_dispatcher = self._queues

    def turn(self) -> None:
        """Wait for the sockets a moment, and serve what they bring."""
        self._make_room()
        open_before = len(self._sockets)
        self._loop(timeout=_POLL_S, use_poll=True, map=self._sockets, count=1)
        # Waitress takes one new connection a turn, and a turn is long in a crowd.
        while len(self._sockets) > open_before and self._server.readable():
            open_before = len(self._sockets)
            self._server.handle_accept()

    def _make_room(self) -> None:
        """Close the connection that was silent longest, where no other could be taken.

        One that is never closed, or brings a byte a minute, must not keep everybody else out.
        """
        if len(self._sockets) < self._most_sockets:
            return
        idle = [one for one in self._server.active_channels.values() if not one.requests]
        if idle:
            min(idle, key=lambda one: one.last_activity).handle_close()

    def close(self) -> None:
        """Close everything; requests under way have a moment to be answered, others none."""
        # First the threads, then the connections that they write to.
        self._queues.shutdown(_LAST_ANSWERS_S)
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()
        self._server.close()
        self._sockets.clear()


class _Queues:
    """Two queues of waitress, each with threads of its own, in the place of one.

    However many requests wait for a latency, the page and the control addresses answer.
    """

    def __init__(self, usual: Any) -> None:  # noqa: ANN401 - waitress has no types
        self._usual = usual
        self._aside = type(usual)()
        self._aside.set_thread_count(_ASIDE_THREADS)

    def add_task(self, channel: Any) -> None:  # noqa: ANN401 - waitress has no types
        """Queue the next request of a connection; what is no HTTP has no path."""
        path = getattr(channel.requests[0], "path", "")
        queue = self._aside if is_aside(path) else self._usual
        queue.add_task(channel)

    def shutdown(self, timeout_s: float) -> None:
        """End the threads; what they are at has so long to be answered."""
        for queue in (self._aside, self._usual):
            queue.shutdown(timeout=timeout_s / 2)


def _waitress() -> tuple[Callable[..., Any], Callable[..., None]]:
    try:
        from waitress import create_server, wasyncore  # type: ignore[import-untyped] # none come with it
    except ImportError as error:
        raise MissingExtraError(
            "serving the sandbox needs the package waitress, which is not installed",
            hint="install contactctl again, with the packages that it needs",
        ) from error
    # Its warnings, of a queue or a client that went away, are no news to anybody here.
    logging.getLogger("waitress").addHandler(logging.NullHandler())
    return create_server, wasyncore.loop


def _open_listener(listen: Listen) -> socket.socket:
    family, address = _resolved(listen)
    try:
        return socket.create_server(address, family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = str(error.strerror).partition(" (while")[0]  # Python adds the address once more
        raise MachineError(
            f"the sandbox cannot listen on {listen.host}, port {listen.port}: {reason}",
            hint="give another --port; 0 takes a free one",
        ) from error


def _resolved(listen: Listen) -> tuple[socket.AddressFamily, Any]:
    wrong = UsageError(
        "the sandbox cannot listen on that host and port",
        hint=f"give a host of this machine and a port from 0 to {_MAX_PORT}",
    )
    if not 0 <= listen.port <= _MAX_PORT:  # the look-up would quietly cut it
        raise wrong
    try:
        found = socket.getaddrinfo(
            listen.host, listen.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError) as error:
        raise wrong from error
    family, _, _, _, address = found[0]
    return family, address


def _base_url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = _ANY_HOSTS.get(host, host)
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}{BASE_PATH}"
