"""Placeholders and spreadsheet dress pick nobody."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactctl.changes.typing_rules import ValueProblem
from contactctl.importing.values.identifiers import (
    PLACEHOLDERS,
    float_problem,
    parse_address,
    parse_user_id,
    trimmed,
)


def refusal(text: str) -> ValueProblem:
    with pytest.raises(ValueProblem) as caught:
        parse_user_id(text)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "42",
        "0",
        "042",
        "cus_2",
        "12e4",
        "1.5",
        "a-b",
        "x@b.co",
        "0x1F",
        "4e",
        "n0ne",
        "Ädä",
        "v1.0",
    ],
)
def test_an_id_is_taken_to_the_letter(text: str) -> None:
    assert parse_user_id(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *sorted(PLACEHOLDERS),
        *("NULL", "NaN", "NaT", "None", "N/A", "#N/A", "#REF!", r"\N", "Undefined", "-"),
        *('"NULL"', '="NULL"', "'NULL", "' nan '", '=""', '""', "NULL ", "\N{NO-BREAK SPACE}nan"),
        "########",
    ],
)
def test_a_placeholder_is_no_id(text: str) -> None:
    problem = refusal(text)
    assert "is placeholder text" in problem.message
    assert "empty" in str(problem.hint)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "42.0",
            "42.00",
            "4.2E+1",
            "4.2e+1",
            "4.2E1",
            "4.2e+01",
            "'42",
            "\N{RIGHT SINGLE QUOTATION MARK}42",
        ),
        *('="42"', '"42"', '="42.0"', "'42'", '=" 42 "'),
    ],
)
def test_an_id_in_spreadsheet_dress_is_refused_with_the_id_that_is_meant(text: str) -> None:
    problem = refusal(text)
    assert "a spreadsheet's number format" in problem.message
    assert problem.hint == "the id is 42"


@pytest.mark.parametrize(
    "text", ["7.21045E+12", "7.21045e+12", "1E+20", "4.25E+1", "9E+400", "4E+1"]
)
def test_an_id_whose_digits_are_lost_cannot_be_named(text: str) -> None:
    problem = refusal(text)
    assert "with digits of the id lost" in problem.message
    assert "as text" in str(problem.hint)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("NULL", "placeholder", "empty"),
        ('="#N/A"', "placeholder", "empty"),
        ("'ada@example.com", "more than an email address", "but ada@example.com in"),
        ('="ada@example.com"', "more than an email address", "but ada@example.com in"),
        ("Ada Byron <ada@example.com>", "more than an email address", "but ada@example.com in"),
        ("<ada@example.com>", "more than an email address", "but ada@example.com in"),
        (
            "[Ada@example.com](mailto:ada@example.com)",
            "more than an email address",
            "but Ada@example.com in",
        ),
        ("ada@example.com;", "more than an email address", "but ada@example.com in"),
        ("ada@example.com, bob@example.com", "more than one", "keep one of them"),
        ("a@example.com;b@example.com", "more than one", "keep one of them"),
        ("write to ada@example.com.", "more than an email address", "but ada@example.com in"),
        ("zoëx@example.com", "not an email address", "ASCII"),
        ("ada@example.comé", "not an email address", "ASCII"),
        ("@" * 100_000, "not an email address", "ASCII"),
        ("ada", "not an email address", "ASCII"),
    ],
)
def test_an_address_is_refused_with_the_way_out(text: str, message: str, hint: str) -> None:
    with pytest.raises(ValueProblem, match=message) as caught:
        parse_address(text)
    assert hint in str(caught.value.hint)


@pytest.mark.parametrize("text", ["o'brien@example.com", "null@example.com", "A.b+c@example.com"])
def test_an_address_is_taken_to_the_letter(text: str) -> None:
    assert parse_address(text) == text


@pytest.mark.parametrize(("number", "hint"), [("42.0", "the id is 42"), ("4.2e1", "the id is 42")])
def test_a_float_is_refused_with_the_id_that_is_meant(number: str, hint: str) -> None:
    problem = float_problem(number)
    assert problem is not None
    assert problem.hint == hint


def test_a_whole_number_is_no_float() -> None:
    assert float_problem("42") is None


_IDS = st.text("0123456789.eE+-'\"= nNuUlLaA#/\\\N{ZERO WIDTH SPACE}\udcff", max_size=12)


def check_id(text: str) -> None:
    """Hold an id to: taken as it is or refused; what is meant is taken."""
    text = trimmed(text)
    try:
        found = parse_user_id(text)
    except ValueProblem as problem:
        meant = str(problem.hint)
        if meant.startswith("the id is ") and meant.isascii():
            assert "=" in meant or '"' in meant or "'" in meant or _is_taken(meant[10:])
    else:
        assert found == text == trimmed(text)
        assert found.lower() not in PLACEHOLDERS


def _is_taken(text: str) -> bool:
    try:
        return parse_user_id(text) == text
    except ValueProblem:
        return False


@given(_IDS)
def test_any_text_is_an_id_or_refused(text: str) -> None:
    check_id(text)


@pytest.mark.slow
@settings(max_examples=10_000)
@given(_IDS)
def test_any_of_many_texts_is_an_id_or_refused(text: str) -> None:
    check_id(text)


@given(st.integers(0, 10**9), st.integers(1, 3))
def test_what_a_data_frame_makes_of_a_number_is_that_number(number: int, zeros: int) -> None:
    assert refusal(f"{number}.{'0' * zeros}").hint == f"the id is {number}"
