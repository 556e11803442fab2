"""What comes on a connection beside the one reply that was asked for."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from certificates import make_authority
from client_calls import CHANGE, spied_client
from fault_server import FaultServer, head, raw, reply, reply_json

from contactctl.errors import (
    BadReplyError,
    ContactctlError,
    NoConnectionError,
    Outcome,
    RateLimitedError,
)

if TYPE_CHECKING:
    from pathlib import Path

    from fault_server import Behaviour, Visit

EXTRA = b'[{"id":"evil"}]'
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n"


class Once:
    """Answers the first request of all as told, and every other with an empty list."""

    def __init__(self, first: bytes) -> None:
        self.first = first
        self.peers: list[object] = []

    def __call__(self, visit: Visit) -> bool:
        self.peers.append(visit.connection.getpeername())
        if len(self.peers) > 1:
            return reply_json([])(visit)
        visit.send(self.first)
        return True


@pytest.mark.parametrize("behind", [head(200, len(EXTRA)) + EXTRA, CHUNKED, b"HTT", b"\r\n\r\nx"])
@pytest.mark.parametrize("first", [head(200, 2) + b"[]", CHUNKED], ids=["length", "chunks"])
def test_what_comes_behind_a_reply_answers_nothing_and_ends_the_connection(
    first: bytes, behind: bytes
) -> None:
    script = Once(first + behind)
    with FaultServer([script]) as server, spied_client(server.url, retries=0).client as client:
        assert [client.lists() for _ in range(3)] == [[], [], []]
    one, *others = script.peers
    assert one not in others
    assert len(set(others)) == 1  # which is kept, since nothing came behind its replies


def test_nor_does_it_over_tls(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    script = Once(head(200, 2) + b"[]" + head(200, len(EXTRA)) + EXTRA)
    env = {"SSL_CERT_FILE": str(authority.file)}
    with (
        FaultServer([script], tls=authority.server_context("127.0.0.1")) as server,
        spied_client(server.url, retries=0, env=env).client as client,
    ):
        assert [client.lists() for _ in range(2)] == [[], []]
    assert len(set(script.peers)) == 2


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (reply(204), 204, "lacks a body"),
        (raw(head(204, 2) + b"[]"), 204, "lacks a body"),
        (reply(205), 205, "lacks a body"),
        (reply(304), 304, "not modified"),
        (raw(head(304, 2) + b"[]"), 304, "not modified"),
    ],
)
def test_a_status_without_a_body_says_nothing_of_what_became_of_a_write(
    answer: Behaviour, status: int, words: str
) -> None:
    with FaultServer([answer]) as server, spied_client(server.url).client as client:
        with pytest.raises(BadReplyError, match=words) as caught:
            client.update(CHANGE)
        assert (caught.value.status, caught.value.outcome) == (status, Outcome.UNKNOWN)
        with suppress(ContactctlError):
            client.lists()  # a second one finds a sound connection
    assert server.count >= 2


@pytest.mark.parametrize(
    "said", [b"SSH-2.0-OpenSSH_9.2\r\n", b"220 mail ESMTP\r\n", b"\x15\x03\x01"]
)
def test_a_port_that_speaks_no_http_is_said_to(said: bytes) -> None:
    with (
        FaultServer([raw(said)]) as server,
        spied_client(server.url).client as client,
        pytest.raises(NoConnectionError, match="does not speak HTTP") as caught,
    ):
        client.update(CHANGE)
    assert caught.value.outcome is Outcome.UNKNOWN
    assert "contactctl profile show" in (caught.value.hint or "")


@pytest.mark.parametrize("said", [b"", b"HTT", b"HTTP/1.1 2", b"HTTP/1.1 101 Other\r\n\r\n+"])
def test_half_a_reply_is_a_connection_that_broke(said: bytes) -> None:
    with (
        FaultServer([raw(said)]) as server,
        spied_client(server.url).client as client,
        pytest.raises(NoConnectionError, match="broke before the answer was complete"),
    ):
        client.update(CHANGE)


def test_the_date_of_a_reply_settles_how_long_it_asks_to_wait() -> None:
    headers = [
        ("Date", "Thu, 01 Jan 2099 00:00:00 GMT"),
        ("Retry-After", "Thu, 01 Jan 2099 00:00:20 GMT"),
    ]
    with FaultServer([reply(429, b"{}", headers)]) as server:
        spied = spied_client(server.url, retries=1)
        with spied.client, pytest.raises(RateLimitedError):
            spied.client.update(CHANGE)
    assert spied.waits == [20.0]
