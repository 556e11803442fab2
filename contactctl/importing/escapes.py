r"""Text with backslash escapes, as Postgres and MySQL write tables, to CSV and back.

Escaped are line ends and delimiters, by letters (``\n``) or as themselves; ``\N`` is no value.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, NamedTuple

from contactctl.errors import UsageError
from contactctl.importing.decoding import MAX_RECORD_CHARS

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from typing import IO

#: Escapes are ASCII; whatever else the bytes are stays as it is.
_BYTES = "latin-1"
_MEANT = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "Z": "\x1a"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_NO_VALUE, _END = r"\N", r"\."
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
        cell = re.compile(rf"(?:[^{mark}\\\r\n]|\r(?!\n)|\\.)*+", re.DOTALL)
        quoted = re.compile(r'"((?:[^"\\]|\\.|"")*+)"', re.DOTALL)
        return cls(cell, None if delimiter == "\t" else quoted, delimiter)


def _records(lines: Iterator[str], form: _Form) -> Iterator[list[str]]:
    number = 0
    for first in lines:
        number += 1
        if first.rstrip("\r\n") == _END:
            return  # how old versions of psql end a table
        record, start = first, number
        while (cells := _told(record, form, start)) is None:
            more = next(lines, None)
            if more is None or len(record) > MAX_RECORD_CHARS:
                raise UsageError(
                    f"the row on line {start} has no end",
                    hint="it ends in a backslash, or opens a quotation mark that is never closed",
                )
            record += more
            number += 1
        yield cells


def _told(record: str, form: _Form, line: int) -> list[str] | None:
    try:
        return _cells(record, form)
    except UsageError as error:
        raise UsageError(f"the row on line {line}: {error.message}", hint=error.hint) from None


def _cells(record: str, form: _Form) -> list[str] | None:
    """Return the cells of a record; None where it goes on in the next line."""
    cells, at = [], 0
    while True:
        quoted = form.quoted.match(record, at) if form.quoted else None
        if quoted:
            cells.append(_unescaped(quoted[1].replace('""', '"')))
            at = quoted.end()
        elif form.quoted and record.startswith('"', at):
            return None
        else:
            found = form.cell.match(record, at)
            text = found[0] if found else ""
            cells.append("" if text == _NO_VALUE else _unescaped(text))
            at += len(text)
        if not record.startswith(form.delimiter, at):
            break
        at += 1
    rest = record[at:]
    if not rest.strip("\r\n"):
        # A line end that was escaped is taken with the cell, and the record goes on behind it.
        return cells if rest or not record.endswith("\n") else None
    raise UsageError(
        "text follows a closing quotation mark", hint='inside a quoted cell write \\" or ""'
    )


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: _MEANT.get(found[1], found[1]), text) if "\\" in text else text


def _written(letter: str, delimiter: str) -> str:
    if letter in {delimiter, '"'}:
        return "\\" + letter if letter != "\t" else r"\t"
    return _WRITTEN.get(letter, letter)
