"""The sandbox's own reading of addresses, dates, numbers and lengths, held against the client's."""

from __future__ import annotations

import itertools
import json
import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactctl.changes.typing_rules import instant_of
from contactctl.contact import fold_address
from contactctl.contact import is_address as client_takes
from contactctl.exact_json import Number
from contactctl.sandbox.grammar import (
    folded,
    is_address,
    serialised_length,
    to_double,
    to_instant,
)

DAYS = ("2024-01-17", "2024/01/17", "2024.01.17", "17-01-2024", "20240117", "2024-1-17",
        "2023-02-29", "2024-02-29", "2024-13-01", "0000-01-01", "9999-12-31",
        "24-01-17")  # fmt: skip
TIMES = ("", "T10:21", " 10:21", "T10:21:11", "T10:21:11.000", "T10:21:11.1", "t10:21", "T24:00",
         "T10:21:60", "T10", "  10:21", "T10:21:11.1234", "T10:21:11,000")  # fmt: skip
OFFSETS = ("", "Z", "+02:00", "-07:00", "z", "+0200", "+02", " +02:00", "+24:00", "+23:60", "UTC")


def test_whatever_the_client_takes_for_a_date_is_the_same_date_here() -> None:
    """A form that the client took alone would be refused live, and no other test would tell."""
    told = [day + time + offset for day, time, offset in itertools.product(DAYS, TIMES, OFFSETS)]
    taken = [text for text in told if instant_of(text) is not None]
    assert [to_instant(text) for text in taken] == [instant_of(text) for text in taken]
    assert taken == [text for text in told if to_instant(text) is not None]
    assert len(taken) > 20


@given(st.from_regex(r"\A[0-9TZ:. /+-]{8,29}\Z") | st.integers().map(str))
def test_the_client_takes_no_text_for_a_date_that_is_none_here(text: str) -> None:
    client = instant_of(text)
    assert client is None or client == to_instant(text)


@given(st.datetimes(), st.sampled_from(["milliseconds", "seconds", "minutes"]))
def test_moments_come_back(moment: datetime, precision: str) -> None:
    text = moment.isoformat(timespec=precision)
    assert to_instant(text) == datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_milliseconds_count_from_1970() -> None:
    assert to_instant("1705486871000") == datetime(2024, 1, 17, 10, 21, 11, tzinfo=UTC)
    for text in ("9" * 17, "9" * 18, "1.5", "+5", "\u0665", "", "1e3"):
        assert to_instant(text) is None


LOCALS = (
    "ada",
    "a.b",
    "a..b",
    ".a",
    "a.",
    "a+b",
    "a b",
    "a'b",
    '"a b"',
    "ä",
    "a" * 64,
    "a" * 65,
    "",
)
DOMAINS = ("example.com", "example.c", "example.co", "example", "ex-ample.com", "-example.com",
           "example-.com", "exam_ple.com", "a.b.c.example.com", "example.com.", ".com", "bücher.de",
           "xn--a.xn--b", "example.123", "example.c-m", f"{'a' * 63}.com", f"{'a' * 64}.com",
           "[1.2.3.4]",
           f"{'a' * 60}.{'a' * 60}.{'a' * 60}.{'a' * 60}.com")  # fmt: skip


def test_the_client_and_the_sandbox_take_the_same_addresses() -> None:
    told = [f"{local}@{domain}" for local, domain in itertools.product(LOCALS, DOMAINS)]
    told += ["", "ada", "@", "a@b@example.com", "ada@example.com\n", "Ada@EXAMPLE.com"]
    taken = [text for text in told if is_address(folded(text)) and text.isascii()]
    assert taken == [text for text in told if client_takes(fold_address(text)) and text.isascii()]
    assert 20 < len(taken) < len(told) / 2


@given(st.from_regex(r"\A[a-zA-Z.+@ _-]{1,12}@[a-z0-9.-]{1,12}\Z"))
def test_no_address_divides_them(text: str) -> None:
    assert is_address(folded(text)) == client_takes(fold_address(text))


@pytest.mark.parametrize(
    ("digits", "kept"),
    [
        ("9007199254740993", "9007199254740992"),
        ("9007199254740991", "9007199254740991"),
        ("0.1000", "0.1"),
        ("12.0", "12"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("1E+2", "100"),
        ("1e20", "100000000000000000000"),
        ("1e21", "1e+21"),
        ("123456789012345678901234567890", "1.2345678901234568e+29"),
        ("0.000001", "0.000001"),
        ("0.0000001", "1e-7"),
        ("-1.5e-9", "-1.5e-9"),
        ("0.10000000000000000001", "0.1"),
        ("1152921504606846976", "1152921504606847000"),
        ("5e-324", "5e-324"),
        ("1e-400", "0"),
        ("1e308", "1e+308"),
        ("123.456", "123.456"),
    ],
)
def test_numbers_are_doubles_written_as_javascript_writes_them(digits: str, kept: str) -> None:
    found = to_double(Number(digits))
    assert found is not None
    assert found.text == kept


@pytest.mark.parametrize("digits", ["1e400", "-1e400", "1" * 5000])
def test_no_double_is_that_large(digits: str) -> None:
    assert to_double(Number(digits)) is None


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_double_keeps_its_value(double: float) -> None:
    found = to_double(Number(json.dumps(double)))
    assert found is not None
    assert math.isclose(float(found.text), double, rel_tol=0, abs_tol=0)


@given(st.text())
def test_the_length_is_that_of_the_json_text(text: str) -> None:
    escaped = json.dumps(text, ensure_ascii=False)
    assert serialised_length(text) == len(escaped.encode("utf-16-le")) // 2
