"""Dates as people write them, and the instants that they name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactctl.changes.typing_rules import (
    ValueProblem,
    check_value,
    instant_of,
    typed_value,
)
from contactctl.exact_json import JsonScalar, Number

if TYPE_CHECKING:
    from contactctl.contact import PropertyType

#: Digits that ``int`` and ``\\d`` take for 12, and JSON does not.
ARABIC_12 = "\u0661\u0662"
#: Any moment whose zones are all within the years that Python counts.
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))  # noqa: DTZ001 - zone added later


def problem(text: str, declared: PropertyType) -> ValueProblem:
    with pytest.raises(ValueProblem) as caught:
        typed_value(text, declared)
    return caught.value


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
