"""The look at the whole file before the first write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from known_account import account_fields

from contactctl.importing.checking.check import Problem, check_rows
from contactctl.importing.columns.convert import CsvConverter
from contactctl.importing.columns.rules import ColumnRules
from contactctl.importing.row import Row

if TYPE_CHECKING:
    from contactctl.importing.checking.check import CheckReport

FIELDS = account_fields({"plan": "string"}, str)
CONVERTER = CsvConverter(("email", "userId", "plan"), ColumnRules(), FIELDS)


def check(*rows: tuple[str, str, str]) -> CheckReport:
    numbered = (Row(ordinal, ordinal + 1, cells) for ordinal, cells in enumerate(rows, start=1))
    return check_rows(numbered, CONVERTER)


def test_a_clean_file_is_counted() -> None:
    report = check(("a@b.co", "", "pro"), ("", "2", ""))
    assert (report.rows, report.sendable_rows, report.problems.groups) == (2, 2, [])


def test_rows_that_cannot_be_sent_are_counted_by_column_and_kind() -> None:
    report = check(("a@b.co", "", "pro"), ("ada", "nan", ""), ("", "", "x"), ("bob", "", ""))
    assert (report.rows, report.sendable_rows) == (4, 1)
    found = [(group.column, group.kind, group.count) for group in report.problems.groups]
    assert found == [
        ("email", "not an email address", 2),
        ("userId", "placeholder text, which identifies nobody", 1),
        (None, "neither an email address nor a user id", 1),
    ]


def test_whoever_wants_every_problem_is_told_of_it() -> None:
    told: list[Problem] = []
    rows = (Row(number, number + 1, ("", "", "")) for number in range(1, 1001))
    report = check_rows(rows, CONVERTER, on_problem=told.append)
    assert (report.problem_rows, len(report.problems.groups), len(told)) == (1000, 1, 1000)


def test_the_same_contact_twice_is_said_with_both_lines() -> None:
    report = check(("a@b.co", "1", ""), ("x@b.co", "2", ""), ("A@B.co", "3", ""), ("", "2", ""))
    assert report.repeating_rows == 2
    assert list(report.repeats) == [(4, 2), (5, 3)]


def test_a_row_that_repeats_both_identifiers_counts_once() -> None:
    assert check(("a@b.co", "1", ""), ("a@b.co", "1", "")).repeating_rows == 1


def test_an_email_and_a_user_id_of_the_same_text_are_two_contacts() -> None:
    assert check(("a@b.co", "", ""), ("", "a@b.co", "")).repeating_rows == 0


def test_cells_that_clear_are_counted_by_field() -> None:
    report = check(("a@b.co", "", "null"), ("b@b.co", "", "null"), ("c@b.co", "", "x"))
    assert report.cleared == {"plan": 2}
