"""What a text becomes under each declared type, and what is refused with which way out."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactctl.changes.date_forms import documented_form
from contactctl.changes.rounding import rounded
from contactctl.changes.typing_rules import (
    ValueProblem,
    check_text,
    check_value,
    infer_value,
    instant_of,
    typed_value,
)
from contactctl.contact import PROPERTY_TYPES, PropertyType
from contactctl.exact_json import JsonScalar, Number, to_json

#: Digits that ``int`` and ``\\d`` take for 12, and JSON does not.
ARABIC_12 = "\u0661\u0662"
types = st.sampled_from(PROPERTY_TYPES)
wild_texts = st.one_of(
    st.text(max_size=600),
    st.text(alphabet="0123456789+-.eETZ: ", max_size=40),
    st.text(st.characters(codec=None), max_size=20),
    st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?"),
    st.integers().map(str),
    st.floats().map(str),
)


def problem(text: str, declared: PropertyType) -> ValueProblem:
    with pytest.raises(ValueProblem) as caught:
        typed_value(text, declared)
    return caught.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("12", Number("12")),
        ("-0.5e3", Number("-0.5e3")),
        ("0", Number("0")),
        ("02134", "02134"),
        ("+1", "+1"),
        (".5", ".5"),
        ("1_000", "1_000"),
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("null", "null"),
        ("", ""),
        (" 12", " 12"),
        ("12\n", "12\n"),
        (ARABIC_12, ARABIC_12),
        ("2024-01-17", "2024-01-17"),
    ],
)
def test_without_a_schema_the_look_decides(text: str, expected: object) -> None:
    found = infer_value(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize("text", ["02134", "true", "12", "", "null", "-v", " padded "])
def test_a_string_stays_as_it_is(text: str) -> None:
    assert typed_value(text, "string") == text


@pytest.mark.parametrize(
    "text", ["9007199254740993", "0.1000", "-0", "1e400", "1E+5", "0", "7" * 5000]
)
def test_a_number_keeps_its_digits(text: str) -> None:
    assert to_json(typed_value(text, "number")) == text


@pytest.mark.parametrize(
    ("text", "way_out"),
    [
        ("+5", "it is 5"),
        ("007", "it is 7"),
        ("+00.5", "it is 0.5"),
        (".5", "in digits"),
        ("5.", "in digits"),
        ("1,000", "in digits"),
        ("12 ", "in digits"),
        ("NaN", "in digits"),
        ("0x1f", "in digits"),
        ("--5", "in digits"),
        (ARABIC_12, "in digits"),
    ],
)
def test_what_json_does_not_write_is_no_number(text: str, way_out: str) -> None:
    found = problem(text, "number")
    assert "is not a number" in found.message
    assert way_out in str(found.hint)


@pytest.mark.parametrize(
    ("text", "expected"), [("true", True), ("false", False), ("TRUE", True), ("False", False)]
)
def test_a_boolean_is_true_or_false_in_any_case(text: str, expected: object) -> None:
    assert typed_value(text, "boolean") is expected


@pytest.mark.parametrize("text", ["maybe", "yes", "1", "0", "t", " true"])
def test_anything_else_is_refused_naming_the_type(text: str) -> None:
    found = problem(text, "boolean")
    assert "boolean" in found.message
    assert "true or false" in str(found.hint)


@pytest.mark.parametrize("declared", ["number", "boolean", "date"])
def test_an_empty_text_points_to_unset(declared: PropertyType) -> None:
    found = problem("", declared)
    assert declared in found.message
    assert "--unset" in str(found.hint)


@pytest.mark.parametrize(
    ("value", "declared"),
    [
        (None, "string"),
        (None, "date"),
        ("02134", "string"),
        (Number("1"), "number"),
        (False, "boolean"),
        ("2024-01-17", "date"),
        ("1705486871000", "date"),
        (Number("1705486871000"), "date"),
    ],
)
def test_a_json_value_of_the_declared_type_passes(
    value: JsonScalar,
    declared: PropertyType,
) -> None:
    check_value(value, declared)


@pytest.mark.parametrize(
    ("value", "declared", "named"),
    [
        ("12", "number", "string"),
        (True, "number", "boolean"),
        (Number("1"), "boolean", "number"),
        ("true", "boolean", "string"),
        (Number("2134"), "string", "number"),
        (False, "string", "boolean"),
        (True, "date", "boolean"),
        (Number("1705486871"), "date", "milliseconds"),
        ("1705486871", "date", "milliseconds"),
        ("2024-02-30", "date", "not a date"),
        ("", "date", "not a date"),
        ("x" * 499, "string", "499"),
    ],
)
def test_a_json_value_of_another_type_is_refused(
    value: JsonScalar,
    declared: PropertyType,
    named: str,
) -> None:
    with pytest.raises(ValueProblem, match=named):
        check_value(value, declared)


def test_the_length_limit_leaves_room_for_two_quotation_marks() -> None:
    assert typed_value("x" * 498, "string") == infer_value("x" * 498) == "x" * 498
    assert "498" in str(problem("x" * 499, "string").hint)
    with pytest.raises(ValueProblem, match="499"):
        infer_value("x" * 499)


def test_what_utf_8_cannot_spell_is_refused_without_being_printed() -> None:
    with pytest.raises(ValueProblem, match="UTF-8") as caught:
        check_text("caf\udce9")
    assert "\udce9" not in caught.value.message


@pytest.mark.parametrize("declared", ["number", "boolean", "date"])
def test_a_message_cuts_and_escapes_the_value(declared: PropertyType) -> None:
    found = problem("\x1b[31m" + "x" * 400, declared)
    assert "\x1b" not in found.message
    assert "\\u{1b}[31m" in found.message
    assert "x" * 60 not in found.message


def check_any_text(text: str, declared: PropertyType) -> None:
    """Whatever is typed is refused as a value problem, or becomes a value that then checks."""
    with suppress(ValueProblem):
        value = typed_value(text, declared)
        check_value(value, declared)
        spellings = {text, text.lower(), documented_form(text)}
        assert (value if isinstance(value, str) else to_json(value)) in spellings
        assert declared != "date" or instant_of(value) is not None
    with suppress(ValueProblem):
        inferred = infer_value(text)
        assert (inferred if isinstance(inferred, str) else to_json(inferred)) == text
        assert re.fullmatch(r"true|false|-?[0-9].*", text) or inferred == text


@given(wild_texts, types)
def test_any_text_is_typed_or_refused(text: str, declared: PropertyType) -> None:
    check_any_text(text, declared)


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None)
@given(wild_texts, types)
def test_ten_thousand_texts_are_typed_or_refused(text: str, declared: PropertyType) -> None:
    check_any_text(text, declared)


@pytest.mark.parametrize(
    ("digits", "kept"),
    [
        ("9007199254740993", "9007199254740992"),
        ("9007199254740992", None),
        ("-9007199254740993", "-9007199254740992"),
        ("0.10000000000000000001", "0.1"),
        ("0.1000000000000000000", None),
        ("123456789012345678901234567890", "1.2345678901234568e+29"),
        ("1" * 5000, "no number so large"),
        ("-1e999999999999999", "no number so large"),
        ("123456789012345", None),
        ("0.30000000000000004", None),
    ],
)
def test_a_number_that_no_double_holds_is_told_as_it_would_be_kept(
    digits: str, kept: str | None
) -> None:
    assert rounded(Number(digits)) == kept


@pytest.mark.parametrize("value", ["9007199254740993", None, True])
def test_only_numbers_are_rounded(value: JsonScalar) -> None:
    assert rounded(value) is None
