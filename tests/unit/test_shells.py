"""A line to type hands on the very words, in each shell.

Those of Windows are taken apart here as their documentation says that they do: PowerShell in the
way of 5.1, which puts quotation marks around words and none before those within, and of 7.3.
"""

from __future__ import annotations

import re
import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactctl.shells import Shell, call_line, find_shell, shell_quoted, variable_line

WORDS = st.lists(st.text(st.sampled_from("ab =.:,-\\/'\"%!^&|<>()$`;@#{}*?~\u2019é"), max_size=8))


def taken_apart(text: str) -> list[str]:
    """Take a command line apart as the C runtime of Windows does."""
    words: list[str] = []
    word, quoted, at, begun = "", False, 0, False
    while at < len(text):
        marks = re.match(r'(\\*)(")?', text[at:])
        assert marks is not None
        if marks[2]:
            word += "\\" * (len(marks[1]) // 2)
            if len(marks[1]) % 2:
                word += '"'
            else:
                quoted = not quoted
            begun = True
        elif marks[1]:
            word, begun = word + marks[1], True
        elif text[at] in " \t" and not quoted:
            words, word, begun = words + [word] * begun, "", False
        else:
            word, begun = word + text[at], True
        at += len(marks[0]) or 1
    return words + [word] * begun


def by_cmd(line: str) -> list[str]:
    """Read a line as cmd does; what it would not hand on as it stands fails the test."""
    text, quoted, at = "", False, 0
    while at < len(line):
        mark = line[at]
        if mark == "^" and not quoted:
            at += 1
            mark = line[at]
        elif mark == '"':
            quoted = not quoted
        else:
            assert mark not in ("%" if quoted else "%&|<>()"), f"{mark} is left open"
        text += mark
        at += 1
    assert not quoted
    return taken_apart(text)


def by_powershell(line: str, *, is_old: bool) -> list[str]:
    if " --% " in line:
        return taken_apart(line.replace(" --% ", " ", 1))
    words = []
    for part in re.findall("(?:'(?:[^'\u2019]|''|\u2019\u2019)*'|[^' ]+)", line):
        if part.startswith("'"):
            words.append(re.sub("(['\u2019])\\1", r"\1", part[1:-1]))
        else:
            assert re.fullmatch(r"[\w./:\\=+-]+", part, re.ASCII), f"{part} is bare"
            assert not re.match("-[^-].*[.:]", part), f"{part} is cut"
            words.append(part)
    if not is_old:
        return words
    return taken_apart(" ".join(f'"{word}"' if " " in word else word for word in words))


@given(WORDS)
def test_each_shell_hands_on_the_very_words(words: list[str]) -> None:
    whole = ["contactctl", *words]
    assert shlex.split(call_line(words, "posix")) == whole
    assert by_cmd(call_line(words, "cmd")) == whole
    for is_old in (True, False):
        assert by_powershell(call_line(words, "powershell"), is_old=is_old) == whole


@given(WORDS)
def test_the_model_of_windows_is_that_of_pythons_library(words: list[str]) -> None:
    assert taken_apart(subprocess.list2cmdline(words)) == words


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("posix", "contactctl import 'my people.csv' --map 'Plan=\"x\"' --resume"),
        ("powershell", r'contactctl --% import "my people.csv" --map "Plan=\"x\"" --resume'),
        ("cmd", r'contactctl import "my people.csv" --map ^"Plan=\^"x\^"^" --resume'),
    ],
)
def test_a_line_reads_as_a_person_would_type_it(shell: Shell, line: str) -> None:
    words = ["import", "my people.csv", "--map", 'Plan="x"', "--resume"]
    assert call_line(words, shell) == line


def test_what_needs_no_quotes_has_none() -> None:
    for shell in ("posix", "powershell", "cmd"):
        words = ["import", "people.csv", "--map=a=b", "--resume"]
        assert call_line(words, shell) == "contactctl import people.csv --map=a=b --resume"
    assert shell_quoted(r"C:\people.csv", "cmd") == r"C:\people.csv"


@pytest.mark.parametrize(
    ("shell", "plain", "quoted"),
    [
        ("posix", "export NAME=a-b", "export NAME='a b'"),
        ("powershell", "$env:NAME = 'a-b'", "$env:NAME = 'a b'"),
        ("cmd", 'set "NAME=a-b"', 'set "NAME=a b"'),
    ],
)
def test_a_variable_is_set_in_each_shell(shell: Shell, plain: str, quoted: str) -> None:
    assert variable_line("NAME", "a-b", shell) == plain
    assert variable_line("NAME", "a b", shell) == quoted


@pytest.mark.parametrize(
    ("name", "shell"),
    [("cmd", "cmd"), ("powershell", "powershell"), ("pwsh", "powershell"), ("bash", "posix")],
)
def test_the_shell_of_windows_is_found_among_the_processes(name: str, shell: Shell) -> None:
    assert find_shell("win32", lambda: (name, f"C:\\{name}.exe")) == shell
    assert find_shell("linux", lambda: (name, name)) == "posix"


@pytest.mark.parametrize("error", [OSError("refused"), RuntimeError("not there")])
def test_where_it_cannot_be_found_it_is_the_usual_one(error: Exception) -> None:
    def detect() -> tuple[str, str]:
        raise error

    assert find_shell("win32", detect) == "powershell"
