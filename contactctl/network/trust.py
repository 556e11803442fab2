"""Whom TLS trusts: the files that are named, the system's store, or else certifi."""

from __future__ import annotations

import os
import re
import ssl
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from contactctl.errors import TrustError

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping, Sequence

FILE_VARIABLE = "SSL_CERT_FILE"
FOLDER_VARIABLE = "SSL_CERT_DIR"
#: Folders of certificates under the hash of their subject: OpenSSL reads the one it needs, in
#: 0.2 ms, where a whole bundle takes 27. A folder without such links trusts nobody.
SYSTEM_FOLDERS = ("/etc/ssl/certs", "/etc/pki/ca-trust/extracted/pem/directory-hash")
#: Where the system keeps its store behind functions, and what a company adds is found there alone.
STORE_PLATFORMS = ("win32", "darwin")
_HASH_LINK = r"[0-9a-f]{8}\.[0-9]+"


def store_context() -> ssl.SSLContext:
    """Return a context that asks the system's own store; raises ``ImportError``."""
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def trust_context(
    env: Mapping[str, str],
    *,
    folders: Sequence[str] = SYSTEM_FOLDERS,
    platform: str = sys.platform,
    open_store: Callable[[], ssl.SSLContext] = store_context,
) -> ssl.SSLContext:
    """Return a context that demands a certificate for the right host from a trusted issuer.

    Raises :class:`TrustError` when what ``SSL_CERT_FILE`` or ``SSL_CERT_DIR`` names is not there
    or holds no certificate: there is no falling back to other issuers than those asked for.
    """
    file, folder = env.get(FILE_VARIABLE), env.get(FOLDER_VARIABLE)
    if file or folder:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if folder:
            _load_folder(context, folder)
        if file:
            _load_file(context, file)
    else:
        context = _system_context(folders, platform, open_store)
    # Python's own default, which the builds of some distributions leave to the system.
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def shake_hands(context: ssl.SSLContext, sock: socket.socket, host: str) -> ssl.SSLSocket:
    """Begin TLS on a connection; raises ``OSError``, ``ssl.SSLError`` among it."""
    # As bytes: for text, Python imports its whole machinery of national names. What asks the
    # system's store, a class of its own, hands the name on to it and wants text.
    name = host.encode("ascii") if type(context) is ssl.SSLContext else host
    return context.wrap_socket(sock, server_hostname=name)


def _system_context(
    folders: Sequence[str], platform: str, open_store: Callable[[], ssl.SSLContext]
) -> ssl.SSLContext:
    if platform in STORE_PLATFORMS:
        with suppress(ImportError):  # left out of an installation: then certifi must do
            return open_store()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for folder in folders:
        if _has_hash_links(folder):
            context.load_verify_locations(capath=folder)
            return context
    import certifi

    context.load_verify_locations(cafile=certifi.where())
    return context


def _load_folder(context: ssl.SSLContext, folders: str) -> None:
    # OpenSSL takes a folder that is not there without a word, and then trusts nobody.
    if not any(Path(folder).is_dir() for folder in folders.split(os.pathsep)):
        raise _not_usable(FOLDER_VARIABLE, folders, "there is no such folder")
    context.load_verify_locations(capath=folders)


def _load_file(context: ssl.SSLContext, file: str) -> None:
    try:
        context.load_verify_locations(cafile=file)
    except ssl.SSLError:
        raise _not_usable(FILE_VARIABLE, file, "it holds no certificate") from None
    except OSError as error:
        raise _not_usable(FILE_VARIABLE, file, error.strerror or "unreadable") from error


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
