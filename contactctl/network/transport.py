"""The network: httpcore with one deadline for the whole attempt, and typed errors."""

from __future__ import annotations

import socket
import time
from collections import deque
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import httpcore

from contactctl.base_url import origin_of
from contactctl.errors import MachineError, UsageError
from contactctl.network.connect import IDLE_S, Deadline
from contactctl.network.messages import Response, Transport, fit_base_url
from contactctl.network.route import proxy_for
from contactctl.network.streams import Network, Stream, broken, late

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Mapping

    from contactctl.base_url import Origin
    from contactctl.network.connect import EarlyConnection, LookUp
    from contactctl.network.messages import Request
    from contactctl.network.proxies import Proxy

#: What is left when a request, or an answer, makes no sense to the libraries below.
_UNFIT = (httpcore.ProtocolError, httpcore.UnsupportedProtocol, ValueError, RecursionError)


class NetworkTransport(Transport):
    """Sends requests to one origin; the timeout of each is the deadline of all of it."""

    def __init__(
        self,
        base_url: str,
        env: Mapping[str, str],
        *,
        early: EarlyConnection | None = None,
        look_up: LookUp = socket.getaddrinfo,
    ) -> None:
        """Choose trust and proxy for a base URL; nothing is sent yet.

        ``early`` is a connection to it that is being opened already; ``look_up`` stands in for the
        system's resolver in tests. Raises :class:`CredentialsError` for a base URL that must not
        have the key, :class:`TrustError` and :class:`ProxyError` for what the environment asks in
        vain.
        """
        base_url = fit_base_url(base_url)
        origin = origin_of(base_url)
        proxy = proxy_for(base_url, env)
        network = Network(origin, proxy, env, early=early, look_up=look_up)
        self._origin = origin
        self._early = early
        self._proxy = proxy
        self._open_pool = partial(_open_pool, network, proxy, _context_for(origin, env))
        # A pool of one connection for each request in flight. Ten threads in one pool wait for its
        # lock, and each looks at the connections of all: that took a fifth of an import.
        self._pools: list[httpcore.ConnectionPool] = []
        self._idle: deque[tuple[float, httpcore.ConnectionPool]] = deque()

    def send(self, request: Request) -> Response:
        """Send one request; headers and body of the answer must arrive before its deadline.

        The outcome of what is raised is ``not_sent`` or ``unknown``.
        """
        deadline = Deadline.after(request.timeout_s)
        pool = self._take_pool()
        give_back = partial(self._give_back, pool)
        try:
            with _nothing_else_escapes(deadline):
                reply = self._answer(pool, self._to_core(request, deadline))
        except BaseException:
            give_back()
            raise
        headers = [
            (name.decode(), value.decode("utf-8", "replace")) for name, value in reply.headers
        ]
        close = partial(_close, reply, deadline, give_back)
        return Response(reply.status, headers, _pieces(reply, deadline), close)

    def _take_pool(self) -> httpcore.ConnectionPool:
        try:
            _, pool = self._idle.pop()  # the last one used: its connection has stood idle least
        except IndexError:
            pool = self._open_pool()
            self._pools.append(pool)
        self._drop_stale()
        return pool

    def _give_back(self, pool: httpcore.ConnectionPool) -> None:
        self._idle.append((time.monotonic(), pool))

    def _drop_stale(self) -> None:
        """Close what was used last longest ago, when the service will have closed its end too."""
        oldest = time.monotonic() - IDLE_S
        with suppress(IndexError):  # another thread may take it first, and then this one the next
            while self._idle[0][0] < oldest:
                _, pool = self._idle.popleft()
                pool.close()
                self._pools.remove(pool)

    def _to_core(self, request: Request, deadline: Deadline) -> httpcore.Request:
        timeouts = {
            "pool": deadline.left_s(),  # waited for by httpcore itself, so in seconds
            "connect": deadline,
            "write": deadline,
            "read": deadline,
        }
        scheme, host, port = self._origin
        return httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=scheme, host=_in_brackets(host), port=port, target=request.target
            ),
            headers=request.headers,
            content=request.body,
            extensions={"timeout": timeouts},
        )

    def _answer(
        self, pool: httpcore.ConnectionPool, request: httpcore.Request
    ) -> httpcore.Response:
        try:
            return pool.handle_request(request)
        except httpcore.ProxyError as error:
            from contactctl.network.proxies import refused_by

            raise refused_by(self._proxy, str(error)) from None

    def close(self) -> None:
        """Close every connection."""
        for pool in [*self._pools]:
            pool.close()
        if self._early is not None:
            self._early.close()


def _pieces(reply: httpcore.Response, deadline: Deadline) -> Iterator[bytes]:
    """Yield the bytes of an answer as they arrive, under the deadline of its request."""
    with _nothing_else_escapes(deadline):
        yield from reply.iter_stream()


def _close(reply: httpcore.Response, deadline: Deadline, then: Callable[[], None]) -> None:
    try:
        with _nothing_else_escapes(deadline):
            _end(reply)
    finally:
        then()


def _end(reply: httpcore.Response) -> None:
    stream = reply.extensions.get("network_stream")
    if isinstance(stream, Stream) and _has_more(reply):
        stream.retire()
    reply.close()


def _has_more(reply: httpcore.Response) -> bool:
    """Tell whether more came than the one reply: the next request would take it for its answer.

    By names that are httpcore's own, since neither it nor h11 looks at what it has read too much.
    """
    found: Any = reply.stream
    for name in ("_stream", "_connection", "_h11_state"):
        found = getattr(found, name, None)
    return found is not None and bool(found.trailing_data[0])


def _open_pool(
    network: Network, proxy: Proxy | None, context: ssl.SSLContext | None
) -> httpcore.ConnectionPool:
    options: dict[str, Any] = {
        "ssl_context": context,
        "max_connections": 1,
        "keepalive_expiry": IDLE_S,
        "network_backend": network,
    }
    if proxy is None:
        return httpcore.ConnectionPool(**options)
    url = httpcore.URL(scheme=b"http", host=proxy.host, port=proxy.port, target=b"/")
    return httpcore.HTTPProxy(url, proxy_auth=proxy.auth, **options)


def _context_for(origin: Origin, env: Mapping[str, str]) -> ssl.SSLContext | None:
    if origin.scheme == "http":
        return None  # httpcore makes one for a TLS connection only
    from contactctl.network.trust import trust_context

    return trust_context(env)


def _in_brackets(host: str) -> str:
    """Return a host as CONNECT spells it: the colons of an IPv6 address begin no port there."""
    return f"[{host}]" if ":" in host else host


@contextmanager
def _nothing_else_escapes(deadline: Deadline) -> Iterator[None]:
    """Turn what httpcore, h11 and Python raise into errors of ours; ours pass as they are.

    The text of a foreign exception may hold a header or the payload, so none is repeated.
    """
    try:
        yield
    except (httpcore.TimeoutException, TimeoutError):
        raise late(deadline) from None
    except (httpcore.RemoteProtocolError, httpcore.NetworkError, OSError):
        raise broken(deadline) from None
    except ImportError:
        raise MachineError(
            "a part of this program's installation is missing", hint="install contactctl again"
        ) from None
    except _UNFIT:
        raise broken(deadline) if deadline.sent else _unfit() from None


def _unfit() -> UsageError:
    return UsageError(
        "the request cannot be put into HTTP", hint="check the values with --dry-run --offline"
    )
