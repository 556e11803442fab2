"""import --dry-run: what each row would do, looked up and not guessed; and the limits to a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from import_cli import dump, errors_of, imported, rows_of, rows_of_each_kind
from import_process import json_lines
from looped_cases import case
from sandbox_cli import saved

from contactctl.exact_json import Number

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli, Done

    from contactctl.exact_json import JsonObject


@pytest.fixture
def file(cli: Cli, tmp_path: Path) -> Path:
    return rows_of_each_kind(cli, tmp_path)


def people(folder: Path, text: str) -> Path:
    path = folder / "people.csv"
    path.write_text(text)
    return path


def dry(cli: Cli, file: Path, *words: str, code: int = 0) -> tuple[list[JsonObject], JsonObject]:
    """Return what a dry run printed of each row, and its summary."""
    done = imported(cli, file, "--dry-run", "-o", "json", *words)
    assert done.code == code, done.err
    *rows, last = json_lines(done.out)
    assert last.keys() == {"summary"}
    summary = last["summary"]
    assert isinstance(summary, dict)
    return rows, summary


def would(rows: list[JsonObject]) -> list[Any]:
    return [row["would"] for row in rows]


def numbers(found: JsonObject, *names: str) -> list[int]:
    return [int(value.text) for name in names if isinstance(value := found[name], Number)]


def state(cli: Cli) -> list[tuple[Any, ...]]:
    return dump(cli, "userId", "firstName", "plan")


def test_it_says_what_the_import_then_does(cli: Cli, file: Path) -> None:
    before = state(cli)
    rows, summary = dry(cli, file, "--lookup")
    assert would(rows) == ["update", "refused", "refused", "refused", "nothing", "create"]
    counts = ("rows", "toSend", "create", "update", "nothing", "refused", "unknown")
    assert numbers(summary, *counts) == [6, 2, 1, 1, 1, 3, 0]
    assert state(cli) == before
    done = rows_of(cli, file, "--lookup", code=6)
    assert [row["changes"] for row in done] == [row["changes"] for row in rows]
    assert [row["error"] for row in done] == [row["error"] for row in rows]


def test_without_a_look_in_the_run_it_says_what_that_does_to_people(cli: Cli, file: Path) -> None:
    """Nothing is refused then but what the service itself refuses."""
    rows, summary = dry(cli, file)
    assert would(rows) == ["update", "update", "update", "refused", "nothing", "create"]
    assert rows[1]["changes"] == {
        "userId": {"from": "22", "to": "2"},
        "firstName": {"from": None, "to": "Bob"},
    }
    assert numbers(summary, "toSend", "replacesUserId", "changesAddress") == [5, 1, 1]
    done = imported(cli, file, "--dry-run")
    assert "1 contact would get another user id" in done.err
    assert "--lookup" in done.err


def test_it_never_says_update_of_somebody_who_is_not_there(cli: Cli, tmp_path: Path) -> None:
    rows, _ = dry(cli, people(tmp_path, "email,plan\na@example.com,pro\n"))
    assert would(rows) == ["create"]


def test_rows_of_one_contact_see_what_the_ones_before_would_have_done(
    cli: Cli, tmp_path: Path
) -> None:
    saved(cli, "-e", "a@example.com", "-u", "1", "--prop", "plan=old")
    lines = ["new@example.com,,pro", "NEW@example.com,,pro", "new@example.com,,free"]
    lines += [",1,pro", "a@example.com,,pro", "b@example.com,1,pro", "a@example.com,,pro", ",1,old"]
    file = people(tmp_path, "\n".join(["email,userId,plan", *lines]) + "\n")
    rows, _ = dry(cli, file)
    assert would(rows) == [
        *("create", "nothing", "update"),
        *("update", "nothing", "update", "create", "update"),
    ]
    told = rows_of(cli, file, "--lookup", "--change-address")
    assert [row["changes"] for row in told] == [row["changes"] for row in rows]


def test_no_request_is_shown_that_would_not_be_sent(cli: Cli, file: Path) -> None:
    looking, _ = dry(cli, file, "--lookup")
    sent = [row["line"] for row in looking if row["request"] is not None]
    assert [str(line) for line in sent] == ["Number('2')", "Number('7')"]
    sending, _ = dry(cli, file)
    assert [row["request"] is not None for row in sending] == [True] * 3 + [False] + [True] * 2


@pytest.mark.parametrize(
    ("row", "words", "code"),
    [
        ("ada@example.com,1,Ada", (), 8),
        ("zed@example.com,,Zed", (), 0),
        ("bob@example.com,2,Bob", ("--lookup",), 0),
        ("x@example.com,,", ("--offline",), 8),
    ],
)
def test_it_may_tell_by_its_code(
    cli: Cli, file: Path, row: str, words: tuple[str, ...], code: int
) -> None:
    people(file.parent, f"email,userId,firstName\n{row}\n")
    assert imported(cli, file, "--dry-run", *words).code == 0
    assert imported(cli, file, "--dry-run", "--exit-code", *words).code == code


def test_rows_that_changed_only_leaves_out_are_not_looked_up(cli: Cli, tmp_path: Path) -> None:
    file = people(tmp_path, "email,plan\na@example.com,pro\nb@example.com,pro\n")
    rows_of(cli, file)
    saved(cli, "--email", "b@example.com", "--prop", "plan=free")
    rows, summary = dry(cli, file, "--changed-only")
    assert [(row["would"], row["changes"]) for row in rows] == [
        ("nothing", None),
        ("update", {"plan": {"from": "free", "to": "pro"}}),
    ]
    assert numbers(summary, "toSend", "nothing") == [1, 1]
    assert would(dry(cli, file, "--changed-only", "--offline")[0]) == ["nothing", "unknown"]
    again, _ = dry(cli, file, "--changed-only")
    assert again == rows, "a dry run forgets nothing"


def test_two_names_of_lists_that_are_not_known_offline_are_a_usage_error(
    cli: Cli, tmp_path: Path
) -> None:
    file = people(tmp_path, "email,list:One list,list:Another list\na@example.com,true,true\n")
    done = imported(cli, file, "--dry-run", "--offline")
    assert done.code == 2
    assert "not known offline" in done.err


# --limit


def test_a_limit_takes_the_first_rows_alone(cli: Cli, file: Path) -> None:
    rows, summary = dry(cli, file, "--limit=2")
    assert [len(rows), *numbers(summary, "rows", "toSend")] == [2, 2, 2]
    assert len(dry(cli, file, "--limit=200")[0]) == 6


def test_a_limited_run_is_not_finished_and_says_how_to_go_on(cli: Cli, tmp_path: Path) -> None:
    file = people(tmp_path, "email\n" + "".join(f"p{n}@example.com\n" for n in range(5)))
    first = imported(cli, file, "--limit", "2")
    assert first.code == 0
    assert "2 rows: 2 done" in first.err
    *_, said, command = errors_of(first).splitlines()
    assert "3 rows left for later" in said
    assert command == f"contactctl --sandbox import {file} --resume"
    rest = imported(cli, file, "--resume")
    assert rest.code == 0
    assert "5 rows: 5 done, 2 of them in an earlier run" in rest.err
    assert len(dump(cli)) == 5


def test_a_limit_beyond_the_file_finishes_it(cli: Cli, tmp_path: Path) -> None:
    file = people(tmp_path, "email\na@example.com\n")
    said = errors_of(imported(cli, file, "--limit", "1"))
    assert "left for later" not in said
    assert "was not finished" not in errors_of(imported(cli, file))


# --max-changes


def stopped(done: Done) -> str:
    assert done.code == 5
    assert done.out == ""
    return done.err


def test_more_changes_than_may_be_stop_the_import_before_its_first_write(
    cli: Cli, file: Path
) -> None:
    before = state(cli)
    words = ("--max-changes", "1")
    said = stopped(imported(cli, file, *words))
    assert "2 of 6 rows would change (1 to create, 1 to update), and --max-changes allows 1" in said
    assert state(cli) == before
    done = imported(cli, file, *words, "-o", "json")
    assert (done.code, done.error["code"], done.error["outcome"]) == (5, "guarded", "not_sent")


@pytest.mark.parametrize("most", ["2", "34%", "100%"])
def test_as_many_changes_as_may_be_are_made(cli: Cli, file: Path, most: str) -> None:
    rows = rows_of(cli, file, "--max-changes", most, code=6)
    assert [row["change"] for row in rows] == ["updated", None, None, None, "unchanged", "created"]


@pytest.mark.parametrize("most", ["33%", "0", "0%"])
def test_a_share_is_of_the_rows_of_the_file(cli: Cli, file: Path, most: str) -> None:
    stopped(imported(cli, file, "--max-changes", most))


def test_what_is_no_number_of_changes_is_a_usage_error(cli: Cli, file: Path) -> None:
    before = state(cli)
    for most in ("", "x", "-1", "1.5", "%", "\u0661", "1%%"):
        with case(most):
            done = imported(cli, file, f"--max-changes={most}")
            assert done.code == 2
            assert "not a number of rows" in done.err
    assert state(cli) == before


def test_a_dry_run_ends_as_the_import_would(cli: Cli, file: Path) -> None:
    done = imported(cli, file, "--dry-run", "--max-changes=1")
    assert done.code == 5
    assert "would\tupdate" in done.out


@pytest.mark.parametrize(("words", "told"), [((), 25), (("--limit", "12"), 12)])
def test_offline_all_rows_are_counted_and_ten_are_shown(
    cli: Cli, tmp_path: Path, words: tuple[str, ...], told: int
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email\n" + "".join(f"p{n}@example.com\n" for n in range(25)))
    done = imported(cli, file, "--dry-run", "--offline", *words)
    assert done.code == 0
    assert f"{told} to send" in done.out
    assert done.out.count("@example.com") == 20  # each with its request
    rows, total = dry(cli, file, "--offline", *words)
    assert would(rows) == ["unknown"] * told
    assert numbers(total, "rows", "toSend", "unknown") == [told, told, told]
