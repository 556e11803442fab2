"""A socket to a host by a fixed moment: names looked up in a thread, addresses tried in turn."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock


def _is_here(address: _Address) -> bool:
    numeric = str(address[4][0])
    return numeric.startswith("127.") or numeric == "::1"
