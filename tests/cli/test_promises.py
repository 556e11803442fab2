"""What README and help promise: exit codes, error codes, and help for every command."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from help_texts import command_lines, help_texts

from contactctl.errors import ExitCode, error_codes

if TYPE_CHECKING:
    from conftest import Cli, Program

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
MEANINGS = {int(code): code.meaning for code in ExitCode}


LINES = command_lines()
GROUPS = {line for line in LINES if any(other.startswith(f"{line} ") for other in LINES)}


def test_the_exit_codes_of_the_readme_are_those_of_the_program() -> None:
    table = README.partition("\n## Exit codes\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", table, flags=re.MULTILINE)
    assert {int(code): meaning.strip() for code, meaning in rows} == MEANINGS


def test_the_exit_codes_of_the_help_are_those_of_the_program(cli: Cli) -> None:
    _, _, table = cli("help", "exit-codes").out.partition("Exit codes:\n")
    rows = [line.strip().split("  ", 1) for line in table.splitlines()]
    assert {int(code): meaning for code, meaning in rows} == MEANINGS


def test_the_error_codes_of_the_readme_are_those_of_the_program() -> None:
    sentence = re.search(r"The `code` of a JSON error is one of ([^.]+)\.", README)
    assert sentence
    assert re.findall(r"`([a-z_]+)`", sentence.group(1)) == list(error_codes())


@pytest.mark.parametrize("line", [line for line in LINES if line and line not in GROUPS])
def test_the_readme_shows_every_command(line: str) -> None:
    group, *rest = line.split()
    shown = rf"contactctl {group}" + (rf" ([a-z|]+\|)?{rest[0]}\b" if rest else r"\b")
    assert re.search(shown, README)


def test_contactctl_alone_prints_help(program: Program) -> None:
    alone = program()
    assert (alone.code, alone.out, alone.err) == (0, help_texts()[""].out, "")


@pytest.mark.parametrize("line", [line for line in LINES if line])
def test_every_command_has_help_with_examples(line: str) -> None:
    done = help_texts()[line]
    assert (done.code, done.err) == (0, "")
    assert f"\n\nUsage: contactctl {line} " in done.out
    assert max(map(len, done.out.splitlines())) <= 80
    assert ("\nCommands:\n" if line in GROUPS else "\nExamples:\n") in done.out
    assert "see `contactctl help options`" in " ".join(done.out.split())


@pytest.mark.parametrize("columns", [100, pytest.param(60, marks=pytest.mark.slow), 40])
def test_help_fits_every_screen_and_each_flag_has_a_group(columns: int) -> None:
    for line, done in help_texts(columns).items():
        lines = done.out.splitlines()
        assert max(map(len, lines)) <= columns, line
        assert "Options:" not in lines, line


def test_the_help_of_the_program_fits_a_screen() -> None:
    lines = help_texts()[""].out.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 80


def test_the_lines_to_begin_with_work_in_an_empty_home(program: Program) -> None:
    _, _, text = help_texts()[""].out.partition("Begin in the sandbox")
    lines = [line.split()[1:] for line in text.splitlines() if line.startswith("  contactctl ")]
    assert [program(*words).code for words in lines] == [0, 0]


@pytest.mark.parametrize(
    "words",
    [
        "-h",
        "help",
        "update -h",
        "help update",
        "profile add -h",
        "help profile",
        "help profile add",
    ],
)
def test_help_is_asked_for_in_several_ways(cli: Cli, words: str) -> None:
    path = words.replace("-h", "").replace("help", "").split()
    done = cli(*words.split())
    assert (done.code, done.out, done.err) == (0, cli(*path, "--help").out, "")
    assert done.out


def test_help_has_the_options_of_every_command(cli: Cli, program: Program) -> None:
    out = cli("help", "options").out
    assert "  -o, --output text|json  Format of answers and errors" in out
    assert "(0 to 20)" in out
    assert cli("version").out == program("--version").out


@pytest.mark.parametrize("words", ["help updaet", "help profile chekc", "help update x"])
def test_help_of_what_is_no_command(cli: Cli, words: str) -> None:
    done = cli(*words.split())
    assert (done.code, done.out) == (2, "")
    assert re.search("contactctl|did you mean", done.err)


def test_help_as_json(cli: Cli) -> None:
    text = cli("help", "find").out
    assert json.loads(cli("help", "find", "-o", "json").out) == {"help": text.rstrip("\n")}


@pytest.mark.parametrize(
    "line",
    [
        "--version",
        "update --version",
        "-o json --version",
        "profile list -q --version",
        "--version x",
    ],
)
def test_version_is_one_line_everywhere(program: Program, line: str) -> None:
    done = program(*line.split())
    assert re.fullmatch(r"contactctl \d+\.\d+\.\d+\S*\n", done.out)
    assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize("words", [("profile", "--version"), ("--version", "-o", "json")])
def test_the_version_is_told_at_every_level(program: Program, words: tuple[str, ...]) -> None:
    done = program(*words)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("contactctl ")


def test_flags_of_every_command_may_stand_behind_a_group(cli: Cli) -> None:
    done = cli("properties", "-o", "json", "list", "--sandbox")
    assert (done.code, done.out[:2], done.err) == (0, "[{", "")
