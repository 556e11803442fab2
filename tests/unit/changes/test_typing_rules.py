"""What a text becomes under each declared type, and what is refused with which way out."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactctl.changes.date_forms import documented_form
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
#: Any moment whose zones are all within the years that Python counts.
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))  # noqa: DTZ001 - zone added later
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
    ("text", "instant"),
    [
        ("2024-01-17T10:21:11.000", "2024-01-17T10:21:11+00:00"),
        ("2024-01-17T10:21:11", "2024-01-17T10:21:11+00:00"),
        ("2024-01-17T10:21", "2024-01-17T10:21:00+00:00"),
        ("2024-01-17 10:21:11.250", "2024-01-17T10:21:11.250000+00:00"),
        ("2024-01-17 10:21:11", "2024-01-17T10:21:11+00:00"),
        ("2024-01-17 10:21", "2024-01-17T10:21:00+00:00"),
        ("2024-01-17", "2024-01-17T00:00:00+00:00"),
        ("2024-01-17T10:21:11.000+02:00", "2024-01-17T08:21:11+00:00"),
        ("2024-01-17 10:21-07:00", "2024-01-17T17:21:00+00:00"),
        ("2024-01-17Z", "2024-01-17T00:00:00+00:00"),
        ("2024-02-29", "2024-02-29T00:00:00+00:00"),
    ],
)
def test_every_documented_form_of_a_date_is_sent_as_typed(text: str, instant: str) -> None:
    assert typed_value(text, "date") == text
    assert instant_of(text) == datetime.fromisoformat(instant)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("2024-01-17 10:21:11+00", "2024-01-17 10:21:11Z"),
        ("2024-01-17 10:21:11.123456+00", "2024-01-17 10:21:11.123Z"),
        ("2024-01-17 10:21:11.5-03:30", "2024-01-17 10:21:11.500-03:30"),
        ("2024-01-17T10:21:11.123456Z", "2024-01-17T10:21:11.123Z"),
        ("2024-01-17T10:21:11.123456789", "2024-01-17T10:21:11.123"),
        ("2024-01-17T10:21:11+0000", "2024-01-17T10:21:11Z"),
        ("2024-01-17 10:21:11 UTC", "2024-01-17 10:21:11Z"),
        ("2024-01-17 10:21:11.1 +0200", "2024-01-17 10:21:11.100+02:00"),
        ("2024-01-17 10:21:11 +0000 UTC", "2024-01-17 10:21:11Z"),
        ("2024-01-17t10:21:11,25z", "2024-01-17T10:21:11.250Z"),
        ("2024-01-17T10:21:11Z[Etc/UTC]", "2024-01-17T10:21:11Z"),
        ("2024-01-17T10:21:11+01:00[Europe/Berlin]", "2024-01-17T10:21:11+01:00"),
        ("2024-01-17 10:21:11 +0200 CEST", "2024-01-17 10:21:11+02:00"),
        ("2024-01-17 UTC", "2024-01-17Z"),
    ],
)
def test_a_date_in_another_spelling_is_sent_as_documented(text: str, sent: str) -> None:
    assert typed_value(text, "date") == sent
    check_value(sent, "date")


def test_a_timestamp_in_digits_is_sent_as_a_number() -> None:
    assert typed_value("1705486871000", "date") == Number("1705486871000")
    expected = datetime(2024, 1, 17, 10, 21, 11, tzinfo=UTC)
    assert instant_of(Number("1705486871000")) == instant_of("1705486871000") == expected


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-30",
        "2023-02-29",
        "2024-13-01",
        "2024-00-10",
        "0000-01-01",
        "2024-1-7",
        "24-01-17",
        "17.01.2024",
        "01/17/2024",
        "2024-01-17T24:00",
        "2024-01-17T10:60",
        "2024-01-17T10:21:60",
        "2024-01-17  10:21",
        "2024-01-17T10",
        "2024-01-17T10:21+24:00",
        "2024-01-17T10:21+2400",
        "2024-02-30 10:21:11+00",
        "2024-01-17T10:21.5",
        "2024-01-17 10:21:11.",
        "2024-01-17 10:21:11 CET",
        "2024-01-17 10:21:11 +2",
        "2024-01-17 10:21:11+00:19:32",
        "2024-01-17[UTC]",
        "2024-01-17 10:21:11[Europe/Berlin]",
        "2024-01-17 10:21:11 UTC CEST",
        "0044-03-15 BC",
        "infinity",
        "2024-01-17T",
        "20240117T1021",
        "2024-W03-3",
        "yesterday",
        "2024-01-17\n",
        f"20{ARABIC_12}-01-17",
        "1705486871000.5",
        "1.7e12",
        "01705486871000",
        "0001-01-01T00:00+02:00",
        "253402300800000",
        "9" * 5000,
    ],
)
def test_no_other_date_is_taken(text: str) -> None:
    found = problem(text, "date")
    assert "2024-01-17" in str(found.hint)
    assert len(found.message) < 120


@pytest.mark.parametrize("text", ["1705486871", "99999999999", "100000000"])
def test_seconds_are_refused_with_the_milliseconds(text: str) -> None:
    found = problem(text, "date")
    assert "milliseconds" in found.message
    assert text + "000" in str(found.hint)
    assert typed_value(text + "000", "date") == Number(text + "000")


@pytest.mark.parametrize("text", ["20240117", "0", "-1", "-1705486871000", "-" + "9" * 5000])
def test_a_small_number_that_is_no_plausible_second_gets_the_forms(text: str) -> None:
    assert "2024-01-17T10:21:11" in str(problem(text, "date").hint)


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


@pytest.mark.parametrize("value", [None, True, "", "soon", Number("1.5"), Number("9" * 5000)])
def test_what_is_no_date_names_no_instant(
    value: JsonScalar,
) -> None:
    assert instant_of(value) is None


@given(moments, st.sampled_from("T "))
def test_a_date_written_in_any_zone_names_its_instant(moment: datetime, separator: str) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    text = moment.isoformat(separator, "milliseconds")
    expected = moment.replace(tzinfo=UTC)
    assert instant_of(text) == instant_of(text + "Z") == expected
    assert instant_of(text + "+02:30") == expected - timedelta(hours=2, minutes=30)
    assert instant_of(text + "-11:00") == expected + timedelta(hours=11)
    assert typed_value(text, "date") == text


@given(st.integers(min_value=10**11, max_value=253402300799999))
def test_a_timestamp_counts_milliseconds(stamp: int) -> None:
    instant = instant_of(typed_value(str(stamp), "date"))
    assert instant is not None
    assert (instant - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1) == stamp


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
