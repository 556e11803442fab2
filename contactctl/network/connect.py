"""Connections: names looked up, addresses tried side by side, and one opened ahead of its use."""

from __future__ import annotations

import selectors
import socket
import sys
import threading
import time
from collections import deque
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from contactctl.base_url import BaseUrlError, origin_of
from contactctl.errors import ContactctlError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping, Sequence

    from contactctl.base_url import Origin

#: Services and what stands before them close idle connections after some seconds of their own.
IDLE_S = 5.0
#: What an address has for itself before the next one is tried beside it (RFC 8305, 8).
HEAD_START_S = 0.25
#: How long a thread waits at once. Nothing ends a wait on Windows: a Ctrl-C is heard after it.
TURN_S = HEAD_START_S if sys.platform == "win32" else threading.TIMEOUT_MAX

_Address: TypeAlias = tuple[int, int, int, str, Any]
LookUp: TypeAlias = "Callable[..., Sequence[_Address]]"


class Deadline(float):
    """The moment on ``time.monotonic`` by which one attempt ends; notes what became of it.

    A number, so that httpcore hands it on where it takes a timeout: each request carries its own
    through every read and write, and threads share nothing. ``sent`` tells whether any of it was,
    ``first`` is what came first in reply.
    """

    sent: bool
    first: bytes
    allowed_s: float
    at_once_s: float

    @classmethod
    def after(cls, seconds: float, at_once_s: float = TURN_S) -> Deadline:
        """Return the deadline of an attempt that begins now."""
        made = cls(time.monotonic() + seconds)
        made.sent = False
        made.first = b""
        made.allowed_s = seconds
        made.at_once_s = at_once_s
        return made

    def left_s(self) -> float:
        """Return the seconds left, always more than none; raises ``TimeoutError`` after the end."""
        left = self - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def turn_s(self) -> float:
        """Return how long to wait at once, in seconds; raises ``TimeoutError`` after the end."""
        return min(self.left_s(), self.at_once_s)

    def wait_for(self, thread: threading.Thread) -> None:
        """Wait for the end of a thread; raises ``TimeoutError`` where it is still at work."""
        while thread.is_alive():
            thread.join(self.turn_s())


def open_socket(
    host: str,
    port: int,
    deadline: Deadline,
    *,
    only_loopback: bool = False,
    look_up: LookUp = socket.getaddrinfo,
) -> socket.socket:
    """Connect to the first address of a host that answers; none is waited for long.

    ``only_loopback`` passes over addresses of other machines, whatever the name resolves to.
    Raises ``OSError``; ``TimeoutError`` among them when the time is up.
    """
    addresses = _addresses(host, port, deadline, look_up)
    if only_loopback:
        # A name that resolves to another machine would carry the key there in clear.
        addresses = [found for found in addresses if _is_here(found)]
    sock = _first_to_answer(_in_turns(addresses), deadline)
    try:
        sock.settimeout(deadline.left_s())
        # httpcore writes head and body apart: the second would wait for the first's ACK.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock


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
    deadline.wait_for(thread)
    if failures:
        raise failures[0]
    return found


def _in_turns(addresses: Sequence[_Address]) -> list[_Address]:
    """Let families take turns (RFC 8305, 4): where one leads nowhere, the other is second."""
    ours = [one for one in addresses if one[0] == addresses[0][0]]
    others = [one for one in addresses if one[0] != addresses[0][0]]
    return [one for pair in zip_longest(ours, others) for one in pair if one is not None]


def _first_to_answer(addresses: Sequence[_Address], deadline: Deadline) -> socket.socket:
    """Try addresses one after the other, each with a head start before the next joins in."""
    failure = OSError("the name has no usable address")
    left = deque(addresses)
    with selectors.DefaultSelector() as trying:
        try:
            while left or trying.get_map():
                if left:
                    failure = _begin(left.popleft(), trying) or failure
                wait_s = deadline.turn_s() if trying.get_map() else 0.0
                for key, _ in trying.select(min(wait_s, HEAD_START_S) if left else wait_s):
                    sock = cast("socket.socket", key.fileobj)
                    trying.unregister(sock)
                    code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                    if code == 0:
                        return sock
                    sock.close()
                    failure = _refused(code)
        finally:
            for key in trying.get_map().values():
                cast("socket.socket", key.fileobj).close()
    raise failure


def _refused(code: int) -> OSError:
    from contactctl.network.codes import words_of

    return OSError(code, words_of(code))


def _begin(address: _Address, trying: selectors.BaseSelector) -> OSError | None:
    """Begin to connect to an address; return what is against it at once."""
    family, kind, protocol, _, where = address
    try:
        sock = socket.socket(family, kind, protocol)
    except OSError as error:  # such as a family that this machine does not know
        return error
    sock.settimeout(0)
    try:
        sock.connect(where)
    except BlockingIOError:
        pass  # under way
    except OSError as error:
        sock.close()
        return error
    trying.register(sock, selectors.EVENT_WRITE)
    return None


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

    def leads_to(self, base_url: str) -> bool:
        """Tell whether a valid base URL has the same origin."""
        return origin_of(base_url) == self._origin

    def take(self, deadline: Deadline) -> ssl.SSLSocket | None:
        """Return the connection, once, waiting for it while it is being opened.

        Raises ``TimeoutError`` when it is still not open by the deadline; nobody waits for it then
        any more.
        """
        if self._unwanted:
            return None
        try:
            deadline.wait_for(self._thread)
        except TimeoutError:
            self.close()
            raise
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
            from contactctl.network.trust import shake_hands, trust_context

            context = trust_context(self._env)
            # What httpcore would offer itself, which takes the connection over.
            context.set_alpn_protocols(["http/1.1"])
            plain.settimeout(deadline.left_s())
            return shake_hands(context, plain, host)
        except BaseException:
            plain.close()
            raise


def open_early(base_url: str, env: Mapping[str, str], timeout_s: float) -> EarlyConnection | None:
    """Begin to connect to a base URL; None where that is no use: plain http, or a proxy.

    To be called before :mod:`contactctl.network.transport` is imported.
    """
    from contactctl.network.route import proxy_for

    try:
        origin = origin_of(base_url)
        wanted = origin.scheme == "https" and proxy_for(base_url, env) is None
    except (BaseUrlError, ContactctlError):
        return None  # whoever opens the client will say so
    return EarlyConnection(origin, env, timeout_s) if wanted else None
