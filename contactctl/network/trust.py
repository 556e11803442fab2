"""Whom TLS trusts: what the environment names, else the system's folder, else certifi's bundle."""

from __future__ import annotations

import os
import re
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from contactctl.errors import TrustError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Folders of certificates under the hash of their subject: OpenSSL reads the one it needs, in
#: 0.2 ms, where a whole bundle takes 27. A folder without such links trusts nobody.
SYSTEM_FOLDERS = ("/etc/ssl/certs", "/etc/pki/ca-trust/extracted/pem/directory-hash")

_FILE_VARIABLE = "SSL_CERT_FILE"
_FOLDER_VARIABLE = "SSL_CERT_DIR"
_HASH_LINK = r"[0-9a-f]{8}\.[0-9]+"
#: OpenSSL's verification results (x509_vfy.h).
_EXPIRED, _NOT_YET_VALID, _WRONG_NAME, _WRONG_IP = 10, 9, 62, 64


def trust_context(
    env: Mapping[str, str], *, folders: Sequence[str] = SYSTEM_FOLDERS
) -> ssl.SSLContext:
    """Return a context that demands a certificate for the right host from a trusted issuer.

    Raises :class:`TrustError` when what ``SSL_CERT_FILE`` or ``SSL_CERT_DIR`` names is not there
    or holds no certificate: there is no falling back to other issuers than those asked for.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
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
            f"the certificate of {host} is expired or not valid yet",
            hint="check the clock of this machine",
        )
    return TrustError(
        f"the certificate of {host} comes from an unknown issuer",
        hint=f"where a company's proxy signs anew, set {_FILE_VARIABLE} to its certificate file",
    )


def _load_folder(context: ssl.SSLContext, folders: str) -> None:
    if not any(Path(folder).is_dir() for folder in folders.split(os.pathsep)):
        raise _not_usable(_FOLDER_VARIABLE, folders, "there is no such folder")
    context.load_verify_locations(capath=folders)


def _load_file(context: ssl.SSLContext, file: str) -> None:
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
