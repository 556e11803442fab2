"""Progress: plain lines off a terminal, a bar on one."""

from __future__ import annotations

import io
import threading
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from contactctl.output import Output
from contactctl.progress import Drawn, Standing, shown_progress
from contactctl.safe_text import to_spelled

if TYPE_CHECKING:
    from collections.abc import Iterator


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

    def standing() -> Standing:
        asked.release()
        return Standing(["4 of 10"])

    with shown_progress(
        output, "peo[red]ple\x1b.csv", 10, standing, every_s=(0.01, 0.01)
    ) as progress:
        progress.advance(4)
        for _ in range(lines):
            assert asked.acquire(timeout=20)
        progress.advance(5)


def test_off_a_terminal_a_plain_line_comes_every_so_often() -> None:
    stderr = io.StringIO()
    show(output_to(stderr), lines=3)
    lines = stderr.getvalue().splitlines()
    assert len(lines) >= 2
    assert set(lines) == {"peo[red]ple\\u{1b}.csv: 4 of 10"}


def test_nothing_is_said_any_more_once_the_block_is_left() -> None:
    """A line that is being made is waited for: it would stand behind the summary."""
    stderr, asked, may_end = io.StringIO(), threading.Event(), threading.Event()

    def standing() -> Standing:
        asked.set()
        assert may_end.wait(20)
        return Standing(["4 of 10"])

    def work() -> None:
        with shown_progress(output_to(stderr), "people.csv", 10, standing, every_s=(0.01, 0.01)):
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
    show(output_to(stderr), lines=12)
    assert "4 of 10" in stderr.getvalue()


def test_quiet_is_quiet() -> None:
    stderr = io.StringIO()
    show(output_to(stderr, quiet=True))
    assert stderr.getvalue() == ""


@pytest.mark.parametrize("stderr", [io.StringIO(), Terminal()])
def test_a_line_of_its_own_breaks_no_word_beside_what_is_drawn(stderr: io.StringIO) -> None:
    said = f"line 2: [red]\x1b{'long ' * 30}end"
    with shown_progress(output_to(stderr), "a.csv", 10, lambda: Standing(["4 of 10"])) as progress:
        progress.say(said)
    shown = stderr.getvalue().replace("\x1b[2K", "").replace("\r", "\n")
    assert " ".join(said.replace("\x1b", "\\u{1b}").split()) in " ".join(shown.split())


def test_off_a_terminal_a_stall_is_told_when_it_begins_and_then_every_so_often() -> None:
    stderr, asked = io.StringIO(), threading.Semaphore(0)
    found = iter([False, True, False, True, True, True, False, True, True, *[False] * 1000])

    def standing() -> Standing:
        asked.release()
        return Standing(["4 of 10"], stalled=next(found))

    output = output_to(stderr)
    with shown_progress(output, "a.csv", 10, standing, every_s=(60, 0.01)):
        for _ in range(12):
            assert asked.acquire(timeout=20)
    assert stderr.getvalue() == "a.csv: 4 of 10\n" * 2


LONG = ["1,234,567 of 9,876,543 rows", "123.4 a second", "12,345 failures"]
WAITS = ["waiting for the service for 12 min 15 s", "could not connect to a.example: " + "x" * 60]


@pytest.mark.parametrize("width", [60, 80, 100])
@pytest.mark.parametrize("parts", [["4 of 10 rows"], LONG, [*LONG, *WAITS]])
def test_what_is_drawn_leaves_room_in_every_line(width: int, parts: list[str]) -> None:
    """Else the echo of Ctrl-C makes a line more than what will be wiped out."""
    drawn = Drawn("ein-ganz-langer-name-" * 5 + ".csv", 10, lambda: Standing(parts, stalled=True))
    console = Console(width=width, file=io.StringIO(), force_terminal=True, color_system=None)
    lines = [line.rstrip() for line in "".join(_texts(console, drawn)).splitlines()]
    assert max(map(len, lines)) <= width - 3
    said = " ".join(lines)
    for part in parts:
        assert part[: width - 10] in said
    # Only what is longer than a line is cut.
    assert said.count("…") == 1 + any(len(part) > width - 3 for part in parts)


def _texts(console: Console, drawn: Drawn) -> Iterator[str]:
    for line in console.render_lines(drawn, pad=False):
        yield from (segment.text for segment in line)
        yield "\n"


def test_what_fits_is_drawn_in_one_line() -> None:
    drawn = Drawn("people.csv", 10, lambda: Standing(["4 of 10 rows", "2 a second"]))
    console = Console(width=80, file=io.StringIO(), force_terminal=True, color_system=None)
    (line,) = "".join(_texts(console, drawn)).splitlines()
    assert line.startswith("people.csv ")
    assert line.endswith(" 4 of 10 rows, 2 a second")


def test_what_the_encoding_lacks_takes_its_room_before_it_is_drawn() -> None:
    drawn = Drawn("Łódź.csv", 10, lambda: Standing(["waiting: Łódź"]))
    stream = io.TextIOWrapper(io.BytesIO(), "latin-1")
    for width in (40, 60, 80):
        console = Console(width=width, file=stream, force_terminal=True, color_system=None)
        drawn_lines = "".join(_texts(console, drawn)).splitlines()
        lines = [to_spelled(line.rstrip(), "latin-1") for line in drawn_lines]
        assert lines[0].startswith("\\u{141}ód")
        # What Rich cuts ends with a sign that takes two columns more here.
        assert max(map(len, lines)) <= width - 1
