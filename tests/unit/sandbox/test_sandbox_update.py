"""Updates and creations, as sections 2 and 3.1 of the facts about the service have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox_calls import ADA, BOB, OTHER_LIST, PUBLIC_LIST, Rules, refused

from contactctl.sandbox.calls import Call
from contactctl.sandbox.choices import Manner
from contactctl.sandbox.rules import create, delete, update
from contactctl.sandbox.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from contactctl.exact_json import JsonObject, JsonValue

NEEDS_EMAIL = "userId not found and cannot create a new contact without an email."


@pytest.fixture
def rules(tmp_path: Path) -> Iterator[Rules]:
    with open_store(tmp_path / "sandbox.sqlite3") as store:
        yield Rules(store)


def test_an_unknown_email_makes_a_subscribed_contact(rules: Rules) -> None:
    answer = rules.update(email=ADA)
    contact = rules.contact()
    assert answer.status == 200
    assert answer.value == {"success": True, "id": contact["id"]}
    assert contact["subscribed"] is True
    assert contact["source"] == "API"


def test_an_update_writes_what_is_given_and_leaves_the_rest(rules: Rules) -> None:
    first = rules.update(email=ADA, firstName="Ada", plan="free", note="early")
    second = rules.update(email=ADA, plan="pro", lastName="Lovelace")
    contact = rules.contact()
    assert first.value == second.value
    assert [contact[name] for name in ("firstName", "lastName", "plan", "note")] == [
        "Ada",
        "Lovelace",
        "pro",
        "early",
    ]


def test_a_user_id_alone_updates_its_contact(rules: Rules) -> None:
    rules.update(email=ADA, userId="42")
    rules.update(userId="42", plan="pro")
    assert rules.contact()["plan"] == "pro"


def test_a_user_id_alone_makes_nothing(rules: Rules) -> None:
    with refused(400, NEEDS_EMAIL):
        rules.update(userId="42", plan="pro")


def test_both_identifiers_make_a_contact_that_has_both(rules: Rules) -> None:
    rules.update(email=ADA, userId="42")
    assert rules.contact()["userId"] == "42"


def test_the_address_of_a_known_user_id_is_changed(rules: Rules) -> None:
    first = rules.update(email=ADA, userId="42", plan="pro")
    second = rules.update(userId="42", email="new@example.com")
    assert first.value == second.value
    assert rules.contact("new@example.com")["plan"] == "pro"
    with pytest.raises(ValueError, match="not enough values"):
        rules.contact(ADA)


def test_the_user_id_of_a_known_address_is_overwritten(rules: Rules) -> None:
    rules.update(email=ADA, userId="42")
    rules.update(email=ADA, userId="43")
    assert rules.contact()["userId"] == "43"
    with refused(400, NEEDS_EMAIL):
        rules.update(userId="42")


def test_identifiers_of_two_contacts_are_never_merged(rules: Rules) -> None:
    rules.update(email=ADA, userId="42")
    rules.update(email=BOB)
    with refused(400, "Multiple contacts found for the given criteria"):
        rules.update(email=BOB, userId="42")
    assert rules.contact(BOB)["userId"] is None


@pytest.mark.parametrize(
    "body", [{}, {"email": None}, {"email": None, "userId": None, "firstName": "Ada"}]
)
def test_no_identifier_is_refused_and_null_is_none(rules: Rules, body: JsonObject) -> None:
    with refused(400, "An email or userId is required."):
        rules.update(**body)


def test_null_identifiers_beside_a_given_one_are_absent(rules: Rules) -> None:
    """The Ruby and PHP clients send them on every update."""
    rules.update(email=ADA, userId=None, mailingLists=[])
    rules.update(email=ADA, userId="42")
    rules.update(email=None, userId="42", plan="pro")
    assert (rules.contact()["userId"], rules.contact()["plan"]) == ("42", "pro")


@pytest.mark.parametrize("text", ["ADA@Example.COM", "  ada@example.com ", "Ada@example.com\t"])
def test_addresses_are_compared_and_stored_trimmed_and_lower_cased(rules: Rules, text: str) -> None:
    first = rules.update(email=ADA)
    assert rules.update(email=text).value == first.value
    assert rules.contact(text)["email"] == ADA


@pytest.mark.parametrize(
    "email",
    [
        "", "ada", "ada@", "@example.com", "ada@example", "ada@example.c", "a da@example.com",
        "ad\u00e4@example.com", "ada@ex\u00e4mple.com", "\u212ada@example.com", "ada@-example.com",
        "ada@example..com", "a" * 65 + "@example.com", 42, True, ["ada@example.com"],
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(rules: Rules, email: JsonValue) -> None:
    with refused(400, "Invalid email address."):
        rules.update(email=email)


@pytest.mark.parametrize("user_id", ["", 42, True, ["42"]])
def test_what_is_no_user_id_is_refused(rules: Rules, user_id: JsonValue) -> None:
    with refused(400, "userId must be a string"):
        rules.update(email=ADA, userId=user_id)


def test_an_unsubscribed_contact_stays_so_until_told_otherwise(rules: Rules) -> None:
    rules.update(email=ADA, subscribed=False)
    rules.update(email=ADA, firstName="Ada")
    rules.update(email=ADA, subscribed=None)
    assert rules.contact()["subscribed"] is False
    rules.update(email=ADA, subscribed=True)
    assert rules.contact()["subscribed"] is True


def test_a_list_that_is_joined_again_is_kept_once(rules: Rules) -> None:
    for _ in range(2):
        rules.update(email=ADA, mailingLists={PUBLIC_LIST: True})
    with rules.store.read() as transaction:
        stored = transaction.contact_by_email(ADA)
    assert stored is not None
    assert stored.list_ids == (PUBLIC_LIST,)


def test_lists_are_joined_left_and_otherwise_untouched(rules: Rules) -> None:
    rules.update(email=ADA, mailingLists={PUBLIC_LIST: True, OTHER_LIST: True})
    rules.update(email=ADA, mailingLists={OTHER_LIST: False})
    rules.update(email=ADA, mailingLists={PUBLIC_LIST: True})
    assert rules.contact()["mailingLists"] == {PUBLIC_LIST: True}


@pytest.mark.parametrize("nothing", [{}, [], None])
def test_no_lists_change_nothing(rules: Rules, nothing: JsonValue) -> None:
    rules.update(email=ADA, mailingLists={PUBLIC_LIST: True})
    rules.update(email=ADA, mailingLists=nothing)
    assert rules.contact()["mailingLists"] == {PUBLIC_LIST: True}


@pytest.mark.parametrize(
    ("lists", "named"),
    [
        ({"nosuchlist": True}, "nosuchlist"),
        ({"nosuchlist": False}, "nosuchlist"),
        ({PUBLIC_LIST: "true"}, PUBLIC_LIST),
        ({PUBLIC_LIST: None}, PUBLIC_LIST),
        ([PUBLIC_LIST], "mailingLists"),
        ("all", "mailingLists"),
    ],
)
def test_lists_that_cannot_be_are_refused_by_name(
    rules: Rules, lists: JsonValue, named: str
) -> None:
    with refused(400, named):
        rules.update(email=ADA, mailingLists=lists)


def test_an_unsubscribed_contact_joins_no_list_but_leaves_them(rules: Rules) -> None:
    rules.update(email=ADA, mailingLists={PUBLIC_LIST: True})
    rules.update(email=ADA, subscribed=False)
    with refused(400, OTHER_LIST):
        rules.update(email=ADA, mailingLists={OTHER_LIST: True})
    rules.update(email=ADA, mailingLists={PUBLIC_LIST: False})
    assert rules.contact()["mailingLists"] == {}
    with refused(400, PUBLIC_LIST):
        rules.update(email=ADA, subscribed=False, mailingLists={PUBLIC_LIST: True})
    rules.update(email=ADA, subscribed=True, mailingLists={PUBLIC_LIST: True})
    assert rules.contact()["mailingLists"] == {PUBLIC_LIST: True}


def test_an_unknown_property_is_ignored_with_one_warning(rules: Rules) -> None:
    answer = rules.update(email=ADA, plann="pro", plan="free")
    assert answer.status == 200
    assert "plann" not in rules.contact()
    assert len(answer.warnings) == 1
    assert '"plann"' in answer.warnings[0]


@pytest.mark.parametrize("name", ["id", "optInStatus", "teamId", "nosuch"])
def test_strict_refuses_an_unknown_property_by_name(rules: Rules, name: str) -> None:
    rules.call = Call(manner=Manner.STRICT)
    with refused(400, f'"{name}"'):
        rules.update(email=ADA, **{name: None})


def test_a_refused_update_writes_nothing(rules: Rules) -> None:
    with refused(400, "seats"):
        rules.update(email=ADA, plan="pro", seats="many")
    assert list(rules.store.dump()) == []


def test_create_makes_a_contact(rules: Rules) -> None:
    body: JsonObject = {"email": ADA, "userId": "42", "mailingLists": {PUBLIC_LIST: True}}
    answer = rules(create, body)
    assert answer.value == {"success": True, "id": rules.contact()["id"]}
    assert rules.contact()["mailingLists"] == {PUBLIC_LIST: True}


@pytest.mark.parametrize(
    "body", [{"email": "ADA@example.com"}, {"email": BOB, "userId": "42"}], ids=["email", "userId"]
)
def test_create_refuses_what_is_taken(rules: Rules, body: JsonObject) -> None:
    rules.update(email=ADA, userId="42")
    with refused(409, "Email or userId is already on list."):
        rules(create, body)
    assert len(list(rules.store.dump())) == 1


@pytest.mark.parametrize("body", [{}, {"userId": "42"}, {"email": None, "userId": "42"}])
def test_create_needs_an_email(rules: Rules, body: JsonObject) -> None:
    with refused(400, "email"):
        rules(create, body)


def test_create_does_not_resurrect_a_deleted_contact(rules: Rules) -> None:
    """Delete and create again loses the opt-out: the service's trap is the sandbox's too."""
    rules.update(email=ADA, subscribed=False, plan="pro")
    before = rules.contact()["id"]
    rules(delete, {"email": ADA})
    rules(create, {"email": ADA})
    assert rules.contact()["id"] != before
    assert rules.contact()["subscribed"] is True
    assert "plan" not in rules.contact()


def test_update_takes_a_body_in_the_form_of_each_official_client(rules: Rules) -> None:
    ruby: JsonObject = {"email": ADA, "userId": None, "firstName": "Ada", "mailingLists": {}}
    php: JsonObject = {"email": ADA, "userId": None, "mailingLists": []}
    javascript: JsonObject = {"firstName": "Ada", "email": ADA}
    ids = {str(rules(update, body).value) for body in (ruby, php, javascript)}
    assert len(ids) == 1
