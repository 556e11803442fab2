"""CSV text to numbered rows."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, NoReturn

from contactctl.errors import UsageError
from contactctl.exact_json import has_surrogate
from contactctl.importing.decoding import MAX_RECORD_CHARS
from contactctl.importing.row import Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

DELIMITERS = (",", ";", "\t")
#: The service takes 498 characters; the rest is room to say so instead of breaking off.
MAX_CELL_CHARS = 2**20
_QUOTED = re.compile(r'"[^"]*"?')
_QUOTE_HINT = 'look for a quotation mark that is not doubled; inside a quoted cell write ""'


def sniff_delimiter(line: str) -> str:
    """Return the delimiter that stands most often outside the quotes of a header line."""
    bare = _QUOTED.sub("", line)
    return max(DELIMITERS, key=bare.count)


def read_csv(stream: TextIO, delimiter: str, *, cell_chars: int = MAX_CELL_CHARS) -> Iterator[Row]:
    """Yield the header as row 0, then every row, each with the line that it begins on.

    A row that cannot be used has a ``problem``; empty lines are passed over. Raises
    :class:`UsageError` where the rest of the file cannot be told into rows: a quotation mark that
    is never closed, a record of more than ``MAX_RECORD_CHARS``.
    """
    # For the whole process: the module knows no other way.
    csv.field_size_limit(cell_chars)
    lines = _Lines(stream)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    header: list[str] | None = None
    ordinal = 0
    while True:
        lines.begin_record()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            cells = lines.unreadable(error)
        if not cells:
            continue
        if header is None:
            header = cells
        elif lines.problem is None and len(cells) != len(header):
            lines.problem = _ragged(cells, header)
        elif cells == header:  # as in files that were put together from several
            lines.problem = "this row repeats the header"
        yield Row(ordinal, lines.start, cells, None, lines.problem)
        ordinal += 1


class _Lines:
    """Feeds lines to the reader, counting them and looking at what csv does not look at."""

    def __init__(self, stream: TextIO) -> None:
        self._readline = stream.readline
        self._number = 0
        self._size = 0
        self._record: list[str] = []
        self._ended = False
        self.start = 1
        self.problem: str | None = None

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        # Never more than a record may have: a file without line ends must not fill the memory.
        line = self._readline(MAX_RECORD_CHARS + 1)
        if not line:
            self._ended = True
            raise StopIteration
        self._number += 1
        self._size += len(line)
        if self._size > MAX_RECORD_CHARS:
            self._refuse("is longer than any contact's can be")
        self._record.append(line)
        if "\0" in line or not line.isascii():
            self._look_at(line)
        return line

    def begin_record(self) -> None:
        """Start counting anew."""
        self.start = self._number + 1
        self._size = 0
        self._record.clear()
        self.problem = None

    def unreadable(self, error: csv.Error) -> list[str]:
        """Note why a record cannot be split into cells, and return its text as the only one."""
        several = self._number > self.start
        if self._ended:
            self._refuse("opens a quotation mark that is never closed")
        if "field limit" in str(error):
            if several:
                self._refuse(
                    "opens a quotation mark that is not closed within a million characters"
                )
            self.problem = f"a cell has more than {csv.field_size_limit():,} characters"
        else:
            until = f", up to line {self._number}," if several else ""
            self.problem = f"text follows a closing quotation mark{until} ({_QUOTE_HINT})"
        return ["".join(self._record).rstrip("\r\n")]

    def _look_at(self, line: str) -> None:
        if "\0" in line:
            self.problem = f"line {self._number} holds a NUL character"
        elif has_surrogate(line):
            self.problem = f"line {self._number} holds bytes that are no text in the encoding"

    def _refuse(self, what: str) -> NoReturn:
        raise UsageError(f"the row on line {self.start} {what}", hint=_QUOTE_HINT)


def _ragged(cells: list[str], header: list[str]) -> str:
    return f"{len(cells)} cell{'s' * (len(cells) != 1)}, and the header has {len(header)}"
