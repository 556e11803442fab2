from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from contactctl.commands.program import SCRIPTS, load_script
from contactctl.completion.cursor import SHELLS

if TYPE_CHECKING:
    from conftest import Cli, Program

COPIES = Path(__file__).parents[2] / "completions"


def test_every_shell_that_is_answered_has_a_script() -> None:
    assert tuple(SCRIPTS) == SHELLS


def test_the_folder_holds_nothing_but_the_scripts() -> None:
    assert sorted(path.name for path in COPIES.iterdir()) == sorted(SCRIPTS.values())


@pytest.mark.parametrize("shell", SHELLS)
class TestEachShell:
    def test_the_script_is_printed_as_it_is(self, cli: Cli, shell: str) -> None:
        done = cli("completion", shell)
        assert (done.code, done.err) == (0, "")
        assert done.out == load_script(shell)

    def test_the_copy_in_the_folder_is_equal(self, shell: str) -> None:
        assert (COPIES / SCRIPTS[shell]).read_text(encoding="utf-8") == load_script(shell)

    def test_a_terminal_gets_the_same_text(self, cli: Cli, shell: str) -> None:
        assert cli("completion", shell, terminal=True).out == load_script(shell)

    def test_json(self, cli: Cli, shell: str) -> None:
        done = cli("completion", shell, "--output", "json")
        assert done.json == {"shell": shell, "script": load_script(shell)}
        assert done.err == ""

    def test_flags_of_every_command_are_taken_on_both_sides(self, cli: Cli, shell: str) -> None:
        done = cli("-q", "--sandbox", "completion", "--no-input", shell, "-v")
        assert (done.code, done.out) == (0, load_script(shell))

    def test_no_script_evaluates_text(self, shell: str) -> None:
        """The words that would, in any of the four shells."""
        text = load_script(shell).lower()
        assert not {"eval", "iex", "invoke-expression", "source", "compgen -w"} & set(text.split())

    def test_the_script_is_ascii_with_plain_line_ends(self, shell: str) -> None:
        text = load_script(shell)
        assert text.isascii()
        assert "\r" not in text
        assert text.endswith("\n")


class TestRefusals:
    def test_another_shell_is_a_usage_error_that_names_the_four(self, cli: Cli) -> None:
        done = cli("completion", "tcsh", "-o", "json")
        assert done.code == 2
        assert done.out == ""
        message = str(done.error["message"])
        assert all(shell in message for shell in SHELLS)

    def test_no_shell_is_a_usage_error_on_one_line(self, cli: Cli) -> None:
        done = cli("completion")
        assert done.code == 2
        assert done.err.splitlines() == [
            "error: SHELL is missing: one of bash, zsh, fish, powershell",
            "  hint: see `contactctl completion --help`",
        ]


class TestAsAProgram:
    def test_candidates_are_printed_before_anything_else_happens(self, program: Program) -> None:
        env = {"_CONTACTCTL_COMPLETE": "bash", "_CONTACTCTL_WORD": "js"}
        done = program("update", "--output", env=env)
        assert (done.code, done.out, done.err) == (0, "words 2\njson\t\n", "")

    def test_bytes_that_are_no_text_are_no_error(self, program: Program) -> None:
        env = {"_CONTACTCTL_COMPLETE": "bash", "_CONTACTCTL_WORD": "js"}
        done = program("update", "--email", b"\xff\xfe", "-o", env=env)
        assert (done.code, done.out, done.err) == (0, "words 2\njson\t\n", "")

    def test_a_stray_variable_does_not_turn_a_call_into_a_completion(
        self, program: Program
    ) -> None:
        done = program("--version", env={"_CONTACTCTL_COMPLETE": "1"})
        assert done.out.startswith("contactctl ")
