"""import --lookup: as careful with each row as one update, and telling of each what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from import_cli import dump, imported, rows_of, rows_of_each_kind
from sandbox_cli import saved

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

    from contactctl.exact_json import JsonObject


@pytest.fixture
def file(cli: Cli, tmp_path: Path) -> Path:
    return rows_of_each_kind(cli, tmp_path)


def told(rows: list[JsonObject]) -> list[Any]:
    """Return what each row is said to have done: its change, or the code of its error."""
    return [row["change"] or row["error"]["code"] for row in rows]  # type: ignore[index, call-overload]


def test_each_row_is_told_as_created_updated_unchanged_or_refused(cli: Cli, file: Path) -> None:
    rows = rows_of(cli, file, "--lookup", code=6)
    expected = ["updated", "guarded", "guarded", "not_found", "unchanged", "created"]
    assert told(rows) == expected
    assert rows[0]["changes"] == {"firstName": {"from": None, "to": "Ada"}}
    assert dump(cli, "userId", "firstName") == [
        ("ada@example.com", "1", "Ada"),
        ("bob@example.com", "22", None),
        ("kim@example.com", None, "Kim"),
        ("old@example.com", "3", None),
        ("zed@example.com", None, "Zed"),
    ]


def test_without_a_look_nothing_is_said_of_changes(cli: Cli, file: Path) -> None:
    rows = rows_of(cli, file, code=6)
    assert {(row["change"], row["changes"]) for row in rows} == {(None, None)}


def test_what_is_meant_is_allowed_by_its_flag(cli: Cli, file: Path) -> None:
    words = ("--must-exist", "--replace-user-id", "--change-address")
    rows = rows_of(cli, file, *words, code=6)
    assert told(rows) == ["updated", "updated", "updated", "not_found", "unchanged", "not_found"]
    assert dump(cli, "userId") == [
        ("ada@example.com", "1"),
        ("bob@example.com", "2"),
        ("new@example.com", "3"),
        ("zed@example.com", None),
    ]


def test_the_summary_counts_what_was_done(cli: Cli, file: Path) -> None:
    done = imported(cli, file, "--lookup")
    assert "6 rows: 1 created, 1 updated, 1 unchanged, 3 failed, in " in done.err


def test_a_second_import_changes_nothing(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("email,plan\na@example.com,pro\nb@example.com,free\n")
    assert told(rows_of(cli, path, "--lookup")) == ["created", "created"]
    assert told(rows_of(cli, path, "--lookup")) == ["unchanged", "unchanged"]


def test_rows_of_one_contact_see_what_the_ones_before_did(cli: Cli, tmp_path: Path) -> None:
    saved(cli, "-e", "a@example.com", "-u", "1", "--prop", "plan=old")
    path = tmp_path / "people.csv"
    path.write_text(
        "email,userId,plan\n,1,pro\na@example.com,,free\n,1,free\na@example.com,1,old\n"
    )
    rows = rows_of(cli, path, "--lookup")
    assert told(rows) == ["updated", "updated", "unchanged", "updated"]
    assert [row["changes"] for row in rows[:2]] == [
        {"plan": {"from": "old", "to": "pro"}},
        {"plan": {"from": "pro", "to": "free"}},
    ]
    assert dump(cli, "plan") == [("a@example.com", "old")]
