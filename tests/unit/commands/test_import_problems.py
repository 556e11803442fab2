"""What import says of rows that cannot be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from import_counts import FIELDS, plan_of

from contactctl.commands.imports.problems import columns_refusal, rows_refusal
from contactctl.commands.imports.way_out import WayOut, find_way_out, way_past_rows
from contactctl.importing.checking.plan import FaultyColumnsError, judge_rows
from contactctl.importing.columns.rules import ColumnRules
from contactctl.importing.reading.source import open_source
from contactctl.runs.problems import problem_lines

if TYPE_CHECKING:
    from pathlib import Path

    from contactctl.errors import UsageError
    from contactctl.importing.checking.check import CheckReport


DRESSED = (
    "  userId: 2 values are in a spreadsheet's number format:"
    ' "42.0" (line 4; the id is 42), "\'43" (line 5; the id is 43)'
)


def refusal(report: CheckReport) -> UsageError:
    way = way_past_rows(report, lambda _: report)
    return rows_refusal(report, way, " ".join(("contactctl", *way.words)))


def faulty(folder: Path, text: str, name: str, *ignored: str) -> tuple[UsageError, WayOut]:
    """Return the refusal of a file with columns that are no fields, those ignored to judge rows."""
    with pytest.raises(FaultyColumnsError) as caught:
        plan_of(folder, text, name)
    rules = ColumnRules(ignored=frozenset(ignored))
    source = open_source(folder / name, name=name)
    way = find_way_out(caught.value, lambda _: judge_rows(source, rules, FIELDS))
    return columns_refusal(caught.value, way, " ".join(("contactctl", *way.words))), way


def test_nothing_is_said_of_a_clean_file(tmp_path: Path) -> None:
    report = plan_of(tmp_path, "email\na@b.co\n").report
    assert problem_lines(report) == []


def test_problems_are_told_by_column_and_kind(tmp_path: Path) -> None:
    text = "email,userId,plan\nada,1,\nada,2,\nada,42.0,\nada,'43,\nbob,5,\n,,x\n,,x\nx\n"
    error = refusal(plan_of(tmp_path, text).report)
    assert error.message.splitlines() == [
        "8 of 8 rows cannot be sent; nothing was written",
        '  email: 5 values are not an email address: "ada" (lines 2, 3, 4, …), "bob" (line 6)',
        "    the service takes ASCII addresses such as ada@example.com",
        DRESSED,
        "  neither an email address nor a user id: 2 rows (lines 7, 8)",
        "  1 cell, and the header has 3: 1 row (line 9)",
    ]
    assert error.hint == "fix the file"  # as no row would be left without those
    kinds = [(group["column"], group["kind"]) for group in error.groups]
    assert kinds[0] == ("email", "not an email address")
    assert len(kinds) == 4


def test_rows_that_contradict_each_other_are_groups_of_their_own(tmp_path: Path) -> None:
    text = "email,userId\na@b.co,1\na@b.co,2\nb@b.co,3\nada,\n"
    error = refusal(plan_of(tmp_path, text).report)
    assert error.message.splitlines()[1::2] == [
        '  email: 1 value is not an email address: "ada" (line 5)',
        "  one address with 2 user ids (lines 2, 3)",
    ]
    assert error.message.startswith("3 of 4 rows")
    assert error.message.endswith("--replace-user-id")
    assert (error.groups[1]["column"], error.groups[1]["kind"]) == (
        "email",
        "one address with 2 user ids",
    )


def test_keys_and_values_of_json_are_told_as_those_of_csv(tmp_path: Path) -> None:
    text = '{"userId":"1","paln":1,"source":true}\n{"userId":"2","paln":2,"email":7}\n'
    error, _ = faulty(tmp_path, text, "people.jsonl", "paln")
    lines = error.message.splitlines()
    assert lines[0] == 'the column "paln" is not a field: did you mean plan?'
    assert '  source: 1 value is a boolean where the property is a string: "True" (line 1)' in lines
    assert '  email: 1 value is a number where the property is a string: "7" (line 2)' in lines
    assert "--source" not in error.message


def test_that_nothing_was_written_is_said_once(tmp_path: Path) -> None:
    error, _ = faulty(tmp_path, "email,paln,opted out\nada,x,yes\n", "people.csv", "paln")
    assert error.message.count("nothing was") == 1


def test_many_kinds_of_problems_are_cut(tmp_path: Path) -> None:
    rows = "".join(f"{'x,' * number}x\n" for number in range(2, 60))
    error = refusal(plan_of(tmp_path, "email,userId\n" + rows).report)
    assert error.message.endswith("more kinds of problem")
    assert len(error.message.splitlines()) < 30


def test_unknown_columns_and_bad_rows_are_told_together(tmp_path: Path) -> None:
    error, way = faulty(tmp_path, "email,paln\nada,x\nb@b.co,\n", "people.csv", "paln")
    first, second, *_ = error.message.splitlines()
    assert '"paln" is not a field' in first
    assert second == "and 1 of 2 rows cannot be sent; nothing was written"
    assert 'maps "paln" to plan, and leaves out 1 row' in str(error.hint)
    assert error.groups[0]["column"] == "email"
    assert way.words == ("--map", "paln=plan", "--skip-invalid")
    assert error.command == "contactctl --map paln=plan --skip-invalid"
