"""Whom TLS trusts."""

from __future__ import annotations

import os
import socket
import ssl
from typing import TYPE_CHECKING

import pytest
from certificates import make_authority
from fault_server import FaultServer, hang_up

from contactctl.errors import TrustError
from contactctl.network.distrust import trust_failure
from contactctl.network.trust import shake_hands, store_context, trust_context

if TYPE_CHECKING:
    from collections.abc import Callable
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
        # As the stores of Windows and macOS say it.
        (0x800B0101, "expired"),
        (0x800B010F, "another host name"),
        (0x800B0109, "unknown issuer"),
        (-67818, "expired"),
        (-67602, "another host name"),
        (-67843, "unknown issuer"),
    ],
)
def test_a_failed_verification_says_which_kind(code: int, word: str) -> None:
    error = ssl.SSLCertVerificationError()
    error.verify_code = code
    found = trust_failure(error, "app.loops.so", {})
    assert word in found.message
    assert "app.loops.so" in found.message


def test_another_failure_is_named_in_words() -> None:
    assert "no reason given" in trust_failure(ssl.SSLError(), "app.loops.so", {}).message


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("WRONG_VERSION_NUMBER", "does it speak https"),
        ("UNSUPPORTED_PROTOCOL", "TLS 1.2 and newer"),
        ("TLSV1_ALERT_PROTOCOL_VERSION", "TLS 1.2 and newer"),
    ],
)
def test_a_version_of_tls_that_is_too_old_is_said(reason: str, words: str) -> None:
    error = ssl.SSLError()
    error.reason = reason
    assert words in (trust_failure(error, "app.loops.so", {}).hint or "")


@pytest.mark.parametrize(
    ("env", "words", "unsaid"),
    [
        ({}, "set SSL_CERT_FILE to its certificate file", "unset"),
        ({"SSL_CERT_FILE": "/ca.pem"}, "to it, or unset SSL_CERT_FILE", "SSL_CERT_DIR"),
        ({"SSL_CERT_DIR": "/certs"}, "`openssl rehash`", "SSL_CERT_FILE"),
        (
            {"SSL_CERT_FILE": "/a", "SSL_CERT_DIR": "/c"},
            "SSL_CERT_FILE names, and in SSL_CERT_DIR",
            "rehash",
        ),
        ({"REQUESTS_CA_BUNDLE": "/ca.pem"}, "REQUESTS_CA_BUNDLE is not read here", "unset"),
        ({"NODE_EXTRA_CA_CERTS": "/ca.pem"}, "set SSL_CERT_FILE to the same file", "unset"),
        ({"SSL_CERT_FILE": "", "CURL_CA_BUNDLE": "/ca.pem"}, "CURL_CA_BUNDLE is not", "unset"),
        ({"SSL_CERT_FILE": "/ca.pem", "CURL_CA_BUNDLE": "/b"}, "or unset SSL_CERT_FILE", "CURL"),
    ],
)
def test_for_an_unknown_issuer_the_variable_that_decides_is_named(
    env: dict[str, str], words: str, unsaid: str
) -> None:
    error = ssl.SSLCertVerificationError()
    error.verify_code = 20
    hint = trust_failure(error, "app.loops.so", env, "linux").hint or ""
    assert words in hint
    assert unsaid not in hint
    for platform in ("win32", "darwin"):
        shown = trust_failure(error, "app.loops.so", env, platform).hint or ""
        assert ("the system trusts" in shown) == (env == {})


class Store(ssl.SSLContext):
    """Stands in for the context that asks the store of Windows or macOS."""

    asked: list[str | bytes | None]

    def wrap_socket(  # type: ignore[override] # the one way in which it is called here
        self, sock: socket.socket, *, server_hostname: str | bytes | None = None
    ) -> ssl.SSLSocket:
        self.asked.append(server_hostname)
        return super().wrap_socket(sock, server_hostname=server_hostname)


def open_store() -> Store:
    store = Store(ssl.PROTOCOL_TLS_CLIENT)
    store.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    store.asked = []
    return store


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_windows_and_macos_are_asked_whom_they_trust(platform: str) -> None:
    context = trust_context({"SSL_CERT_FILE": ""}, platform=platform, open_store=open_store)
    assert isinstance(context, Store)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_what_is_named_wins_over_the_store_of_the_system(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    for env in ({"SSL_CERT_FILE": str(authority.file)}, {"SSL_CERT_DIR": str(tmp_path)}):
        context = trust_context(env, platform="win32", open_store=open_store)
        assert type(context) is ssl.SSLContext
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_elsewhere_nobody_asks_for_such_a_store() -> None:
    for platform in ("linux", "freebsd14"):
        context = trust_context({}, folders=(), platform=platform, open_store=open_store)
        assert issuers(context) > 50


def test_where_it_is_not_installed_certifi_is_trusted() -> None:
    def missing() -> ssl.SSLContext:
        raise ImportError

    context = trust_context({}, folders=(), platform="darwin", open_store=missing)
    assert issuers(context) > 50


@pytest.mark.parametrize("open_it", [open_store, store_context], ids=["stand-in", "truststore"])
def test_a_handshake_over_a_store_trusts_whom_it_trusts(
    open_it: Callable[[], ssl.SSLContext], tmp_path: Path
) -> None:
    """On Linux, truststore's own context trusts what OpenSSL does, and what it is told to."""
    authority = make_authority(tmp_path)
    context = trust_context({}, platform="win32", open_store=open_it)
    with FaultServer([hang_up], tls=authority.server_context("loops.test")) as server:
        where = ("127.0.0.1", server.port)
        with (
            socket.create_connection(where) as sock,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            shake_hands(context, sock, "loops.test")
        context.load_verify_locations(cafile=authority.file)
        with (
            socket.create_connection(where) as sock,
            shake_hands(context, sock, "loops.test") as opened,
        ):
            assert opened.version() in {"TLSv1.2", "TLSv1.3"}
    if isinstance(context, Store):
        assert context.asked == ["loops.test"] * 2  # as text, which it hands on to the system
