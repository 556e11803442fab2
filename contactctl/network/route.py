"""Which proxy a request goes through, if any: the usual variables, read by rules of our own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from contactctl.base_url import is_loopback, origin_of
from contactctl.errors import ProxyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.base_url import Origin

#: The first that is set and not empty counts; lower case first, as curl has it.
PROXY_VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_EXCEPTION_VARIABLES = ("no_proxy", "NO_PROXY")
_PROXY = (
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?"
    r"(?:(?P<user>[^@:/?#\s]*)(?::(?P<password>[^@/?#\s]*))?@)?"
    r"(?P<host>[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?/?"
)
_DEFAULT_PORT = 80
_MAX_PORT = 65535


class Proxy(NamedTuple):
    """An HTTP proxy that tunnels TLS; its user name and password are kept out of repr."""

    host: str
    port: int
    auth: tuple[bytes, bytes] | None = None

    def __repr__(self) -> str:
        return f"Proxy({self.host!r}, {self.port})"


def proxy_for(base_url: str, env: Mapping[str, str]) -> Proxy | None:
    """Return the proxy for a normal base address, None for none.

    Plain http goes to this machine alone, and what goes to this machine passes no proxy: it would
    carry the key there in clear. Raises :class:`ProxyError` for a proxy that cannot be used.
    """
    origin = origin_of(base_url)
    variable = next((name for name in PROXY_VARIABLES if env.get(name)), None)
    if variable is None or origin.scheme == "http" or is_loopback(origin.host):
        return None
    exceptions = next((env[name] for name in _EXCEPTION_VARIABLES if env.get(name)), "")
    if any(_is_excepted(origin, entry.strip().lower()) for entry in exceptions.split(",")):
        return None
    return _parse_proxy(env[variable], variable)


def _is_excepted(origin: Origin, entry: str) -> bool:
    """Tell whether one entry of NO_PROXY names the host, a domain above it, or everything."""
    if entry == "*":
        return True
    name, mark, port = entry.rpartition(":")
    if not mark or not port.isdecimal() or name.endswith(":"):
        name, port = entry, ""
    name = name.strip("[]").removeprefix("*").lstrip(".")
    if not name or (port and int(port[:6]) != origin.port):
        return False
    return origin.host == name or origin.host.endswith("." + name)


def _parse_proxy(text: str, variable: str) -> Proxy:
    found = re.fullmatch(_PROXY, text)
    scheme = (found["scheme"] or "http").lower() if found else ""
    port = int(found["port"] or _DEFAULT_PORT) if found else 0
    if found is None or not 0 < port <= _MAX_PORT:
        raise _unfit(variable, "it is not an address like http://proxy.example.com:3128")
    if scheme != "http":
        raise _unfit(variable, f"{scheme}:// proxies are not supported, only http:// ones")
    return Proxy(found["host"].strip("[]"), port, _auth(found["user"], found["password"]))


def _auth(user: str | None, password: str | None) -> tuple[bytes, bytes] | None:
    from urllib.parse import unquote_to_bytes

    return (unquote_to_bytes(user), unquote_to_bytes(password or "")) if user else None


def _unfit(variable: str, reason: str) -> ProxyError:
    return ProxyError(
        f"the proxy in {variable} cannot be used: {reason}",
        hint=f"correct {variable}, unset it, or name the host in NO_PROXY",
    )
