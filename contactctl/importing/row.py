"""One numbered row of input."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.exact_json import JsonObject


class Row(NamedTuple):
    """One row as read: ``cells`` from CSV, ``values`` from JSON.

    ``ordinal`` counts rows from 1, ``line`` is where in the file the row begins. A row with a
    ``problem`` cannot be used; then ``cells`` may hold its text as the only cell.
    """

    ordinal: int
    line: int
    cells: Sequence[str] = ()
    values: JsonObject | None = None
    problem: str | None = None
