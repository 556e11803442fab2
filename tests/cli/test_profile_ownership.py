"""What somebody else could have written is not obeyed, by no command, and every one says so."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from command_calls import COMMAND_CALLS, CommandCall, serve

if TYPE_CHECKING:
    from conftest import Cli

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such permissions")

BOOK = """
version = 1
active = "work"
[profiles.work]
base_url = "{url}"
key_command = "{command}"
"""


@pytest.fixture
def trace(cli: Cli, tmp_path: Path) -> Path:
    """Let a profile that others can write have a key command, which leaves a trace."""
    trace = tmp_path / "run"
    path = Path(cli.env["CONTACTCTL_CONFIG_DIR"]) / "profiles.toml"
    path.parent.mkdir(mode=0o700)
    command = f"touch {shlex.quote(str(trace))}"
    path.write_text(BOOK.format(url="http://127.0.0.1:9/api", command=command))
    path.chmod(0o622)
    return trace


@pytest.mark.parametrize("call", COMMAND_CALLS, ids=str)
def test_no_command_runs_what_others_could_have_written(
    cli: Cli, trace: Path, call: CommandCall
) -> None:
    done = cli(*call.words, "-o", "json")
    assert (done.code, done.error["code"]) == (9, "machine")
    assert done.error.get("outcome") == ("not_sent" if call.writes else None)
    assert "can be written by other users" in str(done.error["message"])
    assert not trace.exists()


def test_the_way_out_is_a_line_to_copy(cli: Cli, trace: Path) -> None:
    done = cli("find", "ada@example.com")
    *_, line = done.err.splitlines()
    assert "chmod go-w" in line
    command = line.partition("chmod")[1:]
    subprocess.run(shlex.split("".join(command)), check=True)
    assert cli("find", "ada@example.com").code == 4  # the command runs, and prints no key
    assert trace.exists()


def test_doctor_and_show_name_it(cli: Cli, trace: Path) -> None:
    done = cli("doctor", "-o", "json")
    assert done.code == 9
    assert "can be written by other users" in done.out
    assert "chmod go-w" in cli("doctor").out
    assert "can be written by other users" in cli("profile", "show").out
    assert not trace.exists()


def test_what_needs_no_profile_goes_on(cli: Cli, trace: Path) -> None:
    assert cli("update", "ada@example.com", "--sandbox").code == 0
    with serve() as server:
        env = {"LOOPS_API_KEY": "0123456789abcdef", "CONTACTCTL_BASE_URL": server.url}
        assert cli("update", "ada@example.com", env=env).code == 0
    assert not trace.exists()
