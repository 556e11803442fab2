"""The sandbox over real HTTP on loopback."""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import httpx
import pytest
from sandbox_calls import ADA
from sandbox_http import put, slow
from sandbox_served import Served, request, served

from contactctl.errors import MachineError, MissingExtraError, UsageError
from contactctl.sandbox.app import Settings
from contactctl.sandbox.routes import MAX_BODY_BYTES
from contactctl.sandbox.server import Listen, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIEnvironment


#: A second is promised; the rest is for a machine that is busy with other tests.
SOON_S = 5.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.sqlite3"


@pytest.fixture
def sandbox(path: Path) -> Iterator[Served]:
    with served(path) as running:
        yield running


def test_contacts_are_written_and_found_over_one_kept_connection(sandbox: Served) -> None:
    with sandbox.client() as client:
        assert put(client, email=ADA, plan="pro").status_code == 200
        ports = set()
        for _ in range(5):
            found = client.get("/contacts/find", params={"email": ADA})
            assert found.json()[0]["plan"] == "pro"
            stream = found.extensions["network_stream"]
            ports.add(stream.get_extra_info("client_addr"))
    assert len(ports) == 1


def test_fifty_clients_are_served_at_once(sandbox: Served) -> None:
    with ExitStack() as stack, ThreadPoolExecutor(10) as threads:
        clients = [stack.enter_context(sandbox.client()) for _ in range(50)]
        statuses = threads.map(lambda client: client.get("/lists").status_code, clients * 2)
        assert set(statuses) == {200}


def test_a_foreign_host_is_refused(sandbox: Served) -> None:
    answer = sandbox.raw(request(b"{}", "Content-Length: 2", host="evil.example"))
    assert answer.startswith(b"HTTP/1.1 421 ")


def test_a_foreign_origin_is_refused(sandbox: Served) -> None:
    answer = sandbox.raw(request(b"{}", "Content-Length: 2", "Origin: http://evil.example"))
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"access-control" not in answer.lower()


@pytest.mark.parametrize("length", ["-1", "abc", "2, 2", "99999999999999999999"])
def test_a_length_that_cannot_be_is_refused_at_once(sandbox: Served, length: str) -> None:
    started_s = time.monotonic()
    answer = sandbox.raw(request(b"{}", f"Content-Length: {length}"))
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 ", b"HTTP/1.1 413 "))
    assert time.monotonic() - started_s < SOON_S


def test_a_large_body_is_refused_in_json(sandbox: Served) -> None:
    with sandbox.client() as client:
        answer = client.put("/contacts/update", content=b"x" * (MAX_BODY_BYTES + 1))
    assert (answer.status_code, answer.json()["success"]) == (413, False)


def test_a_chunked_body_is_taken_whole(sandbox: Served) -> None:
    pieces = [b'{"email": "ada@', b"example.com", b'", "plan": "pro"}']
    with sandbox.client() as client:
        assert client.put("/contacts/update", content=iter(pieces)).status_code == 200
        found = client.get("/contacts/find", params={"email": ADA}).json()
    assert found[0]["plan"] == "pro"


@pytest.mark.parametrize("chunks", [b"zz\r\n{}\r\n0\r\n\r\n", b"-2\r\n{}\r\n0\r\n\r\n"])
def test_broken_chunks_are_refused(sandbox: Served, chunks: bytes) -> None:
    answer = sandbox.raw(request(chunks, "Transfer-Encoding: chunked"))
    assert answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "noise", [b"hello\r\n\r\n", b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET\r\n\r\n"]
)
def test_what_is_not_http_is_refused_and_hurts_nobody(sandbox: Served, noise: bytes) -> None:
    assert b" 400 " in sandbox.raw(noise).split(b"\r\n")[0]
    with sandbox.client() as client:
        assert client.get("/lists").status_code == 200


def test_slow_clients_do_not_stop_others(path: Path) -> None:
    with (
        served(path, listen=Listen(port=0, threads=4)) as sandbox,
        ExitStack() as stack,
        sandbox.client() as client,
    ):
        for number in range(40):
            slow = stack.enter_context(sandbox.connection())
            begun = request(b"{", "Content-Length: 100")
            slow.sendall(begun if number % 2 else begun[:40])
        started_s = time.monotonic()
        assert put(client, email=ADA).status_code == 200
        assert time.monotonic() - started_s < SOON_S


def test_connections_that_are_left_open_keep_nobody_out(path: Path) -> None:
    with (
        served(path, listen=Listen(port=0, connections=10)) as sandbox,
        ExitStack() as stack,
        sandbox.client() as client,
    ):
        left = [stack.enter_context(sandbox.connection()) for _ in range(30)]
        left[0].sendall(request(b"{", "Content-Length: 100"))
        assert put(client, email=ADA).status_code == 200
        assert left[1].recv(1) == b""


def test_the_rate_limit_is_told_and_kept(path: Path) -> None:
    settings = Settings(rate_limit=5, clock_s=lambda: 1.0)
    with served(path, settings) as sandbox, sandbox.client() as client:
        answers = [client.get("/lists") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == list("4321000")
    assert json.loads(answers[-1].content) == {"success": False, "message": "Rate limit exceeded"}


def test_latency_holds_an_answer_back_and_not_the_others(path: Path) -> None:
    with served(path, Settings(script=slow(0.2))) as sandbox, ThreadPoolExecutor(8) as threads:
        started_s = time.monotonic()
        with sandbox.client() as client:
            done = list(threads.map(lambda _: client.get("/lists").status_code, range(8)))
    assert set(done) == {200}
    assert 0.2 <= time.monotonic() - started_s < SOON_S


def test_an_ignored_property_is_told_of_in_the_log(sandbox: Served) -> None:
    with sandbox.client() as client:
        put(client, email=ADA, plann="pro")
    assert len(sandbox.warnings) == 1
    assert '"plann"' in sandbox.warnings[0]


def _no_app(_environ: WSGIEnvironment, _start_response: StartResponse) -> list[bytes]:
    return []


def _fail(address: str) -> None:
    pytest.fail(f"served at {address}")


def test_a_taken_port_is_this_machines_trouble(sandbox: Served) -> None:
    with pytest.raises(MachineError, match=str(sandbox.port)) as caught:
        serve(_no_app, Listen(port=sandbox.port), ready=_fail)
    assert "--port" in str(caught.value.hint)
    assert "(" not in caught.value.message


@pytest.mark.parametrize(
    "listen", [Listen("no such host"), Listen("..."), Listen(port=70000), Listen(port=-1)]
)
def test_a_host_or_port_that_cannot_be_is_a_usage_error(listen: Listen) -> None:
    with pytest.raises(UsageError, match="cannot listen"):
        serve(_no_app, listen, ready=_fail)


def test_an_install_without_its_packages_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "waitress", None)
    with pytest.raises(MissingExtraError) as caught:
        serve(_no_app, Listen(port=0), ready=_fail)
    assert "waitress" in caught.value.message
    assert "install contactctl again" in str(caught.value.hint)


def test_the_address_can_be_connected_to_when_every_host_is_served() -> None:
    stopping = threading.Event()
    addresses: list[str] = []

    def ready(address: str) -> None:
        addresses.append(address)
        port = httpx.URL(address).port
        socket.create_connection(("127.0.0.1", port or 0), timeout=20).close()
        stopping.set()

    every = Listen("0.0.0.0", 0, threads=1)  # noqa: S104 - for a moment, and only to be asked here
    assert serve(_no_app, every, ready=ready, stopping=stopping) is None
    assert addresses[0].startswith("http://127.0.0.1:")
    assert addresses[0].endswith("/api")
