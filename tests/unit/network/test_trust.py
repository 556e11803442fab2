"""Whom TLS trusts."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING

import pytest
from certificates import make_authority

from contactctl.errors import TrustError
from contactctl.network.route import trust_context, trust_failure

if TYPE_CHECKING:
    from pathlib import Path


def issuers(context: ssl.SSLContext) -> int:
    return context.cert_store_stats()["x509_ca"]


def test_every_context_demands_a_certificate_for_the_host() -> None:
    context = trust_context({}, folders=())
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_a_folder_with_hash_links_is_read_when_needed_and_not_before(tmp_path: Path) -> None:
    (tmp_path / "0a1b2c3d.0").touch()
    assert issuers(trust_context({}, folders=("/nowhere", str(tmp_path)))) == 0


def test_a_folder_without_hash_links_is_not_trusted_to_be_complete(tmp_path: Path) -> None:
    (tmp_path / "ca-certificates.crt").touch()
    assert issuers(trust_context({}, folders=(str(tmp_path),))) > 50


def test_the_named_file_is_trusted_alone(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    assert issuers(trust_context({"SSL_CERT_FILE": str(authority.file)})) == 1


def test_the_named_folder_is_trusted_alone(tmp_path: Path) -> None:
    assert issuers(trust_context({"SSL_CERT_DIR": f"/nowhere{os.pathsep}{tmp_path}"})) == 0


def test_empty_variables_name_nothing() -> None:
    assert issuers(trust_context({"SSL_CERT_FILE": "", "SSL_CERT_DIR": ""}, folders=())) > 50


@pytest.mark.parametrize(
    ("variable", "content", "word"),
    [
        ("SSL_CERT_FILE", None, "No such file"),
        ("SSL_CERT_FILE", "", "no certificate"),
        ("SSL_CERT_FILE", "-----BEGIN CERTIFICATE-----\nrubbish\n", "no certificate"),
        ("SSL_CERT_DIR", None, "no such folder"),
        ("SSL_CERT_DIR", "", "no such folder"),
    ],
)
def test_what_is_named_in_vain_is_an_error_with_variable_and_path(
    tmp_path: Path, variable: str, content: str | None, word: str
) -> None:
    path = tmp_path / "named"
    if content is not None:
        path.write_text(content)
    with pytest.raises(TrustError, match=word) as caught:
        trust_context({variable: str(path)})
    assert str(path) in caught.value.message
    assert variable in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (62, "another host name"),
        (64, "another host name"),
        (10, "expired"),
        (9, "not valid yet"),
        (18, "unknown issuer"),
        (20, "unknown issuer"),
        (-1, "unknown issuer"),
    ],
)
def test_a_failed_verification_says_which_kind(code: int, word: str) -> None:
    error = ssl.SSLCertVerificationError()
    error.verify_code = code
    found = trust_failure(error, "app.loops.so")
    assert word in found.message
    assert "app.loops.so" in found.message


def test_another_failure_is_named_in_words() -> None:
    assert "no reason given" in trust_failure(ssl.SSLError(), "app.loops.so").message
