"""The way to the service: directly, or through which proxy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.base_url import is_loopback, origin_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.network.proxies import Proxy

#: The first that is set and not empty counts; lower case first, as curl has it.
PROXY_VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_EXCEPTION_VARIABLES = ("no_proxy", "NO_PROXY")


def proxy_for(base_url: str, env: Mapping[str, str]) -> Proxy | None:
    """Return the proxy for a normal base URL, None for none.

    Plain http goes to this machine alone, and what goes to this machine passes no proxy: it would
    carry the key there in clear. Raises :class:`ProxyError` for a proxy that cannot be used.
    """
    origin = origin_of(base_url)
    variable = next((name for name in PROXY_VARIABLES if env.get(name)), None)
    if variable is None or origin.scheme == "http" or is_loopback(origin.host):
        return None
    from contactctl.network.proxies import is_excepted, parse_proxy

    exceptions = next((env[name] for name in _EXCEPTION_VARIABLES if env.get(name)), "")
    if any(is_excepted(origin, entry.strip().lower()) for entry in exceptions.split(",")):
        return None
    return parse_proxy(env[variable], variable)
