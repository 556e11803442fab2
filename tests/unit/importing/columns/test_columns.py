"""Columns bound to fields by name and by flags."""

from __future__ import annotations

import pytest
from known_account import account_fields

from contactctl.errors import UsageError
from contactctl.importing.columns.columns import bind_columns, bind_constants
from contactctl.importing.columns.rules import ColumnRules, parse_rules

FIELDS = account_fields({"plan": "string", "seats": "number"}, lambda name: f"c-{name.lower()}")


def bound(columns: list[str], rules: ColumnRules | None = None) -> dict[int, str]:
    found = bind_columns(columns, rules or ColumnRules(), FIELDS)
    return {index: field.label for index, field in found.fields.items()}


def test_columns_are_bound_by_their_names() -> None:
    assert bound(["User ID", "plan", "list:Beta"]) == {0: "userId", 1: "plan", 2: "list:c-beta"}


def test_map_names_a_field_and_ignore_leaves_out() -> None:
    rules = parse_rules(["Mail a=b=email", "Tier = plan"], ["Notiz"])
    assert bound(["Mail a=b", "Tier", "Notiz"], rules) == {0: "email", 1: "plan"}


def test_a_column_without_a_name_and_the_reasons_of_a_rejects_file_are_left_out() -> None:
    assert bound(["email", "", "error", "import_error"]) == {0: "email"}


def test_a_property_named_error_is_a_property() -> None:
    fields = account_fields({"error": "string"}, str)
    assert len(bind_columns(["email", "error"], ColumnRules(), fields).fields) == 2


def test_a_reasons_column_can_be_mapped() -> None:
    assert bound(["email", "error"], parse_rules(["error=plan"])) == {0: "email", 1: "plan"}


@pytest.mark.parametrize(
    ("columns", "message", "hint"),
    [
        (["email", "paln"], '"paln" is not a field: did you mean plan', "--map 'COLUMN=FIELD'"),
        (["email", "paln", "x"], '2 columns match no field:\n.*\n.*called "x"', "--ignore COLUMN"),
        (["email", "id"], "reserved by the service", "--ignore COLUMN"),
        (["plan", "seats"], "no column gives an email address or a user id", "--map"),
        (["email", "plan", "plan"], "name of column 2 and of column 3; to keep", "--ignore"),
        (["email", "E-Mail"], '"E-Mail" gives email, as "email" does', "--ignore"),
        (["userId", "list:a", "list:A"], 'gives list:c-a, as "list:a"', "--ignore"),
    ],
)
def test_what_cannot_be_bound_is_refused(columns: list[str], message: str, hint: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        bound(columns)
    assert hint in str(caught.value.hint)


def test_a_flag_that_names_no_column_is_refused_with_near_misses() -> None:
    with pytest.raises(UsageError, match='no column "Paln"') as caught:
        bound(["email", "Plan"], parse_rules(["Paln=plan"]))
    assert 'did you mean "Plan"' in str(caught.value.hint)
    with pytest.raises(UsageError, match='no column "zzz"'):
        bound(["email"], parse_rules(ignored=["zzz"]))


def constants(*texts: str, literal_null: bool = False) -> dict[str, object]:
    rules = parse_rules(constants=texts, literal_null=literal_null)
    found = bind_constants(rules, FIELDS, [FIELDS.find("email")])
    return {field.label: value for field, value in found.items()}


def test_constants_are_typed_like_cells() -> None:
    assert constants("plan=a=b", "list:Beta=true", "source=") == {
        "plan": "a=b",
        "list:c-beta": True,
        "source": "",
    }
    assert constants("plan=null") == {"plan": None}
    assert constants("plan=null", literal_null=True) == {"plan": "null"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seats=many", "--set seats: .* is not a number"),
        ("paln=x", "--set 'paln=x': the account has no property"),
        ("userId=1", "one contact"),
        ("email=a@b.co", "one contact"),
        ("source=null", "cannot be emptied"),
        ("subscribed=true", "re-subscribe"),
    ],
)
def test_a_constant_that_cannot_be_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        constants(text)


def test_a_constant_and_a_column_for_one_field_are_refused() -> None:
    rules = parse_rules(constants=["plan=pro"])
    with pytest.raises(UsageError, match="and so does a column"):
        bind_constants(rules, FIELDS, [FIELDS.find("plan")])
    with pytest.raises(UsageError, match="and so does another --set"):
        constants("firstName=A", "first_name=B")
