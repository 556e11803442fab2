"""The network transport: one deadline, only this machine in clear, connections kept and lost."""

from __future__ import annotations

import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeAlias

import httpcore
import httpx
import pytest
from client_calls import CHANGE, KEY, spied_client
from fault_server import FaultServer, drip, head, reply_json, silence

from contactctl import __version__
from contactctl.errors import (
    ContactctlError,
    CredentialsError,
    DeadlineError,
    MachineError,
    NoConnectionError,
    Outcome,
    UsageError,
)
from contactctl.network.connect import Deadline, is_readable, open_socket
from contactctl.network.streams import _Stream
from contactctl.network.transport import NetworkTransport, _nothing_else_escapes, open_http
from contactctl.service.client import LoopsClient

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fault_server import Visit

    from contactctl.network.connect import LookUp

SAVED = reply_json({"success": True, "id": "c1"})
EMPTY = reply_json([])


Address: TypeAlias = tuple[int, int, int, str, tuple[str, int]]


def address(port: int, host: str = "127.0.0.1") -> Address:
    return (socket.AF_INET, socket.SOCK_STREAM, 0, "", (host, port))


def client_over(
    url: str,
    *,
    timeout_s: float = 30.0,
    env: Mapping[str, str] | None = None,
    look_up: LookUp = socket.getaddrinfo,
) -> LoopsClient:
    transport = NetworkTransport(url, env or {}, look_up=look_up)
    return LoopsClient(open_http(url, KEY, transport), retries=0, timeout_s=timeout_s)


def failure_of(client: LoopsClient) -> ContactctlError:
    with client, pytest.raises(ContactctlError) as caught:
        client.lists()
    return caught.value


def test_a_request_carries_the_key_and_asks_for_plain_json() -> None:
    with FaultServer([SAVED]) as server, client_over(server.url + "/v1/") as client:
        client.update(CHANGE)
    (request,) = server.received
    assert request.target == "/api/v1/contacts/update"
    assert request.body == CHANGE.to_body()
    expected = {
        "authorization": f"Bearer {KEY}",
        "user-agent": f"contactctl/{__version__}",
        "accept": "application/json",
        "accept-encoding": "identity",
        "content-type": "application/json",
    }
    assert {name: request.headers[name] for name in expected} == expected


def test_a_host_without_an_address_is_no_connection() -> None:
    def unknown(*_: object, **__: object) -> list[Address]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    error = failure_of(client_over("https://nowhere.example/api", look_up=unknown))
    assert isinstance(error, NoConnectionError)
    assert (error.outcome, error.attempts) == (Outcome.NOT_SENT, 1)
    assert "nowhere.example" in error.message


def test_a_resolver_that_hangs_does_not_outlive_the_deadline() -> None:
    release = threading.Event()

    def hang(*_: object, **__: object) -> list[Address]:
        release.wait(20)
        return []

    started = time.monotonic()
    error = failure_of(client_over("https://slow.example", timeout_s=0.1, look_up=hang))
    release.set()
    assert isinstance(error, DeadlineError)
    assert error.outcome is Outcome.NOT_SENT
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("host", ["192.0.2.1", "12.7.0.1", "128.0.0.1", "::1:1", "2001:db8::1"])
def test_plain_http_reaches_this_machine_alone_whatever_the_name_resolves_to(host: str) -> None:
    def elsewhere(*_: object, **__: object) -> list[Address]:
        return [address(80, host)]

    error = failure_of(client_over("http://localhost/api", look_up=elsewhere))
    assert isinstance(error, NoConnectionError)
    assert error.outcome is Outcome.NOT_SENT


def test_the_next_address_is_tried_when_one_refuses(refused_port: int) -> None:
    with FaultServer([EMPTY]) as server:

        def both(*_: object, **__: object) -> list[Address]:
            return [address(refused_port), address(server.port)]

        with client_over(server.url, look_up=both) as client:
            assert client.lists() == []


def test_the_last_address_has_all_the_time_that_is_left(refused_port: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as good:
        found = [address(refused_port), address(refused_port), address(good.getsockname()[1])]
        deadline = Deadline.after(30.0)
        with open_socket("x", 1, deadline, look_up=lambda *_, **__: found) as opened:
            assert (opened.gettimeout() or 0) > 15.0


@pytest.mark.skipif(sys.platform != "linux", reason="needs a full backlog to swallow connections")
def test_an_address_that_swallows_connections_takes_only_its_share_of_the_time() -> None:
    with socket.socket() as full, socket.create_server(("127.0.0.1", 0)) as good:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for sock in waiting:
            sock.settimeout(0)
            sock.connect_ex(("127.0.0.1", port))
        found = [address(port), address(good.getsockname()[1])]
        deadline = Deadline.after(2.0)
        with open_socket("x", 1, deadline, look_up=lambda *_, **__: found) as opened:
            assert opened.getpeername() == good.getsockname()
        assert deadline.left_s() > 0.2
        for sock in waiting:
            sock.close()


def test_no_address_at_all_is_an_os_error() -> None:
    with pytest.raises(OSError, match="no usable address"):
        open_socket("x", 1, Deadline.after(1), look_up=lambda *_, **__: [])


def test_ten_threads_share_one_client_and_keep_their_own_deadlines() -> None:
    def by_body(visit: Visit) -> bool:
        return silence(visit) if b"slow" in visit.request.body else SAVED(visit)

    def once(number: int) -> str:
        try:
            client.update_once(b'{"email":"slow"}' if number % 10 == 0 else b'{"email":"quick"}')
        except DeadlineError as error:
            return str(error.outcome)
        return "saved"

    with (
        FaultServer([by_body]) as server,
        client_over(server.url, timeout_s=2.0) as client,
        ThreadPoolExecutor(10) as threads,
    ):
        found = list(threads.map(once, range(20)))
    assert [outcome == "unknown" for outcome in found] == [n % 10 == 0 for n in range(20)]


def test_a_connection_is_kept_for_the_next_request() -> None:
    peers: set[object] = set()

    def note(visit: Visit) -> bool:
        peers.add(visit.connection.getpeername())
        return EMPTY(visit)

    with FaultServer([note]) as server, client_over(server.url) as client:
        assert [client.lists() for _ in range(3)] == [[], [], []]
    assert len(peers) == 1


def test_an_idle_connection_that_the_service_closed_is_replaced_without_a_retry() -> None:
    def answer_and_close(visit: Visit) -> bool:
        EMPTY(visit)
        return False

    with FaultServer([answer_and_close]) as server:
        spied = spied_client(server.url, retries=0)
        with spied.client:
            spied.client.lists()
            server.wait_for_close()
            spied.client.lists()
    assert (server.count, spied.waits) == (2, [])


def test_a_late_answer_on_a_kept_connection_is_not_taken_for_the_next_one() -> None:
    late = drip(head(200, 20) + b'[{"id":"x","name":1}]')
    with FaultServer([late, EMPTY]) as server:
        spied = spied_client(server.url, retries=0, timeout_s=0.8)
        with spied.client:
            with pytest.raises(DeadlineError):
                spied.client.lists()
            assert spied.client.lists() == []


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (httpcore.PoolTimeout(), DeadlineError),
        (httpcore.ReadTimeout(), DeadlineError),
        (TimeoutError(), DeadlineError),
        (httpcore.ReadError(), NoConnectionError),
        (httpcore.RemoteProtocolError(KEY), NoConnectionError),
        (OSError(KEY), NoConnectionError),
        (httpcore.LocalProtocolError(f"Illegal header value {KEY}"), UsageError),
        (httpcore.UnsupportedProtocol(KEY), UsageError),
        (UnicodeEncodeError("idna", KEY, 0, 1, "label too long"), UsageError),
        (ValueError(KEY), UsageError),
        (RecursionError(), UsageError),
        (ImportError(KEY), MachineError),
    ],
    ids=repr,
)
@pytest.mark.parametrize("sent", [False, True])
def test_nothing_else_escapes(
    raised: Exception,
    expected: type[ContactctlError],
    sent: bool,  # noqa: FBT001 - a case
) -> None:
    deadline = Deadline.after(1)
    deadline.sent = sent
    with pytest.raises(ContactctlError) as caught, _nothing_else_escapes(deadline):
        raise raised
    error = caught.value
    if sent and expected is UsageError:
        expected = NoConnectionError  # then it was the answer that made no sense
    assert type(error) is expected
    assert error.outcome is (
        Outcome.UNKNOWN if sent and expected is not MachineError else Outcome.NOT_SENT
    )
    assert KEY not in str(error)


@pytest.mark.parametrize(
    "url",
    [
        "http://app.loops.so/api",
        "ftp://app.loops.so/api",
        f"https://user:{KEY}@app.loops.so/api",
        "",
        "http://127.0.0.1.example.com",
    ],
)
def test_no_client_is_made_for_an_address_that_must_not_have_the_key(url: str) -> None:
    with pytest.raises(CredentialsError) as caught:
        open_http(url, KEY, httpx.MockTransport(lambda _: httpx.Response(200)))
    assert KEY not in str(caught.value)
    assert caught.value.outcome is Outcome.NOT_SENT


@pytest.mark.parametrize("key", ["", KEY + "\n\n", KEY + " x", KEY + "\0", KEY + "ü"])
def test_no_client_is_made_for_a_key_that_would_be_printed(key: str) -> None:
    with pytest.raises(CredentialsError) as caught:
        open_http("https://x.example", key, httpx.MockTransport(lambda _: httpx.Response(200)))
    assert KEY not in str(caught.value)


def test_netrc_and_environment_do_not_replace_the_key(
    own_folders: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused_port: int
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password other")
    monkeypatch.setenv("HOME", own_folders["HOME"])
    monkeypatch.setenv("NETRC", str(netrc))
    closed = f"http://127.0.0.1:{refused_port}"
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, closed)
    env = {"HTTP_PROXY": closed, "ALL_PROXY": closed, "HTTPS_PROXY": closed}
    with FaultServer([EMPTY]) as server, client_over(server.url, env=env) as client:
        client.lists()
    assert server.received[0].headers["authorization"] == f"Bearer {KEY}"


def test_no_cookie_is_kept() -> None:
    sets = reply_json([], headers=[("Set-Cookie", "session=1; Path=/")])
    with FaultServer([sets]) as server, client_over(server.url) as client:
        client.lists()
        client.lists()
    assert "cookie" not in server.received[1].headers


def test_a_closed_socket_counts_as_readable() -> None:
    one, other = socket.socketpair()
    with other:
        assert not is_readable(one)
        other.send(b"x")
        assert is_readable(one)
        one.close()
        assert is_readable(one)


def test_a_request_that_nobody_reads_does_not_outlive_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        client = client_over(f"http://127.0.0.1:{mute.getsockname()[1]}", timeout_s=0.2)
        started = time.monotonic()
        with client, pytest.raises(DeadlineError) as caught:
            client.update_once(b" " * 30_000_000)
    assert caught.value.outcome is Outcome.UNKNOWN
    assert time.monotonic() - started < 10


def test_what_could_not_be_written_was_not_sent() -> None:
    one, other = socket.socketpair()
    other.close()
    stream, deadline = _Stream(one, carries_request=True), Deadline.after(1)
    with pytest.raises(httpcore.WriteError):
        stream.write(b"PUT", deadline)
    assert not deadline.sent
    one.close()
    with pytest.raises(NoConnectionError) as caught:
        stream.read(1, deadline)
    assert caught.value.outcome is Outcome.NOT_SENT


def test_after_its_deadline_a_request_neither_writes_nor_reads() -> None:
    one, other = socket.socketpair()
    stream, deadline = _Stream(one, carries_request=True), Deadline.after(-1)
    with one, other:
        for attempt in (lambda: stream.write(b"PUT", deadline), lambda: stream.read(1, deadline)):
            with pytest.raises(DeadlineError):
                attempt()
        other.settimeout(0)
        with pytest.raises(BlockingIOError):
            other.recv(1)


def test_a_request_without_a_deadline_is_a_bug() -> None:
    one, other = socket.socketpair()
    with one, other, pytest.raises(TypeError):
        _Stream(one, carries_request=True).read(1, 5.0)
