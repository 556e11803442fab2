"""An HTTP proxy as a variable names it, and the hosts that are spared it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from contactctl.errors import NoConnectionError, ProxyError

if TYPE_CHECKING:
    from contactctl.base_url import Origin
    from contactctl.errors import ContactctlError

_PROXY = (
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?"
    r"(?:(?P<user>[^@:/?#\s]*)(?::(?P<password>[^@/?#\s]*))?@)?"
    r"(?P<host>[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?/?"
)
_DEFAULT_PORT = 80
_MAX_PORT = 65535


class Proxy(NamedTuple):
    """An HTTP proxy that tunnels TLS; its user name and password are kept out of repr.

    ``variable`` is what named it.
    """

    host: str
    port: int
    auth: tuple[bytes, bytes] | None = None
    variable: str = "HTTPS_PROXY"

    def __repr__(self) -> str:
        return f"Proxy({self.host!r}, {self.port})"


def is_excepted(origin: Origin, entry: str) -> bool:
    """Tell whether one entry of NO_PROXY stands for a host: its name, a domain above it, all.

    A network such as ``10.0.0.0/8`` holds the addresses that stand in the URL as such: names are
    not looked up for it. The entry is in lower case.
    """
    if entry == "*":
        return True
    name, mark, port = entry.rpartition(":")
    # The last colon of an IPv6 address without brackets begins no port.
    if not mark or not port.isdecimal() or name.endswith(":"):
        name, port = entry, ""
    name = name.replace("[", "").replace("]", "").removeprefix("*").lstrip(".")
    if not name or (port and int(port[:6]) != origin.port):
        return False
    return origin.host == name or origin.host.endswith("." + name) or _holds(name, origin.host)


def _holds(network: str, host: str) -> bool:
    """Tell whether a host is an address of a network; an address alone is a network of one."""
    if "/" not in network and ":" not in host:
        return False
    import ipaddress

    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def parse_proxy(text: str, variable: str) -> Proxy:
    """Return the proxy in a variable; raises :class:`ProxyError` for a text that names none."""
    # No message repeats the text, which may hold a password.
    found = re.fullmatch(_PROXY, text)
    scheme = (found["scheme"] or "http").lower() if found else ""
    port = int(found["port"] or _DEFAULT_PORT) if found else 0
    if found is None or not 0 < port <= _MAX_PORT:
        raise _unfit(variable, "it is not an address like http://proxy.example.com:3128")
    if scheme != "http":
        raise _unfit(variable, f"{scheme}:// proxies are not supported, only http:// ones")
    auth = _auth(found["user"], found["password"])
    return Proxy(found["host"].strip("[]"), port, auth, variable)


def _auth(user: str | None, password: str | None) -> tuple[bytes, bytes] | None:
    from urllib.parse import unquote_to_bytes

    return (unquote_to_bytes(user), unquote_to_bytes(password or "")) if user else None


def _unfit(variable: str, reason: str) -> ProxyError:
    return ProxyError(
        f"the proxy in {variable} cannot be used: {reason}",
        hint=f"correct {variable}, unset it, or name the host in NO_PROXY",
    )


def refused_by(proxy: Proxy | None, answer: str) -> ContactctlError:
    """Return what a proxy's answer to CONNECT means; the text begins with its status."""
    variable = proxy.variable if proxy is not None else "the proxy"
    status = answer[:3] if answer[:3].isdecimal() else "no HTTP"
    if status.startswith("5"):
        return NoConnectionError(
            f"the proxy could not connect to the service: it answered {status}"
        )
    return ProxyError(
        f"the proxy refused the connection: it answered {status}",
        hint=f"check {variable}, with user name and password where the proxy wants them",
    )
