"""Lines are broken at spaces, and what is to be copied stays in one piece."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactctl.wrapping import columns, fitted, hint_lines, wrapped

TEXTS = st.text(st.sampled_from("ab@.`-宽 "), max_size=60)


@given(TEXTS, st.integers(4, 40))
def test_no_word_is_broken_and_none_is_lost(text: str, width: int) -> None:
    lines = wrapped(text.replace("`", ""), width)
    assert [word for line in lines for word in line.split()] == text.replace("`", "").split()
    assert all(columns(line) <= width or " " not in line.strip() for line in lines)


def test_what_goes_on_is_indented() -> None:
    text = "warning: one two three\n  1  four five six"
    assert fitted(text, 16) == "warning: one two\n  three\n  1  four five\n    six"


def test_a_text_that_fits_stays_as_it_is() -> None:
    assert fitted("a  b\n\n c", 6) == "a  b\n\n c"


@pytest.mark.parametrize(
    "line", ["contactctl import people.csv --resume", "export A=1 B=2", "$env:A = '1'"]
)
def test_a_line_to_copy_is_left_to_the_terminal(line: str) -> None:
    assert fitted(f"go on with\n{line}", 12) == f"go on with\n{line}"


def test_a_command_within_a_text_stays_in_one_piece() -> None:
    text = "run `contactctl profile show`, then look"
    assert fitted(text, 28) == "run\n  `contactctl profile show`,\n  then look"


def test_a_command_at_the_end_of_a_hint_stands_alone_where_it_does_not_fit() -> None:
    hint = "add it again: `contactctl profile add work`"
    assert hint_lines(hint, 60) == hint
    assert hint_lines(hint, 30) == "add it again:\ncontactctl profile add work"


def test_a_long_hint_has_a_line_for_each_of_its_parts() -> None:
    hint = "hint: one two three four; five six seven eight; nine"
    expected = "hint: one two three\n  four\n  five six seven\n    eight\n  nine"
    assert hint_lines(hint, 20) == expected


def test_wide_letters_take_two_columns() -> None:
    assert (columns("宽a"), columns("ab")) == (3, 2)
