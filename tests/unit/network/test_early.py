"""The connection opened ahead: used once, never trusted more than another, never left open."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import pytest
from certificates import Authority, make_authority
from client_calls import KEY
from fault_server import FaultServer, reply_json

from contactctl.base_url import origin_of
from contactctl.errors import ContactctlError, DeadlineError, NoConnectionError, TrustError
from contactctl.network.connect import IDLE_S, Deadline, EarlyConnection, open_early
from contactctl.network.messages import Http
from contactctl.network.transport import NetworkTransport
from contactctl.service.client import LoopsClient

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fault_server import Visit


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


class Peers:
    """Answers with an empty list, and keeps who asked."""

    def __init__(self) -> None:
        self.seen: list[object] = []

    def __call__(self, visit: Visit) -> bool:
        self.seen.append(visit.connection.getpeername())
        reply_json([])(visit)
        return False


def client_over(
    url: str, env: Mapping[str, str], early: EarlyConnection | None, timeout_s: float = 30.0
) -> LoopsClient:
    transport = NetworkTransport(url, env, early=early)
    return LoopsClient(Http(url, KEY, transport), retries=0, timeout_s=timeout_s)


def failure_of(url: str, env: Mapping[str, str], timeout_s: float = 30.0) -> ContactctlError:
    early = open_early(url, env, timeout_s)
    assert early is not None
    client = client_over(url, env, early, timeout_s)
    with client, pytest.raises(ContactctlError) as caught:
        client.lists()
    return caught.value


def test_the_first_request_uses_it_and_the_next_connection_is_another(
    authority: Authority,
) -> None:
    env = {"SSL_CERT_FILE": str(authority.file)}
    peers = Peers()
    with FaultServer([peers], tls=authority.server_context("127.0.0.1")) as server:
        early = open_early(server.url, env, 5.0)
        assert early is not None
        early._thread.join()
        assert early._socket is not None
        ours = early._socket.getsockname()
        with client_over(server.url, env, early) as client:
            client.lists()
            server.wait_for_close()
            client.lists()
    assert peers.seen[0] == ours
    assert peers.seen[1] != ours


def test_it_is_waited_for_while_it_opens(authority: Authority) -> None:
    env = {"SSL_CERT_FILE": str(authority.file)}
    peers = Peers()
    with FaultServer([peers], tls=authority.server_context("127.0.0.1")) as server:
        early = open_early(server.url, env, 5.0)
        with client_over(server.url, env, early) as client:
            client.lists()
    assert len(peers.seen) == 1


def test_it_trusts_nobody_that_another_would_not(
    authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = make_authority(tmp_path_factory.mktemp("stranger"))
    env = {"SSL_CERT_FILE": str(authority.file)}
    for context in (stranger.server_context("127.0.0.1"), authority.server_context("other.test")):
        with FaultServer([Peers()], tls=context) as server:
            assert isinstance(failure_of(server.url, env), TrustError)
        assert server.count == 0


def test_what_fails_early_is_said_by_the_request(refused_port: int) -> None:
    url = f"https://127.0.0.1:{refused_port}/api"
    assert isinstance(failure_of(url, {}), NoConnectionError)


def test_one_that_never_opens_does_not_outlive_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"https://127.0.0.1:{mute.getsockname()[1]}/api"
        started = time.monotonic()
        error = failure_of(url, {}, timeout_s=0.1)
    assert isinstance(error, DeadlineError)
    assert time.monotonic() - started < 10


class FirstIsMute(FaultServer):
    """Shakes hands with everybody but the first."""

    def _serve(self, connection: socket.socket) -> None:
        if len(self._threads) > 2:  # beside the one that accepts, and this one
            super()._serve(connection)
            return
        with connection:
            self._stopping.wait()


def test_a_retry_does_not_wait_for_the_one_that_the_first_attempt_waited_for(
    authority: Authority,
) -> None:
    env = {"SSL_CERT_FILE": str(authority.file)}
    with FirstIsMute([Peers()], tls=authority.server_context("127.0.0.1")) as server:
        early = open_early(server.url, env, 30.0)
        with client_over(server.url, env, early, timeout_s=1.0) as client:
            with pytest.raises(DeadlineError):
                client.lists()
            assert client.lists() == []


def test_one_that_stood_idle_for_long_is_not_used(authority: Authority) -> None:
    env = {"SSL_CERT_FILE": str(authority.file)}
    with FaultServer([Peers()], tls=authority.server_context("127.0.0.1")) as server:
        early = EarlyConnection(origin_of(server.url), env, 5.0)
        early._thread.join()
        early._opened_at -= IDLE_S
        assert early.take(Deadline.after(1)) is None


@pytest.mark.parametrize("wait", [True, False])
def test_one_that_nobody_takes_is_closed(authority: Authority, *, wait: bool) -> None:
    env = {"SSL_CERT_FILE": str(authority.file)}
    with FaultServer([Peers()], tls=authority.server_context("127.0.0.1")) as server:
        early = EarlyConnection(origin_of(server.url), env, 5.0)
        if wait:
            early._thread.join()
        early.close()
        early._thread.join()
        assert early._socket is None
    assert server.count == 0


@pytest.mark.parametrize(
    ("url", "env"),
    [
        ("http://localhost:8025/api", {}),
        ("https://app.loops.so/api", {"HTTPS_PROXY": "http://127.0.0.1:3128"}),
        ("https://app.loops.so/api", {"HTTPS_PROXY": "socks5://127.0.0.1:3128"}),
        ("nonsense", {}),
    ],
)
def test_where_it_is_no_use_nothing_is_opened(url: str, env: dict[str, str]) -> None:
    assert open_early(url, env, 1.0) is None
