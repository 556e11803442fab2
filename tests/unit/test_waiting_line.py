"""The line that says what a slow call waits for: its words, its width, and that it goes away."""

from __future__ import annotations

import io
import threading

import pytest

from contactctl.connection import watch_for
from contactctl.output import Output
from contactctl.waiting import Wait, waiting_line

WORDS = "update ada@example.com"


class Terminal(io.StringIO):
    """A stream that is a terminal, and tells when a text has been written to it."""

    encoding = "utf-8"

    def __init__(self, awaited: str) -> None:
        super().__init__()
        self._awaited = awaited
        self.came = threading.Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        count = super().write(text)
        if self._awaited in self.getvalue():
            self.came.set()
        return count


def screen_of(text: str) -> str:
    """Return what stands in the one line of a terminal after a text was written to it."""
    line: list[str] = []
    column = 0
    for character in text:
        if character == "\r":
            column = 0
            continue
        line[column : column + 1] = [character]
        column += 1
    return "".join(line).rstrip()


def test_the_line_says_for_how_long_for_whom_and_what_for() -> None:
    now = [100.0]
    wait = Wait("app.loops.so", WORDS, lambda: now[0])
    now[0] += 9
    assert wait.line(97) == f"waiting 9 s for app.loops.so to {WORDS}"
    assert wait.line(40) == "waiting 9 s for app.loops.so"


def test_it_is_as_wide_as_its_terminal_spells_it() -> None:
    wait = Wait("app.loops.so", "find ó→Ł")
    assert wait.line(97, "latin-1") == r"waiting for app.loops.so to find ó->\u{141}"
    for width in range(10, 50):
        assert len(wait.line(width, "ascii").encode("ascii")) <= width


def test_after_a_failure_it_says_which_attempt_comes_when_and_why() -> None:
    now = [100.0]
    wait = Wait("app.loops.so", WORDS, lambda: now[0])
    wait.tell("attempt 2 of 4", "HTTP 503: try later", 5.0)
    now[0] += 2
    assert wait.line(97) == f"waiting 2 s to {WORDS}, attempt 2 of 4 in 3 s: HTTP 503: try later"
    now[0] += 4
    assert wait.line(57) == "waiting 6 s, attempt 2 of 4: HTTP 503: try later"
    assert wait.line(37) == "waiting 6 s, attempt 2 of 4: HTTP ..."


def test_foreign_text_moves_no_cursor_and_wide_characters_count_twice() -> None:
    wait = Wait("app.loops.so", WORDS, lambda: 0.0)
    wait.tell("attempt 2 of 4", "\x1b[2J\n" + "語" * 40, 0.0)
    line = wait.line(60)
    assert "\\u{1b}[2J\\u{a}" in line
    assert len(line) + line.count("語") <= 60


def test_it_is_drawn_while_the_block_lasts_and_gone_after_it() -> None:
    stderr = Terminal("attempt 2 of 4: HTTP 503")
    output = Output(io.StringIO(), stderr, {"TERM": "xterm", "COLUMNS": "100"})
    with waiting_line(output, "app.loops.so", WORDS, after_s=0.001, every_s=0.001) as tell:
        tell("attempt 2 of 4", "HTTP 503", 0.0)
        assert stderr.came.wait(20)
    assert screen_of(stderr.getvalue()) == ""


def test_a_call_that_is_soon_over_draws_nothing() -> None:
    stderr = Terminal("waiting")
    output = Output(io.StringIO(), stderr, {"TERM": "xterm"})
    with waiting_line(output, "app.loops.so", WORDS, after_s=60):
        pass
    assert stderr.getvalue() == ""


def test_a_terminal_without_a_width_is_as_wide_as_most() -> None:
    for columns, width in (("0", 80), ("", 80), ("57", 57), ("wide", 80)):
        output = Output(io.StringIO(), io.StringIO(), {"COLUMNS": columns})
        assert output.width(output.stderr) == width
        assert output.console(output.stderr).width == width


@pytest.mark.parametrize(
    "output",
    [
        Output(io.StringIO(), io.StringIO(), {}),
        Output(io.StringIO(), Terminal(""), {}, quiet=True),
        Output(io.StringIO(), Terminal(""), {}, form="json"),
        Output(io.StringIO(), Terminal(""), {}, verbose=True),
        Output(io.StringIO(), Terminal(""), {"CI": "true"}),
        Output(io.StringIO(), Terminal(""), {"TERM": "dumb"}),
    ],
)
def test_it_is_for_a_person_at_a_terminal_alone(output: Output) -> None:
    assert watch_for(output, "https://app.loops.so/api") is None


def test_it_is_drawn_on_stderr_wherever_stdout_goes() -> None:
    """A script's substitution takes stdout, and somebody may sit at stderr all the same."""
    assert watch_for(Output(io.StringIO(), Terminal(""), {}), "https://app.loops.so/api")
