"""CSV text to numbered rows: every shape of file has an end with its line."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from contactctl.errors import UsageError
from contactctl.importing.reading.csv_head import sniff_delimiter
from contactctl.importing.reading.csv_rows import read_csv

if TYPE_CHECKING:
    from contactctl.importing.row import Row


def read(text: str, delimiter: str = ",") -> list[Row]:
    return list(read_csv(io.StringIO(text, newline=""), delimiter))


def data(text: str, delimiter: str = ",") -> list[tuple[int, int, list[str], str | None]]:
    return [(row.ordinal, row.line, list(row.cells), row.problem) for row in read(text, delimiter)]


def test_header_is_row_0_and_data_is_numbered_from_1() -> None:
    assert data("a,b\n1,2\n3,4\n") == [
        (0, 1, ["a", "b"], None),
        (1, 2, ["1", "2"], None),
        (2, 3, ["3", "4"], None),
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_any_line_ending_and_a_missing_last_one(newline: str, last: bool) -> None:  # noqa: FBT001
    text = newline.join(["a,b", "1,2", "3,4"]) + newline * last
    assert [(row.line, row.cells) for row in read(text)][1:] == [(2, ["1", "2"]), (3, ["3", "4"])]


def test_a_quoted_newline_stays_in_its_cell_and_lines_go_on_counting() -> None:
    rows = data('a,b\n"1\r\n1","x ""y"""\n3,4\n')
    assert rows[1] == (1, 2, ["1\r\n1", 'x "y"'], None)
    assert rows[2][:2] == (2, 4)


def test_empty_lines_are_passed_over_and_counted() -> None:
    assert [(row.ordinal, row.line) for row in read("\n\na,b\n\n1,2\n\n\n3,4\n")] == [
        (0, 3),
        (1, 5),
        (2, 8),
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("1", "1 cell, and the header has 2"),
        ("1,2,3", "3 cells, and the header has 2"),
        ("a,b", "this row repeats the header"),
        ("1,\0", "line 2 holds a NUL character"),
        ("1,\udcff", "line 2 holds bytes that are not text in the encoding"),
    ],
)
def test_a_row_that_cannot_be_used_says_why_and_the_next_one_is_read(
    line: str, problem: str
) -> None:
    rows = data(f"a,b\n{line}\n8,9\n")
    assert rows[1][3] == problem
    assert rows[2] == (2, 3, ["8", "9"], None)


def test_text_behind_a_closing_quote_is_a_problem_with_the_rows_text_kept() -> None:
    rows = data('a,b\n"1"x,2\n8,9\n')
    assert "text follows a closing quotation mark" in str(rows[1][3])
    assert rows[1][2] == ['"1"x,2']
    assert rows[2] == (2, 3, ["8", "9"], None)


def test_a_quote_closed_by_a_later_row_names_all_the_lines_it_took() -> None:
    rows = data('a,b\n"1,2\n3,"4"\n8,9\n')
    assert rows[1][1] == 2
    assert "on line 3" in str(rows[1][3])
    assert rows[2][:3] == (2, 4, ["8", "9"])


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('1, "x, y"', ["1", "x, y"]),
        ('1,  "x"', ["1", "x"]),
        ('1,\t"x"', ["1", "x"]),
        ('  "1" , "x" ', ["1", "x"]),
        ('"1" ,2', ["1", "2"]),
        ('1, "x ""y"" z"', ["1", 'x "y" z']),
        ('"a, ""b""",2', ['a, "b"', "2"]),  # no quoted cell begins within one
        ('"a ,"", "" b",2', ['a ,", " b', "2"]),
        ("1, x ", ["1", " x "]),  # spaces around bare text are text
        ('1,5 "', ["1", '5 "']),
        ('1, "x" y', ["1", ' "x" y']),
        ('1, "two\nlines" ', ["1", "two\nlines"]),
        ('"two\nlines" , "x, y"', ["two\nlines", "x, y"]),
        ('"two\n, ""lines""" , "x"', ['two\n, "lines"', "x"]),
    ],
)
def test_spaces_around_a_quoted_cell_are_no_part_of_it(line: str, cells: list[str]) -> None:
    rows = data(f"a,b\n{line}\n8,9\n")
    assert rows[1][2:] == (cells, None)
    assert rows[2][2:] == (["8", "9"], None)


def test_spaces_around_quoted_names_of_columns_are_no_part_of_them() -> None:
    assert read('"a" , "b"\r\n1,2\r\n')[0].cells == ["a", "b"]


def test_a_space_that_separates_cells_stays_what_it_is() -> None:
    assert read('a b\n1 "x y"\n', " ")[1].cells == ["1", "x y"]


def test_a_row_that_cannot_be_used_keeps_its_text_as_it_stood() -> None:
    assert data('a,b\n "1", "x"y\n"z"q, "1"\n')[2][2] == ['"z"q, "1"']


@pytest.mark.parametrize(
    ("text", "opens", "closes"),
    [
        ('a@example.com,"Ada\nb@example.com,Bob\nc@example.com,Cy"\n', 2, 4),
        ('a@example.com,Ada\n"b@example.com,Bob\nc@example.com,Cy"\n', 3, 4),
        ('a@example.com,"Ada\r\n<b@example.com>,Bob\r\n"\r\n', 2, 4),
        ('a@example.com,"Ada\nBob Byron <b@example.com>,Bob"\n', 2, 3),
        ('a@example.com,"Ada\nBob, b@example.com"\n', 2, 3),
    ],
)
def test_a_cell_that_took_in_the_rows_after_it_is_refused_with_both_lines(
    text: str, opens: int, closes: int
) -> None:
    header = "email,name\n"
    stray = next(row for row in read(header + text + "z@example.com,Zoe\n") if row.problem)
    assert f"opens on line {opens} closes on line {closes}," in str(stray.problem)
    assert read(header + text + "z@example.com,Zoe\n")[-1].cells == ["z@example.com", "Zoe"]
    allowed = list(read_csv(io.StringIO(header + text, newline=""), ",", allow_newlines=True))
    assert all("opens on line" not in str(row.problem) for row in allowed)


@pytest.mark.parametrize(
    "note",
    [
        "two\nlines",
        "first, second\nthird, fourth",
        "call him\nada@example.com",
        "write to ada@example.com, bob@example.com\nthanks",
        "she says\nplease write to ada@example.com, not to the other one",
    ],
)
def test_notes_with_line_breaks_are_no_rows(note: str) -> None:
    row = read(f'email,note\na@example.com,"{note}"\n')[1]
    assert (row.cells, row.problem) == (["a@example.com", note], None)


def test_a_quote_that_is_never_closed_ends_the_reading_at_its_line() -> None:
    """The rest of the file would be one cell; passing over it would lose rows."""
    with pytest.raises(UsageError, match="row on line 3 opens a quotation mark that is never"):
        read('a,b\n1,2\n"3,4\n5,6\n')


def test_an_open_quote_stops_long_before_the_memory_is_full() -> None:
    text = io.StringIO('a,b\n"1,2\n' + "5,6\n" * 1000)
    with pytest.raises(UsageError, match="line 2 opens a quotation mark that is not closed"):
        list(read_csv(text, ",", cell_chars=1000))


def test_a_cell_of_10_mb_is_a_problem_of_its_row_alone() -> None:
    rows = read("a,b\n1," + "x" * 10_000_000 + "\n8,9\n")
    assert rows[1].problem == "a cell has more than 1,048,576 characters"
    assert rows[2].cells == ["8", "9"]


def test_a_line_without_end_is_refused_at_its_number() -> None:
    with pytest.raises(UsageError, match="row on line 2 is longer"):
        read("a,b\n" + "x," * (9 * 2**20))


def test_a_file_may_be_longer_than_any_of_its_rows() -> None:
    """More than a record may have, in cells that each are as large as a cell may be."""
    row = "1," + "x" * 2**20 + "\n"
    rows = read("a,b\n" + row * 17)
    assert len(rows) == 18
    assert {item.problem for item in rows} == {None}


def test_an_empty_text_has_no_rows() -> None:
    assert read("") == read("\n\n") == []


@pytest.mark.parametrize(
    ("line", "delimiter"),
    [
        ("email,plan", ","),
        ("email;plan", ";"),
        ("email\tplan", "\t"),
        ('"a,b,c";plan', ";"),
        ("email", ","),
        ('"a;b', ","),
    ],
)
def test_the_delimiter_is_the_one_that_stands_most_often_outside_quotes(
    line: str, delimiter: str
) -> None:
    assert sniff_delimiter(line) == delimiter
