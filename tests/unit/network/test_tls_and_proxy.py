"""TLS to trusted and untrusted servers, directly and through a proxy."""

from __future__ import annotations

import base64
import shutil
import socket
import ssl
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest
from certificates import Authority, make_authority
from client_calls import KEY
from fault_server import FaultServer, raw, reply, reply_json, silence, tunnel_to
from transport_calls import Address, address

from contactctl.errors import (
    ContactctlError,
    DeadlineError,
    NoConnectionError,
    Outcome,
    ProxyError,
    TrustError,
)
from contactctl.network.messages import Http
from contactctl.network.transport import NetworkTransport
from contactctl.service.client import LoopsClient

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fault_server import Behaviour

EMPTY = reply_json([])
SERVICE = "loops.test"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("stranger"))


def here(_host: object, port: int, **_: object) -> list[Address]:
    """Resolve every name to this machine."""
    return [address(port)]


def client_over(url: str, env: Mapping[str, str], *, timeout_s: float = 30.0) -> LoopsClient:
    transport = NetworkTransport(url, env, look_up=here)
    http = Http(url, KEY, transport)
    return LoopsClient(http, retries=1, timeout_s=timeout_s, sleep=lambda _: None)


def failure_of(url: str, env: Mapping[str, str], *, timeout_s: float = 30.0) -> ContactctlError:
    with (
        client_over(url, env, timeout_s=timeout_s) as client,
        pytest.raises(ContactctlError) as caught,
    ):
        client.lists()
    return caught.value


def trusting(authority: Authority, **more: str) -> dict[str, str]:
    return {"SSL_CERT_FILE": str(authority.file), **more}


def test_a_trusted_server_is_talked_to(authority: Authority) -> None:
    with FaultServer([EMPTY], tls=authority.server_context(SERVICE)) as server:
        url = server.url_of(SERVICE)
        with client_over(url, trusting(authority)) as client:
            assert [client.lists(), client.lists()] == [[], []]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes the hash links with openssl")
def test_a_folder_with_hash_links_is_trusted(authority: Authority, tmp_path: Path) -> None:
    shutil.copy(authority.file, tmp_path)
    subprocess.run(["openssl", "rehash", str(tmp_path)], check=True, capture_output=True)  # noqa: S607
    with FaultServer([EMPTY], tls=authority.server_context(SERVICE)) as server:
        url = server.url_of(SERVICE)
        with client_over(url, {"SSL_CERT_DIR": str(tmp_path)}) as client:
            assert client.lists() == []


@pytest.mark.parametrize("host", [SERVICE, "127.0.0.1"])
def test_an_unknown_issuer_is_not_trusted(
    authority: Authority, stranger: Authority, host: str
) -> None:
    with FaultServer([EMPTY], tls=stranger.server_context(SERVICE, "127.0.0.1")) as server:
        error = failure_of(server.url_of(host), trusting(authority))
    assert isinstance(error, TrustError)
    assert (error.exit_code, error.outcome, error.attempts) == (9, Outcome.NOT_SENT, 1)
    assert "unknown issuer" in error.message
    assert "SSL_CERT_FILE" in (error.hint or "")
    assert server.count == 0


@pytest.mark.parametrize("host", [SERVICE, "127.0.0.1"])
def test_a_certificate_for_another_host_is_not_trusted(authority: Authority, host: str) -> None:
    with FaultServer([EMPTY], tls=authority.server_context("other.test")) as server:
        error = failure_of(server.url_of(host), trusting(authority))
    assert isinstance(error, TrustError)
    assert "another host name" in error.message
    assert server.count == 0


def test_the_system_does_not_trust_a_certificate_made_here(authority: Authority) -> None:
    with FaultServer([EMPTY], tls=authority.server_context(SERVICE)) as server:
        assert isinstance(failure_of(server.url_of(SERVICE), {}), TrustError)


def test_a_server_without_tls_is_a_trust_failure(authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as plain:

        def answer_in_clear() -> None:
            connection, _ = plain.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                connection.recv(1000)

        thread = threading.Thread(target=answer_in_clear)
        thread.start()
        error = failure_of(f"https://{SERVICE}:{plain.getsockname()[1]}", trusting(authority))
        thread.join()
    assert isinstance(error, TrustError)
    assert error.outcome is Outcome.NOT_SENT


def test_a_handshake_that_never_ends_does_not_outlive_the_deadline(authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"https://{SERVICE}:{mute.getsockname()[1]}/api"
        error = failure_of(url, trusting(authority), timeout_s=0.1)
    assert isinstance(error, DeadlineError)
    assert (error.outcome, error.attempts) == (Outcome.NOT_SENT, 2)


def test_a_connection_cut_in_the_handshake_is_tried_again(authority: Authority) -> None:
    hang_up = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)  # it has no certificate to show
    with FaultServer([EMPTY], tls=hang_up) as server:
        error = failure_of(server.url_of(SERVICE), trusting(authority))
    assert error.outcome is Outcome.NOT_SENT


@pytest.mark.parametrize(
    "env", [{"SSL_CERT_FILE": "/nowhere/ca.pem"}, {"SSL_CERT_DIR": "/nowhere"}]
)
def test_trust_that_is_not_there_is_never_replaced_by_another(env: dict[str, str]) -> None:
    with pytest.raises(TrustError, match="/nowhere"):
        NetworkTransport("https://app.loops.so/api", env)


def test_trust_is_not_looked_at_for_plain_http() -> None:
    env = {"SSL_CERT_FILE": "/nowhere/ca.pem"}
    with FaultServer([EMPTY]) as server, client_over(server.url, env) as client:
        assert client.lists() == []


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_requests_go_through_the_proxy_and_the_key_stays_inside_the_tunnel(
    authority: Authority, variable: str
) -> None:
    with (
        FaultServer([EMPTY], tls=authority.server_context(SERVICE)) as server,
        FaultServer([tunnel_to(server.port)]) as proxy,
    ):
        env = trusting(authority, **{variable: f"http://eve:p%40ss@127.0.0.1:{proxy.port}"})
        with client_over(f"https://{SERVICE}/api", env) as client:
            assert client.lists() == []
    (connect,) = proxy.received
    assert (connect.method, connect.target) == ("CONNECT", f"{SERVICE}:443")
    assert "authorization" not in connect.headers
    login = base64.b64encode(b"eve:p@ss").decode()
    assert connect.headers["proxy-authorization"] == f"Basic {login}"
    assert server.received[0].headers["authorization"] == f"Bearer {KEY}"
    assert "proxy-authorization" not in server.received[0].headers


def test_a_proxy_is_told_an_ipv6_address_in_brackets(authority: Authority) -> None:
    with (
        FaultServer([EMPTY], tls=authority.server_context("2001:db8::1")) as server,
        FaultServer([tunnel_to(server.port)]) as proxy,
    ):
        env = trusting(authority, HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}")
        with client_over("https://[2001:db8::1]:8443/api", env) as client:
            assert client.lists() == []
    (connect,) = proxy.received
    assert connect.target == connect.headers["host"] == "[2001:db8::1]:8443"
    assert server.received[0].headers["host"] == "[2001:db8::1]:8443"


def test_an_ipv6_address_is_connected_to_without_brackets(authority: Authority) -> None:
    asked: list[object] = []

    def note(host: object, _port: int, **more: object) -> list[Address]:
        asked.append(host)
        return here(host, server.port, **more)

    with FaultServer([EMPTY], tls=authority.server_context("2001:db8::1")) as server:
        url = "https://[2001:db8::1]/api"
        http = Http(url, KEY, NetworkTransport(url, trusting(authority), look_up=note))
        with LoopsClient(http, retries=0) as client:
            assert client.lists() == []
    assert asked == [b"2001:db8::1"]


def test_hosts_in_no_proxy_are_reached_without_one(authority: Authority, refused_port: int) -> None:
    env = trusting(authority, HTTPS_PROXY=f"http://127.0.0.1:{refused_port}", NO_PROXY=".test")
    with (
        FaultServer([EMPTY], tls=authority.server_context(SERVICE)) as server,
        client_over(server.url_of(SERVICE), env) as client,
    ):
        assert client.lists() == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_this_machine_is_reached_without_a_proxy(
    authority: Authority, host: str, refused_port: int
) -> None:
    env = trusting(authority, HTTPS_PROXY=f"http://127.0.0.1:{refused_port}")
    with (
        FaultServer([EMPTY], tls=authority.server_context(host)) as server,
        client_over(server.url_of(host), env) as client,
    ):
        assert client.lists() == []


@pytest.mark.parametrize(
    ("answer", "kind", "attempts"),
    [
        (reply(407), ProxyError, 1),
        (reply(403), ProxyError, 1),
        (reply(502), NoConnectionError, 2),
        (raw(b"SSH-2.0\r\n"), NoConnectionError, 2),
        (silence, DeadlineError, 2),
    ],
    ids=["407", "403", "502", "no HTTP", "silence"],
)
def test_what_a_proxy_answers_instead_means_that_nothing_was_sent(
    authority: Authority, answer: Behaviour, kind: type[ContactctlError], attempts: int
) -> None:
    with FaultServer([answer]) as proxy:
        env = trusting(authority, https_proxy=f"http://127.0.0.1:{proxy.port}")
        timeout_s = 0.5 if answer is silence else 30
        error = failure_of(f"https://{SERVICE}", env, timeout_s=timeout_s)
    assert kind is not ProxyError or "check https_proxy" in (error.hint or "")
    assert type(error) is kind
    assert (error.outcome, error.attempts) == (Outcome.NOT_SENT, attempts)
    assert proxy.count == attempts


def test_a_proxy_that_is_not_there_is_named(authority: Authority, refused_port: int) -> None:
    port = refused_port
    env = trusting(authority, all_proxy=f"http://eve:sekrit@127.0.0.1:{port}")
    error = failure_of(f"https://{SERVICE}", env)
    assert "correct all_proxy" in (error.hint or "")
    assert isinstance(error, ProxyError)
    assert (error.exit_code, error.attempts) == (9, 1)
    assert str(port) in error.message
    assert "sekrit" not in error.message
