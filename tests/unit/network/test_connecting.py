"""How a connection is made, and kept for the next request."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from client_calls import spied_client
from fault_server import FaultServer, drip, head, reply_json, silence

from contactctl.errors import (
    DeadlineError,
    NoConnectionError,
    Outcome,
)
from contactctl.network.codes import words_of
from contactctl.network.connect import IDLE_S, Deadline, _in_turns, open_socket
from contactctl.network.transport import NetworkTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fault_server import Visit


from transport_calls import Address, address, client_over, failure_of

SAVED = reply_json({"success": True, "id": "c1"})
EMPTY = reply_json([])


@pytest.fixture
def full_port() -> Iterator[int]:
    """Keep a port whose backlog is full: who calls waits for ever."""
    with ExitStack() as held:
        full = held.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):
            caller = held.enter_context(socket.socket())
            caller.settimeout(0)
            caller.connect_ex(full.getsockname())
        yield full.getsockname()[1]


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
def test_addresses_that_swallow_connections_cost_a_fraction_of_a_second(
    full_port: int,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as good:
        found = [address(full_port), address(full_port), address(good.getsockname()[1])]
        deadline = Deadline.after(60.0)
        with open_socket("x", 1, deadline, look_up=lambda *_, **__: found) as opened:
            assert opened.getpeername() == good.getsockname()
            assert opened.getblocking()
            assert opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert deadline.left_s() > 45.0


def test_the_address_that_the_system_prefers_is_taken_where_it_answers() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as first,
        socket.create_server(("127.0.0.1", 0)) as second,
    ):
        found = [address(one.getsockname()[1]) for one in (first, second)]
        with open_socket("x", 1, Deadline.after(60), look_up=lambda *_, **__: found) as opened:
            assert opened.getpeername() == first.getsockname()


@pytest.mark.skipif(sys.platform != "linux", reason="needs a full backlog to swallow connections")
def test_where_every_address_hangs_the_deadline_ends_it_and_nothing_stays_open(
    full_port: int,
) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(TimeoutError):
        open_socket("x", 1, Deadline.after(0.6), look_up=lambda *_, **__: [address(full_port)] * 3)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize(
    ("families", "order"),
    [("66644", [0, 3, 1, 4, 2]), ("4466", [0, 2, 1, 3]), ("44", [0, 1]), ("6", [0]), ("", [])],
)
def test_families_take_turns_beginning_with_the_one_that_the_system_prefers(
    families: str, order: list[int]
) -> None:
    kinds = {"4": socket.AF_INET, "6": socket.AF_INET6}
    found = [(kinds[one], socket.SOCK_STREAM, 0, "", ("", at)) for at, one in enumerate(families)]
    assert [one[4][1] for one in _in_turns(found)] == order


def test_an_address_of_a_family_that_is_not_there_is_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as good:
        port = good.getsockname()[1]
        nowhere = (99, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port))
        found = [nowhere, address(port)]
        with open_socket("x", 1, Deadline.after(60), look_up=lambda *_, **__: found) as opened:
            assert opened.getpeername() == good.getsockname()


def test_no_address_at_all_is_an_os_error() -> None:
    with pytest.raises(OSError, match="no usable address"):
        open_socket("x", 1, Deadline.after(30), look_up=lambda *_, **__: [])


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
        client_over(server.url, timeout_s=4.0) as client,
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
        with ThreadPoolExecutor(1) as thread:  # whichever makes it
            assert thread.submit(client.lists).result() == []
    assert len(peers) == 1


def test_requests_at_once_have_a_connection_each_and_no_more() -> None:
    peers: list[object] = []
    together = threading.Barrier(3, timeout=20)

    def note(visit: Visit) -> bool:
        peers.append(visit.connection.getpeername())
        together.wait()
        return EMPTY(visit)

    with (
        FaultServer([note]) as server,
        client_over(server.url) as client,
        ThreadPoolExecutor(3) as threads,
    ):
        for _ in range(2):
            asked = [threads.submit(client.lists) for _ in range(3)]
            assert [one.result() for one in asked] == [[], [], []]
        assert (len(peers), len(set(peers))) == (6, 3)
        # Of those that have stood idle for too long, nothing is left when the next one is made.
        transport = client._http._transport
        assert isinstance(transport, NetworkTransport)
        transport._idle = deque((since - IDLE_S, pool) for since, pool in transport._idle)
        together = threading.Barrier(1)
        assert client.lists() == []
        for _ in range(2):
            server.wait_for_close()
        assert len(transport._pools) == 1


def test_a_request_that_fails_leaves_its_place_to_the_next_one(refused_port: int) -> None:
    with client_over(f"http://127.0.0.1:{refused_port}/api") as client:
        for _ in range(3):
            with pytest.raises(NoConnectionError):
                client.lists()
        transport = client._http._transport
        assert isinstance(transport, NetworkTransport)
        assert len(transport._pools) == 1


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


def test_codes_of_windows_are_told_in_its_words() -> None:
    refused = {10061: "Connection refused."}
    assert words_of(10061, refused) == "Connection refused"
    assert words_of(2, {}) == "No such file or directory"
