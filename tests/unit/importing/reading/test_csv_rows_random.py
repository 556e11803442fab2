"""Any text as CSV: whatever is drawn, however it is cut into pieces, the rows are the same."""

from __future__ import annotations

import csv
import io
import itertools
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactctl.errors import UsageError
from contactctl.importing.reading.csv_fit import is_blank
from contactctl.importing.reading.csv_head import DELIMITERS
from contactctl.importing.reading.csv_rows import read_csv

if TYPE_CHECKING:
    from contactctl.importing.row import Row

_CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@given(
    st.lists(st.lists(_CELLS, min_size=2, max_size=2), max_size=8),
    st.sampled_from(DELIMITERS),
    st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_a_csv_writer_wrote_is_read_back(
    table: list[list[str]], delimiter: str, newline: str
) -> None:
    header = ["\N{SNOWMAN}1", "\N{SNOWMAN}2"]
    text = io.StringIO(newline="")
    # All quoted: before Python 3.13 the writer leaves a lone carriage return bare.
    writer = csv.writer(text, csv.excel, delimiter=delimiter, lineterminator=newline, quoting=1)
    writer.writerows([header, *table])
    rows = list(read_csv(io.StringIO(text.getvalue(), newline=""), delimiter))
    assert [row.cells for row in rows] == [
        header,
        *[cells for cells in table if cells != header and not is_blank(cells)],
    ]
    assert all(row.problem is None for row in rows)


@given(st.text('"ab,\n\r\0\udcff; \t@.', max_size=60))
def test_any_text_gives_rows_or_a_usage_error(text: str) -> None:
    check_any_text(text)


@pytest.mark.slow
@settings(max_examples=10_000)
@given(st.text('"ab,\n\r\0\udcff; \t@.', max_size=60))
def test_any_of_many_texts_gives_rows_or_a_usage_error(text: str) -> None:
    check_any_text(text)


def check_any_text(text: str) -> None:
    with suppress(UsageError):
        rows = list(read_csv(io.StringIO(text, newline=""), ","))
        assert [row.ordinal for row in rows] == list(range(len(rows)))
        lines = [row.line for row in rows]
        assert lines == sorted(set(lines))


def rows_in_pieces(
    text: str, piece_chars: int, *, lines_are_rows: bool, cell_chars: int
) -> list[Row | str]:
    """Return the rows of a text, and in what they end where they cannot be told."""
    found: list[Row | str] = []
    rows = read_csv(
        io.StringIO(text, newline=""),
        ",",
        piece_chars=piece_chars,
        lines_are_rows=lines_are_rows,
        cell_chars=cell_chars,
    )
    try:
        found.extend(rows)
    except UsageError as error:
        found.append(error.message)
    return found


_PIECES = st.text('"a,\n\r\0\udcff é\x1e@.', max_size=60)


@given(_PIECES, st.integers(1, 20), st.booleans(), st.integers(1, 80))
def test_rows_are_the_same_however_the_text_is_read_in_pieces(
    text: str,
    piece_chars: int,
    lines_are_rows: bool,  # noqa: FBT001 - drawn
    cell_chars: int,
) -> None:
    """In one piece, each line is looked at; in several, only those of pieces that need it."""
    text = f"a,b\n{text}"
    read = partial(rows_in_pieces, text, lines_are_rows=lines_are_rows, cell_chars=cell_chars)
    assert read(piece_chars) == read(len(text) + 1)


def check_spaced(table: list[list[str]], spaces: list[str]) -> None:
    """Hold quoted cells with spaces around them to what they are without."""
    around = itertools.cycle(spaces)

    def line(cells: list[str]) -> str:
        quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
        return ",".join(next(around) + cell + next(around) for cell in quoted) + "\n"

    text = "".join(map(line, [["h1", "h2"], *table]))
    rows = list(read_csv(io.StringIO(text, newline=""), ",", allow_newlines=True))
    assert [row.cells for row in rows[1:]] == [cells for cells in table if not is_blank(cells)]


_SPACED = st.lists(
    st.lists(st.text('", \t\nab', max_size=8), min_size=2, max_size=2), min_size=1, max_size=4
)
_AROUND = st.lists(st.text(" \t", max_size=2), min_size=1, max_size=5)


@given(_SPACED, _AROUND)
def test_spaces_around_quoted_cells_never_change_a_cell(
    table: list[list[str]], spaces: list[str]
) -> None:
    check_spaced(table, spaces)


@pytest.mark.slow
@settings(max_examples=10_000)
@given(_SPACED, _AROUND)
def test_spaces_around_many_quoted_cells_never_change_a_cell(
    table: list[list[str]], spaces: list[str]
) -> None:
    check_spaced(table, spaces)
