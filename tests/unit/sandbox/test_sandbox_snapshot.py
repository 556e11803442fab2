"""What can be loaded, and what it replaces; what is dumped."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sandbox_calls import ADA, BOB, PUBLIC_LIST, Rules

from contactctl.errors import UsageError
from contactctl.sandbox.rules import api_key, suppression
from contactctl.sandbox.snapshot import dump_lines, load, parse_snapshot
from contactctl.sandbox.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from contactctl.sandbox.store import Store

ACCOUNT: dict[str, Any] = {
    "teamName": "Example Team",
    "removalQuota": {"limit": 5, "remaining": 3},
    "lists": [{"id": "news-1", "name": "News", "description": None, "isPublic": True}],
    "properties": [{"key": "companyRole", "label": "Role in the company", "type": "string"}],
    "suppressed": [BOB],
    "contacts": [
        {
            "id": "cmk6vyub00c7b0i04dlregeit",
            "email": ADA,
            "firstName": "Ada",
            "lastName": None,
            "source": "Form",
            "subscribed": False,
            "userGroup": "",
            "userId": "42",
            "companyRole": "Developer",
            "mailingLists": {"news-1": True},
            "optInStatus": "rejected",
        }
    ],
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "sandbox.sqlite3") as opened:
        yield opened


def loaded(store: Store, document: object) -> None:
    """Load a document, or the text of one."""
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    with store.write() as transaction:
        load(transaction, parse_snapshot(text), 1000.0)


def dumped(store: Store) -> dict[str, Any]:
    """Return what the sandbox holds."""
    found: dict[str, Any] = json.loads("\n".join(dump_lines(store, 1000.0)))
    return found


def test_a_whole_account_comes_back_as_it_was_loaded(store: Store) -> None:
    loaded(store, ACCOUNT)
    assert dumped(store) == ACCOUNT
    rules = Rules(store)
    assert rules(api_key).value == {"success": True, "teamName": "Example Team"}
    status = rules(suppression, email=ADA).value
    assert isinstance(status, dict)
    assert status["isSuppressed"] is False
    loaded(store, "\n".join(dump_lines(store, 1000.0)).encode())
    assert dumped(store) == ACCOUNT


def test_a_dump_has_a_line_for_each_contact(store: Store) -> None:
    for document, lines in (({"contacts": []}, 2), ({"contacts": [{"email": ADA}]}, 3)):
        loaded(store, document)
        assert len([*dump_lines(store, 0.0)]) == lines


def test_a_part_that_is_loaded_replaces_and_one_that_is_not_stays(store: Store) -> None:
    Rules(store).update(email=BOB)
    loaded(store, {"lists": ACCOUNT["lists"]})
    found = dumped(store)
    assert found["lists"] == ACCOUNT["lists"]
    assert len(found["properties"]) == 7
    assert [one["email"] for one in found["contacts"]] == [BOB]


def test_loaded_contacts_take_the_place_of_others(store: Store) -> None:
    Rules(store).update(email=BOB)
    loaded(store, {"contacts": [{"email": ADA}]})
    assert [one["email"] for one in dumped(store)["contacts"]] == [ADA]


def test_contacts_lose_the_lists_and_values_that_are_no_more(store: Store) -> None:
    Rules(store).update(email=ADA, firstName="Ada", plan="pro", mailingLists={PUBLIC_LIST: True})
    loaded(store, {"lists": ACCOUNT["lists"], "properties": ACCOUNT["properties"]})
    (contact,) = dumped(store)["contacts"]
    assert contact["mailingLists"] == {}
    assert contact["firstName"] == "Ada"
    assert "plan" not in contact


@pytest.mark.parametrize(
    "text",
    [
        b'[{"email": "ada@example.com"}, {"email": "bob@example.com"}]',
        b'{"email": "ada@example.com"}\n{"email": "bob@example.com"}\n',
        b'\xef\xbb\xbf{"email": "ada@example.com"}\r\n\r\n{"email": "bob@example.com"}',
    ],
)
def test_contacts_alone_may_be_an_array_or_lines(store: Store, text: bytes) -> None:
    loaded(store, text)
    assert [one["email"] for one in dumped(store)["contacts"]] == [ADA, BOB]


def test_one_line_of_a_dump_is_one_contact(store: Store) -> None:
    loaded(store, {"email": ADA})
    assert [one["email"] for one in dumped(store)["contacts"]] == [ADA]


def test_the_standard_and_internal_properties_of_an_account_are_passed_over(store: Store) -> None:
    given = [
        {"key": "firstName", "label": "First Name", "type": "string"},
        {"key": "__domain", "label": "__domain", "type": "string"},
        {"key": "companyRole", "label": "Company Role", "type": "string"},
    ]
    loaded(store, {"properties": given})
    assert [item["key"] for item in dumped(store)["properties"]] == ["companyRole"]


REFUSED: list[tuple[object, str]] = [
    (b"", "nothing that the sandbox can load"),
    (b"12", "no object"),
    (b'{"a": 1', "line 1"),
    ({"people": []}, 'no part "people"'),
    ({"lists": {}}, "lists must be an array"),
    ({"lists": [{"id": "a b", "name": "x"}]}, "list 1: An id"),
    ({"lists": [{"id": "a", "name": "x"}, {"id": "b"}]}, "list 2: name"),
    ({"lists": [{"id": "a", "name": "x", "isPublic": 1}]}, "list 1: isPublic"),
    ({"lists": [{"id": "a", "name": "x", "public": True}]}, 'list 1: There is no "public"'),
    ({"lists": [{"id": "a", "name": "x"}, {"id": "a", "name": "y"}]}, 'the id "a" is there twice'),
    ({"properties": [{"key": "a", "type": "text"}]}, "property 1: The property type"),
    ({"properties": [{"key": "teamId", "type": "string"}]}, "property 1: The property name"),
    ({"properties": ["plan"]}, "property 1: This must be an object"),
    ({"properties": [{"key": "a", "type": "date"}] * 2}, 'the key "a" is there twice'),
    ({"contacts": [{"userId": "1"}]}, "contact 1: A contact needs an email"),
    ({"contacts": [{"email": ADA, "plann": "x"}]}, 'contact 1: Unknown contact property "plann"'),
    ({"contacts": [{"email": ADA, "seats": "x"}]}, 'contact 1: The contact property "seats"'),
    ({"contacts": [{"email": ADA, "mailingLists": {"x": True}}]}, "1: Unknown mailing list"),
    ({"contacts": [{"email": ADA, "optInStatus": "yes"}]}, "contact 1: optInStatus"),
    ({"contacts": [{"email": ADA, "id": ""}]}, "contact 1: An id"),
    ({"contacts": [{"email": ADA}, {"email": ADA.upper()}]}, 'the email "ada@example.com"'),
    ({"contacts": [{"email": ADA, "userId": "1"}, {"email": BOB, "userId": "1"}]}, "the user id"),
    ({"suppressed": ["nobody"]}, "address 1: Invalid email"),
    ({"teamName": ""}, "teamName"),
    ({"removalQuota": 5}, "removalQuota: This must be an object"),
    ({"removalQuota": {"limit": 5, "remaining": 6}}, "remaining must be a whole number up to 5"),
    ({"removalQuota": {"limit": 1e9}}, "limit must be"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "message"), REFUSED)
def test_what_cannot_be_loaded_is_named_with_its_place(
    store: Store, document: object, message: str
) -> None:
    before = dumped(store)
    with pytest.raises(UsageError, match=message):
        loaded(store, document)
    assert dumped(store) == before
