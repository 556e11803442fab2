"""import: addresses that stand deeper in JSON are brought up by the command on the last line."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import pytest
from import_cli import imported, ready_flags

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

ROW = {"type": "identify", "traits": {"email": "ada@example.com", "plan": "pro"}}
LAYOUTS = {
    "lines": (json.dumps(ROW), '\'. + .["traits"] | del(.["traits"])\''),
    "array": (json.dumps([ROW]), '\'.[] | . + .["traits"] | del(.["traits"])\''),
    "wrapped": (
        json.dumps({"data": {"people": [ROW]}}),
        '\'.["data"]["people"][] | . + .["traits"] | del(.["traits"])\'',
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("user_id", [{}, {"userId": "u1"}])
def test_the_last_line_brings_up_what_holds_the_address(
    cli: Cli, tmp_path: Path, layout: str, user_id: dict[str, str]
) -> None:
    file = tmp_path / "people.json"
    text, program = LAYOUTS[layout]
    file.write_text(text.replace('{"type"', '{"userId": "u1", "type"') if user_id else text)
    done = imported(cli, file)
    assert done.code == 2
    assert done.err.splitlines()[-1] == (
        f"jq -c {program} {file} | contactctl --sandbox import - --format=jsonl --ignore-unknown"
    )


def test_no_key_of_a_file_gets_out_of_the_quotes_of_a_command(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.jsonl"
    key = "x'; touch owned; '"
    file.write_text(json.dumps({"type": "x", key: {"email": "ada@example.com"}}) + "\n")
    words = shlex.split(imported(cli, file).err.splitlines()[-1])
    assert words[:3] == ["jq", "-c", f". + .[{json.dumps(key)}] | del(.[{json.dumps(key)}])"]


def test_another_object_is_left_out_where_the_row_has_an_address(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.jsonl"
    file.write_text('{"email": "ada@example.com", "owner": {"email": "bob@example.com"}}\n')
    assert ready_flags(imported(cli, file), file) == ["--ignore", "owner"]


def test_a_column_without_a_name_does_not_hide_what_else_is_needed(
    cli: Cli, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(",email,subscribed,seats\n0,ada@example.com,TRUE,NA\n")
    flags = ready_flags(imported(cli, file), file)
    assert sorted(flags) == ["--ignore=", "--never-resubscribe", "--null-text=NA"]
    assert imported(cli, file, *flags).code == 0
