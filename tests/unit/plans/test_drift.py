"""What still is as it was planned, and what is not."""

from __future__ import annotations

import pytest

from contactctl.changes.lookup import Looked
from contactctl.changes.preview import FieldChange
from contactctl.contact import ContactChange, ContactRef
from contactctl.errors import DriftedError
from contactctl.exact_json import JsonObject, Number
from contactctl.plans.drift import must_write, to_change
from contactctl.plans.lines import Planned, Would

ADA = ContactRef("email", "ada@example.com")
CONTACT: JsonObject = {
    "id": "c1",
    "email": "ada@example.com",
    "userId": None,
    "firstName": "Ada",
    "source": "API",
    "subscribed": True,
    "userGroup": "",
    "optInStatus": "accepted",
    "mailingLists": {"cl1": True},
    "seats": Number("12"),
}


def line(would: Would = "update", found: str | None = "c1", **fields: FieldChange) -> Planned:
    names = {name.replace("__", "."): change for name, change in fields.items()}
    return Planned((ADA,), would, names, found)


def verdict(item: Planned, contact: JsonObject | None, *, may_be_done: bool = False) -> str:
    try:
        due = must_write(item, Looked(contact), {"day": "date"}, may_be_done=may_be_done)
    except DriftedError as error:
        return error.message.removeprefix("drifted: ")
    return "due" if due else "done"


SEATS = FieldChange(Number("12.0"), Number("13"))


@pytest.mark.parametrize(
    ("item", "contact", "said"),
    [
        (line(seats=SEATS), CONTACT, "due"),
        (line(seats=SEATS), CONTACT | {"seats": Number("14")}, "seats is 14, not 12.0"),
        (line(seats=SEATS), CONTACT | {"seats": None}, "seats is unset, not 12.0"),
        (line(seats=SEATS), CONTACT | {"firstName": "Eve"}, "due"),
        (line(seats=SEATS), None, "ada@example.com no longer exists"),
        (line(found="c2", seats=SEATS), CONTACT, "ada@example.com (no user id) is another"),
        (line(found=None, seats=SEATS), CONTACT, "due"),
        (line(userGroup=FieldChange(None, "a")), CONTACT, "due"),
        (line(mailingLists__cl1=FieldChange(before=True, after=False)), CONTACT, "due"),
        (line(mailingLists__cl2=FieldChange(before=None, after=True)), CONTACT, "due"),
        (line(mailingLists__cl2=FieldChange(before=False, after=True)), CONTACT, "due"),
        (
            line(mailingLists__cl1=FieldChange(before=None, after=True)),
            CONTACT,
            "mailingLists.cl1 is true, not unset",
        ),
        (line("create", None, seats=FieldChange(None, Number("1"))), None, "due"),
        (line("create", None), CONTACT, "there is a contact now, ada@example.com"),
        (
            line(day=FieldChange("2024-01-17", None)),
            CONTACT | {"day": "2024-01-17T00:00:00.000Z"},
            "due",
        ),
    ],
)
def test_a_planned_field_that_is_no_longer_so_is_named(
    item: Planned, contact: JsonObject | None, said: str
) -> None:
    assert verdict(item, contact).startswith(said)


def test_a_deletion_drifts_by_what_was_not_there_when_it_was_planned() -> None:
    gone = {
        "email": FieldChange("ada@example.com", None),
        "firstName": FieldChange("Ada", None),
        "seats": FieldChange(Number("12"), None),
        "mailingLists.cl1": FieldChange(before=True, after=None),
    }
    item = Planned((ADA,), "delete", gone, "c1")
    assert verdict(item, CONTACT) == "due"
    assert verdict(item, CONTACT | {"lastName": "L"}) == 'lastName is "L", not unset'
    lists: JsonObject = {"cl1": True, "cl2": True}
    assert verdict(item, CONTACT | {"mailingLists": lists}).startswith("mailingLists.cl2 is true")
    assert verdict(item, CONTACT | {"subscribed": False}) == "subscribed is false, not unset"
    assert verdict(item, None) == "ada@example.com no longer exists"


def test_what_an_earlier_run_may_have_written_counts_as_done() -> None:
    big = Number("9007199254740993")
    item = line(seats=FieldChange(Number("12"), big), firstName=FieldChange("Ada", None))
    after = CONTACT | {"seats": Number("9007199254740992"), "firstName": None}
    assert verdict(item, after) != "done"
    assert verdict(item, after, may_be_done=True) == "done"
    assert verdict(item, CONTACT, may_be_done=True) == "due"
    half = CONTACT | {"firstName": None}
    assert verdict(item, half, may_be_done=True) == 'firstName is unset, not "Ada"'
    assert verdict(line("delete"), None, may_be_done=True) == "done"
    assert verdict(line("create", None), CONTACT, may_be_done=True) == "done"


def test_two_contacts_under_one_line_are_drift() -> None:
    refs = (ADA, ContactRef("userId", "42"))
    looked = Looked(CONTACT, {"id": "c2", "email": "eve@example.com", "userId": "42"})
    with pytest.raises(DriftedError, match=r"two contacts now.*eve@example\.com"):
        must_write(Planned(refs, "update", {}), looked, may_be_done=True)


def test_only_what_changes_is_sent() -> None:
    item = line(
        seats=SEATS,
        email=FieldChange("ada@example.com", "new@example.com"),
        mailingLists__cl1=FieldChange(before=True, after=None),
    )
    assert to_change(item) == ContactChange(
        "new@example.com", None, {"seats": Number("13")}, {"cl1": False}
    )
