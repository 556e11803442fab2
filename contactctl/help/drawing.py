"""A page of help as lines that fit a width, the same on a terminal and in a pipe."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from contactctl.output import Answer
from contactctl.wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from contactctl.output import Output
    from contactctl.session import Run

_LEAST_WIDTH, _MOST_WIDTH = 40, 100
#: The most that names may take of a line before what they mean begins on the next one.
_MOST_NAME_SHARE = 0.4
_GAP = 2
#: A space between words of a shell, or what stands in quotes, which is passed over.
_SPACE = re.compile(r"'[^']*'|\"[^\"]*\"| ")


class Section(NamedTuple):
    """A part of a page under a heading; ``rows`` are names with what they mean.

    ``commands`` are lines to copy, ``paragraphs`` are text.
    """

    heading: str
    rows: Sequence[tuple[str, str]] = ()
    commands: Sequence[str] = ()
    paragraphs: Sequence[str] = ()


class Page(NamedTuple):
    """What it is about in one line, how it is called, and more below; ``end`` is the last lines."""

    summary: str
    usage: str = ""
    sections: Sequence[Section] = ()
    end: Sequence[str] = ()


class Line(NamedTuple):
    """One line: a part that stands out, and the rest of it."""

    marked: str
    rest: str = ""


def to_answer(page: Page, output: Output) -> Answer:
    """Return the page in each of its forms, as wide as the terminal."""
    lines = list(_lines(page, _width(output)))

    def view() -> RenderableType:
        from contactctl import views

        return views.marked_lines(lines)

    plain = [line.marked + line.rest for line in lines]
    return Answer(json={"help": "\n".join(plain)}, plain=plain, view=view, exact=True)


def show_page(page: Page, run: Run) -> None:
    """Show a page of help, as text whatever the flags before it say."""
    output = run.output()._replace(form="text", quiet=False)
    output.show(to_answer(page, output))


def _width(output: Output) -> int:
    """Return how many columns a page may take; long lines are hard to read."""
    return max(_LEAST_WIDTH, min(output.width(output.stdout), _MOST_WIDTH))


def command_lines(command: str, width: int) -> list[str]:
    """Return a command to copy; one that does not fit goes on behind a backslash."""
    lines = []
    while len(command) > width:
        at = _break_of(command, width)
        if at <= 0:
            break
        lines.append(command[:at] + " \\")
        command = "    " + command[at + 1 :]
    return [*lines, command]


def _break_of(command: str, width: int) -> int:
    """Return where a command that is too long is broken; 0 for nowhere."""
    # Best before a flag or a pipe; never inside quotes, where a backslash is part of the text.
    spaces = [found.start() for found in _SPACE.finditer(command, 4) if found[0] == " "]
    fitting = [at for at in spaces if at <= width - len(" \\")]
    best = [at for at in fitting if command.startswith((" --", " | ", " > "), at)]
    return max(best or fitting, default=0)


def _lines(page: Page, width: int) -> Iterator[Line]:
    for line in wrapped(page.summary, width):
        yield Line("", line)
    if page.usage:
        yield Line("")
        first, *more = wrapped(page.usage, width - len("Usage: "))
        yield Line("Usage:", f" {first}")
        yield from (Line("", " " * len("Usage: ") + text) for text in more)
    for section in page.sections:
        yield Line("")
        yield from _section(section, width)
    if page.end:
        yield Line("")
    for text in page.end:
        yield from (Line("", line) for line in wrapped(text, width))


def _section(section: Section, width: int) -> Iterator[Line]:
    if section.heading:
        yield Line(f"{section.heading}:")
    for paragraph in section.paragraphs:
        yield from (Line("", line) for line in wrapped(paragraph, width))
    for command in section.commands:
        yield from (Line("", f"  {line}") for line in command_lines(command, width - _GAP))
    column = _column(section.rows, width)
    for name, meaning in section.rows:
        yield from _row(name, meaning, column, width)


def _column(rows: Sequence[tuple[str, str]], width: int) -> int:
    """Return where meanings begin: behind the longest name that leaves them enough room."""
    lengths = [len(name) for name, _ in rows if len(name) <= width * _MOST_NAME_SHARE]
    column = max(lengths, default=0) + 2 * _GAP
    longest = max((len(word) for _, meaning in rows for word in meaning.split()), default=0)
    return column if longest <= width - column else 2 * _GAP


def _row(name: str, meaning: str, column: int, width: int) -> Iterator[Line]:
    texts = wrapped(meaning, width - column)
    if len(name) + 2 * _GAP > column:
        yield from (Line(f"  {line}") for line in wrapped(name, width - _GAP))
    else:
        first = texts.pop(0)
        yield Line(f"  {name}", " " * (column - _GAP - len(name)) + first if first else "")
    yield from (Line("", " " * column + text) for text in texts)
