"""What a change would do, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactctl.changes.preview import (
    FieldChange,
    Preview,
    preview_create,
    preview_offline,
    preview_update,
    resubscribes,
)
from contactctl.contact import ContactChange
from contactctl.exact_json import Number

if TYPE_CHECKING:
    from contactctl.changes.draft import DeclaredTypes
    from contactctl.exact_json import JsonObject, JsonScalar, JsonValue

DECLARED: DeclaredTypes = {"seats": "number", "renewsAt": "date", "plan": "string", "shape": None}
ADA: JsonObject = {
    "id": "cnt1",
    "email": "ada@example.com",
    "firstName": "Ada",
    "lastName": None,
    "userGroup": "",
    "userId": "42",
    "source": "API",
    "subscribed": True,
    "mailingLists": {"news": True},
    "optInStatus": None,
    "seats": Number("12.0"),
    "renewsAt": "2024-01-17T10:21:11.000Z",
    "plan": "free",
}


def to_ada(lists: dict[str, bool] | None = None, /, **values: JsonScalar) -> ContactChange:
    return ContactChange(email="ada@example.com", values=values, mailing_lists=lists or {})


def changes_of(change: ContactChange, contact: JsonObject | None = ADA) -> dict[str, FieldChange]:
    return dict(preview_update(change, contact, DECLARED).changes)


def test_fields_that_differ_are_shown_before_and_after() -> None:
    change = to_ada(firstName="Augusta", lastName="King", plan=None, note="x", subscribed=False)
    assert changes_of(change) == {
        "firstName": ("Ada", "Augusta"),
        "lastName": (None, "King"),
        "plan": ("free", None),
        "note": (None, "x"),
        "subscribed": (True, False),
    }
    assert preview_update(change, ADA, DECLARED).would == "update"


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"firstName": "Ada"},
        {"lastName": None},
        {"userGroup": ""},
        {"userGroup": None},
        {"subscribed": True},
        {"note": None},
        {"seats": Number("12")},
        {"seats": Number("1.2e1")},
        {"renewsAt": "2024-01-17T12:21:11+02:00"},
        {"renewsAt": "2024-01-17 10:21:11"},
        {"renewsAt": Number("1705486871000")},
        {"renewsAt": "1705486871000"},
        {"createdAt": None},
    ],
)
def test_what_is_there_already_is_no_change(values: dict[str, JsonScalar]) -> None:
    found = preview_update(to_ada(**values), ADA, DECLARED)
    assert found.changes == {}
    assert found.would == "nothing"
    assert not found.would_change


@pytest.mark.parametrize("email", ["ADA@example.com", " ada@example.com ", "Ada@Example.Com\t"])
def test_an_address_that_differs_in_case_or_outer_blanks_is_no_change(email: str) -> None:
    assert changes_of(ContactChange(email=email)) == {}
    assert changes_of(to_ada(), {**ADA, "email": email}) == {}


@pytest.mark.parametrize(
    ("name", "after"),
    [
        ("seats", Number("13")),
        ("seats", "12.0"),
        ("renewsAt", "2024-01-17"),
        ("renewsAt", None),
        ("subscribed", False),
        ("firstName", "ada"),
        ("firstName", ""),
        ("lastName", ""),
        ("userGroup", "staff"),
        ("plan", True),
        ("mailingListsX", True),
    ],
)
def test_another_value_or_type_is_a_change(name: str, after: JsonScalar) -> None:
    assert changes_of(to_ada(**{name: after})) == {name: (ADA.get(name), after)}


def test_a_date_is_an_instant_only_where_the_account_says_so() -> None:
    contact: JsonObject = {
        "email": "ada@example.com",
        "plan": "2024-01-17",
        "createdAt": "2024-01-17",
    }
    change = to_ada(plan="2024-01-17T00:00", createdAt="2024-01-17T00:00")
    assert set(changes_of(change, contact)) == {"plan"}


def test_a_value_of_a_shape_unknown_here_is_shown_as_it_is() -> None:
    contact: JsonObject = {**ADA, "shape": ["a", {"b": Number("1")}]}
    assert changes_of(to_ada(shape=None), contact) == {"shape": (["a", {"b": Number("1")}], None)}


def test_an_address_differs_only_beyond_case_and_blanks() -> None:
    assert changes_of(ContactChange(email="ADA@example.com", user_id="42")) == {}
    moved = changes_of(ContactChange(email="countess@example.com", user_id="42"))
    assert moved == {"email": ("ada@example.com", "countess@example.com")}


def test_a_user_id_differs_in_case_too() -> None:
    contact: JsonObject = {**ADA, "userId": "a1"}
    change = ContactChange(email="ada@example.com", user_id="A1")
    assert changes_of(change, contact) == {"userId": ("a1", "A1")}


def test_lists_are_shown_one_by_one() -> None:
    change = to_ada({"news": False, "vip": True, "old": False})
    assert changes_of(change) == {
        "mailingLists.news": (True, False),
        "mailingLists.vip": (None, True),
    }
    assert changes_of(to_ada({"news": True, "old": False})) == {}


@pytest.mark.parametrize("lists", [None, [], "x", {}, {"news": None}])
def test_lists_of_another_shape_are_none(lists: JsonValue) -> None:
    contact: JsonObject = {**ADA, "mailingLists": lists}
    assert changes_of(to_ada({"news": True}), contact) == {"mailingLists.news": (None, True)}
    assert changes_of(to_ada({"news": False}), contact) == {}


def test_without_a_contact_an_address_makes_a_new_one() -> None:
    change = ContactChange("ada@example.com", "42", {"plan": "pro", "note": None}, {"news": True})
    found = preview_update(change, None, DECLARED)
    assert found.would == "create"
    assert found.changes == {
        "email": (None, "ada@example.com"),
        "userId": (None, "42"),
        "plan": (None, "pro"),
        "mailingLists.news": (None, True),
    }


def test_a_user_id_alone_makes_none() -> None:
    assert preview_update(ContactChange(user_id="42"), None).would == "refused"
    assert preview_update(ContactChange(user_id="42"), ADA).would == "nothing"


def test_a_creation_of_somebody_who_is_there_is_refused() -> None:
    refused = preview_create(to_ada(), ADA)
    assert (refused.would, refused.request) == ("refused", {"email": "ada@example.com"})
    assert "contactctl update" in refused.reason
    assert preview_create(to_ada(), None).would == "create"


def test_offline_nothing_is_known_but_the_body() -> None:
    found = preview_offline(to_ada(plan="pro"))
    assert found == Preview("unknown", {"email": "ada@example.com", "plan": "pro"})


@pytest.mark.parametrize(
    ("stored", "sent", "expected"),
    [
        (False, True, True),
        (False, False, False),
        (True, True, False),
        (None, True, False),
        ("false", True, False),
    ],
)
def test_only_an_opted_out_person_is_re_subscribed(
    stored: JsonValue,
    sent: JsonScalar,
    expected: object,
) -> None:
    contact: JsonObject = {**ADA, "subscribed": stored}
    change = to_ada(subscribed=sent)
    assert resubscribes(change, contact) is expected
    assert preview_update(change, contact).resubscribes is expected


def test_leaving_the_subscription_alone_re_subscribes_nobody() -> None:
    assert not resubscribes(to_ada(plan="pro"), {**ADA, "subscribed": False})
    assert not resubscribes(to_ada(subscribed=True), None)


def test_the_json_has_the_documented_shape() -> None:
    found = preview_update(to_ada(plan="pro", seats=Number("0.10")), ADA, DECLARED)
    assert found.to_json_object() == {
        "would": "update",
        "request": {"email": "ada@example.com", "plan": "pro", "seats": Number("0.10")},
        "changes": {
            "plan": {"from": "free", "to": "pro"},
            "seats": {"from": Number("12.0"), "to": Number("0.10")},
        },
    }


@pytest.mark.parametrize("would", ["create", "update", "delete", "remove", "unknown"])
def test_what_may_change_something_would_change(would: str) -> None:
    assert Preview(would, {}).would_change  # type: ignore[arg-type]
    assert not Preview("refused", {}).would_change


scalars = (
    st.none()
    | st.booleans()
    | st.text(max_size=5)
    | st.integers().map(lambda number: Number(str(number)))
)
keys = st.sampled_from(["firstName", "plan", "seats", "renewsAt", "userGroup", "subscribed"])


@given(st.dictionaries(keys, scalars), st.dictionaries(st.text(max_size=3), st.booleans()))
def test_a_change_once_made_is_nothing_the_second_time(
    values: dict[str, JsonScalar], lists: dict[str, bool]
) -> None:
    change = ContactChange("ada@example.com", None, values, lists)
    after: JsonObject = {**ADA, **change.to_payload()}
    joined: JsonObject = {list_id: True for list_id, wanted in lists.items() if wanted}
    assert preview_update(change, {**after, "mailingLists": joined}, DECLARED).would == "nothing"


@given(st.dictionaries(keys, scalars), st.dictionaries(keys, scalars))
def test_every_field_shown_is_sent_and_every_field_unshown_is_kept(
    stored: dict[str, JsonValue], values: dict[str, JsonScalar]
) -> None:
    change = ContactChange("ada@example.com", None, values)
    found = preview_update(change, {"email": "ada@example.com", **stored}, {})
    assert set(found.changes) <= set(values)
    for name in set(values) - set(found.changes):
        assert (stored.get(name) or "") == (values[name] or "") or stored[name] == values[name]
