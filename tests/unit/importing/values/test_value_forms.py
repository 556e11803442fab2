"""Forms of dates and numbers that a flag names, and which form a text seems to have."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactctl.changes.typing_rules import ValueProblem, instant_of
from contactctl.errors import UsageError
from contactctl.importing.values.date_formats import likely_formats, read_as_one_of, read_date
from contactctl.importing.values.number_forms import DecimalMark, grouped_number, lossless_number
from contactctl.importing.values.value_rules import parse_value_rules


@pytest.mark.parametrize(
    ("text", "form", "date"),
    [
        ("17.01.2024", "%d.%m.%Y", "2024-01-17"),
        ("1/2/24", "%m/%d/%y", "2024-01-02"),
        ("17.01.2024 10:21", "%d.%m.%Y %H:%M", "2024-01-17T10:21:00"),
        ("17.01.2024 00:00", "%d.%m.%Y %H:%M", "2024-01-17T00:00:00"),
        ("Jan 17, 2024 1:05 PM", "%b %d, %Y %I:%M %p", "2024-01-17T13:05:00"),
        ("17/01/2024 10:21:11.5 +0200", "%d/%m/%Y %H:%M:%S.%f %z", "2024-01-17T10:21:11.500+02:00"),
        ("45308", "excel", "2024-01-17"),
        ("45308.0", "excel", "2024-01-17"),
        ("45308.43", "excel", "2024-01-17T10:19:12"),
        ("43846", "excel1904", "2024-01-17"),
        ("1705486871", "seconds", "2024-01-17T10:21:11Z"),
        ("1705486871.25", "seconds", "2024-01-17T10:21:11.250Z"),
        ("0", "seconds", "1970-01-01T00:00:00Z"),
    ],
)
def test_a_date_of_a_named_form_is_sent_as_documented(text: str, form: str, date: str) -> None:
    assert read_date(text, form) == date
    assert instant_of(date) is not None


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("17.13.2024", "%d.%m.%Y"),
        ("2024-01-17", "%d.%m.%Y"),
        ("17.01.2024 10:21", "%d.%m.%Y"),
        ("12", "excel"),
        ("2024-01-17", "excel"),
        ("9999999", "excel"),
        ("-5", "seconds"),
        ("999999999999", "seconds"),
    ],
)
def test_a_date_of_another_form_is_refused(text: str, form: str) -> None:
    with pytest.raises(ValueProblem):
        read_date(text, form)


DAYS_FIRST, MONTHS_FIRST = "%d/%m/%Y", "%m/%d/%Y"


@pytest.mark.parametrize(
    ("text", "forms", "found"),
    [
        ("17.01.2024", ["%d.%m.%Y", "excel"], ("2024-01-17", "%d.%m.%Y")),
        ("45308", ["%d.%m.%Y", "excel"], ("2024-01-17", "excel")),
        ("2024-01-17", ["%d.%m.%Y"], ("2024-01-17", None)),
        ("17/01/2024", [DAYS_FIRST, MONTHS_FIRST], ("2024-01-17", DAYS_FIRST)),
        ("02/02/2024", [DAYS_FIRST, MONTHS_FIRST], ("2024-02-02", DAYS_FIRST)),
    ],
)
def test_a_column_may_have_several_forms_and_iso_besides(
    text: str, forms: list[str], found: tuple[str, str | None]
) -> None:
    assert read_as_one_of(text, forms) == found


@pytest.mark.parametrize(
    ("text", "forms", "message"),
    [
        ("01/02/2024", [DAYS_FIRST, MONTHS_FIRST], f"by both {DAYS_FIRST} and {MONTHS_FIRST}"),
        ("17.01.24", [DAYS_FIRST, "excel"], f"not written as {DAYS_FIRST} or excel"),
        ("2024-01-17", ["%Y-%d-%m"], "not written as %Y-%d-%m"),
    ],
)
def test_a_date_of_none_of_several_forms_or_of_two_is_refused(
    text: str, forms: list[str], message: str
) -> None:
    with pytest.raises(ValueProblem, match=message):
        read_as_one_of(text, forms)


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("17.01.2024", ["%d.%m.%Y"]),
        ("1.2.24", ["%d.%m.%y"]),
        ("01/17/2024", ["%m/%d/%Y"]),
        ("17/01/2024", ["%d/%m/%Y"]),
        ("1/2/24", ["%d/%m/%y", "%m/%d/%y"]),
        ("2024/01/17", ["%Y/%m/%d"]),
        ("17.01.2024 10:21", ["%d.%m.%Y %H:%M"]),
        ("1/17/2024 1:05:09 PM", ["%m/%d/%Y %I:%M:%S %p"]),
        ("01/17/2024, 10:21", ["%m/%d/%Y, %H:%M"]),
        ("Jan 17, 2024", ["%b %d, %Y"]),
        ("January 17, 2024", ["%B %d, %Y"]),
        ("17 Jan 2024", ["%d %b %Y"]),
        ("17-JAN-24", ["%d-%b-%y"]),
        ("20240117", ["%Y%m%d"]),
        ("45308", ["excel"]),
        ("45308.43", ["excel"]),
        ("1705486871", ["seconds"]),
        ("soon", []),
        ("7", []),
        ("32/32/2024", []),
    ],
)
def test_the_form_of_a_date_is_told_where_it_can_be(text: str, forms: list[str]) -> None:
    assert likely_formats(text) == forms
    for form in forms:
        assert instant_of(read_date(text, form)) is not None


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("1.200", ",", "1200"),
        ("1.234,50", ",", "1234.50"),
        ("1.234.567,8", ",", "1234567.8"),
        ("0,5", ",", "0.5"),
        ("-1234,5", ",", "-1234.5"),
        ("1 234,5", ",", "1234.5"),
        ("1\N{NARROW NO-BREAK SPACE}234", ",", "1234"),
        ("12", ",", "12"),
        ("1,000", ",", "1.000"),
        ("1,000", ".", "1000"),
        ("1,234.50", ".", "1234.50"),
        ("1'234.5", ".", "1234.5"),
        ("1.200", ".", "1.200"),
    ],
)
def test_a_number_with_a_named_mark_keeps_its_digits(
    text: str, mark: DecimalMark, number: str
) -> None:
    assert grouped_number(text, mark).text == number


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        *[(text, ",") for text in ("1.5", "1.23", "0.200", "1.2000", "1.234 567", "1,2,3", "007")],
        *[(text, ".") for text in ("1,5", "1,2000", "0,200", "1.234,5", "", "1e5", "12 ,5")],
    ],
)
def test_a_number_that_may_be_another_is_refused(text: str, mark: DecimalMark) -> None:
    with pytest.raises(ValueProblem):
        grouped_number(text, mark)


@pytest.mark.parametrize("text", ["", ".", "+", "007", "-00.5", "1,5", "1e5", "0x1f", "1.2.3"])
def test_other_texts_are_no_numbers_without_a_doubt(text: str) -> None:
    assert lossless_number(text) is None


@given(st.integers(0, 10**12), st.text("0123456789", max_size=5))
def test_a_grouped_number_is_the_number(whole: int, fraction: str) -> None:
    number = f"{whole}.{fraction}" if fraction else str(whole)
    comma = f"{whole:,}".replace(",", ".") + (f",{fraction}" if fraction else "")
    assert grouped_number(comma, ",").text == number
    assert grouped_number(f"{whole:,}" + (f".{fraction}" if fraction else ""), ".").text == number


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"date_formats": ["joined"]}, "is not COLUMN=FORMAT"),
        ({"date_formats": ["=%d.%m.%Y"]}, "is not COLUMN=FORMAT"),
        ({"date_formats": ["joined=%d.%m"]}, "a year"),
        ({"date_formats": ["joined=%H:%M"]}, "a day"),
        ({"date_formats": ["joined=%d.%m.%Q"]}, "%Q"),
        ({"date_formats": ["joined=%d.%m.%Y%"]}, "not known"),
        ({"date_formats": ["joined=us"]}, "a day"),
        ({"null_texts": [" , "]}, "names no text"),
        ({"decimal_commas": ["a"], "decimal_points": ["a"]}, "to --decimal-comma and to"),
    ],
)
def test_flags_that_cannot_be_read_are_refused(flags: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse_value_rules(**flags)


def test_flags_are_part_of_what_a_run_is_known_by() -> None:
    assert parse_value_rules().describe() == {}
    first = parse_value_rules(["NULL,N/A"], ["a b=%d.%m.%Y"], ["c"])
    again = parse_value_rules(["N/A", '"NULL"'], ["a b=%d.%m.%Y", "a b=%d.%m.%Y"], ["c", " c "])
    assert first.describe() == again.describe()
    assert [*first.columns] == ["a b", "c"]
    assert first.describe() != parse_value_rules(["NULL"]).describe()
