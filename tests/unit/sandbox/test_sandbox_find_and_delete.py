from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox_calls import ADA, BOB, PUBLIC_LIST, Rules, refused

from contactctl.sandbox.rules import delete, find, suppression
from contactctl.sandbox.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from contactctl.exact_json import JsonObject

ONLY_ONE = "Only one of email and userId is allowed."


@pytest.fixture
def rules(tmp_path: Path) -> Iterator[Rules]:
    with open_store(tmp_path / "sandbox.sqlite3") as store:
        opened = Rules(store)
        opened.update(email=ADA, userId="42", plan="pro", mailingLists={PUBLIC_LIST: True})
        opened.update(email=BOB)
        yield opened


@pytest.mark.parametrize("query", [{"email": ADA}, {"email": " ADA@example.com"}, {"userId": "42"}])
def test_find_returns_an_array_with_the_contact(rules: Rules, query: dict[str, str]) -> None:
    answer = rules(find, **query)
    assert answer.value == [rules.contact()]
    assert rules.contact()["plan"] == "pro"


@pytest.mark.parametrize("query", [{"email": "nobody@example.com"}, {"userId": "43"}])
def test_find_returns_an_empty_array_for_nobody(rules: Rules, query: dict[str, str]) -> None:
    assert rules(find, **query).value == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({}, "An email or userId is required."),
        ({"name": "Ada"}, "An email or userId is required."),
        ({"email": ADA, "userId": "42"}, ONLY_ONE),
        ({"email": "ada"}, "Invalid email address."),
        ({"email": "a b@example.com"}, "Invalid email address."),
    ],
)
def test_find_takes_exactly_one_valid_identifier(
    rules: Rules, query: dict[str, str], message: str
) -> None:
    with refused(400, message):
        rules(find, **query)


@pytest.mark.parametrize(
    "body",
    [{"email": ADA}, {"email": "ADA@example.com", "userId": None}, {"userId": "42", "email": None}],
)
def test_delete_removes_the_contact_and_no_other(rules: Rules, body: JsonObject) -> None:
    assert rules(delete, body).value == {"success": True, "message": "Contact deleted"}
    assert rules(find, email=ADA).value == []
    assert [contact["email"] for contact in rules.store.dump()] == [BOB]


def test_delete_of_nobody_is_not_found(rules: Rules) -> None:
    rules(delete, {"email": ADA})
    for body in ({"email": ADA}, {"userId": "42"}):
        with refused(404, "Contact not found."):
            rules(delete, dict(body))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "An email or userId is required."),
        ({"email": ADA, "userId": "42"}, ONLY_ONE),
        ({"email": "ada"}, "Invalid email address."),
        ({"userId": 42}, "userId"),
    ],
)
def test_delete_takes_exactly_one_valid_identifier(
    rules: Rules, body: JsonObject, message: str
) -> None:
    with refused(400, message):
        rules(delete, body)
    assert len(list(rules.store.dump())) == 2


def test_a_deleted_contacts_user_id_is_free_again(rules: Rules) -> None:
    rules(delete, {"email": ADA})
    rules.update(email=BOB, userId="42")
    assert rules.contact(BOB)["userId"] == "42"


def test_the_suppression_of_an_address_outlives_its_contact(rules: Rules) -> None:
    rules.store.suppress(ADA, on=True)
    rules(delete, {"email": ADA})
    rules.update(email=ADA)
    status = rules(suppression, email=ADA).value
    assert isinstance(status, dict)
    assert status["isSuppressed"] is True
