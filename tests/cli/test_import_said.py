"""What import says to a person: on a terminal, of hostile text, of limits and unfinished runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from command_calls import serve
from fault_server import reply_json
from import_cli import dump, errors_of, imported
from import_process import json_lines
from sandbox_cli import in_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Cli
    from fault_server import FaultServer

HOSTILE = "\x1b]0;owned\x07[red]\u202e[/]\x9b31m"
#: What Rich itself writes: colours, the cursor shown, hidden and moved, a line cleared.
DRAWN = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
FOREIGN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text("email,plan\na@example.com,pro\nb@example.com,free\n")
    return path


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with serve() as found:
        yield found


def test_on_a_terminal_it_draws_and_ends_with_the_summary(cli: Cli, file: Path) -> None:
    done = in_sandbox(cli, "import", str(file), terminal=True)
    assert (done.code, done.out) == (0, "")
    assert "2 rows: 2 done, in " in DRAWN.sub("", done.err)


def test_on_a_terminal_a_dry_run_draws_what_would_change(cli: Cli, file: Path) -> None:
    done = in_sandbox(cli, "import", str(file), "--dry-run", terminal=True)
    assert done.code == 0
    lines = [line.split() for line in done.out.splitlines()]
    assert " 2 rows, 2 contacts: 2 to create 2 to send " in " ".join(done.out.split())
    assert ["2", "create", "a@example.com", "plan", "pro"] in lines
    assert "\\u{a}" not in done.out
    assert dump(cli) == []


@pytest.mark.parametrize("words", [(), ("--dry-run",), ("--skip-invalid",), ("-v",)])
@pytest.mark.parametrize("terminal", [True, False])
def test_hostile_text_in_a_file_reaches_no_terminal(
    cli: Cli, tmp_path: Path, words: tuple[str, ...], *, terminal: bool
) -> None:
    file = tmp_path / f"people{HOSTILE.replace('/', '')}.csv"
    file.write_text(f"email,note\na@example.com,{HOSTILE}\n{HOSTILE},x\n,{HOSTILE}\n")
    done = in_sandbox(cli, "import", str(file), *words, terminal=terminal)
    assert done.code in {0, 2, 6}
    shown = done.err + (done.out if terminal else "")
    assert not FOREIGN.search(DRAWN.sub("", shown)), shown


@pytest.mark.parametrize("words", [(), ("-o", "json"), ("--resume",)])
def test_hostile_text_in_columns_reaches_no_terminal(
    cli: Cli, tmp_path: Path, words: tuple[str, ...]
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"email,{HOSTILE}\na@example.com,1\n")
    done = in_sandbox(cli, "import", str(file), *words, terminal=True)
    assert done.code == 2
    assert not FOREIGN.search(DRAWN.sub("", done.err)), done.err


def test_an_unfinished_run_is_spoken_of_by_the_next_one(cli: Cli, file: Path) -> None:
    """It begins anew all the same."""
    file.write_text("userId\n" + "nobody\n" * 30)
    assert imported(cli, file, "--max-failures=1").code == 6
    said = errors_of(imported(cli, file, "--max-failures=2"))
    assert f"resume it instead:\ncontactctl --sandbox import {file}" in said
    assert "--resume" in said
    assert "in an earlier run" not in said


def add_profile(cli: Cli, server: FaultServer, *limits: str) -> None:
    words = ("profile", "add", "work", "--no-check", "--base-url", server.url, "--key-stdin")
    assert cli(*words, *limits, stdin="a-key-of-some-length").code == 0


def test_a_read_only_profile_imports_nothing(cli: Cli, server: FaultServer, file: Path) -> None:
    add_profile(cli, server, "--read-only")
    done = cli("import", str(file))
    assert done.code == 5
    assert "PUT contacts/update" not in server.routes_seen()
    assert cli("import", str(file), "--dry-run").code == 0


def test_rows_of_other_domains_are_problems_of_the_check(
    cli: Cli, server: FaultServer, tmp_path: Path
) -> None:
    """A user id alone could be anybody's."""
    add_profile(cli, server, "--only-domains", "example.org")
    file = tmp_path / "people.csv"
    people = ("a@example.org,", "b@example.com,", ",7", "c@EXAMPLE.ORG,")
    file.write_text("\n".join(["email,userId", *people]) + "\n")
    done = cli("import", str(file))
    assert done.code == 2
    assert "an address that may not be written to" in done.err
    assert "(line 3" in done.err
    assert "(line 4" in done.err
    assert "PUT contacts/update" not in server.routes_seen()
    done = cli("import", str(file), "--skip-invalid", "-o", "json")
    assert done.code == 6
    statuses = [row["status"] for row in json_lines(done.out)]
    assert statuses == ["done", "failed", "failed", "done"]


def test_the_key_is_in_nothing_that_is_said_or_kept(cli: Cli, file: Path, tmp_path: Path) -> None:
    key, rejects = "canary-0a1b2c3d4e5f", f"--rejects={tmp_path / 'r.csv'}"
    refusal = reply_json({"success": False, "message": f"no: Bearer {key}"}, 400)
    with serve({"PUT contacts/update": [refusal]}) as refusing:
        env = {"LOOPS_API_KEY": key, "CONTACTCTL_BASE_URL": refusing.url}
        done = cli("import", str(file), "-v", "-o", "json", rejects, env=env)
    assert done.code == 6
    assert key not in done.out + done.err
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or key.encode() not in path.read_bytes(), path
