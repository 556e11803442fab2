"""Calls say what they are: everything decided about one is a field of it."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from looped_cases import case

from contactctl.contact import ContactChange, ContactRef
from contactctl.errors import (
    BadReplyError,
    ConflictError,
    ContactctlError,
    DeadlineError,
    NoConnectionError,
    NotFoundError,
    Outcome,
    RateLimitedError,
    RedirectedError,
    RefusedError,
    UnauthorizedError,
    UnavailableError,
)
from contactctl.service import endpoints as calls
from contactctl.service.replies import Answer, Cleaner, to_reply
from contactctl.service.retrying import worded

ADA = ContactRef("email", "ada@example.com")
BY_EMAIL = ContactChange(email="ada@example.com")
BY_ID = ContactChange(user_id="42")
BY_BOTH = ContactChange(email="ada@example.com", user_id="42")

CALLS: dict[str, calls.Call[Any]] = {
    "update": calls.update(BY_EMAIL),
    "update by id": calls.update(BY_ID),
    "update by both": calls.update(BY_BOTH),
    "update body": calls.update_body(b"{}"),
    "create": calls.create(BY_EMAIL, lambda _: ()),
    "find": calls.find(ADA),
    "delete": calls.delete(ADA),
    "suppression": calls.suppression(ADA),
    "remove suppression": calls.remove_suppression(ADA),
    "properties": calls.properties(),
    "create property": calls.create_property("plan", "string"),
    "lists": calls.lists(),
    "api key": calls.api_key(),
}
KINDS: list[type[ContactctlError]] = [
    BadReplyError,
    ConflictError,
    DeadlineError,
    NoConnectionError,
    NotFoundError,
    RateLimitedError,
    RedirectedError,
    RefusedError,
    UnauthorizedError,
    UnavailableError,
]


def hint(
    name: str,
    kind: type[ContactctlError],
    outcome: Outcome = Outcome.NOT_APPLIED,
    status: int = 400,
) -> str:
    error = worded(CALLS[name], kind("No.", outcome=outcome, status=status), str)
    assert error.hint is not None
    return error.hint


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("update", RefusedError, "--dry-run"),
        ("update by id", RefusedError, "add --email"),
        ("update by id", ConflictError, "add --email"),
        ("update by both", ConflictError, "two contacts"),
        ("create", ConflictError, "contactctl update"),
        ("create", RefusedError, "--dry-run"),
        ("find", RefusedError, "check the address or user id"),
        ("properties", RefusedError, "contactctl properties list"),
        ("create property", ConflictError, "contactctl properties list"),
        ("api key", UnauthorizedError, "contactctl profile add"),
        ("lists", UnauthorizedError, "contactctl profile check"),
        ("delete", NotFoundError, "contactctl find"),
    ],
)
def test_the_advice_is_that_of_the_call_before_that_of_all(
    name: str, kind: type[ContactctlError], words: str
) -> None:
    assert words in hint(name, kind)


@pytest.mark.parametrize("name", CALLS)
def test_a_redirect_is_about_the_place_whatever_was_asked(name: str) -> None:
    assert "contactctl profile show" in hint(name, RedirectedError)


@pytest.mark.parametrize("name", ["update", "find", "lists"])
def test_a_path_that_is_not_known_there_is_about_the_place(name: str) -> None:
    assert "contactctl profile show" in hint(name, RefusedError, status=404)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("create", "contactctl find"),
        ("delete", "contactctl find"),
        ("remove suppression", "contactctl suppression check"),
        ("create property", "contactctl properties list"),
        ("update", "run it again"),  # which does no harm
    ],
)
def test_in_doubt_the_advice_is_to_look_where_a_repeat_could_do_harm(name: str, words: str) -> None:
    assert words in hint(name, UnavailableError, Outcome.UNKNOWN, 503)


def test_every_write_can_be_repeated_by_its_own_rule() -> None:
    looking = {name for name, call in CALLS.items() if call.look is not None}
    assert looking == {"create", "remove suppression", "create property"}
    assert [name for name, call in CALLS.items() if call.when_gone is not None] == ["delete"]
    assert all(CALLS[name].writes for name in looking)
    assert not any(look.call.writes for call in CALLS.values() if (look := call.look) is not None)


@pytest.mark.parametrize("name", CALLS)
def test_no_advice_depends_on_the_path(name: str) -> None:
    elsewhere = CALLS[name]._replace(path="elsewhere")
    for kind, outcome in product(KINDS, [Outcome.NOT_APPLIED, Outcome.UNKNOWN]):
        error = kind("No.", outcome=outcome, status=400)
        with case(kind, outcome):
            assert worded(elsewhere, error, str).hint == worded(CALLS[name], error, str).hint


@pytest.mark.parametrize("name", CALLS)
def test_no_reading_depends_on_the_path(name: str) -> None:
    elsewhere = CALLS[name]._replace(path="elsewhere")
    gone = Answer(404, b'{"message":"gone"}', {})
    kinds = []
    for call in (CALLS[name], elsewhere):
        with pytest.raises((RefusedError, NotFoundError)) as caught:
            to_reply(call, gone, Cleaner(""))
        kinds.append(type(caught.value))
    assert kinds[0] is kinds[1]
    assert (kinds[0] is NotFoundError) == CALLS[name].names_contact
