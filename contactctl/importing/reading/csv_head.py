"""The first lines of a CSV file: its delimiter, its header, and what stands before that."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from contactctl.contact import is_address
from contactctl.errors import UsageError
from contactctl.importing.reading.csv_fit import is_blank
from contactctl.importing.reading.misread import MisreadError, no_rows
from contactctl.safe_text import quoted
from contactctl.wording import shell_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.importing.row import Row

DELIMITERS = (",", ";", "\t", "|")
_NAMED_DELIMITERS = {"tab": "\t", r"\t": "\t", "comma": ",", "semicolon": ";"}
#: Too usual within cells to be looked for where one of the others would do.
_UNUSUAL = "^~:\N{BROKEN BAR}\N{SECTION SIGN}#!"
_QUOTED = re.compile(r'"[^"]*"?')
_SNIFFED_LINES = 20
_LINE_END = re.compile(r"\r\n|\r|\n")
_DELIMITER_LINE = re.compile(r'"?sep=([^"\r\nA-Za-z0-9])"?[,; \t]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
#: Spread over a header by programs, and seen by nobody; joiners belong to some scripts.
_INVISIBLE = frozenset("\u200b\u200e\u200f\u2060\ufeff\u00ad\x1a")


def sniff_delimiter(text: str) -> str:
    """Return the delimiter of a header line, or of a header and the lines after it.

    It stands in the header outside quotes, and as often in most of the other lines.
    """
    lines = [line for line in _LINE_END.split(_QUOTED.sub("", text)) if line.strip()]
    lines = lines[:_SNIFFED_LINES] or [""]

    def fitness(delimiter: str) -> tuple[bool, int, int]:
        # The header counts first: notes and addresses below hold commas of their own.
        counts = [line.count(delimiter) for line in lines]
        usual = (
            counts[0] or Counter(filter(None, counts)).most_common(1)[0][0] if any(counts) else 0
        )
        return counts[0] > 0, counts.count(usual) * (usual > 0), usual

    return max(DELIMITERS, key=fitness)


def to_delimiter(given: str | None) -> str | None:
    """Return the character that ``--delimiter`` names; raise :class:`UsageError`."""
    if given is None:
        return None
    delimiter = _NAMED_DELIMITERS.get(given.lower(), given)
    # A letter as delimiter is a mistyped flag, and would cut every name into pieces.
    if len(delimiter) != 1 or delimiter in '"\r\n\0' or delimiter.isalnum():
        raise UsageError(
            f"--delimiter {quoted(given)} cannot separate cells",
            hint=f"give one character; {', '.join(map(repr, DELIMITERS))} are found by themselves",
        )
    return delimiter


def delimiter_line(text: str) -> str | None:
    """Return the delimiter that a first line ``sep=;`` names, as Excel writes it; None for none."""
    found = _DELIMITER_LINE.match(text)
    return found[1] if found else None


def clean_name(cell: str) -> str:
    """Return a column's name as it is seen: no invisible characters, each space a plain one."""
    if cell.isascii():
        return cell.strip(" \t\r\n\x1a")
    letters = (
        " " if unicodedata.category(letter) == "Zs" else letter
        for letter in cell
        if letter not in _INVISIBLE
    )
    return "".join(letters).strip()


def parse_header(text: str) -> tuple[str, ...]:
    """Read ``--header email,firstName``; raise :class:`UsageError` where it names no column."""
    names = tuple(clean_name(cell) for cell in next(csv.reader([text]), []))
    if not any(names):
        raise UsageError("--header names no column", hint="such as --header email,firstName")
    return names


def check_header(rows: Sequence[Row], delimiter: str, name: str) -> None:
    """Raise :class:`UsageError` where the first row of a file is not its header.

    ``rows`` begins with that row. ``delimiter`` stands between cells; ``name`` is that of the file,
    for a command.
    """
    first, *others = (row.cells for row in rows)
    # Taken for a header, the first contact would be lost without a word.
    address = next((cell for cell in first if is_address(cell.strip())), None)
    if address is not None:
        raise _without_header(first, address)
    # In a cell, the delimiter stands between quotation marks.
    if len(first) == 1 and _unusual_delimiter(first[0], others, delimiter):
        # The sed of macOS would take \r for an r.
        marks_off = """tr -d '\\r' < {} | sed 's/^"//; s/"$//; s/""/"/g' | contactctl import -"""
        raise no_rows(
            "each line is one cell, since the whole line is in quotation marks",
            marks_off.format(shell_word(name)),
        )
    if len(first) == 1 and (mark := _unusual_delimiter(first[0], others)):
        raise MisreadError(
            f"{quoted(mark)} seems to separate the cells",
            hint=f"give --delimiter {quoted(mark)}",
        ).with_better("read so", delimiter=mark)
    place = _header_place(first, others)
    if place:
        what = "a comment" if _is_comment(first) else "a title"
        header = rows[place].line
        raise MisreadError(
            f"line {rows[0].line} is {what}, not the header: {quoted(' '.join(first).strip())}",
            hint=f"the header seems to be on line {header}: give --skip-lines {header - 1}",
        ).with_better(f"read from line {header} on", skip_lines=header - 1)


def _without_header(first: Sequence[str], address: str) -> MisreadError:
    addresses = [place for place, cell in enumerate(first) if is_address(cell.strip())]
    names = ["NAME"] * len(first)
    names[addresses[0]] = "email"
    error = MisreadError(
        f"the first line holds an address, {quoted(address)}: the file has no header",
        hint=f"name its columns in their order: --header {','.join(names)}",
    )
    if len(addresses) > 1:
        return error
    # What other columns hold, nobody but a person knows: until then they can be left out.
    numbered = (name if name == "email" else f"column{at}" for at, name in enumerate(names, 1))
    return error.with_better("read without a header", header=",".join(numbered))


def _unusual_delimiter(
    header: str, others: Sequence[Sequence[str]], marks: str = _UNUSUAL
) -> str | None:
    """Return the mark that stands as often in each of the first lines, beside an address."""
    lines = [row[0] for row in others if len(row) == 1]
    if not lines or len(lines) < len(others):
        return None
    for mark in marks:
        count = header.count(mark)
        cells = lines[0].split(mark)
        if count and all(line.count(mark) == count for line in lines) and _has_address(cells):
            return mark
    return None


def _header_place(first: Sequence[str], others: Sequence[Sequence[str]]) -> int:
    """Return which row is the header: 0 for the first."""
    rows = [first, *others]
    if _is_comment(first):
        place = next((at for at, row in enumerate(rows) if not _is_comment(row)), 0)
        return place if place and not _has_address(rows[place]) else 0
    data = next((at for at, row in enumerate(rows) if _has_address(row)), 0)
    # A header has a name for every cell; a title has one or two cells, and then nothing.
    return data - 1 if data > 1 and _filled(first) < min(_filled(rows[data - 1]), 3) else 0


def _is_comment(row: Sequence[str]) -> bool:
    return row[0].startswith("#") and bool(row[0].strip("# "))


def _has_address(row: Sequence[str]) -> bool:
    return any(is_address(cell.strip()) for cell in row)


def _filled(row: Sequence[str]) -> int:
    return sum(not is_blank([cell]) for cell in row)


def has_delimiter(start: str) -> bool:
    """Tell whether a text begins with a line of cells, and not as JSON does."""
    line = start.lstrip().replace("\r", "\n").partition("\n")[0]
    return not line.startswith(("{", "[")) and any(delimiter in line for delimiter in DELIMITERS)
