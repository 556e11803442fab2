"""The way to the service: through which proxy, if any, and whom TLS trusts at its end."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from contactctl.base_url import is_loopback, origin_of
from contactctl.errors import ProxyError, TrustError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping, Sequence

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
#: Folders of certificates under the hash of their subject: OpenSSL reads the one it needs, in
#: 0.2 ms, where a whole bundle takes 27. A folder without such links trusts nobody.
SYSTEM_FOLDERS = ("/etc/ssl/certs", "/etc/pki/ca-trust/extracted/pem/directory-hash")

_FILE_VARIABLE = "SSL_CERT_FILE"
_FOLDER_VARIABLE = "SSL_CERT_DIR"
_HASH_LINK = r"[0-9a-f]{8}\.[0-9]+"
#: OpenSSL's verification results (x509_vfy.h).
_EXPIRED, _NOT_YET_VALID, _WRONG_NAME, _WRONG_IP = 10, 9, 62, 64


class Proxy(NamedTuple):
    """An HTTP proxy that tunnels TLS; its user name and password are kept out of repr."""

    host: str
    port: int
    auth: tuple[bytes, bytes] | None = None

    def __repr__(self) -> str:
        return f"Proxy({self.host!r}, {self.port})"


def proxy_for(base_url: str, env: Mapping[str, str]) -> Proxy | None:
    """Return the proxy for a normal base URL, None for none.

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
    # The last colon of an IPv6 address without brackets begins no port.
    if not mark or not port.isdecimal() or name.endswith(":"):
        name, port = entry, ""
    name = name.strip("[]").removeprefix("*").lstrip(".")
    if not name or (port and int(port[:6]) != origin.port):
        return False
    return origin.host == name or origin.host.endswith("." + name)


def _parse_proxy(text: str, variable: str) -> Proxy:
    # No message repeats the text, which may hold a password.
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


def trust_context(
    env: Mapping[str, str], *, folders: Sequence[str] = SYSTEM_FOLDERS
) -> ssl.SSLContext:
    """Return a context that demands a certificate for the right host from a trusted issuer.

    Raises :class:`TrustError` when what ``SSL_CERT_FILE`` or ``SSL_CERT_DIR`` names is not there
    or holds no certificate: there is no falling back to other issuers than those asked for.
    """
    import ssl  # 6 ms, and the choice of a proxy comes before it

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Python's own default, which the builds of some distributions leave to the system.
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    file, folder = env.get(_FILE_VARIABLE), env.get(_FOLDER_VARIABLE)
    if folder:
        _load_folder(context, folder)
    if file:
        _load_file(context, file)
    if not file and not folder:
        _load_system(context, folders)
    return context


def trust_failure(error: ssl.SSLError, host: str) -> TrustError:
    """Return what a failed handshake means to a person."""
    import ssl

    if not isinstance(error, ssl.SSLCertVerificationError):
        reason = getattr(error, "reason", None) or "no reason given"
        reason = reason.lower().replace("_", " ")
        return TrustError(
            f"no TLS connection can be made to {host}: {reason}",
            hint="check the address with `contactctl profile show`: does it speak https there?",
        )
    if error.verify_code in {_WRONG_NAME, _WRONG_IP}:
        return TrustError(
            f"the certificate that {host} shows is for another host name",
            hint="check the address with `contactctl profile show`; somebody may be in between",
        )
    if error.verify_code in {_EXPIRED, _NOT_YET_VALID}:
        return TrustError(
            f"the certificate of {host} has expired or is not valid yet",
            hint="check the clock of this machine",
        )
    return TrustError(
        f"the certificate of {host} comes from an unknown issuer",
        hint=f"where a company's proxy signs anew, set {_FILE_VARIABLE} to its certificate file",
    )


def _load_folder(context: ssl.SSLContext, folders: str) -> None:
    # OpenSSL takes a folder that is not there without a word, and then trusts nobody.
    if not any(Path(folder).is_dir() for folder in folders.split(os.pathsep)):
        raise _not_usable(_FOLDER_VARIABLE, folders, "there is no such folder")
    context.load_verify_locations(capath=folders)


def _load_file(context: ssl.SSLContext, file: str) -> None:
    import ssl

    try:
        context.load_verify_locations(cafile=file)
    except ssl.SSLError:
        raise _not_usable(_FILE_VARIABLE, file, "it holds no certificate") from None
    except OSError as error:
        raise _not_usable(_FILE_VARIABLE, file, error.strerror or "unreadable") from error


def _load_system(context: ssl.SSLContext, folders: Sequence[str]) -> None:
    for folder in folders:
        if _has_hash_links(folder):
            context.load_verify_locations(capath=folder)
            return
    import certifi

    context.load_verify_locations(cafile=certifi.where())


def _has_hash_links(folder: str) -> bool:
    try:
        with os.scandir(folder) as entries:
            return any(re.fullmatch(_HASH_LINK, entry.name) for entry in entries)
    except OSError:
        return False


def _not_usable(variable: str, path: str, reason: str) -> TrustError:
    return TrustError(
        f"{variable} names {path}, which cannot be used: {reason}",
        hint=f"correct {variable}, or unset it to trust the system's certificates",
    )
