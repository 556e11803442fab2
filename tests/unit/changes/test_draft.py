"""How a draft's texts get their types, and what the account's properties refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contactctl.changes.draft import Draft, Untyped, to_change
from contactctl.errors import UsageError
from contactctl.exact_json import Number

if TYPE_CHECKING:
    from contactctl.changes.draft import DeclaredTypes, DraftValue
    from contactctl.exact_json import JsonScalar

DECLARED: DeclaredTypes = {
    "planName": "string",
    "zip": "string",
    "seats": "number",
    "trial": "boolean",
    "renewsAt": "date",
    "shape": None,
}


def typed(key: str, value: DraftValue, declared: DeclaredTypes | None = DECLARED) -> JsonScalar:
    change = to_change(Draft(email="ada@example.com", values={key: value}), declared)
    return change.values[key]


def refusal(key: str, value: DraftValue, declared: DeclaredTypes | None = DECLARED) -> str:
    """Return message and hint of the refusal; there must be both."""
    with pytest.raises(UsageError) as caught:
        typed(key, value, declared)
    assert caught.value.hint
    return f"{caught.value.message} | {caught.value.hint}"


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("planName", "12", "12"),
        ("zip", "02134", "02134"),
        ("zip", "", ""),
        ("seats", "0.10", Number("0.10")),
        ("trial", "TRUE", True),
        ("renewsAt", "2024-01-17 10:21", "2024-01-17 10:21"),
        ("renewsAt", "1705486871000", Number("1705486871000")),
    ],
)
def test_the_declared_type_decides(key: str, text: str, value: JsonScalar) -> None:
    assert typed(key, Untyped(text)) == value


@pytest.mark.parametrize(
    ("text", "value"), [("12", Number("12")), ("true", True), ("02134", "02134"), ("TRUE", "TRUE")]
)
def test_without_a_schema_the_look_decides(text: str, value: JsonScalar) -> None:
    assert typed("anything", Untyped(text), None) == value


def test_without_a_schema_a_json_value_goes_as_it_is() -> None:
    assert typed("anything", "12", None) == "12"


@pytest.mark.parametrize("key", DECLARED)
def test_null_empties_a_property_of_any_type(key: str) -> None:
    assert typed(key, None) is None


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("trial", Untyped("maybe"), 'trial: "maybe" is not a boolean'),
        ("trial", Untyped(""), "use --unset"),
        ("seats", Untyped("+1"), "it is 1"),
        ("renewsAt", Untyped("2024-02-30"), "is not a date"),
        ("renewsAt", Untyped("1705486871"), "1705486871000"),
        ("zip", Untyped("7" * 499), "499 characters"),
        ("seats", "12", "this is a string, and the property is a number"),
        ("zip", Number("2134"), "this is a number, and the property is a string"),
        ("trial", Number("0"), "this is a number, and the property is a boolean"),
    ],
)
def test_another_type_is_refused_naming_the_property(
    key: str, value: DraftValue, reason: str
) -> None:
    said = refusal(key, value)
    assert said.startswith(f"{key}: ")
    assert reason in said


def test_a_type_that_is_unknown_here_is_not_checked() -> None:
    assert typed("shape", Untyped("12")) == Number("12")
    assert typed("shape", "12") == "12"


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("plan_name", "planName"),
        ("PlanName", "planName"),
        ("seat", "seats"),
        ("first_name", "--first-name"),
        ("Email", "--email"),
    ],
)
def test_an_unknown_property_names_what_was_meant(key: str, meant: str) -> None:
    said = refusal(key, Untyped("x"))
    assert f'no property "{key}"' in said
    assert f"did you mean {meant}" in said


@pytest.mark.parametrize("value", [Untyped("x"), Number("1"), "x", None])
def test_an_unknown_property_comes_with_the_command_that_creates_it(value: DraftValue) -> None:
    assert "contactctl properties create colour --type string" in refusal("colour", value)


def test_no_command_is_offered_for_a_name_that_a_shell_would_run() -> None:
    said = refusal("$(reboot)", "x")
    assert "properties create" not in said
    assert "contactctl properties list" in said


def test_a_near_miss_from_the_service_is_shown_harmless() -> None:
    said = refusal("colour", "x", {"colou\x1b[31m": "string"})
    assert "\x1b" not in said


def test_the_default_properties_are_known_even_when_not_listed() -> None:
    assert typed("createdAt", Untyped("2024-01-17"), {}) == "2024-01-17"
    assert typed("notes", Untyped("12"), {}) == "12"
    assert "not a date" in refusal("createdAt", Untyped("soon"), {})


def test_a_standard_field_is_not_looked_up() -> None:
    assert typed("firstName", "Ada", {}) == "Ada"
    assert typed("subscribed", value=False, declared={}) is False


def test_lists_by_name_become_ids_and_merge_with_those_of_data() -> None:
    draft = Draft(
        email="ada@example.com",
        data_lists={"id1": True, "id2": True},
        flag_lists={"News": False, "id3": True},
    )
    resolved = draft.with_list_ids({"News": "id1", "id3": "id3"}.__getitem__)
    assert to_change(resolved, None).mailing_lists == {"id1": False, "id2": True, "id3": True}


def test_one_list_by_two_names_is_given_twice() -> None:
    draft = Draft(email="ada@example.com", flag_lists={"News": False, "id1": True})
    with pytest.raises(UsageError, match='"id1" is given twice'):
        draft.with_list_ids(lambda _: "id1")
