"""What every SQLite file of ours needs: made private, and what stops its use said in words."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PRIMARY_CODE_MASK = 0xFF
_MACHINE_REASONS = {
    sqlite3.SQLITE_BUSY: "another process has been writing to it for too long",
    sqlite3.SQLITE_LOCKED: "another process has been writing to it for too long",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it cannot be written to",
    sqlite3.SQLITE_PERM: "it cannot be read and written",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_IOERR: "the disk failed",
    sqlite3.SQLITE_NOMEM: "there is no memory left",
}


def primary_code(error: sqlite3.Error) -> int:
    """Return SQLite's primary result code; an error without one counts as the general one."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & _PRIMARY_CODE_MASK


def machine_reason(error: sqlite3.Error) -> str | None:
    """Return what this machine lacks, in words; None when the file itself is at fault."""
    return _MACHINE_REASONS.get(primary_code(error))


def make_private_file(path: Path) -> None:
    """Make an empty file for its owner alone (0600), whatever the umask; one that is there stays.

    Raises ``OSError``.
    """
    try:
        # Exclusively: closing a second descriptor of a file that is open would drop SQLite's locks.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return
