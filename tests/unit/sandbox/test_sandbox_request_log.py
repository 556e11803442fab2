"""The log of requests: what is kept, what is forgotten, and what each record says."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from contactctl.exact_json import to_json
from contactctl.sandbox.calls import Answer, Refusal
from contactctl.sandbox.incoming import Incoming
from contactctl.sandbox.request_log import MOST_BYTES, MOST_REQUESTS, Record, RequestLog

if TYPE_CHECKING:
    from contactctl.exact_json import JsonValue


def incoming(
    body: bytes = b"", path: str = "/api/v1/contacts/update", query: str = "", key: str = ""
) -> Incoming:
    """Return a request whose body was read."""
    environ = {
        "REQUEST_METHOD": "PUT",
        "PATH_INFO": path,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "QUERY_STRING": query,
        "HTTP_AUTHORIZATION": f"Bearer {key}",
    }
    made = Incoming(environ)
    made.read(len(body))
    return made


def added(log: RequestLog, request: Incoming, answer: Answer | None = None) -> dict[str, Any]:
    """Add a request and return its record."""
    log.add(request, answer or Answer({"success": True}), now_s=1705486871.25, took_s=0.0042)
    found: dict[str, Any] = json.loads(log.after(log.last - 1)[0].text)
    return found


def test_a_record_says_when_it_came_and_how_long_it_took() -> None:
    record = added(RequestLog(), incoming())
    assert (record["number"], record["at"], record["ms"]) == (1, "2024-01-17T10:21:11.250Z", 4.2)


def test_only_so_many_are_kept_and_the_oldest_go() -> None:
    log = RequestLog()
    for _ in range(MOST_REQUESTS + 5):
        log.add(incoming(), Answer({}), now_s=0, took_s=0)
    kept = log.after(0)
    assert (len(kept), kept[0].number, log.last) == (MOST_REQUESTS, 6, MOST_REQUESTS + 5)


def test_large_bodies_are_cut_and_do_not_fill_the_memory() -> None:
    log = RequestLog()
    large = b'{"note": "' + b"x" * 100_000 + b'"}'
    for _ in range(300):
        record = added(log, incoming(large))
    assert record["request"].endswith("x…")
    kept = sum(len(one.text) for one in log.after(0))
    assert MOST_BYTES - 70_000 < kept <= MOST_BYTES


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"", None),
        (b'{"email": "a", "seats": 0.10}', {"email": "a", "seats": 0.10}),
        (b"a=b", "a=b"),
        (b"\xff{", "\ufffd{"),
        (b'{"a": 1, "a": 2}', '{"a": 1, "a": 2}'),
    ],
)
def test_a_body_is_shown_as_json_or_as_text(body: bytes, shown: object) -> None:
    assert added(RequestLog(), incoming(body))["request"] == shown


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer({"success": True}), None),
        (Refusal(400, "Invalid email address.").to_answer(), "Invalid email address."),
        (Answer({"error": "Invalid API key"}, 401), "Invalid API key"),
        (Refusal(500, "Failed.", why="injected").to_answer(), "injected"),
        (Answer([], 500), None),
    ],
)
def test_why_a_request_was_refused(answer: Answer, why: str | None) -> None:
    assert added(RequestLog(), incoming(), answer)["why"] == why


def test_a_contact_is_found_by_each_of_its_names_and_by_no_part_of_them() -> None:
    log = RequestLog()
    answer: JsonValue = {"contact": {"id": "c1", "email": "ada@example.com", "userId": "U42"}}
    added(log, incoming(path="/api/v1/contacts/suppression", query="userId=U42"), Answer(answer))
    found = {
        name: len(log.after(0, contact=name)) for name in ("c1", " ADA@example.com", "u42", "c")
    }
    assert found == {"c1": 1, " ADA@example.com": 1, "u42": 1, "c": 0}


def test_a_line_shows_nothing_that_a_terminal_would_obey() -> None:
    lines: list[str] = []
    log = RequestLog(lambda record: lines.append(record.line))
    refusal = Refusal(400, "no\n\x1b[31m").to_answer()
    added(log, incoming(path="/api/\n\x9b", query="email=%1B%5B31m%0A"), refusal)
    assert lines[0].isprintable()
    here = datetime.fromtimestamp(1705486871.25).astimezone()
    assert lines[0].startswith(f"{here:%H:%M:%S} PUT /api/\\u{{a}}")


def test_each_record_is_told_once_in_its_order() -> None:
    told: list[Record] = []
    log = RequestLog(told.append)
    with ThreadPoolExecutor(8) as threads:
        for _ in range(200):
            threads.submit(log.add, incoming(), Answer({}), now_s=0, took_s=0)
    assert [record.number for record in told] == list(range(1, 201))
    assert told == log.after(0)


def test_a_key_with_characters_that_json_escapes_is_masked() -> None:
    key = 'a-"key"-with-\\-in-it'
    body = to_json({"note": key}).encode()
    record = added(RequestLog(), incoming(body, key=key))
    assert record["request"]["note"] == "****n-it"
