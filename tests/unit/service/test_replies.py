"""Status and body become a value or one clear error, whatever the service sends."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactctl.contact import ContactChange, ContactRef
from contactctl.errors import (
    BadReplyError,
    ConflictError,
    ContactctlError,
    NotFoundError,
    Outcome,
    RateLimitedError,
    RedirectedError,
    RefusedError,
    UnauthorizedError,
    UnavailableError,
)
from contactctl.exact_json import JsonValue, Number, to_json
from contactctl.service import endpoints as calls
from contactctl.service.replies import MAX_MESSAGE, Answer, Cleaner, Reply, message_of, to_reply

KEY = "0a1b2c3d4e5f/789feedfacecafe1234"
CLEANER = Cleaner(KEY)
ADA = ContactRef("email", "ada@example.com")
UPDATE = calls.update(ContactChange(email="ada@example.com"))
DELETE, FIND, CHECK = calls.delete(ADA), calls.find(ADA), calls.suppression(ADA)
ALL_CALLS: list[calls.Call[Any]] = [
    UPDATE,
    DELETE,
    FIND,
    CHECK,
    calls.create(ContactChange(email="ada@example.com")),
    calls.remove_suppression(ADA),
    calls.properties(),
    calls.create_property("plan", "string"),
    calls.lists(),
    calls.api_key(),
]
_BODIES = st.binary(max_size=300) | st.recursive(
    st.none() | st.booleans() | st.text() | st.just(KEY),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["success", "id", "message", "error", "isSuppressed", KEY]), inner
        )
    ),
    max_leaves=8,
).map(lambda value: to_json(value).encode("utf-8", "surrogatepass"))


def answer(status: int, body: bytes | JsonValue = b"", **more: object) -> Answer:
    raw = body if isinstance(body, bytes) else to_json(body).encode()
    return Answer(status, raw, {}, **more)  # type: ignore[arg-type]


def refused(call: calls.Call[Any], reply: Answer) -> ContactctlError:
    with pytest.raises(ContactctlError) as caught:
        to_reply(call, reply, CLEANER)
    return caught.value


@pytest.mark.parametrize(
    ("call", "value"),
    [
        (UPDATE, {"success": True, "id": "c1"}),
        (UPDATE, {"success": True, "id": "c1", "extra": [None]}),
        (DELETE, {"success": True, "message": "Contact deleted."}),
        (FIND, []),
        (FIND, [{"id": "c1", "createdAt": None, "seats": Number("0.10")}]),
        (CHECK, {"contact": {}, "isSuppressed": False}),
        (calls.properties(), [{"key": "plan", "label": "Plan", "type": "string"}]),
        (calls.lists(), [{"id": "l1", "name": "News", "description": None}]),
        (calls.api_key(), {"success": True}),
    ],
)
def test_a_success_is_its_value(call: calls.Call[Any], value: JsonValue) -> None:
    assert to_reply(call, answer(200, value), CLEANER) == Reply(200, {}, value)


@pytest.mark.parametrize(
    ("call", "value", "lack"),
    [
        (UPDATE, {"success": True}, "an id"),
        (UPDATE, {"success": True, "id": None}, "an id"),
        (UPDATE, {"id": "c1"}, "success: true"),
        (UPDATE, [], "an object"),
        (DELETE, {}, "success: true"),
        (FIND, {"contacts": []}, "a list of contacts"),
        (FIND, [{"email": "ada@example.com"}], "a list of contacts"),
        (CHECK, {"isSuppressed": "no"}, "isSuppressed"),
        (calls.properties(), [{"key": "plan"}], "a list of properties"),
        (calls.lists(), [{"id": "l1", "name": ""}], "a list of lists"),
        (UPDATE, b"<html>", "JSON"),
        (UPDATE, b"", "a body"),
        (UPDATE, b" \r\n", "a body"),
    ],
)
def test_a_success_that_is_none_says_what_it_lacks(
    call: calls.Call[Any], value: bytes | JsonValue, lack: str
) -> None:
    error = refused(call, answer(200, value))
    assert isinstance(error, BadReplyError)
    assert error.message == f"the answer says success, but lacks {lack} (HTTP 200)"
    assert error.outcome is Outcome.UNKNOWN


def test_a_success_that_was_cut_is_none() -> None:
    error = refused(UPDATE, answer(200, {"success": True, "id": "c1"}, whole=False))
    assert isinstance(error, BadReplyError)


@pytest.mark.parametrize("success", [False, None, "true", {}])
def test_a_success_that_says_otherwise_is_refused(success: JsonValue) -> None:
    error = refused(UPDATE, answer(200, {"success": success, "id": "c1", "message": "No."}))
    assert type(error) is RefusedError
    assert (error.message, error.outcome) == ("No. (HTTP 200)", Outcome.NOT_APPLIED)


@pytest.mark.parametrize(
    ("status", "kind", "outcome"),
    [
        (301, RedirectedError, Outcome.NOT_APPLIED),
        (400, RefusedError, Outcome.NOT_APPLIED),
        (401, UnauthorizedError, Outcome.NOT_APPLIED),
        (403, UnauthorizedError, Outcome.NOT_APPLIED),
        (404, RefusedError, Outcome.NOT_APPLIED),
        (409, ConflictError, Outcome.NOT_APPLIED),
        (418, RefusedError, Outcome.NOT_APPLIED),
        (429, RateLimitedError, Outcome.NOT_APPLIED),
        (500, UnavailableError, Outcome.UNKNOWN),
        (599, UnavailableError, Outcome.UNKNOWN),
        (999, UnavailableError, Outcome.UNKNOWN),
        (199, BadReplyError, Outcome.UNKNOWN),
    ],
)
def test_the_status_decides_and_the_text_does_not(
    status: int, kind: type[ContactctlError], outcome: Outcome
) -> None:
    misleading: JsonValue = {
        "success": True,
        "id": "c1",
        "message": "Contact not found. Invalid API key",
    }
    error = refused(UPDATE, answer(status, misleading))
    assert (type(error), error.outcome, error.status) == (kind, outcome, status)
    assert f"(HTTP {status})" in error.message


@pytest.mark.parametrize("call", [DELETE, CHECK, calls.remove_suppression(ADA)])
def test_404_means_no_such_contact_where_one_is_named(call: calls.Call[Any]) -> None:
    gone: JsonValue = {"success": False, "message": "in other words"}
    assert isinstance(refused(call, answer(404, gone)), NotFoundError)


@pytest.mark.parametrize("body", [b"", b"<html><title>404</title>", b"[]", b'"gone"'])
def test_404_of_a_server_that_knows_no_contacts_says_nothing_of_one(body: bytes) -> None:
    assert type(refused(DELETE, answer(404, body))) is RefusedError


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"success":false,"message":"Invalid API key","error":"Old"}', "Invalid API key"),
        (b'{"error":"Invalid API key"}', "Invalid API key"),
        (b'{"error":{"message":"Invalid API key"}}', "Invalid API key"),
        (b'{"message":"  ","error":"Invalid API key"}', "Invalid API key"),
        (b'{"message":{"message":{"message":"deep"}}}', "deep"),
        (b'{"message":{"message":{"message":{"message":"too deep"}}}}', ""),
        (b'[{"message":"first"},{"message":"second"}]', "first"),
        (b'"just text"', "just text"),
        (b"<html><title>502 Bad\nGateway</title><p>x", "502 Bad\nGateway"),
        (b"<p>No</p>", " No "),
        (b"Service Unavailable", "Service Unavailable"),
        (b'{"message":"cut o', '{"message":"cut o'),
        (b"\xff\xfe", "��"),
        (b"", ""),
        (b"{}", ""),
        (b"[]", ""),
        (b"17", ""),
        (b"null", ""),
    ],
)
def test_every_form_of_error_body_gives_its_words(body: bytes, expected: str) -> None:
    assert message_of(body) == expected


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://evil.example/api?key=secret", "evil.example"),
        ("https://user:secret@evil.example:8443/x", "evil.example:8443"),
        ("//evil.example\\secret", "evil.example"),
        ("/api/v1/secret", "another path of the same host"),
        ("", "nowhere"),
        (f"https://{KEY}.example", "****1234.example"),
        ("https://evil\x1b[31m.example", "evil\\u{1b}[31m.example"),
    ],
)
def test_a_redirect_names_the_host_alone(location: str, shown: str) -> None:
    error = refused(UPDATE, answer(302, location=location))
    assert shown in error.message
    assert "secret" not in error.message


def test_messages_are_one_short_harmless_line_without_the_key() -> None:
    text = f"a\n\tb\x1b[31m\u202e Bearer {KEY} " + "x" * 500
    message = refused(UPDATE, answer(400, {"message": text})).message
    assert message.startswith("a b\\u{1b}[31m\\u{202e} Bearer ****1234 x")
    assert len(message) < MAX_MESSAGE + 60
    escaped = KEY.replace("/", "\\/").encode()
    assert "feedface" not in refused(UPDATE, answer(502, b"<p>" + escaped)).message


def test_a_key_in_a_value_is_masked_wherever_it_stands() -> None:
    value: JsonValue = [{"id": KEY, KEY: [f"x{KEY}y", None, Number("1"), True]}]
    found = to_reply(FIND, answer(200, value), CLEANER).value
    assert found == [{"id": "****1234", "****1234": ["x****1234y", None, Number("1"), True]}]


def test_half_a_character_in_a_value_is_no_reason_to_lose_the_rest() -> None:
    body = b'[{"id":"c1","firstName":"Ada \\ud83d"}]'
    assert to_reply(FIND, Answer(200, body, {}), CLEANER).value == [
        {"id": "c1", "firstName": "Ada \ufffd"}
    ]
    assert "no \ufffd" in refused(UPDATE, Answer(400, b'{"message":"no \\udc00"}', {})).message


def test_data_that_holds_a_short_key_by_chance_stays_as_it_is() -> None:
    """As with ``LOOPS_API_KEY=test`` for the sandbox's server; ids of it are sent back."""
    value: JsonValue = [{"id": "ctest1", "email": "test@example.com"}]
    assert to_reply(FIND, answer(200, value), Cleaner("test")).value == value


def test_pace_headers_stay_with_reply_and_error() -> None:
    pace = {"x-ratelimit-limit": "10"}
    assert to_reply(FIND, Answer(200, b"[]", pace), CLEANER).headers == pace
    with pytest.raises(RateLimitedError) as caught:
        to_reply(FIND, Answer(429, b"", pace), CLEANER)
    assert caught.value.pace == pace


@given(st.sampled_from(ALL_CALLS), st.integers(100, 999), _BODIES)
def test_any_answer_is_a_value_or_one_clear_error(
    call: calls.Call[Any], status: int, body: bytes
) -> None:
    try:
        shown = to_json(to_reply(call, Answer(status, body, {}), CLEANER).value)
        assert 200 <= status < 300
    except ContactctlError as error:
        shown = error.message
        visible = not any(unicodedata.category(character)[0] == "C" for character in shown)
        assert visible
        assert str(status) in shown
    assert KEY not in shown


@given(st.text() | st.text(alphabet="<>title/ ab").map(lambda text: f"<title{text}"))
def test_any_page_gives_some_words(text: str) -> None:
    shown = CLEANER.show(message_of(text.encode("utf-8", "replace")))
    assert len(shown) <= MAX_MESSAGE * 10
    assert not re.search(r"[\x00-\x1f\x7f]", shown)
