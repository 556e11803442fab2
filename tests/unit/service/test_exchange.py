"""One request and its answer: how much is read, what is masked, what is known of the writes."""

from __future__ import annotations

import gzip
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from client_calls import CHANGE, spied_client
from fault_server import FaultServer, reply, reply_json
from scripted import answered, in_process

from contactctl.errors import BadReplyError, ContactctlError, Outcome
from contactctl.service.replies import MAX_REPLY_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

SAVED = b'{"success":true,"id":"c1"}'


def test_what_is_known_of_the_writes_is_what_was_known_before_one_that_was_refused() -> None:
    refused, saved = reply_json({"message": "no"}, 400), reply(200, SAVED)
    with (
        FaultServer([refused, saved, refused, reply(503), refused]) as server,
        spied_client(server.url, retries=0).client as client,
    ):
        known = [client.outcome]
        for _ in range(5):
            with suppress(ContactctlError):
                client.update(CHANGE)
            known.append(client.outcome)
    nothing, done, unknown = Outcome.NOT_SENT, Outcome.APPLIED, Outcome.UNKNOWN
    assert known == [nothing, nothing, done, done, unknown, unknown]


def test_the_limit_that_was_named_last_is_known() -> None:
    named = {"x-ratelimit-limit": "50"}.items()
    answers = [reply(200, SAVED), reply(400, b"{}", named), reply(200, SAVED)]
    known = []
    with FaultServer(answers) as server, spied_client(server.url, retries=0).client as client:
        for _ in range(3):
            known.append(client.limit)
            with suppress(ContactctlError):
                client.update(CHANGE)
        known.append(client.limit)
    assert known == [None, "", "50", "50"]


@pytest.mark.parametrize("packed", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_an_answer_may_be_as_long_as_the_limit_and_no_longer(
    packed: Callable[[bytes], bytes],
) -> None:
    headers = [] if packed is bytes else [("Content-Encoding", "gzip")]
    whole = SAVED + b" " * (MAX_REPLY_BYTES - len(SAVED))
    answers = [reply(200, packed(body), headers) for body in (whole, whole + b" ")]
    with FaultServer(answers) as server, spied_client(server.url).client as client:
        assert client.update(CHANGE).id == "c1"
        with pytest.raises(BadReplyError, match="an end within 1048576 bytes"):
            client.update(CHANGE)


@pytest.mark.parametrize("blanks", [0, 1])
def test_a_transport_in_this_process_has_the_same_limit(blanks: int) -> None:
    body = SAVED + b" " * (MAX_REPLY_BYTES - len(SAVED) + blanks)
    with in_process(lambda _: answered(200, body)) as client:
        if not blanks:
            assert client.update(CHANGE).id == "c1"
            return
        with pytest.raises(BadReplyError):
            client.update(CHANGE)


def test_a_key_with_slashes_is_masked_where_they_are_escaped_as_well() -> None:
    key = "canary/0123456789/feed"
    spelt = key.replace("/", "\\/")
    body = f'{{"success":false,"message":"no {spelt}, no {key}","seen":"{spelt}"}}'.encode()
    with FaultServer([reply(400, body), reply(400, f"page {spelt}".encode())]) as server:
        spied = spied_client(server.url, key=key)
        with spied.client:
            for _ in range(2):
                with pytest.raises(ContactctlError) as caught:
                    spied.client.update(CHANGE)
                spied.lines.append(caught.value.message)
    said = "\n".join(spied.lines)
    assert "0123456789" not in said
    assert said.count("****feed") >= 5
