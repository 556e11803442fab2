"""import: the service's own export comes back as it is, and what other programs export is known."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest
from import_cli import dump, imported, rows_of
from sandbox_cli import LISTS

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

KEYS = "email,firstName,lastName,notes,source,userGroup,userId,subscribed,createdAt,plan,signupDate"
LABELS = (
    "Email,First Name,Last Name,Notes,Source,User Group,User Id,Subscribed,Created At,Plan,"
    "Signup date"
)
WHEN = "2024-01-17T10:21:11.000Z"
ROWS = (
    f"ada@example.com,Ada,,,API,,42,true,{WHEN},pro,{WHEN}",
    "bob@example.com,,,,API,,,false,,,",
)
NEVER = "--never-resubscribe"


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("header", [KEYS, LABELS])
def test_the_export_is_imported_by_the_command_that_it_is_answered_with(
    cli: Cli, tmp_path: Path, header: str
) -> None:
    file = written(tmp_path / "audience.csv", header, *ROWS)
    done = imported(cli, file)
    assert (done.code, dump(cli)) == (2, [])
    line = done.err.splitlines()[-1]
    assert line.endswith(f" import {shlex.quote(str(file))} {NEVER}")
    rows_of(cli, file, NEVER)
    assert dump(cli, "firstName", "subscribed", "plan", "signupDate") == [
        ("ada@example.com", "Ada", True, "pro", WHEN),
        ("bob@example.com", None, False, None, None),
    ]


def test_what_only_the_service_writes_is_left_out_and_named(cli: Cli, tmp_path: Path) -> None:
    file = written(tmp_path / "audience.csv", f"Id,{LABELS}", *(f"c1,{row}" for row in ROWS))
    done = imported(cli, file, NEVER, "--dry-run")
    assert "left out, since only the service sets it: Id, Created At\n" in done.err + done.out


def test_what_find_prints_is_imported_and_changes_nothing(cli: Cli, tmp_path: Path) -> None:
    file = written(tmp_path / "audience.csv", KEYS, *ROWS)
    rows_of(cli, file, NEVER)
    before = cli("sandbox", "dump").out
    found = [
        cli("--sandbox", "find", "--email", row.partition(",")[0], "-o", "json").out for row in ROWS
    ]
    back = written(tmp_path / "people.jsonl", *(text.strip() for text in found))
    assert len(rows_of(cli, back, NEVER)) == 2
    assert cli("sandbox", "dump").out == before


def test_lists_and_usual_names_need_no_flag(cli: Cli, tmp_path: Path) -> None:
    header = "Vorname,Nachname,E-Mail-Adresse,Benutzer-ID,Product Updates,weekly_digest"
    file = written(tmp_path / "people.csv", header, "Ada,Byron,ada@example.com,7,true,false")
    rows_of(cli, file)
    assert dump(cli, "firstName", "lastName", "userId", "mailingLists") == [
        ("ada@example.com", "Ada", "Byron", "7", {LISTS["Product updates"]: True})
    ]
