"""The column whose cells are addresses, in a file where no column's name says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.contact import is_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from contactctl.importing.names.unknown_columns import UnknownColumn
    from contactctl.importing.row import Row

#: Enough to tell, and no cost in a large file.
_MOST_ROWS = 1000


class AddressColumns:
    """Looks at the first rows of a file as they pass."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns
        self._filled = [0] * len(columns)
        self._addresses = [0] * len(columns)

    def rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows, the first of them looked at."""
        for row in rows:
            if row.ordinal <= _MOST_ROWS and row.problem is None:
                self._look(row.cells)
            yield row

    def suggest(self, unknown: Sequence[UnknownColumn]) -> tuple[UnknownColumn, ...]:
        """Return the columns, the first that holds addresses alone with ``email`` suggested.

        They are as they were where a name suggests one already.
        """
        if any(one.suggestions[:1] in {("email",), ("userId",)} for one in unknown):
            return tuple(unknown)
        found = next((one for one in unknown if self._holds_addresses(one.name)), None)
        return tuple(
            one._replace(reason="its cells are addresses", suggestions=("email",))
            if one is found
            else one
            for one in unknown
        )

    def _look(self, cells: Sequence[str]) -> None:
        for index, cell in enumerate(cells):
            if text := cell.strip():
                self._filled[index] += 1
                self._addresses[index] += is_address(text)

    def _holds_addresses(self, column: str) -> bool:
        index = self._columns.index(column)
        return 0 < self._filled[index] == self._addresses[index]
