"""Whether a contact that was found is what a creation made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contactctl.changes.created import unlike_created
from contactctl.contact import ContactChange
from contactctl.exact_json import Number

if TYPE_CHECKING:
    from contactctl.changes.draft import DeclaredTypes
    from contactctl.exact_json import JsonObject, JsonScalar, JsonValue

DECLARED: DeclaredTypes = {"seats": "number", "renewsAt": "date", "plan": "string", "shape": None}
#: A contact as the service shows one that was created with an address alone.
NEW: JsonObject = {
    "id": "cnt1",
    "email": "ada@example.com",
    "firstName": None,
    "lastName": None,
    "source": "API",
    "subscribed": True,
    "userGroup": "",
    "userId": None,
    "mailingLists": {},
    "optInStatus": None,
}


def unlike(
    contact: JsonObject, lists: dict[str, bool] | None = None, /, **sent: JsonScalar
) -> set[str]:
    change = ContactChange(email="ada@example.com", values=sent, mailing_lists=lists or {})
    return set(unlike_created(change, contact, DECLARED))


def test_a_new_contact_is_what_an_address_alone_makes() -> None:
    assert unlike(NEW) == set()
    assert unlike({"id": "cnt1", "email": "Ada@Example.com"}) == set()


@pytest.mark.parametrize(
    ("name", "sent", "found"),
    [
        ("firstName", "Ada", "Ada"),
        ("userGroup", "", None),
        ("userGroup", None, ""),
        ("source", "ship", "ship"),
        ("subscribed", False, False),
        ("seats", Number("12"), Number("1.2e1")),
        ("renewsAt", "2024-01-17T12:21:11+02:00", "2024-01-17T10:21:11.000Z"),
        ("renewsAt", Number("1705486871000"), "2024-01-17T10:21:11.000Z"),
        ("createdAt", "2024-01-17", "2024-01-17T00:00:00.000Z"),
        ("undeclared", "2024-01-17", "2024-01-17T00:00:00.000Z"),
        ("plan", None, None),
    ],
)
def test_what_was_sent_may_be_shown_in_another_form(
    name: str, sent: JsonScalar, found: JsonValue
) -> None:
    assert unlike({**NEW, name: found}, **{name: sent}) == set()


@pytest.mark.parametrize(
    ("name", "sent", "found"),
    [
        ("firstName", "Ada", None),
        ("firstName", "Ada", "ada"),
        ("lastName", "King", "Hopper"),
        ("userGroup", "navy", ""),
        ("source", "ship", "API"),
        ("subscribed", False, True),
        ("subscribed", True, False),
        ("plan", "pro", "free"),
        ("plan", "pro", None),
        ("plan", None, "pro"),
        ("plan", "pro", ["pro"]),
        ("seats", Number("12"), Number("13")),
        ("seats", Number("12"), "12"),
        ("renewsAt", "2024-01-17", "2024-01-18T00:00:00.000Z"),
        ("createdAt", "2024-01-17", "2024-01-18T00:00:00.000Z"),
    ],
)
def test_what_was_sent_and_is_not_there_differs(
    name: str, sent: JsonScalar, found: JsonValue
) -> None:
    assert unlike({**NEW, name: found}, **{name: sent}) == {name}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("firstName", "Ada"),
        ("userId", "42"),
        ("userGroup", "navy"),
        ("source", "Form"),
        ("subscribed", False),
        ("notes", "met in May"),
        ("plan", "free"),
        ("seats", Number("0")),
        ("trial", False),
        ("shape", []),
    ],
)
def test_what_was_not_sent_and_is_there_differs(name: str, found: JsonValue) -> None:
    assert unlike({**NEW, name: found}) == {name}


@pytest.mark.parametrize("name", ["createdAt", "updatedAt", "optInStatus", "id"])
def test_what_the_service_gives_of_itself_says_nothing(name: str) -> None:
    assert unlike({**NEW, name: "2024-01-18T00:00:00.000Z"}) == set()


def test_a_user_id_and_an_address_are_compared() -> None:
    change = ContactChange(email="ada@example.com", user_id="42")
    assert unlike_created(change, {**NEW, "userId": "42"}) == []
    assert unlike_created(change, {**NEW, "userId": "43"}) == ["userId"]
    assert unlike_created(change, NEW) == ["userId"]
    assert unlike_created(change, {**NEW, "userId": "42", "email": "b@example.com"}) == ["email"]


@pytest.mark.parametrize(
    ("wanted", "found", "differ"),
    [
        ({}, {}, set()),
        ({"news": True}, {"news": True}, set()),
        ({"news": False}, {}, set()),
        ({}, {"news": False}, set()),
        ({"news": True}, {}, {"news"}),
        ({"news": True}, None, {"news"}),
        ({"news": False}, {"news": True}, {"news"}),
        ({"news": True}, {"news": True, "tips": True}, {"tips"}),
        ({"news": True}, {"tips": True}, {"news", "tips"}),
    ],
)
def test_lists_are_compared_by_id(
    wanted: dict[str, bool], found: JsonValue, differ: set[str]
) -> None:
    contact = {**NEW, "mailingLists": found}
    assert unlike(contact, wanted) == {f"mailingLists.{name}" for name in differ}
