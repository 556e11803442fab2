"""Connections: names looked up, addresses tried in turn, and one opened ahead of its use."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING, Any, TypeAlias

from contactctl.errors import ContactctlError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping, Sequence

    from contactctl.base_url import Origin

#: Services and what stands before them close idle connections after some seconds of their own.
IDLE_S = 5.0

_Address: TypeAlias = tuple[int, int, int, str, Any]
LookUp: TypeAlias = "Callable[..., Sequence[_Address]]"


class Deadline(float):
    """The moment on ``time.monotonic`` by which one attempt ends; notes whether it was sent.

    A number, so that httpcore hands it on where it takes a timeout: each request carries its own
    through every read and write, and threads share nothing.
    """

    sent: bool
    allowed_s: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return the deadline of an attempt that begins now."""
        made = cls(time.monotonic() + seconds)
        made.sent = False
        made.allowed_s = seconds
        return made

    def left_s(self) -> float:
        """Return the seconds left, always more than none; raises ``TimeoutError`` after the end."""
        left = self - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def open_socket(
    host: str,
    port: int,
    deadline: Deadline,
    *,
    only_loopback: bool = False,
    look_up: LookUp = socket.getaddrinfo,
) -> socket.socket:
    """Connect to the first address of a host that answers; each gets its share of the time left.

    ``only_loopback`` passes over addresses of other machines, whatever the name resolves to.
    Raises ``OSError``; ``TimeoutError`` among them when the time is up.
    """
    addresses = _addresses(host, port, deadline, look_up)
    if only_loopback:
        # A name that resolves to another machine would carry the key there in clear.
        addresses = [found for found in addresses if _is_here(found)]
    failure = OSError("the name has no usable address")
    for number, address in enumerate(addresses):
        try:
            return _connected(address, deadline.left_s() / (len(addresses) - number))
        except OSError as error:
            failure = error
    raise failure


def is_readable(sock: socket.socket) -> bool:
    """Tell whether a read would return at once: on an idle connection, that it was closed."""
    import select

    if sock.fileno() < 0:
        return True
    # Not select elsewhere: it fails for descriptors above 1023.
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([sock], [], [], 0)[0])
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


def _addresses(host: str, port: int, deadline: Deadline, look_up: LookUp) -> list[_Address]:
    """Look a name up without waiting for the resolver longer than the deadline allows.

    The host goes as bytes: for text, Python imports its whole machinery of national names.
    """
    found: list[_Address] = []
    failures: list[OSError] = []

    def ask() -> None:
        try:
            found.extend(look_up(host.encode("ascii"), port, type=socket.SOCK_STREAM))
        except OSError as error:
            failures.append(error)

    # The resolver can be neither timed nor interrupted; one that hangs is left behind.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(deadline.left_s())
    if thread.is_alive():
        raise TimeoutError
    if failures:
        raise failures[0]
    return found


def _connected(address: _Address, timeout_s: float) -> socket.socket:
    family, kind, protocol, _, where = address
    sock = socket.socket(family, kind, protocol)
    try:
        sock.settimeout(timeout_s)
        sock.connect(where)
        # httpcore writes head and body apart: the second would wait for the first's ACK.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock


def _is_here(address: _Address) -> bool:
    numeric = str(address[4][0])
    return numeric.startswith("127.") or numeric == "::1"


class EarlyConnection:
    """Opens one connection at once; over a real distance that saves about the time of the imports.

    Whatever fails here fails silently: the request then opens a connection of its own, and says
    what went wrong. Nothing is sent before :meth:`take`, and what nobody takes is closed.
    """

    def __init__(
        self,
        origin: Origin,
        env: Mapping[str, str],
        timeout_s: float,
        look_up: LookUp = socket.getaddrinfo,
    ) -> None:
        self._origin = origin
        self._env = env
        self._look_up = look_up
        self._lock = threading.Lock()
        self._socket: ssl.SSLSocket | None = None
        self._opened_at = 0.0
        self._unwanted = False
        arguments = (Deadline.after(timeout_s),)
        self._thread = threading.Thread(target=self._open, args=arguments, daemon=True)
        self._thread.start()

    def take(self, deadline: Deadline) -> ssl.SSLSocket | None:
        """Return the connection, once, waiting for it while it is being opened.

        Raises ``TimeoutError`` when it is still not open by the deadline.
        """
        self._thread.join(deadline.left_s())
        if self._thread.is_alive():
            raise TimeoutError
        with self._lock:
            # Once: two requests on one connection would read each other's answers.
            taken, self._socket = self._socket, None
        if taken is None or time.monotonic() - self._opened_at < IDLE_S:
            return taken
        taken.close()  # the service may have closed its end: better a new one than a lost request
        return None

    def close(self) -> None:
        """Close the connection, or have it closed as soon as it is open."""
        with self._lock:
            # Not waited for: a handshake may last until its deadline, and then sees this.
            self._unwanted = True
            if self._socket is not None:
                self._socket.close()
                self._socket = None

    def _open(self, deadline: Deadline) -> None:
        try:
            opened = self._shake_hands(deadline)
        # Silent, since the request meets the same trouble and has somebody to tell.
        except (OSError, ContactctlError):
            return
        with self._lock:
            if self._unwanted:
                opened.close()
            else:
                self._socket = opened
                self._opened_at = time.monotonic()

    def _shake_hands(self, deadline: Deadline) -> ssl.SSLSocket:
        host = self._origin.host
        plain = open_socket(host, self._origin.port, deadline, look_up=self._look_up)
        try:
            from contactctl.network.route import trust_context

            context = trust_context(self._env)
            # What httpcore would offer itself, which takes the connection over.
            context.set_alpn_protocols(["http/1.1"])
            plain.settimeout(deadline.left_s())
            return context.wrap_socket(plain, server_hostname=host.encode("ascii"))
        except BaseException:
            plain.close()
            raise


def open_early(base_url: str, env: Mapping[str, str], timeout_s: float) -> EarlyConnection | None:
    """Begin to connect to a base URL; None where that is no use: plain http, or a proxy.

    To be called before :mod:`contactctl.network.transport` is imported.
    """
    from contactctl.base_url import BaseUrlError, origin_of
    from contactctl.network.route import proxy_for

    try:
        origin = origin_of(base_url)
        wanted = origin.scheme == "https" and proxy_for(base_url, env) is None
    except (BaseUrlError, ContactctlError):
        return None  # whoever opens the client will say so
    return EarlyConnection(origin, env, timeout_s) if wanted else None
