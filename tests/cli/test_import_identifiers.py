"""What stands for nothing identifies nobody, and an id in spreadsheet dress re-keys nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from import_cli import dump, imported

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli


def test_placeholders_as_user_ids_are_refused(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    ids = ["NULL", "nan", "N/A", "null", r"\N"]
    rows = [f"p{n}@example.com,{text}" for n, text in enumerate(ids)]
    file.write_text("\n".join(["email,userId", "z@example.com,7", *rows]) + "\n")
    done = imported(cli, file)
    assert done.code == 2
    assert "userId: 4 values are placeholder text" in done.err
    assert "null, which cannot empty this field" in done.err
    assert dump(cli) == []


@pytest.mark.parametrize(
    ("text", "said"), [("42.0", "the id is 42"), ("'42", "the id is 42"), ("7.2E+12", "as text")]
)
def test_an_id_in_spreadsheet_dress_is_refused(
    cli: Cli, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"email,userId\na@example.com,{text}\n")
    done = imported(cli, file)
    assert done.code == 2
    assert said in done.err


def test_a_float_in_json_is_refused_with_the_id_that_is_meant(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.jsonl"
    file.write_text('{"email":"a@example.com","userId":42.0}\n')
    done = imported(cli, file)
    assert done.code == 2
    assert "the id is 42" in done.err


def test_a_placeholder_in_json_is_refused(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.jsonl"
    file.write_text('{"email":"a@example.com","userId":"None"}\n')
    done = imported(cli, file)
    assert done.code == 2
    assert "placeholder" in done.err
