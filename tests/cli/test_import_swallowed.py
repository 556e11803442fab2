"""A stray quotation mark takes no rows with it, and spaces around quoted cells are no data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from import_cli import dump, imported, rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

SWALLOWED = 'email,note\na@example.com,"hello\nb@example.com,bob\nc@example.com,cy"\n'


def test_rows_inside_a_quotation_are_refused_with_both_lines(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(SWALLOWED)
    done = imported(cli, file)
    assert done.code == 2
    assert "opens on line 2" in done.err
    assert "closes on line 4" in done.err
    assert "--allow-newlines" in done.err
    assert dump(cli) == []


@pytest.mark.parametrize(
    "text", [SWALLOWED, 'email,note\na@example.com,"hello\nb@example.com,bob\nc@example.com,"cy"\n']
)
def test_no_ready_line_leaves_out_who_may_be_inside_a_quotation(
    cli: Cli, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(text + "".join(f"p{number}@example.com,x\n" for number in range(9)))
    done = imported(cli, file)
    assert done.code == 2
    assert "--skip-invalid would leave out everybody between them" in done.err
    assert not any(line.startswith("contactctl ") for line in done.err.splitlines())


def test_a_cell_that_looks_like_rows_can_be_allowed(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(SWALLOWED)
    rows_of(cli, file, "--allow-newlines")
    assert dump(cli, "note") == [("a@example.com", "hello\nb@example.com,bob\nc@example.com,cy")]


def test_a_note_of_two_lines_is_a_note(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text('email,note\na@example.com,"met in May, call back\nask for Ada"\n')
    rows_of(cli, file)
    assert dump(cli, "note") == [("a@example.com", "met in May, call back\nask for Ada")]


def test_spaces_around_quoted_cells_and_names_are_no_data(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text('"email" , "first name"\na@example.com, "Byron, Ada"\n"b@example.com" ,"Bob"\n')
    rows_of(cli, file)
    assert dump(cli, "firstName") == [("a@example.com", "Byron, Ada"), ("b@example.com", "Bob")]
