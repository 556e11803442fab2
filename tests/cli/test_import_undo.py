"""import --undo-file: what takes each change back is there, and nothing is written without it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from import_cli import dump, imported, rows_of
from sandbox_cli import saved

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

FILE = """email,firstName
ada@example.com,Ada
zed@example.com,Zed
new@example.com,New
"""


@pytest.fixture
def file(cli: Cli, tmp_path: Path) -> Path:
    saved(cli, "-e", "ada@example.com", "--first-name", "Adda")
    saved(cli, "-e", "zed@example.com", "--first-name", "Zed")
    path = tmp_path / "people.csv"
    path.write_text(FILE)
    return path


def lines_of(undo: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in undo.read_text().splitlines()]


def test_each_change_is_written_down_the_other_way_round(cli: Cli, file: Path) -> None:
    undo = file.with_name("u.jsonl")
    rows = rows_of(cli, file, "--undo-file", str(undo))
    assert [row["change"] for row in rows] == ["updated", "unchanged", "created"]
    header, *lines, end = lines_of(undo)
    assert header["contactctl"] == "undo"
    assert (header["source"]["name"], end["lines"]) == (str(file), 2)
    found = {line["line"]: (line["would"], line["changes"].get("firstName")) for line in lines}
    assert found == {
        2: ("update", {"from": "Ada", "to": "Adda"}),
        4: ("delete", {"from": "New", "to": None}),
    }


def test_a_file_that_is_there_is_refused_before_anything_is_sent(cli: Cli, file: Path) -> None:
    undo = file.with_name("u.jsonl")
    undo.write_text("mine\n")
    done = imported(cli, file, "--undo-file", str(undo))
    assert (done.code, undo.read_text()) == (2, "mine\n")
    assert dump(cli, "firstName") == [("ada@example.com", "Adda"), ("zed@example.com", "Zed")]


def test_where_it_cannot_be_written_nothing_is_sent(cli: Cli, file: Path) -> None:
    done = imported(cli, file, "--undo-file", str(file.with_name("no") / "u.jsonl"))
    assert done.code == 9, done.err
    assert dump(cli, "firstName") == [("ada@example.com", "Adda"), ("zed@example.com", "Zed")]


def test_a_resumed_run_goes_on_with_it(cli: Cli, file: Path) -> None:
    undo = file.with_name("u.jsonl")
    words = ("--undo-file", str(undo))
    assert imported(cli, file, "--limit", "1", *words).code == 0
    assert imported(cli, file, "--resume", *words).code == 0
    _, *lines, end = lines_of(undo)
    assert ([line["line"] for line in lines], end["lines"]) == ([2, 4], 2)
    text = undo.read_text()
    assert imported(cli, file, "--resume", *words).code == 0, "nothing is left to write"
    assert undo.read_text() == text


def test_a_dry_run_makes_none(cli: Cli, file: Path) -> None:
    undo = file.with_name("u.jsonl")
    assert imported(cli, file, "--dry-run", "--undo-file", str(undo)).code == 0
    assert not undo.exists()


def test_it_is_not_the_file_of_the_rejects(cli: Cli, file: Path) -> None:
    undo = str(file.with_name("u.jsonl"))
    done = imported(cli, file, "--undo-file", undo, "--rejects", undo)
    assert done.code == 2
    assert "name the same file" in done.err
