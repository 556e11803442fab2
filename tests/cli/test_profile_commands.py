"""The profile commands over what was added: what they print, keep and refuse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import PROGRAM
from profile_calls import ADD, SECRET, URL, add, book_at

from contactctl.profiles.profile import StoredKey

if TYPE_CHECKING:
    from conftest import Cli, Program


@pytest.fixture
def path(own_folders: dict[str, str]) -> Path:
    return Path(own_folders["CONTACTCTL_CONFIG_DIR"]) / "profiles.toml"


# list


def test_the_list_is_sorted_and_marks_the_active_one(cli: Cli) -> None:
    add(cli, "work", "--key-env", "V", "--read-only")
    add(cli, "ci", "--key-command", f"op read {SECRET}", "--only-domains", "a.com")
    done = cli("profile", "list")
    assert done.out.splitlines() == [
        f"ci\t\t\tcommand op\tonly a.com\t{URL}",
        f"work\tactive\t\tvariable V\tread-only\t{URL}",
    ]
    assert cli("profile", "list", "-q").out == "ci\nwork\n"
    found = json.loads(cli("profile", "list", "-o", "json").out)
    assert [(one["name"], one["active"], one["keyName"]) for one in found] == [
        ("ci", False, "op"),
        ("work", True, "V"),
    ]


def test_an_empty_list_is_no_error(cli: Cli) -> None:
    assert cli("profile", "list").out == ""
    assert cli("profile", "list", "-o", "json").out == "[]\n"
    assert "contactctl profile add NAME" in cli("profile", "list", terminal=True).out


def test_a_file_open_to_others_is_warned_of(cli: Cli, path: Path) -> None:
    cli(*ADD, "work", "--key-stdin", stdin=SECRET)
    path.chmod(0o644)
    assert "chmod 600" in cli("profile", "list").err
    assert cli("profile", "list", "-o", "json").err == ""


def test_a_terminal_gets_a_table(cli: Cli) -> None:
    add(cli, "work")
    env = {"NO_COLOR": "1", "COLUMNS": "80"}
    assert "limits" not in cli("profile", "list", terminal=True, env=env).out  # none has any
    cli(*ADD, "a-long-name", "--key-env", "KEY_B", "--read-only")
    done = cli("profile", "list", terminal=True, env=env)
    assert "limits" in done.out
    assert done.out.count("app.loops.so/api") == 2
    assert "variable WORK_KEY" in done.out


# use


def test_use_changes_the_active_profile(cli: Cli, path: Path) -> None:
    add(cli, "a")
    add(cli, "b")
    assert cli("profile", "use", "b").out == "b\n"
    assert book_at(path).active == "b"
    assert json.loads(cli("profile", "use", "a", "-o", "json").out) == {"active": "a"}


@pytest.mark.parametrize(
    ("env", "warning"),
    [
        ({"LOOPS_API_KEY": "k"}, "LOOPS_API_KEY is set and overrides"),
        ({"LOOPS_API_KEY": ""}, "LOOPS_API_KEY is set and overrides"),
        ({"CONTACTCTL_PROFILE": "b"}, "CONTACTCTL_PROFILE is set and overrides"),
        ({"CONTACTCTL_PROFILE": "a"}, ""),
        ({}, ""),
    ],
)
def test_use_warns_of_what_overrules_it(cli: Cli, env: dict[str, str], warning: str) -> None:
    add(cli, "a")
    done = cli("profile", "use", "a", env=env)
    assert done.code == 0
    assert warning in done.err
    assert bool(warning) == ("warning" in done.err)


def test_use_of_a_name_that_is_not_there_names_the_nearest(cli: Cli, path: Path) -> None:
    add(cli, "work")
    done = cli("profile", "use", "wrok")
    assert done.code == 4
    assert "did you mean work?" in done.err
    assert book_at(path).active == "work"


def test_the_sandbox_is_not_made_active(cli: Cli) -> None:
    done = cli("profile", "use", "sandbox")
    assert done.code == 2
    assert "CONTACTCTL_PROFILE=sandbox" in done.err


# show


def test_show_names_each_setting_and_its_source(cli: Cli) -> None:
    add(cli, "work", "--key-env", "WORK_KEY", "--read-only")
    done = cli("profile", "show", env={"WORK_KEY": SECRET})
    lines = [line.split("\t") for line in done.out.splitlines()]
    assert ["profile", "work", "the active one", ""] in lines
    assert ["API key", "****cdef", "the variable WORK_KEY", ""] in lines
    assert ["writes", "refused", "profile work", ""] in lines
    assert SECRET not in done.out


def test_show_in_json_has_one_object_per_setting(cli: Cli) -> None:
    found = json.loads(cli("profile", "show", "-o", "json", env={"LOOPS_API_KEY": SECRET}).out)
    assert found["apiKey"] == {"value": "****cdef", "source": "LOOPS_API_KEY", "problem": None}
    assert found["profile"]["value"] is None
    assert set(found) >= {"address", "profilesFile", "dataFolder", "sandboxFile"}


def test_show_of_another_profile(cli: Cli) -> None:
    add(cli, "a")
    add(cli, "b")
    for words in (("b",), ("-p", "b")):
        assert "profile\tb\tnamed on the command line" in cli("profile", "show", *words).out


def test_show_without_anything_says_what_is_missing(cli: Cli) -> None:
    done = cli("profile", "show")
    assert done.code == 0
    assert "there is no API key" in done.out


def test_a_terminal_sees_a_column_of_problems_only_when_there_are_some(cli: Cli) -> None:
    env = {"LOOPS_API_KEY": SECRET, "NO_COLOR": "1"}
    assert "problem" not in cli("profile", "show", terminal=True, env=env).out
    assert "problem" in cli("profile", "show", terminal=True, env={**env, "LOOPS_API_KEY": ""}).out


def test_a_terminal_sees_no_setting_that_is_not_set(cli: Cli) -> None:
    add(cli, "work")
    for columns in ("50", "200"):
        env = {"WORK_KEY": SECRET, "NO_COLOR": "1", "COLUMNS": columns}
        done = cli("profile", "show", terminal=True, env=env)
        assert "writes" in done.out
        assert not any(name in done.out for name in ("team", "only domains"))
    done = cli("profile", "show", terminal=True, env={"LOOPS_API_KEY": SECRET, "NO_COLOR": "1"})
    assert "none" in done.out


@pytest.mark.parametrize(
    ("words", "code"), [(("gone",), 4), (("a", "-p", "b"), 2), (("a", "--sandbox"), 2)]
)
def test_show_of_a_wrong_name_is_an_error(cli: Cli, words: tuple[str, ...], code: int) -> None:
    add(cli, "a")
    add(cli, "b")
    assert cli("profile", "show", *words).code == code


# remove


def test_remove_needs_yes_where_nobody_can_be_asked(cli: Cli, path: Path) -> None:
    add(cli, "work")
    done = cli("profile", "remove", "work")
    assert done.code == 2
    assert "--yes" in done.err
    assert list(book_at(path).profiles) == ["work"]


def test_remove_takes_the_key_and_the_active_mark_along(cli: Cli, path: Path) -> None:
    cli(*ADD, "work", "--key-stdin", stdin=SECRET)
    done = cli("profile", "remove", "work", "--yes")
    assert (done.code, done.out) == (0, "work\n")
    assert "revoke it" in done.err
    assert book_at(path).profiles == {}
    assert book_at(path).active is None
    assert SECRET not in path.read_text()


@pytest.mark.parametrize(("answer", "left"), [("y\n", []), ("n\n", ["work"]), ("", ["work"])])
def test_remove_asks_at_a_terminal(cli: Cli, path: Path, answer: str, left: list[str]) -> None:
    add(cli, "work")
    done = cli("profile", "remove", "work", stdin=answer, terminal=True)
    assert "Remove the profile work?" in done.err
    assert (done.code == 2) == bool(left) == ("not confirmed" in done.err)
    assert list(book_at(path).profiles) == left


def test_remove_of_a_name_that_is_not_there_is_an_error(cli: Cli) -> None:
    assert cli("profile", "remove", "gone", "--yes").code == 4


# the real program


ANSWER_THE_PROMPT = """
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
seen = b""
while b"not shown" not in seen:
    seen += os.read(terminal, 1024)
os.write(terminal, sys.argv[1].encode() + b"\\n")
try:
    while part := os.read(terminal, 1024):
        seen += part
except OSError:
    pass
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen)
"""


def test_a_key_typed_at_the_terminal_is_not_shown(own_folders: dict[str, str], path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ANSWER_THE_PROMPT, SECRET, str(PROGRAM), *ADD, "work"],
        env={"PATH": os.environ["PATH"], "TERM": "xterm", **own_folders},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.startswith("0 ")
    assert "added profile work" in done.stdout
    assert SECRET not in done.stdout
    assert book_at(path).profiles["work"].key == StoredKey(SECRET)


def test_no_question_is_asked_when_it_is_forbidden(cli: Cli) -> None:
    for words, env in ((("--no-input",), {}), ((), {"CI": "true"})):
        done = cli(*ADD, "work", *words, terminal=True, env=env)
        assert done.code == 2
        assert "cannot be asked for here" in done.err


def test_the_installed_program_keeps_bytes_that_are_no_text_out(program: Program) -> None:
    done = program(*ADD, "work", "--key-stdin", stdin=b"abc\xff" + SECRET.encode())
    assert done.code == 4
    assert "a character outside ASCII at position 4" in done.err
    assert SECRET not in done.err


@pytest.mark.parametrize("words", [("--key-stdin",), ()])
def test_a_standard_input_closed_from_the_start_is_a_usage_error(
    own_folders: dict[str, str], words: tuple[str, ...]
) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", '"$0" "$@" <&-', str(PROGRAM), *ADD, "work", *words],
        env={"PATH": os.environ["PATH"], **own_folders},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "--key-stdin" in done.stderr


def test_the_installed_program_adds_and_uses(program: Program, path: Path) -> None:
    assert program(*ADD, "work", "--key-stdin", stdin=f"{SECRET}\r\n").code == 0
    assert book_at(path).profiles["work"].key == StoredKey(SECRET)
    assert program("profile", "list", "-q").out == "work\n"


def test_a_damaged_file_is_named_by_every_command_and_kept(cli: Cli, path: Path) -> None:
    path.parent.mkdir()
    path.write_text("damaged")
    for words in (("list",), ("use", "a"), ("remove", "a"), ("add", "a", "--key-env", "V")):
        done = cli("profile", *words)
        assert done.code == 9, words
        assert str(path) in done.err
    assert path.read_text() == "damaged"
