"""Values of properties: types, null, dates, lengths."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from sandbox_calls import ADA, PUBLIC_LIST, Rules, refused

from contactctl.exact_json import JsonObject, Number, to_json
from contactctl.sandbox.calls import Refusal
from contactctl.sandbox.choices import Manner
from contactctl.sandbox.grammar import PROPERTY_TYPES
from contactctl.sandbox.store import open_store
from contactctl.sandbox.values import to_value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from contactctl.exact_json import JsonValue
    from contactctl.sandbox.grammar import PropertyType

TOO_LONG = "Some body key or value is longer than allowable"


@pytest.fixture
def rules(tmp_path: Path) -> Iterator[Rules]:
    with open_store(tmp_path / "sandbox.sqlite3") as store:
        yield Rules(store)


def test_values_of_every_type_come_back(rules: Rules) -> None:
    given_values: JsonObject = {
        "plan": "pro",
        "seats": Number("12"),
        "trial": False,
        "signupDate": "2025-01-15",
        "zip": "02134",
        "notes": "by hand",
        "createdAt": "2024-02-29T12:00",
    }
    rules.update(email=ADA, **given_values)
    (contact,) = rules.store.dump()
    assert {name: contact[name] for name in given_values} == {
        **given_values,
        "signupDate": "2025-01-15T00:00:00.000Z",
        "createdAt": "2024-02-29T12:00:00.000Z",
    }


@pytest.mark.parametrize(
    ("name", "value", "declared"),
    [
        ("plan", Number("1"), "string"),
        ("plan", True, "string"),
        ("plan", ["a"], "string"),
        ("plan", {"a": "b"}, "string"),
        ("firstName", Number("1"), "string"),
        ("userGroup", ["a"], "string"),
        ("seats", "12", "number"),
        ("seats", "", "number"),
        ("seats", True, "number"),
        ("trial", "true", "boolean"),
        ("trial", Number("1"), "boolean"),
        ("subscribed", "false", "boolean"),
        ("subscribed", Number("0"), "boolean"),
        ("signupDate", True, "date"),
        ("signupDate", "", "date"),
        ("signupDate", "tomorrow", "date"),
        ("signupDate", "2023-02-29", "date"),
        ("signupDate", [], "date"),
        ("signupDate", Number("1704711066"), "date"),
        ("signupDate", Number("99999999999"), "date"),
        ("signupDate", Number("-1704711066000"), "date"),
        ("signupDate", Number("1704711066000.5"), "date"),
        ("signupDate", Number("9" * 5000), "date"),
        ("signupDate", "1704711066", "date"),
        ("signupDate", "0", "date"),
        ("signupDate", "9" * 400, "date"),
    ],
)
def test_a_value_of_another_type_is_refused_by_name_and_type(
    rules: Rules, name: str, value: JsonValue, declared: str
) -> None:
    with refused(400, f'The contact property "{name}" must be a {declared}'):
        rules.update(email=ADA, **{name: value})


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("2024-01-17T10:21:11.000", "2024-01-17T10:21:11.000Z"),
        ("2024-01-17T10:21:11.123Z", "2024-01-17T10:21:11.123Z"),
        ("2024-01-17T10:21:11", "2024-01-17T10:21:11.000Z"),
        ("2024-01-17T10:21", "2024-01-17T10:21:00.000Z"),
        ("2024-01-17 10:21:11.000", "2024-01-17T10:21:11.000Z"),
        ("2024-01-17 10:21:11", "2024-01-17T10:21:11.000Z"),
        ("2024-01-17 10:21", "2024-01-17T10:21:00.000Z"),
        ("2024-01-17", "2024-01-17T00:00:00.000Z"),
        ("2024-01-17T10:21:11+02:00", "2024-01-17T08:21:11.000Z"),
        ("2024-01-17 10:21-07:00", "2024-01-17T17:21:00.000Z"),
        ("2024-01-17Z", "2024-01-17T00:00:00.000Z"),
        ("1705486871000", "2024-01-17T10:21:11.000Z"),
        (Number("1705486871000"), "2024-01-17T10:21:11.000Z"),
        (Number("100000000000"), "1973-03-03T09:46:40.000Z"),
    ],
)
def test_every_documented_form_of_a_date_is_stored_as_utc(
    rules: Rules, value: JsonValue, stored: str
) -> None:
    rules.update(email=ADA, signupDate=value)
    assert rules.contact()["signupDate"] == stored


def test_null_empties_properties(rules: Rules) -> None:
    names = ("firstName", "lastName", "plan", "seats", "trial", "signupDate", "notes")
    rules.update(
        email=ADA, firstName="Ada", lastName="L", plan="pro", seats=Number("1"), trial=True,
        signupDate="2025-01-15", notes="x", userGroup="staff", source="CRM",
    )  # fmt: skip
    rules.update(email=ADA, userGroup=None, source=None, **dict.fromkeys(names))
    contact = rules.contact()
    assert contact.keys() & set(names) == {"firstName", "lastName"}
    assert (contact["firstName"], contact["lastName"]) == (None, None)
    assert (contact["userGroup"], contact["source"]) == ("", "API")


def test_what_is_not_set_is_not_shown_nor_what_find_never_shows(rules: Rules) -> None:
    rules.update(email=ADA, note=None, trial=False, notes="x", createdAt="2025-01-15")
    shown = rules.contact().keys() & {"note", "plan", "trial", "notes", "createdAt"}
    assert shown == {"trial"}


def test_an_empty_string_stays_an_empty_string(rules: Rules) -> None:
    rules.update(email=ADA, plan="", firstName="")
    assert (rules.contact()["plan"], rules.contact()["firstName"]) == ("", "")


def test_a_string_may_have_498_characters(rules: Rules) -> None:
    rules.update(email=ADA, plan="x" * 498)
    assert rules.contact()["plan"] == "x" * 498


@pytest.mark.parametrize(
    "body",
    [
        {"plan": "x" * 499},
        {"x" * 499: "pro"},
        {"mailingLists": {"x" * 499: True}},
        {"unknown": "x" * 499},
        {"userId": "x" * 499},
        {"email": "x" * 499},
    ],
)
def test_a_longer_key_or_value_is_refused(rules: Rules, body: JsonObject) -> None:
    with refused(400, TOO_LONG):
        rules.update(**{"email": ADA, **body})


@pytest.mark.parametrize(
    "text", ["\0", "\x1b[31m", "[red]", "'; DROP TABLE contact; --", "🦊", '"\\']
)
def test_text_is_data(rules: Rules, text: str) -> None:
    rules.update(email=ADA, userId=text, plan=text, mailingLists={PUBLIC_LIST: True})
    rules.update(userId=text, note=text)
    contact = rules.contact()
    assert (contact["userId"], contact["plan"], contact["note"]) == (text, text, text)


scalars = (
    st.none()
    | st.booleans()
    | st.text(max_size=30)
    | st.integers().map(lambda number: Number(str(number)))
    | st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds"))
)


@given(value=scalars, declared=st.sampled_from(PROPERTY_TYPES))
def test_a_stored_value_can_be_written_again_unchanged(
    value: JsonValue, declared: PropertyType
) -> None:
    """Whoever reads a contact and writes it back changes nothing."""
    try:
        stored = to_value("plan", value, declared, Manner.USUAL)
    except Refusal:
        reject()
    assert to_json(to_value("plan", stored, declared, Manner.USUAL)) == to_json(stored)


@given(value=scalars, declared=st.sampled_from(PROPERTY_TYPES))
def test_a_value_is_stored_in_its_type_or_refused(value: JsonValue, declared: PropertyType) -> None:
    shown = {"string": str, "number": Number, "boolean": bool, "date": str}[declared]
    with suppress(Refusal):
        stored = to_value("plan", value, declared, Manner.USUAL)
        assert stored is None if value is None else isinstance(stored, shown)
