"""The key goes to its own host and nowhere else: not by redirect, proxy, or a crooked address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from certificates import Authority, make_authority
from client_calls import KEY
from fault_server import FaultServer, hang_up, reply, reply_json
from scripted import UNASKED, answered, in_process

from contactctl.errors import CredentialsError, RedirectedError
from contactctl.network.messages import Http
from contactctl.network.transport import NetworkTransport
from contactctl.service.client import LoopsClient

if TYPE_CHECKING:
    from contactctl.network.messages import Request, Response

PROXY_VARIABLES = (
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
)
#: Addresses that one reader or another takes for something else than they are.
CROOKED = [
    "http://app.loops.so",
    "http://127.0.0.1@evil.example",
    "https://app.loops.so@evil.example",
    "https://app.loops.so:443@evil.example",
    "https://user:pass@app.loops.so",
    "https://app.loops.so\\@evil.example",
    "https://app.loops.so\\.evil.example",
    "https://app.loops.so#@evil.example",
    "https://app.loops.so?@evil.example",
    "https://app.loops.so;evil.example",
    "https://app.loops.so,evil.example",
    "https://app.loops.so evil.example",
    "https://app.loops.so\tevil.example",
    "https://app.loops.so\nevil.example",
    "https://app.loops.so%2eevil.example",
    "https://app.loops.so%00.evil.example",
    "https://app.loops.so。evil.example",
    "https://\u0430pp.loops.so",
    "https:/\\evil.example",
    "https:evil.example",
    "//evil.example",
    "///evil.example",
    "http://0x7f.0.0.1",
    "http://0177.0.0.1",
    "http://127.1",
    "http://2130706433",
    "http://0.0.0.0",
    "http://[::]",
    "http://[::ffff:127.0.0.1]",
    "http://localhost.evil.example",
    "http://localhost.",
    "javascript:alert(1)",
]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.mark.parametrize("no_proxy", ["", "example.com"], ids=["", "with NO_PROXY"])
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("variable", PROXY_VARIABLES)
def test_no_proxy_of_any_environment_sees_requests_to_this_machine(
    authority: Authority, variable: str, no_proxy: str, *, tls: bool
) -> None:
    context = authority.server_context("127.0.0.1") if tls else None
    with FaultServer([reply_json([])], tls=context) as server, FaultServer([hang_up]) as proxy:
        env = {
            variable: f"http://127.0.0.1:{proxy.port}",
            "NO_PROXY": no_proxy,
            "SSL_CERT_FILE": str(authority.file),
        }
        http = Http(server.url, KEY, NetworkTransport(server.url, env))
        with LoopsClient(http, retries=0) as client:
            assert client.lists() == []
    assert (server.count, proxy.count) == (1, 0)


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:{port}/api/v1/lists", "//user@localhost:{port}/x"]
)
@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int, target: str) -> None:
    with FaultServer([reply_json([])]) as evil:
        there = [("Location", target.format(port=evil.port))]
        with FaultServer([reply(status, b"", there)]) as server:
            http = Http(server.url, KEY, NetworkTransport(server.url, {}))
            with LoopsClient(http, retries=3) as client, pytest.raises(RedirectedError) as caught:
                client.lists()
    assert (server.count, evil.count) == (1, 0)
    assert str(evil.port) in caught.value.message
    assert "contactctl profile show" in (caught.value.hint or "")


@pytest.mark.parametrize("status", [301, 307])
def test_a_redirect_is_not_followed_by_another_transport_either(status: int) -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.target)
        return answered(status, Location="https://evil.example/")

    with in_process(answer, retries=3) as client, pytest.raises(RedirectedError):
        client.lists()
    assert asked == ["/api/v1/lists"]


@pytest.mark.parametrize("url", CROOKED)
def test_no_client_is_made_for_a_crooked_address(url: str) -> None:
    with pytest.raises(CredentialsError):
        NetworkTransport(url, {})
    with pytest.raises(CredentialsError):
        Http(url, KEY, UNASKED)
