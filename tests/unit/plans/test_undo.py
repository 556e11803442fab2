"""How a line of an undo file is taken back, from every state that a contact may be in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contactctl.changes.preview import FieldChange, applied, preview_update
from contactctl.contact import ContactChange
from contactctl.errors import DriftedError
from contactctl.exact_json import Number
from contactctl.plans.opposite import opposite_of, opposite_of_deletion
from contactctl.plans.undo import Undoing, undo

if TYPE_CHECKING:
    from contactctl.exact_json import JsonObject
    from contactctl.plans.lines import Planned

ADA: JsonObject = {
    "id": "c1",
    "email": "ada@example.com",
    "firstName": "Ada",
    "source": "API",
    "subscribed": True,
    "userGroup": "",
    "userId": "1",
    "mailingLists": {"cl1": True},
    "optInStatus": None,
    "seats": Number("0.1000"),
    "since": "2024-01-17T00:00:00.000Z",
}
OUT: JsonObject = {**ADA, "subscribed": False}
UNSET = Undoing("nothing")


def line_of(change: ContactChange, contact: JsonObject | None) -> tuple[Planned, JsonObject]:
    """Return the line that a change leaves in an undo file, and the contact as it is after it."""
    item = opposite_of(contact, preview_update(change, contact, {"since": "date"}).changes)
    return item, {"id": "c1", **applied(change, contact)}


def of_ada(**values: str | Number | bool | None) -> ContactChange:
    return ContactChange("ada@example.com", values=values)


def test_only_what_was_changed_is_put_back() -> None:
    change = of_ada(firstName=None, seats=Number("2"), userGroup="a")
    item, after = line_of(change, ADA)
    found = undo(item, after)
    assert found.would == "update"
    assert found.steps == (
        ContactChange(
            None, "1", {"firstName": "Ada", "seats": Number("0.1000"), "userGroup": ""}, {}
        ),
    )


def test_a_write_that_was_never_made_needs_nothing() -> None:
    item, _ = line_of(of_ada(firstName="Ida"), ADA)
    assert undo(item, ADA) == UNSET


def test_a_field_that_is_back_already_is_left_and_the_others_are_put_back() -> None:
    item, after = line_of(of_ada(firstName="Ida", lastName="L"), ADA)
    found = undo(item, {**after, "firstName": "Ada"})
    assert found.changes == {"lastName": FieldChange("L", None)}


def test_a_field_that_somebody_else_changed_keeps_all_of_the_line_from_being_taken_back() -> None:
    item, after = line_of(of_ada(firstName="Ida", lastName="L"), ADA)
    with pytest.raises(DriftedError, match='firstName is "Eva", not "Ida"'):
        undo(item, {**after, "firstName": "Eva"})


def test_what_the_line_does_not_name_may_have_changed() -> None:
    item, after = line_of(of_ada(firstName="Ida"), ADA)
    assert undo(item, {**after, "lastName": "X"}).would == "update"


def test_a_contact_that_is_gone_has_drifted() -> None:
    item, _ = line_of(of_ada(firstName="Ida"), ADA)
    with pytest.raises(DriftedError, match="no longer exists"):
        undo(item, None)


def test_numbers_are_doubles_there_and_dates_instants() -> None:
    change = of_ada(seats=Number("9007199254740993"), since="2025-01-01")
    item, after = line_of(change, ADA)
    after |= {"seats": Number("9007199254740992"), "since": "2025-01-01T00:00:00.000Z"}
    found = undo(item, after, {"since": "date"})
    assert found.change.values == {
        "seats": Number("0.1000"),
        "since": "2024-01-17T00:00:00.000Z",
    }


def test_lists_are_left_and_joined_again() -> None:
    change = ContactChange("ada@example.com", mailing_lists={"cl1": False, "cl2": True})
    item, after = line_of(change, ADA)
    assert undo(item, after).change.mailing_lists == {"cl1": True, "cl2": False}


def test_an_opt_out_is_put_back_after_the_lists_that_nobody_opted_out_can_join() -> None:
    change = ContactChange("ada@example.com", values={"subscribed": True}, mailing_lists={})
    item, after = line_of(
        ContactChange(change.email, values=change.values, mailing_lists={"cl1": False}), OUT
    )
    first, last = undo(item, after).steps
    assert (first.values, first.mailing_lists) == ({}, {"cl1": True})
    assert (last.values, last.mailing_lists) == ({"subscribed": False}, {})


def test_who_is_opted_out_is_not_subscribed_for_a_list() -> None:
    item, after = line_of(ContactChange("ada@example.com", mailing_lists={"cl1": False}), OUT)
    assert undo(item, after) == Undoing("nothing", lost=("mailingLists.cl1",))


def test_a_user_id_cannot_be_taken_away_again() -> None:
    bare: JsonObject = {**ADA, "userId": None}
    item, after = line_of(ContactChange("ada@example.com", "7", {"firstName": "Ida"}), bare)
    found = undo(item, after)
    assert found.lost == ("userId",)
    assert found.steps == (ContactChange(None, "7", {"firstName": "Ada"}),)


def test_another_user_id_goes_back_by_the_address() -> None:
    item, after = line_of(ContactChange("ada@example.com", "7", {"firstName": "Ida"}), ADA)
    assert undo(item, after).steps == (
        ContactChange(None, "7", {"firstName": "Ada"}),
        ContactChange("ada@example.com", "1"),
    )


def test_an_address_goes_back_by_the_user_id() -> None:
    item, after = line_of(ContactChange("new@example.com", "1", {"firstName": "Ida"}), ADA)
    assert undo(item, after).steps == (ContactChange("ada@example.com", "1", {"firstName": "Ada"}),)
    with pytest.raises(DriftedError, match="no user id"):
        undo(item, {**after, "userId": None})


def test_a_source_cannot_be_emptied() -> None:
    item, after = line_of(of_ada(source="crm"), {**ADA, "source": None})
    assert undo(item, after) == Undoing("nothing", lost=("source",))


def made() -> tuple[Planned, JsonObject]:
    change = ContactChange("b@example.com", values={"plan": "pro"}, mailing_lists={"cl1": True})
    item, after = line_of(change, None)
    return item, {**after, "source": "API", "userGroup": "", "optInStatus": None}


def test_a_creation_is_deleted_as_it_was_made() -> None:
    item, contact = made()
    assert undo(item, contact).would == "delete"
    assert undo(item, None) == UNSET


@pytest.mark.parametrize(
    "change",
    [
        {"firstName": "B"},
        {"subscribed": False},
        {"source": "form"},
        {"plan": "free"},
        {"plan": None},
        {"userId": "9"},
        {"userGroup": "a"},
        {"mailingLists": {}},
        {"mailingLists": {"cl1": True, "cl2": True}},
        {"optInStatus": "pending"},
        {"other": False},
    ],
)
def test_a_creation_that_anything_was_done_to_is_kept(change: JsonObject) -> None:
    item, contact = made()
    with pytest.raises(DriftedError):
        undo(item, {**contact, **change})


def test_a_deleted_contact_is_made_anew_with_all_that_is_known() -> None:
    item = opposite_of_deletion(ADA)
    found = undo(item, None)
    assert (found.would, found.lost) == ("create", ("id", "workflows"))
    assert found.change == ContactChange(
        "ada@example.com",
        "1",
        {
            "firstName": "Ada",
            "source": "API",
            "subscribed": True,
            "userGroup": "",
            "seats": Number("0.1000"),
            "since": "2024-01-17T00:00:00.000Z",
        },
        {"cl1": True},
    )


def test_who_opted_out_is_made_anew_opted_out_and_on_no_list() -> None:
    found = undo(opposite_of_deletion(OUT), None)
    assert found.lost == ("id", "workflows", "mailingLists.cl1")
    assert (found.change.values["subscribed"], found.change.mailing_lists) == (False, {})


def test_a_contact_that_was_never_deleted_or_is_there_again_needs_nothing() -> None:
    item = opposite_of_deletion(ADA)
    assert undo(item, ADA) == UNSET
    assert undo(item, {**ADA, "id": "c2"}) == Undoing("nothing", lost=("id", "workflows"))
    out = opposite_of_deletion(OUT)
    assert undo(out, {**OUT, "id": "c2", "mailingLists": {}}).would == "nothing"


def test_somebody_else_under_the_address_is_left_alone() -> None:
    with pytest.raises(DriftedError, match="there is a contact now"):
        undo(opposite_of_deletion(ADA), {**ADA, "id": "c2", "firstName": "Eva"})
