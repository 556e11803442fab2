"""import looks at the whole file before it writes, and --dry-run looks and writes nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from import_cli import dump, errors_of, imported, rows_of
from import_process import json_lines, number_of

from contactctl.exact_json import JsonObject, Number

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

BAD_ROWS = 25


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file of 30 rows of which 25 cannot be sent."""
    path = tmp_path / "people.csv"
    good = [f"good{n}@example.com,5" for n in range(30 - BAD_ROWS)]
    path.write_text("\n".join(["email,seats", *good, *["a@example.com,many"] * BAD_ROWS]) + "\n")
    return path


def numbers(value: JsonObject, *names: str) -> list[int]:
    """Return these numbers of an object."""
    found = [value[name] for name in names]
    assert all(isinstance(number, Number) for number in found), found
    return [int(number.text) for number in found if isinstance(number, Number)]


def test_problems_are_named_by_kind_and_nothing_is_written(cli: Cli, file: Path) -> None:
    done = imported(cli, file)
    assert (done.code, done.out) == (2, "")
    assert "error: 25 of 30 rows cannot be sent; nothing was written" in done.err
    assert '  seats: 25 values are not a number: "many" (lines 7, 8, 9, …)\n' in done.err
    assert done.err.count("write it in digits") == 1
    assert dump(cli) == []


def test_all_problems_are_named_with_v(cli: Cli, file: Path) -> None:
    done = imported(cli, file, "-v")
    assert done.code == 2
    told = [line.partition(":")[0] for line in done.err.splitlines() if line.startswith("line ")]
    assert told == [f"line {number}" for number in range(7, 32)]
    assert "25 values are not a number" in done.err


def test_all_problems_are_rows_in_json(cli: Cli, file: Path) -> None:
    done = imported(cli, file, "-o", "json")
    assert done.code == 2
    rows = json_lines(done.out)
    assert [number_of(row) for row in rows] == list(range(6, 31))
    assert {row["status"] for row in rows} == {"failed"}
    assert done.error["code"] == "usage"
    assert done.error["outcome"] == "not_sent"
    assert '"groups":[{"column":"seats","kind":"not a number","count":25,' in done.err
    assert done.err.count("\n") == 1


def test_rows_that_cannot_be_sent_may_be_skipped(cli: Cli, file: Path) -> None:
    rows = rows_of(cli, file, "--skip-invalid", code=6)
    assert [number_of(row) for row in rows] == list(range(1, 31))
    assert [row["status"] for row in rows] == ["done"] * 5 + ["failed"] * BAD_ROWS
    error = rows[-1]["error"]
    assert isinstance(error, dict)
    assert (error["code"], error["outcome"]) == ("usage", "not_sent")
    assert len(dump(cli)) == 5


def test_each_kind_of_problem_has_its_line(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    long = "x" * 499
    file.write_text(
        "email,userId,trial,signupDate,note\n"
        "nonsense,,,,\n"  # 2
        ",,true,,\n"  # 3
        "a@example.com,,maybe,,\n"  # 4
        "a@example.com,,,1704711066,\n"  # 5: seconds where milliseconds belong
        f"a@example.com,,,,{long}\n"  # 6
        'a@example.com,,,,"two\nlines"\n'  # 7 and 8: nothing is wrong with it
        "a@example.com,,,\n"  # 9
        "\n"
        "zoë@example.com,,,,\n"  # 11
        "<b@example.com>,,,,\n"  # 12
    )
    done = imported(cli, file)
    assert done.code == 2
    places = ((2, "email"), (3, "neither"), (4, "trial"), (5, "signupDate"), (6, "498"))
    for number, words in (*places, (9, "cells"), (11, "zoë"), (12, "<b@")):
        assert re.search(rf"{words}.*\blines? [0-9, ]*\b{number}\b", done.err), done.err
    assert "8 of 9 rows" in done.err
    assert long not in done.err


def test_a_contact_that_comes_twice_is_said_and_sent_in_order(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email,userId,plan\na@example.com,7,first\nA@EXAMPLE.COM,,second\n,7,third\n")
    done = imported(cli, file)
    assert done.code == 0
    assert "2 rows repeat" in done.err
    assert "line 3 after 2" in done.err
    assert dump(cli, "plan") == [("a@example.com", "third")]


def test_before_the_first_write_it_says_what_is_to_come(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email,plan,note\na@example.com,null,\nb@example.com,null,null\n")
    said = errors_of(imported(cli, file, "--rate", "10"))
    assert "2 rows, 2 contacts, 2 to send" in said
    assert "plan in 2" in said
    assert "note in 1" in said
    assert "2 rows: 2 done, in " in said.splitlines()[-1]


def test_a_dry_run_refuses_what_an_import_would(cli: Cli, file: Path) -> None:
    assert imported(cli, file, "--dry-run").code == 2
    assert imported(cli, file, "--dry-run", "--resume").code == 2
    assert imported(cli, file, "--exit-code").code == 2
    assert imported(cli, file, "--offline").code == 2


def test_a_dry_run_offline_asks_nobody(cli: Cli, tmp_path: Path) -> None:
    """A port that nobody listens on; types go by their look, and that is said."""
    file = tmp_path / "people.csv"
    file.write_text("email,seats,what\na@example.com,7,x\n")
    env = {"LOOPS_API_KEY": "a-key-of-some-length", "CONTACTCTL_BASE_URL": "http://127.0.0.1:9"}
    done = cli("import", str(file), "--dry-run", "--offline", env=env)
    assert done.code == 0, done.err
    assert '{"email":"a@example.com","seats":7,"what":"x"}' in done.out
    assert done.out.startswith("would\tunknown\n")
    assert "offline" in done.err
    assert cli("import", str(file), "--dry-run", "--retries=0", "--patience=0", env=env).code == 7
