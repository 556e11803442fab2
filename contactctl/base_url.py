"""The service's base URL: one spelling, and no form of it that could take a key elsewhere."""

from __future__ import annotations

import re
from typing import NamedTuple

DEFAULT_BASE_URL = "https://app.loops.so/api"

#: Deliberately narrower than the standards: every reader of such a text finds the same host in it.
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?"
_BASE_URL = (
    r"(?P<scheme>https?)://"
    rf"(?P<host>{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[A-Za-z0-9._~/-]*)?"
)
_SCHEME_AND_HOST = r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#\\]*"
_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_LOOPBACK = rf"localhost|127(?:\.{_BYTE}){{3}}|\[?::1\]?"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_PORT = 65535
_MAX_LENGTH = 2000


class Origin(NamedTuple):
    """Where requests to a base URL go; an IPv6 host stands without its brackets."""

    scheme: str
    host: str
    port: int


class BaseUrlError(ValueError):
    """A text is no URL to send a key to; the message says why and never repeats the text."""


def normal_base_url(text: str) -> str:
    """Return a base URL in its one spelling: lower-cased, without default port or ``/v1``.

    Raises :class:`BaseUrlError` for anything but https, or plain http to this very machine; for a
    user name or password, a query or a fragment in it; and for a text that is no URL.

    >>> normal_base_url("https://APP.loops.so:443/api/v1/")
    'https://app.loops.so/api'
    """
    found = re.fullmatch(_BASE_URL, _with_lower_origin(text)) if len(text) <= _MAX_LENGTH else None
    if found is None:
        raise BaseUrlError(_fault(text))
    scheme, host = found["scheme"], found["host"]
    if scheme == "http" and not is_loopback(host):
        raise BaseUrlError(
            "plain http would show the API key on the way; it is allowed to this machine alone "
            "(localhost, 127.0.0.1, [::1])"
        )
    return f"{scheme}://{host}{_port_part(scheme, found['port'])}{_path_part(found['path'] or '')}"


def is_loopback(host: str) -> bool:
    """Tell whether a host, as it stands in a URL, is this very machine."""
    return re.fullmatch(_LOOPBACK, host.lower()) is not None


def host_of(base_url: str) -> str:
    """Return the host (and port, if not the usual one) of a normal base URL."""
    return base_url.partition("://")[2].partition("/")[0]


def path_of(base_url: str) -> str:
    """Return the path of a normal base URL, "" for none."""
    return base_url.partition("://")[2].removeprefix(host_of(base_url))


def origin_of(base_url: str) -> Origin:
    """Return where requests to a normal base URL go."""
    found = re.fullmatch(_BASE_URL, base_url)
    if found is None:
        raise BaseUrlError(_fault(base_url))
    port = int(found["port"] or _DEFAULT_PORTS[found["scheme"]])
    return Origin(found["scheme"], found["host"].strip("[]"), port)


def _with_lower_origin(text: str) -> str:
    return re.sub(_SCHEME_AND_HOST, lambda found: found[0].lower(), text, count=1)


def _port_part(scheme: str, port: str | None) -> str:
    if port is None:
        return ""
    number = int(port)
    if not 0 < number <= _MAX_PORT:
        raise BaseUrlError(f"the port must be between 1 and {_MAX_PORT}")
    return "" if number == _DEFAULT_PORTS[scheme] else f":{number}"


def _path_part(path: str) -> str:
    segments = [segment for segment in path.split("/") if segment]
    # Readers of URLs disagree on what these lead to, and the key would go there.
    if {".", ".."} & set(segments):
        raise BaseUrlError("the address has . or .. in its path")
    # The client adds it, and people copy addresses that have it.
    while segments and segments[-1] == "v1":
        segments.pop()
    return "".join(f"/{segment}" for segment in segments)


def _fault(text: str) -> str:
    """Say what is wrong, without the text: it may hold a password or the key itself."""
    if not text:
        return "the address is empty"
    scheme, mark, rest = text.partition("://")
    if not mark or scheme.lower() not in _DEFAULT_PORTS:
        return "the address must begin with https://, or with http:// for this machine"
    if "?" in rest or "#" in rest:
        return "the address has a query or a fragment (? or #), which a base address cannot have"
    if "@" in rest:
        return "the address has a user name or password (@) in it; the API key is given apart"
    return "this is not an address like https://app.loops.so/api"
