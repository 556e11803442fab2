"""Which sandbox it is: a reset makes another one of it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def sandbox_id(path: Path) -> str:
    """Return what tells a sandbox from others and from itself before a reset.

    SQLite counts up a number whenever the tables are made anew, which a reset does. A file that
    cannot be read has the number 0; whoever opens it says what is wrong with it.
    """
    return f"{path} {_version_of(path)}"


def _version_of(path: Path) -> int:
    if not path.exists():
        return 0
    connection = sqlite3.connect(path)
    try:
        (version,) = connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.Error:
        return 0
    finally:
        connection.close()
    return int(version)
