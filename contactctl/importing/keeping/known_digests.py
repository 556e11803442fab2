"""How many payloads are known, counted where they are kept: to fetch them takes longer."""

from __future__ import annotations

import sqlite3
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What stands for a payload: two halves of 64 bits, as SQLite's integers have.
Digest: TypeAlias = tuple[int, int]

#: Rows that are counted at a time: the more, the more of them lie on one page of the file.
COUNTED_ROWS = 10_000
_COUNT = """
    WITH wanted (first, second) AS (VALUES ?) SELECT count(*) FROM wanted WHERE EXISTS (
        SELECT 1 FROM sent WHERE digest = first AND rest = second AND day >= ?
    )
"""


def count_known(connection: sqlite3.Connection, digests: Sequence[Digest], oldest: int) -> int:
    """Return how many of these are in the table ``sent``, from the day ``oldest`` on.

    One that is given twice counts twice.
    """
    # Older versions of SQLite take less than a thousand variables.
    most = connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
    at_once = min((most - 1) // 2, COUNTED_ROWS)
    found = 0
    for start in range(0, len(digests), at_once):
        part = sorted(digests[start : start + at_once])  # in the order of the index
        query = _COUNT.replace("?", ",".join(["(?, ?)"] * len(part)), 1)
        values = [*chain.from_iterable(part), oldest]
        found += connection.execute(query, values).fetchone()[0]
    return found
