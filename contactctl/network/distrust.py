"""What a TLS handshake that failed means to a person, and which setting helps."""

from __future__ import annotations

import ssl
import sys
from typing import TYPE_CHECKING

from contactctl.errors import TrustError
from contactctl.network.trust import FILE_VARIABLE, FOLDER_VARIABLE, STORE_PLATFORMS

if TYPE_CHECKING:
    from collections.abc import Mapping

#: OpenSSL's verification results (x509_vfy.h), those of Windows (winerror.h) and of macOS
#: (SecBase.h), which the system's store hands on.
_EXPIRED = {9, 10, 0x800B0101, -67818, -67819}
_WRONG_NAME = {62, 64, 0x800B010F, -67602}
#: Where other programs are told of a company's certificates, and this one is not.
_OF_OTHERS = (
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "AWS_CA_BUNDLE",
    "PIP_CERT",
)
_OLDEST = "contactctl speaks TLS 1.2 and newer: the server needs an update"
_CHECK_ADDRESS = "check the address with `contactctl profile show`"


def trust_failure(
    error: ssl.SSLError, host: str, env: Mapping[str, str], platform: str = sys.platform
) -> TrustError:
    """Return the error of a handshake with a host that failed under these variables."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        reason = (getattr(error, "reason", None) or "no reason given").lower().replace("_", " ")
        is_old = "protocol" in reason
        return TrustError(
            f"no TLS connection can be made to {host}: {reason}",
            hint=_OLDEST if is_old else f"{_CHECK_ADDRESS}: does it speak https there?",
        )
    if error.verify_code in _WRONG_NAME:
        return TrustError(
            f"the certificate that {host} shows is for another host name",
            hint=f"{_CHECK_ADDRESS}; somebody may be in between",
        )
    if error.verify_code in _EXPIRED:
        return TrustError(
            f"the certificate of {host} has expired or is not valid yet",
            hint="check the clock of this machine",
        )
    return TrustError(
        f"the certificate of {host} comes from an unknown issuer", hint=_issuer_hint(env, platform)
    )


def _issuer_hint(env: Mapping[str, str], platform: str) -> str:
    """Say where the issuer's certificate must go: to what decides now whom to trust."""
    if env.get(FILE_VARIABLE):
        also = f", and in {FOLDER_VARIABLE}," if env.get(FOLDER_VARIABLE) else ""
        return (
            f"only the issuers in the file that {FILE_VARIABLE} names{also} are trusted: add this"
            f" one's certificate to it, or unset {FILE_VARIABLE}"
        )
    if env.get(FOLDER_VARIABLE):
        return (
            f"only the issuers in {FOLDER_VARIABLE} are trusted: put this one's certificate there"
            f" and run `openssl rehash` on the folder, or unset {FOLDER_VARIABLE}"
        )
    other = next((name for name in _OF_OTHERS if env.get(name)), None)
    if other is not None:
        return f"{other} is not read here: set {FILE_VARIABLE} to the same file"
    store = ""
    if platform in STORE_PLATFORMS:
        store = "add its certificate to those that the system trusts, or "
    proxy = "if a company proxy intercepts TLS here"
    return f"{proxy}, {store}set {FILE_VARIABLE} to its certificate file"
