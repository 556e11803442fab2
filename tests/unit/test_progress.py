"""Progress: plain lines off a terminal, a bar on one."""

from __future__ import annotations

import io
import threading

from contactctl.output import Output
from contactctl.progress import shown_progress


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def output_to(stderr: io.StringIO, *, quiet: bool = False, ci: bool = False) -> Output:
    env = {"TERM": "xterm", "CI": "1"} if ci else {"TERM": "xterm", "COLUMNS": "80"}
    return Output(io.StringIO(), stderr, env, quiet=quiet)


def show(output: Output, lines: int = 0) -> None:
    """Show some progress, until so many lines have been asked for."""
    asked = threading.Semaphore(0)

    def words() -> str:
        asked.release()
        return "4 of 10"

    with shown_progress(output, "peo[red]ple\x1b.csv", 10, words, every_s=0.01) as tell:
        tell(4)
        for _ in range(lines):
            assert asked.acquire(timeout=20)
        tell(5)


def test_off_a_terminal_a_plain_line_comes_every_so_often() -> None:
    stderr = io.StringIO()
    show(output_to(stderr), lines=3)
    lines = stderr.getvalue().splitlines()
    assert len(lines) >= 2
    assert set(lines) == {"peo[red]ple\\u{1b}.csv: 4 of 10"}


def test_nothing_is_said_any_more_once_the_block_is_left() -> None:
    """A line that is being made is waited for: it would stand behind the summary."""
    stderr, asked, may_end = io.StringIO(), threading.Event(), threading.Event()

    def words() -> str:
        asked.set()
        assert may_end.wait(20)
        return "4 of 10"

    def work() -> None:
        with shown_progress(output_to(stderr), "people.csv", 10, words, every_s=0.01):
            assert asked.wait(20)

    worker = threading.Thread(target=work)
    worker.start()
    assert asked.wait(20)
    worker.join(0.2)
    assert worker.is_alive()
    may_end.set()
    worker.join(20)
    assert stderr.getvalue().startswith("people.csv: 4 of 10\n")


def test_in_ci_nothing_moves() -> None:
    stderr = Terminal()
    show(output_to(stderr, ci=True), lines=2)
    assert "\x1b[" not in stderr.getvalue()
    assert "4 of 10" in stderr.getvalue()


def test_on_a_terminal_a_bar_moves_and_takes_names_as_they_are() -> None:
    stderr = Terminal()
    show(output_to(stderr))
    assert "peo[red]ple\\u{1b}.csv" in stderr.getvalue()
    assert "4 of 10" in stderr.getvalue()
    assert stderr.getvalue().count("\x1b[?25l") == stderr.getvalue().count("\x1b[?25h")


def test_on_a_terminal_the_words_are_asked_for_while_no_row_ends() -> None:
    stderr = Terminal()
    show(output_to(stderr), lines=30)
    assert "4 of 10" in stderr.getvalue()


def test_quiet_is_quiet() -> None:
    stderr = io.StringIO()
    show(output_to(stderr, quiet=True))
    assert stderr.getvalue() == ""
