"""Names to fields, and cells to values."""

from __future__ import annotations

import pytest
from known_account import account_fields

from contactctl.changes.typing_rules import ValueProblem
from contactctl.contact import FLAG_FIELDS
from contactctl.errors import UsageError
from contactctl.exact_json import Number
from contactctl.importing.values.fields import Field, Kind, cell_parser

DECLARED = {"plan": "string", "seats": "number", "trial": "boolean", "joined": "date", "odd": None}
FIELDS = account_fields(DECLARED, lambda name: f"c-{name.lower()}")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("email", "email"),
        ("Email", "email"),
        ("E-Mail", "email"),
        ("userId", "userId"),
        ("user_id", "userId"),
        ("User ID", "userId"),
        ("USER-ID", "userId"),
        ("first_name", "firstName"),
        ("Last Name", "lastName"),
        ("User Group", "userGroup"),
        ("Source", "source"),
        ("Subscribed", "subscribed"),
    ],
)
def test_standard_fields_go_by_either_case_style(name: str, found: str) -> None:
    assert FIELDS.find(name).name == found


@pytest.mark.parametrize("name", ["plan", "seats", "createdAt", "notes"])
def test_all_else_is_a_property_by_its_exact_key(name: str) -> None:
    assert FIELDS.find(name).kind is Kind.PROPERTY


def test_a_list_is_found_by_what_the_account_makes_of_its_name() -> None:
    assert FIELDS.find("list: Beta") == Field(Kind.LIST, "c-beta")
    assert FIELDS.find("list:x").label == "list:c-x"


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("plna", "no property", "did you mean plan"),
        ("emial", "no property", "did you mean email"),
        ("id", "reserved by the service", "--ignore id"),
        ("optInStatus", "reserved by the service", "--ignore"),
        ("mailing_lists", "cannot be one column", "list:ID"),
        ("x" * 499, "499 characters", "498"),
    ],
)
def test_other_names_are_refused_with_the_way_out(name: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        FIELDS.find(name)
    assert hint in str(caught.value.hint)


def test_a_name_that_may_mean_two_fields_is_refused() -> None:
    fields = account_fields({"user_id": "string"}, str)
    with pytest.raises(UsageError, match="userId or the property"):
        fields.find("user_id")
    assert fields.find("userId").kind is Kind.USER_ID


def test_without_a_schema_any_name_is_a_property_of_unknown_type() -> None:
    assert account_fields(None, str).find("whatever") == Field(Kind.PROPERTY, "whatever", None)


def parse(name: str, text: str) -> object:
    return cell_parser(FIELDS.find(name))(text)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("email", "a+b@example.com", "a+b@example.com"),
        ("userId", "007", "007"),
        ("firstName", "12", "12"),
        ("plan", "007", "007"),
        ("seats", "0.1000", Number("0.1000")),
        ("trial", "TRUE", True),
        ("joined", "2024-01-17", "2024-01-17"),
        ("odd", "12", Number("12")),
        ("odd", "no", "no"),
        ("subscribed", "false", False),
        ("list:x", "true", True),
    ],
)
def test_a_cell_is_typed_by_its_field(name: str, text: str, value: object) -> None:
    assert parse(name, text) == value


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("email", "ada", "not an email address"),
        ("email", "zoë@example.com", "not an email address"),
        ("email", " a@b.co", "more than an email address"),
        ("userId", "x" * 499, "499 characters"),
        ("firstName", "x" * 499, "499 characters"),
        ("seats", "007", "not a number"),
        ("trial", "maybe", "not a boolean"),
        ("joined", "1705486871", "too small"),
        ("subscribed", "yes", "not a boolean"),
        ("list:x", "1", "not a boolean"),
    ],
)
def test_a_cell_that_does_not_fit_is_a_problem(name: str, text: str, message: str) -> None:
    with pytest.raises(ValueProblem, match=message):
        parse(name, text)


def test_each_standard_field_but_the_lists_can_be_a_column() -> None:
    for field in FLAG_FIELDS:
        found = FIELDS.find(field.name)
        assert (found.name, found.declared) == (field.wire_name, field.type)
        assert found.is_clearable is (not field.instead)
