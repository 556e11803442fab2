r"""Text with backslash escapes, as Postgres and MySQL write tables, to CSV and back.

Escaped are line ends and delimiters, by letters (``\n``) or as themselves; ``\N`` is no value.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, NamedTuple

from contactctl.errors import UsageError
from contactctl.importing.reading.decoding import MAX_RECORD_CHARS

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from typing import IO

#: Escapes are ASCII; whatever else the bytes are stays as it is.
_BYTES = "latin-1"
_MEANT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "Z": "\x1a"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_NO_VALUE, _END = r"\N", r"\."
_LINE_END = re.compile(r"\r?\n|\Z")
_WRITTEN = {"\\": "\\\\", "\n": r"\n", "\t": r"\t", "\r": r"\r"}


def to_csv_lines(file: IO[bytes], delimiter: str) -> Generator[bytes, None, None]:
    """Yield a table as CSV, a record at a time; the file is closed.

    Between tabs, quotation marks are text; elsewhere a cell may stand in them. Raises
    :class:`UsageError` for a record that has no end.
    """
    form = _Form.of(delimiter)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    with file:
        for cells in _records((line.decode(_BYTES) for line in file), form):
            writer.writerow(cells)
            yield text.getvalue().encode(_BYTES)
            text.seek(0)
            text.truncate()


def to_json_lines(file: IO[bytes]) -> Generator[bytes, None, None]:
    """Yield the JSON Lines in which ``copy`` doubled backslashes; the file is closed."""
    with file:
        for line in file:
            text = line.decode(_BYTES).rstrip("\r\n")
            if text == _END:
                return
            yield f"{_unescaped(text)}\n".encode(_BYTES)


def escaped_json(text: str) -> str:
    """Return a line of JSON as ``copy`` writes it."""
    return text.replace("\\", "\\\\")


def delimiter_of(start: bytes) -> str:
    """Return what parts the cells of a table that begins so."""
    line = start.partition(b"\n")[0]
    return "\t" if b"\t" in line else ";" if line.count(b";") > line.count(b",") else ","


def escaped(cells: Sequence[str], delimiter: str) -> str:
    """Return a line that reads as these cells."""
    return delimiter.join("".join(_written(one, delimiter) for one in cell) for cell in cells)


class _Form(NamedTuple):
    """How one cell reads, and with what it ends."""

    cell: re.Pattern[str]
    quoted: re.Pattern[str] | None
    delimiter: str

    @classmethod
    def of(cls, delimiter: str) -> _Form:
        mark = re.escape(delimiter)
        # No look-ahead within `*+`: where one fails, Python up to 3.11.4 goes on behind the place.
        part = rf"(?:[^{mark}\\\r\n]|\\.)*+"
        cell = re.compile(rf"{part}(?:\r(?!\n){part})*", re.DOTALL)
        quoted = re.compile(r'"((?:[^"\\]|\\.|"")*+)"', re.DOTALL)
        return cls(cell, None if delimiter == "\t" else quoted, delimiter)


class _Text:
    """The text at hand of a file: whole lines from the one on which a record begins."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.held = ""
        self.at = 0  # what stands before is done with
        self.line = 1

    def begin_record(self) -> bool:
        """Tell whether there is one more record."""
        if self.at == len(self.held) and not self.read_more():
            return False
        end = self.held.find("\n", self.at)
        # How old versions of psql end a table.
        return self.held[self.at : len(self.held) if end < 0 else end].rstrip("\r") != _END

    def read_more(self) -> bool:
        """Double what is held, so that a long record is not looked through again and again."""
        found = [self.held[self.at :]]
        wanted = len(found[0])
        if wanted <= MAX_RECORD_CHARS:
            for line in self._lines:
                found.append(line)
                wanted -= len(line)
                if wanted <= 0:
                    break
        self.held, self.at = "".join(found), 0
        return len(found) > 1

    def advance(self, to: int) -> None:
        """Be done with what stands before a place."""
        self.line += self.held.count("\n", self.at, to)
        self.at = to


def _records(lines: Iterator[str], form: _Form) -> Iterator[list[str]]:
    text = _Text(lines)
    while text.begin_record():
        while (found := _told(text, form)) is None:
            if not text.read_more():
                raise UsageError(
                    f"the row on line {text.line} has no end",
                    hint="it ends in a backslash, or opens a quotation mark that is never closed",
                )
        cells, end = found
        text.advance(end)
        yield cells


def _told(text: _Text, form: _Form) -> tuple[list[str], int] | None:
    try:
        return _cells(text.held, text.at, form)
    except UsageError as error:
        raise UsageError(f"the row on line {text.line}: {error.message}", hint=error.hint) from None


def _cells(text: str, at: int, form: _Form) -> tuple[list[str], int] | None:
    """Return the cells of a record, and where it ends; None where it goes on beyond the text."""
    cells = []
    while True:
        quoted = form.quoted.match(text, at) if form.quoted else None
        if quoted:
            cells.append(_unescaped(quoted[1].replace('""', '"')))
            at = quoted.end()
        elif form.quoted and text.startswith('"', at):
            return None
        else:
            found = form.cell.match(text, at)
            cell = found[0] if found else ""
            cells.append("" if cell == _NO_VALUE else _unescaped(cell))
            at += len(cell)
        if not text.startswith(form.delimiter, at):
            break
        at += 1
    end = _LINE_END.match(text, at)
    if end:
        # A line end that was escaped is taken with the cell, and the record goes on behind it.
        return (cells, end.end()) if end[0] or not text.endswith("\n") else None
    if text.startswith("\\", at):
        return None
    raise UsageError(
        "text follows a closing quotation mark", hint='inside a quoted cell write \\" or ""'
    )


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: _MEANT.get(found[1], found[1]), text) if "\\" in text else text


def _written(letter: str, delimiter: str) -> str:
    if letter in {delimiter, '"'}:
        return "\\" + letter if letter != "\t" else r"\t"
    return _WRITTEN.get(letter, letter)
