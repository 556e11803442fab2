"""Rows that contradict each other about who is who are refused before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from import_cli import dump, imported, rows_of
from import_process import json_lines, number_of

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

SHARED_ID = "email,userId\na@example.com,7\nb@example.com,8\nc@example.com,7\n"
SHARED_ADDRESS = "email,userId\na@example.com,7\nb@example.com,8\nA@example.com,9\n"


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "people.csv"
    file.write_text(text)
    return file


def test_one_user_id_with_two_addresses_is_refused(cli: Cli, tmp_path: Path) -> None:
    file = written(tmp_path, SHARED_ID)
    done = imported(cli, file)
    assert done.code == 2
    assert "one user id with 2 addresses (lines 2, 4)" in done.err
    assert "--change-address" in done.err
    assert dump(cli) == []
    assert imported(cli, file, "--change-address").code == 0
    assert dump(cli, "userId") == [("b@example.com", "8"), ("c@example.com", "7")]


def test_one_address_with_two_user_ids_is_refused(cli: Cli, tmp_path: Path) -> None:
    file = written(tmp_path, SHARED_ADDRESS)
    done = imported(cli, file)
    assert done.code == 2
    assert "one address with 2 user ids (lines 2, 4)" in done.err
    assert "--replace-user-id" in done.err
    assert imported(cli, file, "--replace-user-id").code == 0
    assert dump(cli, "userId") == [("a@example.com", "9"), ("b@example.com", "8")]


def test_rows_that_contradict_each_other_can_be_skipped(cli: Cli, tmp_path: Path) -> None:
    rows = rows_of(cli, written(tmp_path, SHARED_ID), "--skip-invalid", code=6)
    assert [row["status"] for row in rows] == ["failed", "done", "failed"]
    assert [(row["email"], row["userId"]) for row in rows] == [
        ("a@example.com", "7"),
        ("b@example.com", "8"),
        ("c@example.com", "7"),
    ]
    assert dump(cli) == [("b@example.com",)]


def test_each_row_that_contradicts_another_is_told_in_json(cli: Cli, tmp_path: Path) -> None:
    done = imported(cli, written(tmp_path, SHARED_ID), "-o", "json")
    assert done.code == 2
    assert [number_of(row) for row in json_lines(done.out)] == [1, 3]
    assert [row["email"] for row in json_lines(done.out)] == ["a@example.com", "c@example.com"]


@pytest.mark.parametrize(
    "text",
    [
        "seats,email,userId\nmany,a@example.com,7\nlots,b@example.com,'8\n",
        (
            '{"seats":"many","email":"a@example.com","userId":"7"}\n'
            '{"seats":"lots","email":"b@example.com","userId":"\'8"}\n'
        ),
    ],
)
@pytest.mark.parametrize("flags", [(), ("--skip-invalid",)])
def test_rows_that_cannot_be_sent_are_named_as_far_as_they_can_be_read(
    cli: Cli, tmp_path: Path, text: str, flags: tuple[str, ...]
) -> None:
    file = written(tmp_path, text)
    done = imported(cli, file, "-o", "json", *flags)
    rows = [row for row in json_lines(done.out) if "line" in row]
    assert [(row["status"], row["email"], row["userId"]) for row in rows] == [
        ("failed", "a@example.com", "7"),
        ("failed", "b@example.com", None),
    ]


def test_rows_and_contacts_are_counted(cli: Cli, tmp_path: Path) -> None:
    file = written(tmp_path, "email,userId\na@example.com,7\n,7\nb@example.com,\n")
    assert "3 rows, 2 contacts, 3 to send" in imported(cli, file).err
