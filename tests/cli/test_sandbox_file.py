"""A sandbox file that is none: every command says so, and no reset moves what is not its own."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from command_calls import COMMAND_CALLS

if TYPE_CHECKING:
    from conftest import Cli

DIARY = b"these are no contacts, but somebody's diary\n" * 50


@pytest.fixture(params=["named", "usual"])
def diary(cli: Cli, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Put a foreign file where the sandbox is looked for."""
    path = tmp_path / "diary.txt"
    if request.param == "usual":
        path = Path(cli.env["CONTACTCTL_DATA_DIR"]) / "sandbox.sqlite3"
        path.parent.mkdir()
    else:
        cli.env["CONTACTCTL_SANDBOX_DB"] = str(path)
    path.write_bytes(DIARY)
    return path


def test_every_command_says_that_the_file_is_damaged(cli: Cli, diary: Path) -> None:
    calls = [(*call.words, "--sandbox") for call in COMMAND_CALLS if call.words[0] != "profile"]
    for words in [*calls, ("sandbox", "dump"), ("sandbox", "suppress", "ada@example.com")]:
        done = cli(*words, "-o", "json")
        assert (done.code, done.error["code"]) == (9, "damaged_file"), words
        assert str(diary) in str(done.error["message"])
    assert diary.read_bytes() == DIARY


def test_no_reset_moves_it_whoever_named_it(cli: Cli, diary: Path) -> None:
    for more in ((), ("--db", str(diary))):
        done = cli("sandbox", "reset", *more, "-o", "json")
        assert (done.code, done.error["code"]) == (9, "damaged_file")
        assert "move it yourself" in str(done.error["hint"])
    assert diary.read_bytes() == DIARY
    assert list(diary.parent.glob(f"{diary.name}*")) == [diary]


@pytest.mark.parametrize("named", [(), ("--db",)])
def test_a_damaged_sandbox_is_kept_aside(cli: Cli, named: tuple[str, ...]) -> None:
    path = Path(cli("sandbox", "path").out.strip())
    assert cli("update", "ada@example.com", "--sandbox").code == 0
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    done = cli("sandbox", "reset", *named, *([str(path)] if named else []))
    assert done.code == 0
    assert f"it is now {path}.damaged" in done.err
    assert cli("sandbox", "dump").out == ""
