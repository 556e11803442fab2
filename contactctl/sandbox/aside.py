"""A file that cannot be used, put aside: where it is known to be ours, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.errors import DamagedFileError, MachineError

if TYPE_CHECKING:
    from pathlib import Path

    from contactctl.sqlite_file import FileKind

#: How SQLite's files begin (https://www.sqlite.org/fileformat.html, 1.3).
_SQLITE_MARK, _ID_AT, _HEAD_BYTES = b"SQLite format 3\0", 68, 100


def move_aside(path: Path, kind: FileKind, error: DamagedFileError) -> Path:
    """Rename a file that cannot be used, for the reason in ``error``; return its new path.

    Raises :class:`DamagedFileError` for one that is not known to be of that kind, which stays, and
    :class:`MachineError` where it cannot be renamed.
    """
    if not _is_of_kind(path, kind):
        raise DamagedFileError(
            f"{error.message}; it is left as it is",
            hint="move it yourself, or choose another place with --db or CONTACTCTL_SANDBOX_DB",
        ) from error
    aside = path.with_name(f"{path.name}.damaged")
    number = 1
    # Never over one that was moved aside before.
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.damaged-{number}")
    try:
        path.replace(aside)
    except OSError as failure:
        raise MachineError(f"cannot move {path} aside: {failure.strerror}") from failure
    return aside


def _is_of_kind(path: Path, kind: FileKind) -> bool:
    """Tell by its head whether a file was made as one of a kind, however damaged it is now."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return False
    id_ = int.from_bytes(head[_ID_AT : _ID_AT + 4], "big")
    return head.startswith(_SQLITE_MARK) and id_ == kind.application_id
