"""HTTP messages to one base URL: how a request is made, and what comes back over a transport."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from contactctl import __version__
from contactctl.base_url import BaseUrlError, host_of, normal_base_url, path_of
from contactctl.errors import CredentialsError
from contactctl.profiles.api_key import parse_api_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import TypeAlias

    Headers: TypeAlias = Sequence[tuple[str, str]]

#: Servers and proxies refuse far shorter ones; what is longer was meant to be something else.
_LONGEST_TARGET = 65_536


class Request:
    """One request; ``target`` is path and query, since the transport knows its one host."""

    __slots__ = ("body", "headers", "method", "target", "timeout_s")

    def __init__(
        self, method: str, target: str, headers: Headers, body: bytes, timeout_s: float
    ) -> None:
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.timeout_s = timeout_s


class Response:
    """An answer whose head has come; ``body`` is read once, piece by piece, and then closed."""

    __slots__ = ("_headers", "body", "close", "status")

    def __init__(
        self,
        status: int,
        headers: Headers,
        body: Iterable[bytes],
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self.status = status
        self._headers = headers
        self.body = body
        self.close = close

    def header(self, name: str) -> str | None:
        """Return a header by its lower-case name; one that came repeatedly is joined."""
        found = [value for given, value in self._headers if given.lower() == name]
        return ", ".join(found) if found else None


class Transport:
    """What takes requests to one base URL: the network, or a sandbox in this process."""

    def send(self, request: Request) -> Response:
        """Send a request once, and return the answer as soon as its head is there.

        Follows no redirect and keeps no cookie. Raises typed errors of :mod:`contactctl.errors`
        only, whose outcome says whether anything may have been applied.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Close what is open; nothing can be sent any more."""
        raise NotImplementedError


class Http:
    """Makes the requests to one base URL, each with the key, and sends them over a transport.

    Raises :class:`CredentialsError` for a base URL or a key that must not be sent.
    """

    def __init__(self, base_url: str, key: str, transport: Transport) -> None:
        base_url = fit_base_url(base_url)
        self.key = parse_api_key(key, "in force")
        self._transport = transport
        path = path_of(base_url)
        self._root = base_url.removesuffix(path)
        self._path = f"{path}/v1"
        self._headers = (
            ("Host", host_of(base_url)),
            ("Connection", "keep-alive"),
            ("Authorization", f"Bearer {self.key.reveal()}"),
            ("User-Agent", f"contactctl/{__version__}"),
            ("Accept", "application/json"),
            # Answers are short, and an unpacked one can have any size.
            ("Accept-Encoding", "identity"),
        )

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str],
        body: bytes | None,
        timeout_s: float,
    ) -> Request:
        """Return the request for a path below ``/v1/``, with a body of JSON if there is one.

        Raises ``ValueError`` for a query that no URL can carry.
        """
        target = f"{self._path}/{path}"
        if query:
            target = f"{target}?{urlencode(query)}"
        if len(target) > _LONGEST_TARGET:
            raise ValueError("the URL is too long")
        headers = [*self._headers]
        if body is not None:
            headers.append(("Content-Type", "application/json"))
            headers.append(("Content-Length", str(len(body))))
        return Request(method, target, headers, body or b"", timeout_s)

    def url_of(self, request: Request) -> str:
        """Return where a request goes, to be shown."""
        return f"{self._root}{request.target}"

    def send(self, request: Request) -> Response:
        """Send a request once; see :meth:`Transport.send`."""
        return self._transport.send(request)

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()


def fit_base_url(base_url: str) -> str:
    """Return a base URL in its one spelling.

    Raises :class:`CredentialsError` for one that must not have the key.
    """
    try:
        return normal_base_url(base_url)
    except BaseUrlError as error:
        raise CredentialsError(
            f"the key cannot be sent there: {error}",
            hint="check the address with `contactctl profile show`",
        ) from None
