"""The guard against mixing up two people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contactctl.changes.lookup import Looked, address_change, check_identity, describe
from contactctl.contact import ContactChange
from contactctl.errors import ExitCode, GuardError, Outcome
from contactctl.exact_json import Number

if TYPE_CHECKING:
    from contactctl.exact_json import JsonObject

ADA: JsonObject = {"id": "cnt1", "email": "ada@example.com", "userId": "42"}
BOB: JsonObject = {"id": "cnt2", "email": "bob@example.com", "userId": "7"}
NEW: JsonObject = {"id": "cnt3", "email": "new@example.com", "userId": None}
BOTH = ContactChange("ada@example.com", "7")


def refusal(change: ContactChange, looked: Looked, *, replace_user_id: bool = False) -> GuardError:
    with pytest.raises(GuardError) as caught:
        check_identity(change, looked, replace_user_id=replace_user_id)
    assert caught.value.outcome is Outcome.NOT_SENT
    assert caught.value.exit_code == ExitCode.REFUSED
    return caught.value


@pytest.mark.parametrize("replace_user_id", [False, True])
def test_two_people_are_never_merged_and_both_are_shown(
    replace_user_id: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    error = refusal(BOTH, Looked(ADA, BOB), replace_user_id=replace_user_id)
    for part in ("ada@example.com (user id 42)", "bob@example.com (user id 7)"):
        assert part in error.message
    assert error.hint


def test_contacts_without_ids_are_told_apart_by_what_they_have() -> None:
    ada: JsonObject = {"email": "ada@example.com", "userId": "42"}
    refusal(BOTH, Looked(ada, {"email": "bob@example.com", "userId": "7"}))
    check_identity(ContactChange("ada@example.com", "42"), Looked(ada, dict(ada)))


def test_another_user_id_needs_to_be_asked_for() -> None:
    error = refusal(BOTH, Looked(by_email=ADA))
    assert "ada@example.com (user id 42) would get another user id: 7" in error.message
    assert "--replace-user-id" in str(error.hint)
    check_identity(BOTH, Looked(by_email=ADA), replace_user_id=True)


@pytest.mark.parametrize(
    ("change", "looked"),
    [
        (BOTH, Looked()),
        (ContactChange("ada@example.com", "42"), Looked(ADA, ADA)),
        (ContactChange("ada@example.com", "42"), Looked(by_email=ADA)),
        (ContactChange("ada@example.com"), Looked(by_email=ADA)),
        (ContactChange(user_id="42"), Looked(by_user_id=ADA)),
        (ContactChange("new@example.com", "7"), Looked(by_email=NEW)),
        (ContactChange("new@example.com", "7"), Looked(by_email={**NEW, "userId": ""})),
        (ContactChange("new@example.com", "42"), Looked(by_user_id=ADA)),
    ],
)
def test_one_person_passes(change: ContactChange, looked: Looked) -> None:
    check_identity(change, looked)


def test_a_user_id_found_under_another_address_changes_the_address() -> None:
    change = ContactChange("new@example.com", "42")
    assert address_change(change, Looked(by_user_id=ADA)) == ("ada@example.com", "new@example.com")


@pytest.mark.parametrize(
    ("change", "looked"),
    [
        (ContactChange("ada@example.com", "42"), Looked(ADA, ADA)),
        (ContactChange("ADA@example.com", "42"), Looked(by_user_id=ADA)),
        (ContactChange(user_id="42"), Looked(by_user_id=ADA)),
        (ContactChange("new@example.com", "42"), Looked()),
        (ContactChange("new@example.com", "7"), Looked(by_email=NEW)),
        (ContactChange("new@example.com", "42"), Looked(by_user_id={"userId": "42"})),
    ],
)
def test_no_other_write_changes_an_address(change: ContactChange, looked: Looked) -> None:
    assert address_change(change, looked) is None


def test_a_contact_is_described_harmlessly() -> None:
    assert describe(NEW) == "new@example.com (no user id)"
    assert describe({"userId": Number("7")}) == "a contact without an address (user id 7)"
    hostile: JsonObject = {"email": "\x1b[2J" + "x" * 400, "userId": "\u202e" + "y" * 400}
    assert "\x1b" not in describe(hostile)
    assert "\u202e" not in describe(hostile)
    assert len(describe(hostile)) < 160
