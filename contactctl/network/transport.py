"""The network under httpx: httpcore with one deadline for the whole attempt, and typed errors."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

from contactctl import __version__
from contactctl.base_url import BaseUrlError, normal_base_url, origin_of
from contactctl.errors import (
    CredentialsError,
    MachineError,
    UsageError,
)
from contactctl.network.connect import IDLE_S, Deadline
from contactctl.network.route import proxy_for
from contactctl.network.streams import Network, Stream, broken, late
from contactctl.profiles.api_key import parse_api_key

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping

    from contactctl.base_url import Origin
    from contactctl.network.connect import EarlyConnection, LookUp
    from contactctl.network.proxies import Proxy

#: More than the importer has in flight; a request that must wait for a connection waits in vain.
_MOST_CONNECTIONS = 50
#: Without Location no redirect can be followed, and none is parsed: httpx does so in any case, and
#: raises for a hostile one. Without Set-Cookie there is no state between requests.
_WITHHELD = {b"location", b"set-cookie"}
#: What is left when a request, or an answer, makes no sense to the libraries below.
_UNFIT = (httpcore.ProtocolError, httpcore.UnsupportedProtocol, ValueError, RecursionError)


def open_http(base_url: str, key: str, transport: httpx.BaseTransport) -> httpx.Client:
    """Return a client for one base URL, with the key in its headers, on the network or off it.

    Nothing of the environment is read, no redirect is followed, and ``.netrc`` stays closed.
    Raises :class:`CredentialsError` for a base URL or a key that must not be sent.
    """
    base_url = _fit_base_url(base_url)
    headers = {
        "Authorization": f"Bearer {parse_api_key(key, 'in force').reveal()}",
        "User-Agent": f"contactctl/{__version__}",
        "Accept": "application/json",
        # Answers are short, and an unpacked one can have any size.
        "Accept-Encoding": "identity",
    }
    return httpx.Client(
        base_url=f"{base_url}/v1",
        headers=headers,
        transport=transport,
        trust_env=False,
        follow_redirects=False,
    )


class NetworkTransport(httpx.BaseTransport):
    """Sends requests to one origin; the ``read`` timeout of each is the deadline of all of it."""

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
        base_url = _fit_base_url(base_url)
        origin = origin_of(base_url)
        proxy = proxy_for(base_url, env)
        network = Network(origin, proxy, env, early=early, look_up=look_up)
        self._early = early
        self._proxy = proxy
        self._pool = _open_pool(network, proxy, _context_for(origin, env))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; headers and body of the answer must arrive before its deadline.

        Raises typed errors of :mod:`contactctl.errors` only; their outcome is ``not_sent`` or
        ``unknown``.
        """
        deadline = Deadline.after(request.extensions["timeout"]["read"])
        with _nothing_else_escapes(deadline):
            reply = self._answer(_to_core(request, deadline))
        headers = [(name.lower(), value) for name, value in reply.headers]
        # Handed on beside the headers, to name the host in the message.
        locations = [value for name, value in headers if name == b"location"]
        return httpx.Response(
            reply.status,
            headers=[pair for pair in headers if pair[0] not in _WITHHELD],
            stream=_Body(reply, deadline),
            extensions={"locations": locations},
        )

    def _answer(self, request: httpcore.Request) -> httpcore.Response:
        try:
            return self._pool.handle_request(request)
        except httpcore.ProxyError as error:
            from contactctl.network.proxies import refused_by

            raise refused_by(self._proxy, str(error)) from None

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()
        if self._early is not None:
            self._early.close()


class _Body(httpx.SyncByteStream):
    """The bytes of an answer as they arrive, under the deadline of its request."""

    def __init__(self, reply: httpcore.Response, deadline: Deadline) -> None:
        self._reply = reply
        self._deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        with _nothing_else_escapes(self._deadline):
            yield from self._reply.iter_stream()

    def close(self) -> None:
        with _nothing_else_escapes(self._deadline):
            stream = self._reply.extensions.get("network_stream")
            if isinstance(stream, Stream) and _has_more(self._reply):
                stream.retire()
            self._reply.close()


def _has_more(reply: httpcore.Response) -> bool:
    """Tell whether more came than the one reply: the next request would take it for its answer.

    By names that are httpcore's own, since neither it nor h11 looks at what it has read too much.
    """
    found: Any = reply.stream
    for name in ("_stream", "_connection", "_h11_state"):
        found = getattr(found, name, None)
    return found is not None and bool(found.trailing_data[0])


def _fit_base_url(base_url: str) -> str:
    try:
        return normal_base_url(base_url)
    except BaseUrlError as error:
        raise CredentialsError(
            f"the key cannot be sent there: {error}",
            hint="check the address with `contactctl profile show`",
        ) from None


def _open_pool(
    network: Network, proxy: Proxy | None, context: ssl.SSLContext | None
) -> httpcore.ConnectionPool:
    options: dict[str, Any] = {
        "ssl_context": context,
        "max_connections": _MOST_CONNECTIONS,
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


def _to_core(request: httpx.Request, deadline: Deadline) -> httpcore.Request:
    url = request.url
    timeouts = {
        "pool": deadline.left_s(),  # waited for by httpcore itself, so in seconds
        "connect": deadline,
        "write": deadline,
        "read": deadline,
    }
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(
            scheme=url.raw_scheme,
            host=_in_brackets(url.raw_host),
            port=url.port,
            target=url.raw_path,
        ),
        headers=request.headers.raw,
        content=request.read(),
        extensions={"timeout": timeouts},
    )


def _in_brackets(host: bytes) -> bytes:
    """Return a host as CONNECT spells it: the colons of an IPv6 address begin no port there."""
    return b"[%b]" % host if b":" in host else host


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
