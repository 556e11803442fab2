"""The opposite of a write, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.changes.preview import FieldChange, preview_update
from contactctl.contact import ContactChange, ContactRef
from contactctl.exact_json import Number
from contactctl.plans.opposite import opposite_of, opposite_of_deletion

if TYPE_CHECKING:
    from contactctl.exact_json import JsonObject

ADA: JsonObject = {
    "id": "c1",
    "email": "ada@example.com",
    "firstName": None,
    "source": "API",
    "subscribed": False,
    "userGroup": "",
    "userId": "1",
    "mailingLists": {"cl1": True},
    "optInStatus": None,
    "seats": Number("0.1000"),
}
REFS = (ContactRef("email", "ada@example.com"), ContactRef("userId", "1"))


def test_an_update_goes_back_to_what_was_there() -> None:
    change = ContactChange(
        "ada@example.com",
        values={"firstName": "Ada", "seats": Number("2"), "subscribed": False},
        mailing_lists={"cl1": False, "cl2": True},
    )
    found = opposite_of(ADA, preview_update(change, ADA).changes, 7)
    assert (found.refs, found.would, found.id, found.line) == (REFS, "update", "c1", 7)
    assert found.changes == {
        "firstName": FieldChange("Ada", None),
        "seats": FieldChange(Number("2"), Number("0.1000")),
        "mailingLists.cl1": FieldChange(before=False, after=True),
        "mailingLists.cl2": FieldChange(before=True, after=False),
    }


def test_a_moved_contact_is_picked_as_the_write_leaves_it() -> None:
    change = ContactChange("new@example.com", "1")
    found = opposite_of(ADA, preview_update(change, ADA).changes)
    assert found.refs == (ContactRef("email", "new@example.com"), ContactRef("userId", "1"))
    assert found.changes == {"email": FieldChange("new@example.com", "ada@example.com")}


def test_a_creation_is_taken_back_only_as_it_was_made() -> None:
    change = ContactChange("b@example.com", values={"plan": "pro"}, mailing_lists={"cl1": True})
    found = opposite_of(None, preview_update(change, None).changes)
    assert (found.refs, found.would, found.id) == (
        (ContactRef("email", "b@example.com"),),
        "delete",
        None,
    )
    assert found.changes == {
        "source": FieldChange("API", None),
        "subscribed": FieldChange(before=True, after=None),
        "email": FieldChange("b@example.com", None),
        "plan": FieldChange("pro", None),
        "mailingLists.cl1": FieldChange(before=True, after=None),
    }


def test_a_deleted_contact_is_made_anew_with_all_that_it_had() -> None:
    found = opposite_of_deletion(ADA)
    assert (found.refs, found.would, found.id) == (REFS, "create", "c1")
    assert {name: item.after for name, item in found.changes.items()} == {
        "email": "ada@example.com",
        "source": "API",
        "subscribed": False,
        "userGroup": "",
        "userId": "1",
        "mailingLists.cl1": True,
        "seats": Number("0.1000"),
    }
