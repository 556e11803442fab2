import re

import pytest

from contactctl.contact import STANDARD_FIELDS
from contactctl.sandbox.demo import DEMO_LISTS, DEMO_PROPERTIES
from contactctl.sandbox.records import (
    STANDARD_PROPERTIES,
    MailingList,
    Property,
    cleared_value,
    new_contact,
    new_id,
)

SERVICE_ID = re.compile(r"c[a-z0-9]{24}")


def test_ids_have_the_services_form_and_do_not_repeat() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(SERVICE_ID.fullmatch(id_) for id_ in ids)


def test_a_new_contact_shows_the_documented_fields_and_defaults() -> None:
    shown = new_contact("ada@example.com", None).to_json_object()
    documented = [
        "id", "email", "firstName", "lastName", "source", "subscribed", "userGroup", "userId",
        "mailingLists", "optInStatus",
    ]  # fmt: skip
    assert [name for name in shown if name in documented] == documented
    assert shown.keys() - documented <= STANDARD_FIELDS
    assert SERVICE_ID.fullmatch(str(shown.pop("id")))
    assert (
        shown.items()
        >= {
            "email": "ada@example.com",
            "firstName": None,
            "lastName": None,
            "source": "API",
            "subscribed": True,
            "userGroup": "",
            "userId": None,
            "mailingLists": {},
            "optInStatus": None,
        }.items()
    )


def test_two_new_contacts_share_no_values() -> None:
    first, second = new_contact("a@example.com", None), new_contact("b@example.com", "2")
    first.values["firstName"] = "Ada"
    assert second.to_json_object()["firstName"] is None


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("favoriteColor", "Favorite Color"),
        ("plan", "Plan"),
        ("trial_ends_at", "Trial Ends At"),
        ("firstName", "First Name"),
        ("userId", "User Id"),
    ],
)
def test_the_label_is_derived_from_the_key(key: str, label: str) -> None:
    assert Property(key, "string").to_json_object() == {
        "key": key,
        "label": label,
        "type": "string",
    }


def test_every_standard_field_but_the_lists_is_a_property() -> None:
    keys = {item.key for item in STANDARD_PROPERTIES}
    assert STANDARD_FIELDS - {"mailingLists"} <= keys
    assert keys - STANDARD_FIELDS == {"notes", "createdAt"}


def test_a_list_is_shown_with_all_four_fields() -> None:
    assert MailingList("c1", "News", is_public=False).to_json_object() == {
        "id": "c1",
        "name": "News",
        "description": None,
        "isPublic": False,
    }


@pytest.mark.parametrize(
    ("name", "empty"), [("userGroup", ""), ("source", "API"), ("firstName", None), ("plan", None)]
)
def test_null_leaves_what_the_service_shows_as_empty(name: str, empty: str | None) -> None:
    assert cleared_value(name) == empty


def test_the_demonstration_data_is_of_the_services_form() -> None:
    assert {item.key for item in DEMO_PROPERTIES} >= {
        "plan", "seats", "trial", "note", "zip", "signupDate",
    }  # fmt: skip
    assert {item.type for item in DEMO_PROPERTIES} == {"string", "number", "boolean", "date"}
    assert all(SERVICE_ID.fullmatch(item.id) for item in DEMO_LISTS)
    assert {item.is_public for item in DEMO_LISTS} == {True, False}
    assert len({item.name.lower() for item in DEMO_LISTS}) == len(DEMO_LISTS)
