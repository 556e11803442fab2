"""Private SQLite files of the import: opened, told apart by kind and version, errors explained."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contactctl.errors import DamagedFileError, MachineError
from contactctl.files import make_private_folder
from contactctl.sqlite_files import machine_reason, make_private_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_STATE_HINT = "see to that, or set CONTACTCTL_STATE_DIR to another folder"


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a database file should be; ``way_out`` is the hint when it is damaged."""

    name: str
    application_id: int
    version: int
    schema: str
    way_out: str


def open_database(path: Path, kind: FileKind, *, wait_s: float) -> sqlite3.Connection:
    """Open a database of this kind, making it when there is none; any one thread may use it.

    The file is for its owner alone (0600), commits reach the disk before they return. ``wait_s``
    is how long other processes are waited for. Raises :class:`DamagedFileError` for a file that is
    something else, :class:`MachineError` where none can be opened.
    """
    make_private_folder(path.parent)
    _make_private_file(path, kind)
    with explained(path, kind):
        connection = sqlite3.connect(
            path, timeout=wait_s, isolation_level=None, check_same_thread=False
        )
        try:
            _prepare(connection, path, kind)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def explained(path: Path, kind: FileKind) -> Iterator[None]:
    """Turn what SQLite raises into an error that names the file and the way out."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.Error as error:
        reason = machine_reason(error)
        if reason:
            raise MachineError(
                f"cannot use the {kind.name} {path}: {reason}", hint=_STATE_HINT
            ) from error
        raise damaged(path, kind) from error


def damaged(path: Path, kind: FileKind) -> DamagedFileError:
    """Return the error for a file that does not hold what was written to it."""
    return DamagedFileError(f"the {kind.name} {path} is damaged", hint=kind.way_out)


def _make_private_file(path: Path, kind: FileKind) -> None:
    try:
        make_private_file(path)
    except OSError as error:
        raise MachineError(
            f"cannot make the {kind.name} {path}: {error.strerror}", hint=_STATE_HINT
        ) from error


def _prepare(connection: sqlite3.Connection, path: Path, kind: FileKind) -> None:
    # Truncating the rollback journal, and syncing that, makes a commit last through a power cut.
    connection.execute("PRAGMA journal_mode = TRUNCATE")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("BEGIN IMMEDIATE")
    state = _state_of(connection, kind)
    if state == "new":
        for statement in kind.schema.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {kind.application_id}")
        connection.execute(f"PRAGMA user_version = {kind.version}")
    connection.execute("COMMIT")
    if state not in {"new", "ours"}:
        raise DamagedFileError(f"the {kind.name} {path} {state}", hint=kind.way_out)


def _state_of(connection: sqlite3.Connection, kind: FileKind) -> str:
    """Return ``ours``, ``new``, or what else the file is."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (things,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application == kind.application_id:
        if version == kind.version:
            return "ours"
        age = "a newer" if version > kind.version else "an older"
        return f"was made by {age} version of contactctl"
    return "is another program's file" if application or version or things else "new"
