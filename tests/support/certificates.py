"""Certificates made for one test run: an authority, and servers that it, or nobody, vouches for."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import trustme

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Authority:
    """An issuer of certificates; ``file`` is what a client must trust."""

    issuer: trustme.CA
    file: Path

    def server_context(self, *names: str) -> ssl.SSLContext:
        """Return what a server needs to show a certificate for these names."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.issuer.issue_cert(*names).configure_cert(context)
        return context


def make_authority(folder: Path) -> Authority:
    """Make an authority and write its certificate into a folder."""
    issuer = trustme.CA()
    file = folder / "authority.pem"
    issuer.cert_pem.write_to_path(str(file))
    return Authority(issuer, file)
