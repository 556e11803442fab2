"""The client's own face: one attempt for the importer, the trace, other transports."""

from __future__ import annotations

import gzip
import re
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest
from client_calls import ADA, CALLS, CHANGE, KEY, spied_client
from fault_server import FaultServer, flood, hang_up, reply, reply_json
from scripted import answered, in_process

from contactctl.contact import ContactChange, ContactRef
from contactctl.errors import (
    BadReplyError,
    ContactctlError,
    DamagedFileError,
    NoConnectionError,
    Outcome,
    RateLimitedError,
    StoppedError,
    UsageError,
)
from contactctl.exact_json import to_json
from contactctl.network.messages import Response
from contactctl.service.client import Saved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contactctl.network.messages import Request

SAVED = b'{"success":true,"id":"c1"}'
PACE = [("X-RateLimit-Limit", "10"), ("X-RateLimit-Remaining", "9"), ("X-Other", "no")]


def test_an_update_returns_the_id_and_the_whole_reply() -> None:
    with FaultServer([reply(200, SAVED)]) as server, spied_client(server.url).client as client:
        assert client.update(CHANGE) == Saved("c1", {"success": True, "id": "c1"})


@pytest.mark.parametrize(
    ("ref", "query"),
    [
        (ContactRef("email", "a+b@example.com"), "email=a%2Bb%40example.com"),
        (ContactRef("userId", "a&b=c/ü"), "userId=a%26b%3Dc%2F%C3%BC"),
    ],
)
def test_identifiers_survive_the_query(ref: ContactRef, query: str) -> None:
    with FaultServer([reply_json([])]) as server, spied_client(server.url).client as client:
        client.find(ref)
    assert server.received[0].target == f"/api/v1/contacts/find?{query}"


def test_all_properties_are_asked_for() -> None:
    with FaultServer([reply_json([])]) as server, spied_client(server.url).client as client:
        client.properties()
    assert server.received[0].target == "/api/v1/contacts/properties?list=all"


def test_a_single_attempt_returns_what_pacing_needs() -> None:
    with FaultServer([reply(200, SAVED, PACE)]) as server:
        spied = spied_client(server.url)
        with spied.client:
            done = spied.client.update_once(CHANGE.to_body())
    assert (done.status, done.value) == (200, {"success": True, "id": "c1"})
    assert done.headers == {"x-ratelimit-limit": "10", "x-ratelimit-remaining": "9"}
    assert server.received[0].body == CHANGE.to_body()


def test_a_single_attempt_is_not_repeated_and_its_error_has_the_pace() -> None:
    with FaultServer([reply(429, b"", [*PACE, ("Retry-After", "3")])]) as server:
        spied = spied_client(server.url)
        with spied.client, pytest.raises(RateLimitedError) as caught:
            spied.client.update_once(b"{}")
    error = caught.value
    assert (server.count, error.attempts, spied.waits) == (1, 1, [])
    assert (error.pace["retry-after"], error.pace["x-ratelimit-limit"]) == ("3", "10")
    assert error.outcome is Outcome.NOT_APPLIED


def test_a_single_attempt_that_is_lost_is_in_doubt() -> None:
    with FaultServer([hang_up]) as server:
        spied = spied_client(server.url)
        with spied.client, pytest.raises(NoConnectionError) as caught:
            spied.client.update_once(b"{}")
    assert (caught.value.outcome, caught.value.attempts) == (Outcome.UNKNOWN, 1)


def test_the_trace_shows_requests_answers_and_waits_but_no_key_and_no_controls() -> None:
    change = ContactChange(email="ada@example.com", values={"note": f"\x1b[31m {KEY}"})
    with FaultServer([reply(503, b"busy\x07"), reply(200, SAVED)]) as server:
        spied = spied_client(server.url)
        with spied.client:
            spied.client.update(change)
    lines = [re.sub(r"[0-9.]+(?= m?s\b)", "N", line) for line in spied.lines]
    sent = [
        f"PUT {server.url}/v1/contacts/update",
        '> {"email":"ada@example.com","note":"\\u001b[31m ****1234"}',
    ]
    assert lines == [
        *sent,
        "< HTTP 503 in N ms",
        "< busy\\u{7}",
        "waiting N s before attempt 2 of 2: busy\\u{7} (HTTP 503)",
        *sent,
        "< HTTP 200 in N ms",
        f"< {SAVED.decode()}",
    ]


def test_the_trace_says_what_became_of_a_request_without_an_answer() -> None:
    with FaultServer([hang_up]) as server:
        spied = spied_client(server.url, retries=0)
        with spied.client, pytest.raises(NoConnectionError):
            spied.client.lists()
    assert re.fullmatch(r"< the connection broke .*, after [0-9]+ ms", spied.lines[-1])


@pytest.mark.parametrize(
    "packed", [gzip.compress(SAVED), zlib.compress(SAVED)], ids=["gzip", "deflate"]
)
def test_an_answer_that_was_compressed_on_the_way_is_read(packed: bytes) -> None:
    answer = reply(200, packed, [("Content-Encoding", "gzip")])
    with FaultServer([answer]) as server, spied_client(server.url).client as client:
        assert client.update(CHANGE).id == "c1"


@pytest.mark.parametrize(
    "behave",
    [
        flood(100),
        reply(200, gzip.compress(b" " * 100_000_000), [("Content-Encoding", "gzip")]),
    ],
    ids=["100 MB", "gzip bomb"],
)
def test_a_huge_answer_takes_little_memory(behave: Callable[..., bool]) -> None:
    with FaultServer([behave]) as server:
        spied = spied_client(server.url, retries=0)
        tracemalloc.start()
        with spied.client, pytest.raises(BadReplyError):
            spied.client.lists()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 16_000_000


def test_a_transport_in_this_process_is_as_good_as_the_network() -> None:
    def answer(request: Request) -> Response:
        assert ("Authorization", f"Bearer {KEY}") in request.headers
        return answered(200, [{"id": "c1"}])

    with in_process(answer) as client:
        assert client.find(ADA) == [{"id": "c1"}]


def test_errors_of_the_sandbox_pass_with_their_own_hint() -> None:
    def damaged(_: Request) -> Response:
        raise DamagedFileError("the sandbox's file is damaged", hint="contactctl sandbox reset")

    with in_process(damaged) as client, pytest.raises(DamagedFileError) as caught:
        client.update(CHANGE)
    assert (
        caught.value.message == "cannot update ada@example.com with user id 42: the sandbox's"
        " file is damaged"
    )
    assert (caught.value.hint, caught.value.attempts) == ("contactctl sandbox reset", 1)


def test_a_signal_is_never_taken_for_a_failed_attempt() -> None:
    seen: list[Request] = []

    def stopped(request: Request) -> Response:
        seen.append(request)
        raise StoppedError("stopped by SIGTERM", signum=15)

    for ask in CALLS.values():
        with in_process(stopped) as client, pytest.raises(StoppedError) as caught:
            ask(client)
        assert caught.value.signum == 15
    with in_process(stopped) as client, pytest.raises(StoppedError):
        client.update_once(b"{}")
    assert len(seen) == len(CALLS) + 1


def test_a_signal_while_a_refusal_is_read_is_not_lost() -> None:
    def stopping() -> Iterator[bytes]:
        yield b"{"
        raise StoppedError("stopped by SIGTERM", signum=15)

    client = in_process(lambda _: Response(400, [], stopping()))
    with client, pytest.raises(StoppedError):
        client.lists()


def test_an_identifier_that_no_request_can_carry_is_a_usage_error() -> None:
    with in_process(lambda _: answered(200)) as client:
        for text in ("\ud800", "x" * 70_000):
            with pytest.raises(UsageError) as caught:
                client.find(ContactRef("userId", text))
            assert caught.value.outcome is Outcome.NOT_SENT


def test_a_key_given_as_a_user_id_is_masked_in_messages() -> None:
    client = in_process(lambda _: answered(400))
    with client, pytest.raises(ContactctlError) as caught:
        client.find(ContactRef("userId", KEY))
    assert KEY not in repr(vars(caught.value))
    assert "****1234" in caught.value.message


def test_bodies_are_what_the_documentation_says() -> None:
    bodies: dict[str, bytes] = {}

    def note(request: Request) -> Response:
        path, _, _ = request.target.partition("?")
        bodies[f"{request.method} {path}"] = request.body
        return answered(200, {"success": True, "id": "c1"})

    with in_process(note) as client:
        client.delete(ContactRef("userId", "42"))
        client.create_property("plan", "string")
        client.remove_suppression(ADA)
    assert bodies == {
        "POST /api/v1/contacts/delete": b'{"userId":"42"}',
        "POST /api/v1/contacts/properties": to_json({"name": "plan", "type": "string"}).encode(),
        "DELETE /api/v1/contacts/suppression": b"",
    }
