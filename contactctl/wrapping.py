"""Text as lines that fit a width: broken at spaces, commands to copy in one piece."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping

#: A command in backticks is one word, with what follows it without a space.
_WORD = re.compile(r"(\s*)(`[^`\n]*`\S*|\S+)")
#: A line that is a command: a terminal breaks it better than we could, as it is copied whole then.
_COMMAND = re.compile(r"\s*(?:contactctl |export |set \"|\$env:)")
_LONG_LINES = 2
_LAST_COMMAND = re.compile(r" `(contactctl [^`\n]*)`$")
#: What terminals are; more digits are no width, and a line of so many spaces no line.
_MOST_DIGITS = 4
#: A terminal that does not know its width.
_USUAL_COLUMNS = 80


def terminal_width(stream: TextIO, env: Mapping[str, str]) -> int:
    """Return how many columns a terminal has."""
    given = env.get("COLUMNS", "")
    if is_size(given):
        return int(given)
    try:
        return os.get_terminal_size(stream.fileno()).columns or _USUAL_COLUMNS
    except (OSError, ValueError):
        return _USUAL_COLUMNS


def is_size(text: str) -> bool:
    """Tell whether a variable holds a terminal's width or height; some programs leave 0 behind."""
    return text.isdecimal() and len(text) <= _MOST_DIGITS and int(text) > 0


def columns(text: str) -> int:
    """Return how many columns a terminal takes for a text."""
    if text.isascii():
        return len(text)
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(character) in {"W", "F"} else 1 for character in text)


def wrapped(text: str, width: int, first: str = "", more: str = "") -> list[str]:
    """Return text as lines of at most so many columns; a word is never broken.

    ``first`` is what the first line begins with, ``more`` what the others do.
    """
    lines, is_begun = [first], False
    for gap, word in _WORD.findall(text):
        longer = lines[-1] + (gap.replace("\n", " ") if is_begun else "") + word
        if is_begun and columns(longer) > width:
            lines.append(more + word)
        else:
            lines[-1] = longer
        is_begun = True
    return lines


def fitted(text: str, width: int, hanging: str = "  ") -> str:
    """Return each line of a text fitted to a width; commands are kept as they are.

    ``hanging`` indents what a line goes on with, beyond the line's own indentation.
    """
    return "\n".join(part for line in text.split("\n") for part in _fitted(line, width, hanging))


def hint_lines(hint: str, width: int) -> str:
    """Return a hint fitted to a width; a command at its end has a line of its own if need be.

    A long hint has a line for each of its parts.
    """
    found = _LAST_COMMAND.search(hint)
    text, command = hint, ""
    if found is not None and columns(hint) > width:
        text, command = hint[: found.start()], f"\n{found[1]}"
    if columns(text) > _LONG_LINES * width:
        text = text.replace("; ", "\n  ")
    return fitted(text, width) + command


def _fitted(line: str, width: int, hanging: str) -> list[str]:
    if columns(line) <= width or _COMMAND.match(line):
        return [line]
    indent = " " * (len(line) - len(line.lstrip()))
    return wrapped(line, width, indent, indent + hanging)
