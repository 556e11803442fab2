"""SQLite files of our own: private, told apart by kind and version, their errors explained."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contactctl.errors import DamagedFileError, MachineError
from contactctl.files import make_private_folder

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

_PRIMARY_CODE_MASK = 0xFF
#: By name: the module sqlite3 is loaded with the first file.
_MACHINE_REASONS = {
    "SQLITE_BUSY": "another process has been writing to it for too long",
    "SQLITE_LOCKED": "another process has been writing to it for too long",
    "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY": "it cannot be written to",
    "SQLITE_PERM": "it cannot be read and written",
    "SQLITE_CANTOPEN": "it cannot be opened",
    "SQLITE_IOERR": "the disk failed",
    "SQLITE_NOMEM": "out of memory",
}


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a database file should be.

    The application id in its header keeps other programs' files from being taken for it, and
    ``version`` those of other versions of this one. ``way_out`` is the hint when it is damaged,
    ``elsewhere`` says how to use another file. ``damage`` and ``stranger`` say what a file is that
    is damaged, or another program's.
    """

    name: str
    application_id: int
    version: int
    way_out: str
    elsewhere: str
    damage: str = "is damaged"
    stranger: str = "is another program's file"


def make_private_file(path: Path) -> None:
    """Make an empty file for its owner alone (0600), whatever the umask; one that is there stays.

    Raises ``OSError``.
    """
    try:
        # Exclusively: closing a second descriptor of a file that is open would drop SQLite's locks.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return


def open_database(path: Path, kind: FileKind, schema: str, *, wait_s: float) -> sqlite3.Connection:
    """Open a database of this kind, making it when there is none; any one thread may use it.

    The file is for its owner alone (0600). ``schema`` are the statements that make its tables.
    ``wait_s`` is how long other processes are waited for. Raises :class:`DamagedFileError` for a
    file that is something else, :class:`MachineError` where none can be opened.
    """
    make_private_folder(path.parent, kind.elsewhere)
    try:
        make_private_file(path)
    except OSError as error:
        raise MachineError(
            f"cannot make the {kind.name} {path}: {error.strerror}",
            hint=f"fix that, or {kind.elsewhere}",
        ) from error
    connection = connect(path, kind, wait_s=wait_s)
    try:
        with explained(path, kind):
            _prepare(connection, path, kind, schema)
    except BaseException:
        connection.close()
        raise
    return connection


def connect(path: Path, kind: FileKind, *, wait_s: float) -> sqlite3.Connection:
    """Open a file that is there, for any one thread at a time; transactions are begun by hand.

    Commits reach the disk before they return. ``wait_s`` is how long other processes are waited
    for. Raises :class:`DamagedFileError` and :class:`MachineError`.
    """
    import sqlite3

    with explained(path, kind):
        connection = sqlite3.connect(
            path, timeout=wait_s, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA synchronous = FULL")
        except BaseException:
            connection.close()
            raise
    return connection


def state_of(connection: sqlite3.Connection, kind: FileKind) -> str:
    """Return ``ours``, ``new``, or in words what else the file is."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (things,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application == kind.application_id:
        if version == kind.version:
            return "ours"
        age = "a newer" if version > kind.version else "an older"
        return f"was made by {age} version of contactctl"
    return kind.stranger if application or version or things else "new"


@contextmanager
def explained(path: Path, kind: FileKind) -> Iterator[None]:
    """Turn what SQLite raises into an error that names the file and the way out."""
    import sqlite3

    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.IntegrityError):
        raise  # a mistake of ours, and no fault of the file
    except sqlite3.Error as error:
        reason = _machine_reason(error)
        if reason:
            raise MachineError(
                f"cannot use the {kind.name} {path}: {reason}",
                hint=f"fix that, or {kind.elsewhere}",
            ) from error
        raise damaged(path, kind) from error


def damaged(path: Path, kind: FileKind) -> DamagedFileError:
    """Return the error for a file that does not hold what was written to it."""
    return DamagedFileError(f"the {kind.name} {path} {kind.damage}", hint=kind.way_out)


def _machine_reason(error: sqlite3.Error) -> str | None:
    """Return what this machine lacks, in words; None when the file itself is at fault."""
    import sqlite3

    # An error without a code counts as SQLite's general one.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY_CODE_MASK
    names = (name for name in _MACHINE_REASONS if getattr(sqlite3, name) == code)
    return _MACHINE_REASONS.get(next(names, ""))


def _prepare(connection: sqlite3.Connection, path: Path, kind: FileKind, schema: str) -> None:
    # Truncating the rollback journal, and syncing that, makes a commit last through a power cut.
    connection.execute("PRAGMA journal_mode = TRUNCATE")
    connection.execute("BEGIN IMMEDIATE")
    state = state_of(connection, kind)
    if state == "new":
        for statement in schema.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {kind.application_id}")
        connection.execute(f"PRAGMA user_version = {kind.version}")
    connection.execute("COMMIT")
    if state not in {"new", "ours"}:
        raise DamagedFileError(f"the {kind.name} {path} {state}", hint=kind.way_out)
