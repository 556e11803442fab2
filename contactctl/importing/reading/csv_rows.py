"""CSV text to numbered rows."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, NoReturn

from contactctl.contact import is_address
from contactctl.errors import UsageError
from contactctl.exact_json import has_surrogate
from contactctl.importing.reading.csv_fit import Fit, is_blank
from contactctl.importing.reading.decoding import MAX_RECORD_CHARS
from contactctl.importing.row import Row

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from typing import TextIO

#: The service takes 498 characters; the rest is room to say so instead of breaking off.
MAX_CELL_CHARS = 2**20
#: What is read at once, and then up to the end of the line.
PIECE_CHARS = 2**16
_LOOKS_LIKE_ROWS = "what it encloses looks like rows of the file"
_MARK_ON_LINE = "a closing quotation mark on line "
_QUOTE_HINT = 'look for a quotation mark that is not doubled; inside a quoted cell write ""'
ESCAPE_HINT = r"MySQL writes \" for a quotation mark: give --backslash-escapes"
_LINE_END = re.compile(r"\r\n|\r|\n")
_NAMED_ADDRESS = re.compile(r"[^<>]*<([^<>]+)>")


def read_csv(  # noqa: PLR0913 - what a file holds beside its rows
    stream: TextIO,
    delimiter: str,
    *,
    cell_chars: int = MAX_CELL_CHARS,
    piece_chars: int = PIECE_CHARS,
    allow_newlines: bool = False,
    skip_lines: int = 0,
    header: Sequence[str] | None = None,
    lines_are_rows: bool = False,
) -> Iterator[Row]:
    """Yield the header as row 0, then every row, each with the line that it begins on.

    ``skip_lines`` lines stand before it; a file without one is given its ``header``. Rows of
    nothing but delimiters and spaces are passed over, as empty cells at a row's end are; spaces
    around a quoted cell are no part of it. A row that cannot be used has a ``problem``, and so,
    unless ``allow_newlines``, has one with a cell whose later lines look like rows themselves,
    which a stray quotation mark makes. ``lines_are_rows`` numbers rows as a spreadsheet program
    does, however many lines their cells have. Raises :class:`UsageError` where the rest of the
    file cannot be split into rows: a quotation mark that is never closed, a record of more than
    ``MAX_RECORD_CHARS``.
    """
    # For the whole process: the module knows no other way.
    csv.field_size_limit(cell_chars)
    lines = _Lines(stream, delimiter, piece_chars, lines_are_rows=lines_are_rows)
    lines.skip(skip_lines)
    fit: Fit | None = None
    ordinal = 0
    if header is not None:
        fit, ordinal = Fit([*header]), 1
        yield Row(0, skip_lines + 1, header)
    while True:
        if fit is not None and (piece := lines.plain_piece(cell_chars)):
            ordinal = yield from _plain_rows(piece, lines, fit, ordinal)
            continue
        cells = lines.next_record()
        if cells is None:
            return
        if is_blank(cells):
            continue
        if fit is None:
            fit = Fit(cells)
        elif lines.problem is None:
            may_take_in = lines.several and not allow_newlines
            taken_in = _taken_in(cells, lines.start, delimiter) if may_take_in else None
            lines.problem = taken_in or fit.problem(cells)
        yield Row(ordinal, lines.number, cells, None, lines.problem)
        ordinal += 1


def _plain_rows(piece: str, lines: _Lines, fit: Fit, ordinal: int) -> Generator[Row, None, int]:
    """Yield the rows of lines that each are a record; return the ordinal that comes next.

    Most rows of most large files come this way, and nothing else is done for each of them.
    """
    records = csv.reader(io.StringIO(piece, newline=""), delimiter=lines.delimiter)
    for number, cells in enumerate(records, lines.next_number):
        if not is_blank(cells):
            yield Row(ordinal, number, cells, None, fit.problem(cells))
            ordinal += 1
    lines.pass_over(records.line_num)
    return ordinal


class _Lines:
    """Feeds lines to the reader, counting them and looking at what csv does not look at."""

    def __init__(
        self, stream: TextIO, delimiter: str, piece_chars: int, *, lines_are_rows: bool
    ) -> None:
        self.delimiter = delimiter
        self._lines_are_rows = lines_are_rows
        self._stream = stream
        self._piece_chars = piece_chars
        # Whole lines, and how much of them is still to be given.
        self._piece = io.StringIO()
        self._left = 0
        self._reader = csv.reader(self, delimiter=delimiter, strict=True)
        self._spaces = _QuotedSpaces(delimiter)
        self._size = 0
        self._record: list[str] = []
        self._ended = False
        self._count = 0
        self.start = 1
        self._records = 0
        self.problem: str | None = None

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._readline()
        if not line:
            self._ended = True
            raise StopIteration
        self._count += 1
        self._size += len(line)
        if self._size > MAX_RECORD_CHARS:
            self._refuse("is longer than any contact's can be")
        if "\0" in line or not line.isascii():
            self._look_at(line)
        self._record.append(line)
        # Most files have no quoted cells, and most of those no spaces beside one.
        if '"' in line and self._spaces.stand_in(line):
            return self._spaces.removed(line, inside=self.several)
        return line

    def skip(self, count: int) -> None:
        """Pass over so many lines at the beginning."""
        for _ in range(count):
            self._readline()
        self._count = self._records = count

    def plain_piece(self, cell_chars: int) -> str | None:
        """Take the lines that come next, where each is a record with nothing to look at.

        None where they are not, or a record may have begun before them; empty at the end.
        """
        if self._left:
            return None
        piece = self._next_piece()
        if '"' in piece or "\0" in piece or len(piece) > cell_chars or has_surrogate(piece):
            self._begin_piece(piece)
            return None
        return piece

    def pass_over(self, count: int) -> None:
        """Count lines that were records, each, and not given out here."""
        self._count += count
        self._records += count

    def _readline(self) -> str:
        if not self._left:
            self._begin_piece(self._next_piece())
        line = self._piece.readline(MAX_RECORD_CHARS + 1)
        self._left -= len(line)
        return line

    def _begin_piece(self, piece: str) -> None:
        self._piece, self._left = io.StringIO(piece, newline=""), len(piece)

    def _next_piece(self) -> str:
        piece = self._stream.read(self._piece_chars)
        # Never more than a record may have: a file without line ends must not fill the memory.
        return piece + self._stream.readline(MAX_RECORD_CHARS + 1) if piece else piece

    @property
    def number(self) -> int:
        """Return the number of the record: of the line that it begins on, or its own."""
        return self._records if self._lines_are_rows else self.start

    @property
    def next_number(self) -> int:
        """Return the number of the record that comes next."""
        return (self._records if self._lines_are_rows else self._count) + 1

    @property
    def several(self) -> bool:
        """Tell whether the record goes over more than one line."""
        return self._count > self.start

    def next_record(self) -> list[str] | None:
        """Return the cells of the next record, None at the end."""
        self.start = self._count + 1
        self._records += 1
        self._size = 0
        self._record.clear()
        self.problem = None
        try:
            return next(self._reader)
        except StopIteration:
            return None
        except csv.Error as error:
            return self._unreadable(error)

    def _unreadable(self, error: csv.Error) -> list[str]:
        """Note why a record cannot be split into cells, and return its text as the only one."""
        several = self.several
        if self._ended:
            self._refuse("opens a quotation mark that is never closed")
        if "field limit" in str(error):
            if several:
                self._refuse(
                    "opens a quotation mark that is not closed within a million characters"
                )
            self.problem = f"a cell has more than {csv.field_size_limit():,} characters"
        else:
            mark = f"{_MARK_ON_LINE}{self._count}" if several else "a closing quotation mark"
            escapes = any('\\"' in line for line in self._record)
            hint = ESCAPE_HINT if escapes else _QUOTE_HINT
            self.problem = f"text follows {mark} ({hint})"
        return ["".join(self._record).rstrip("\r\n")]

    def _look_at(self, line: str) -> None:
        if "\0" in line:
            self.problem = f"line {self._count} holds a NUL character"
        elif has_surrogate(line):
            self.problem = f"line {self._count} holds bytes that are not text in the encoding"

    def _refuse(self, what: str) -> NoReturn:
        raise UsageError(f"the row on line {self.start} {what}", hint=_QUOTE_HINT)


def may_hold_others(problem: str) -> bool:
    """Tell whether a row that cannot be read may hold the rows of other people."""
    if ESCAPE_HINT in problem:
        return False  # no mark is astray there: a flag reads them
    return _LOOKS_LIKE_ROWS in problem or _MARK_ON_LINE in problem


class _QuotedSpaces:
    """Takes out the spaces around quoted cells, which the csv module would take for text."""

    def __init__(self, delimiter: str) -> None:
        blank = "".join(blank for blank in " \t" if blank != delimiter)
        ends = rf"(?=[{re.escape(delimiter)}\r\n]|\Z)"
        inner = r'(?:[^"]|"")*+'
        self._sides = [f'{space}"' for space in blank] + [f'"{space}' for space in blank]
        self._rest = re.compile(rf'({inner}(?:"|\Z))[{blank}]*+{ends}')
        # A quoted cell with its spaces, or any other cell.
        self._cell = re.compile(
            rf'[{blank}]*+("{inner}(?:"|\Z))[{blank}]*+{ends}|[^{re.escape(delimiter)}\r\n]++'
        )

    def stand_in(self, line: str) -> bool:
        """Tell whether a line may have spaces beside a quotation mark."""
        return any(side in line for side in self._sides)

    def removed(self, line: str, *, inside: bool) -> str:
        """Return the line without them; ``inside`` tells that it begins within a quoted cell."""
        if not inside:
            return self._cell.sub(_bare, line)
        rest = self._rest.match(line)
        # Text behind the closing mark is for the reader to refuse.
        return line if rest is None else rest[1] + self._cell.sub(_bare, line[rest.end() :])


def _bare(cell: re.Match[str]) -> str:
    return cell[1] or cell[0]


def _taken_in(cells: list[str], start: int, delimiter: str) -> str | None:
    """Say which cell seems to have taken in the rows after it; None where none does.

    Notes have line breaks too: a row is told by the delimiter and a cell that is an address.
    """
    opens = start
    for cell in cells:
        _, *later = _LINE_END.split(cell)
        if any(_looks_like_row(line, delimiter) for line in later):
            return (
                f"the quotation mark that opens on line {opens} closes on line"
                f" {opens + len(later)}, and {_LOOKS_LIKE_ROWS}"
                " (if a mark is missing, or one too many, fix it; if this is one cell, give"
                " --allow-newlines)"
            )
        opens += len(later)
    return None


def _looks_like_row(line: str, delimiter: str) -> bool:
    if "@" not in line or delimiter not in line:
        return False
    texts = (cell.strip("\"' \t") for cell in line.split(delimiter))
    return any(is_address(_NAMED_ADDRESS.sub(r"\1", text)) for text in texts)
