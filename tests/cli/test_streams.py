"""Streams that are closed, full, terminals or not; colours, prompts, folders that are not there."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from command_calls import key_for, serve
from conftest import PROGRAM, Cli
from sandbox_cli import in_sandbox, saved

from contactctl.files import FOLDER_VARIABLES

if TYPE_CHECKING:
    from conftest import Done

ADA = "ada@example.com"
UPDATE = f"update --sandbox --email {ADA}"
SGR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def shell(own_folders: dict[str, str]) -> Shell:
    return Shell(own_folders)


class Shell:
    """Runs one line of bash in which ``contactctl`` is the program under test."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = {**env, "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}"}

    def __call__(self, line: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/bash", "-c", line],
            env={**self.env, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


# closed and full


@pytest.mark.parametrize("command", ["completion bash", "--help", "schema"])
def test_a_reader_that_goes_away_ends_it_quietly(shell: Shell, command: str) -> None:
    """The writer either was done before, or dies of the real SIGPIPE, as an update does below."""
    done = shell(f"contactctl {command} -q | true; echo ${{PIPESTATUS[0]}}")
    assert done.stdout in {"0\n", "141\n"}
    assert done.stderr == ""


def test_a_pipe_closed_before_the_first_word_is_a_death_by_sigpipe(shell: Shell) -> None:
    done = shell(f"(sleep 0.2; exec contactctl {UPDATE} -q) | true; echo ${{PIPESTATUS[0]}}")
    assert (done.stdout, done.stderr) == ("141\n", "")


def test_the_first_line_is_enough_for_head(shell: Shell) -> None:
    done = shell("contactctl completion bash | head -1")
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("where", "more", "reason"),
    [
        (">&-", "-q", "it is closed"),
        (">/dev/full", "-o json", "No space left on device"),
    ],
)
def test_a_written_contact_whose_id_cannot_be_printed(
    shell: Shell, where: str, reason: str, more: str
) -> None:
    done = shell(f"contactctl {UPDATE} {more} {where}")
    assert (done.returncode, done.stdout) == (9, "")
    assert f"cannot write the answer to stdout: {reason}" in done.stderr
    assert ('"outcome":"applied"' if "json" in more else "outcome: applied") in done.stderr
    assert "do not repeat it blindly" in done.stderr


@pytest.mark.parametrize("command", ["--version", "--help", "completion bash", "profile show"])
def test_other_answers_that_cannot_be_printed(shell: Shell, command: str) -> None:
    done = shell(f"contactctl {command} >/dev/full")
    assert done.returncode == 9
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("where", ["2>&-", "2>/dev/full"])
def test_without_a_stderr_the_answer_and_the_code_stay(shell: Shell, where: str) -> None:
    done = shell(f"contactctl {UPDATE} {where}; echo $?")
    assert re.fullmatch(r"c[a-z0-9]+\n0\n", done.stdout)
    assert shell(f"contactctl update --emial {where}").returncode == 2


def test_a_closed_stdin_is_missed_only_where_it_is_read(shell: Shell) -> None:
    assert shell(f"contactctl {UPDATE} <&-").returncode == 0
    done = shell("contactctl update --sandbox --data - <&-")
    assert done.returncode == 2
    assert "standard input is closed" in done.stderr


def test_all_three_closed(shell: Shell) -> None:
    assert shell(f"contactctl {UPDATE} <&- >&- 2>&-").returncode == 9


def test_stdin_is_not_read_unless_asked_for(shell: Shell) -> None:
    """A loop over lines must not lose them to the first command in it."""
    line = f"printf '1\\n2\\n' | (read n; contactctl {UPDATE} -q >/dev/null; echo $n; cat)"
    assert shell(line).stdout == "1\n2\n"


# colours


def colored(done: Done) -> bool:
    return bool(re.search(r"\x1b\[[0-9;]*3[0-9]", done.out + done.err))


@pytest.mark.parametrize(
    ("env", "more", "expected"),
    [
        ({"TERM": "xterm"}, (), True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, (), False),
        ({"TERM": "xterm", "NO_COLOR": ""}, (), True),
        ({"TERM": "dumb"}, (), False),
        ({"TERM": "xterm"}, ("--no-color",), False),
        ({"TERM": "xterm", "FORCE_COLOR": "1", "NO_COLOR": "1"}, (), False),
        ({"TERM": "xterm", "FORCE_COLOR": "1"}, ("--no-color",), False),
    ],
)
def test_colours_on_a_terminal(
    cli: Cli, env: dict[str, str], more: tuple[str, ...], *, expected: bool
) -> None:
    done = cli("update", "--sandbox", "-e", ADA, *more, terminal=True, env=env)
    failed = cli("update", "--sandbox", *more, terminal=True, env=env)
    assert (colored(done), colored(failed)) == (expected, expected)


def test_a_dumb_terminal_gets_no_escape_at_all(cli: Cli) -> None:
    done = cli("update", "--sandbox", "-e", ADA, terminal=True, env={"TERM": "dumb"})
    failed = cli("update", "--sandbox", terminal=True, env={"TERM": "dumb"})
    assert "\x1b" not in done.out + done.err + failed.err


def test_forced_colours_are_for_people_and_never_in_an_id_or_json(cli: Cli) -> None:
    env = {"FORCE_COLOR": "1"}
    saved(cli, "-e", ADA)
    words = ("update", "--sandbox", "-e", ADA)
    for more in ((), ("-q",), ("-o", "json"), ("--dry-run",)):
        assert "\x1b" not in cli(*words, *more, env=env).out
    field = cli("find", "--sandbox", "-e", ADA, "--field", "email", env=env)
    assert field.out == f"{ADA}\n"
    failed = cli("update", "--sandbox", env=env)
    assert failed.err.startswith("\x1b[1;31merror:\x1b[0m ")
    assert "\x1b" not in cli("update", "--sandbox", "-o", "json", env=env).err


def test_off_a_terminal_nothing_is_coloured_drawn_or_animated(cli: Cli) -> None:
    done = cli("update", "--sandbox", "-e", ADA, env={"TERM": "xterm-256color"})
    failed = cli("update", "--sandbox", env={"TERM": "xterm-256color"})
    for text in (done.out, done.err, failed.err):
        assert not set("\x1b\r╭│─") & set(text)


@pytest.mark.parametrize("columns", [20, 60, 200])
def test_lines_keep_to_the_width_of_the_terminal(cli: Cli, columns: int) -> None:
    env = {"TERM": "xterm", "COLUMNS": str(columns)}
    words = ("update", "--sandbox", "-e", ADA, "--first-name", "a-long-name " * 12)
    done = cli(*words, terminal=True, env=env)
    failed = cli("update", "--sandbox", "-e", "no address " * 9, terminal=True, env=env)
    lines = SGR.sub("", done.out + failed.err).splitlines()
    assert max(map(len, lines)) <= columns
    assert any(line.startswith("╭─ error") for line in lines)


# prompts


def ask(cli: Cli, *more: str, **changes: object) -> Done:
    saved(cli, "-e", ADA)
    streams: dict[str, object] = {"terminal": True, "stdin": "y\n", **changes}
    return cli("delete", "--sandbox", "-e", ADA, *more, **streams)  # type: ignore[arg-type]


def test_at_a_terminal_it_asks(cli: Cli) -> None:
    done = ask(cli)
    assert done.code == 0
    assert "[y/N]" in done.err
    assert "[y/N]" not in done.out


@pytest.mark.parametrize("answer", ["", "\n", "n\n", "yess\n", "Y es\n"])
def test_anything_but_yes_means_no(cli: Cli, answer: str) -> None:
    ask(cli, stdin=answer)
    assert in_sandbox(cli, "find", "-e", ADA).code == 0


@pytest.mark.parametrize(
    ("more", "changes"),
    [
        ((), {"terminal": False}),
        ((), {"terminal": False, "stderr_terminal": True}),
        ((), {"stderr_terminal": False}),
        (("--no-input",), {}),
        ((), {"env": {"CI": "true"}}),
    ],
)
def test_nobody_is_asked_where_nobody_can_answer(
    cli: Cli, more: tuple[str, ...], changes: dict[str, object]
) -> None:
    done = ask(cli, *more, **changes)
    assert done.code == 2
    assert "[y/N]" not in done.err
    assert "--yes" in done.err
    assert in_sandbox(cli, "find", "-e", ADA).code == 0


def test_with_ci_set_empty_a_person_is_asked(cli: Cli) -> None:
    assert ask(cli, env={"CI": ""}).code == 0


# folders


@pytest.mark.parametrize("home", [{}, {"HOME": ""}, {"HOME": "/nonexistent"}, {"HOME": "here"}])
def test_without_a_home_commands_end_as_the_table_says(
    monkeypatch: pytest.MonkeyPatch, home: dict[str, str]
) -> None:
    """Where folders are looked for is asked of this process's own variables, so they go."""
    monkeypatch.chdir("/")
    for name in ("HOME", *FOLDER_VARIABLES.values()):
        monkeypatch.delenv(name)
    for name, value in home.items():
        monkeypatch.setenv(name, value)
    for command in ("lists", "profile list", "profile show", "find -e a@b.co"):
        done = Cli(home)(*command.split())
        assert done.code in {0, 4, 9}, done.err
        assert "a bug" not in done.err


@pytest.mark.parametrize(("kind", "code"), [("CONFIG", 9), ("DATA", 9), ("CACHE", 0), ("STATE", 0)])
def test_folders_that_cannot_be_made(cli: Cli, kind: str, code: int) -> None:
    """Not even by root, which these tests may run as."""
    env = {f"CONTACTCTL_{kind}_DIR": "/proc/contactctl"}
    words = ("profile", "add", "w", "--no-check", "--key-env", "V")
    update = ("update", "--sandbox", "-e", ADA, "--prop", "plan=pro")
    done = cli(*(words if kind == "CONFIG" else update), env=env)
    assert done.code == code
    assert code == 0 or "/proc/contactctl" in done.err


@pytest.mark.parametrize("kind", ["CONFIG", "DATA"])
def test_a_file_where_a_folder_should_be_is_named(
    cli: Cli, own_folders: dict[str, str], kind: str
) -> None:
    path = Path(own_folders[f"CONTACTCTL_{kind}_DIR"])
    path.write_text("a file")
    words = ("profile", "add", "w", "--no-check", "--key-env", "V")
    done = cli(*words) if kind == "CONFIG" else cli("update", "--sandbox", "-e", ADA)
    assert (done.code, done.out) == (9, "")
    assert str(path) in done.err
    assert path.read_text() == "a file"


def test_a_cache_folder_that_is_a_file_spoils_nothing(
    cli: Cli, own_folders: dict[str, str]
) -> None:
    Path(own_folders["CONTACTCTL_CACHE_DIR"]).write_text("a file")
    with serve() as server:
        done = cli("update", "-e", ADA, "--prop", "plan=pro", env=key_for(server))
    assert (done.code, done.out) == (0, "c1\n")
