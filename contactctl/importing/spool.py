"""Standard input kept in a private file, so that it can be checked, sent and resumed."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from contactctl.errors import MachineError
from contactctl.files import make_private_folder

if TYPE_CHECKING:
    from pathlib import Path

_CHUNK_BYTES = 2**20
_PRIVATE_MODE = 0o600
_PREFIX = "stdin-"


def save_spool(stream: IO[bytes], folder: Path, *, suffix: str = "") -> Path:
    """Copy a stream into a new file that nobody else can read, and return its path.

    ``suffix`` tells the form as a file's name would. Raises :class:`MachineError` when the copy
    cannot be made; nothing is left of it then.
    """
    make_private_folder(folder.parent)
    make_private_folder(folder)
    path = folder / f"{_PREFIX}{os.urandom(6).hex()}{suffix}"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            while chunk := stream.read(_CHUNK_BYTES):
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    except BaseException as error:
        with suppress(OSError):
            path.unlink()
        if not isinstance(error, OSError):
            raise
        raise MachineError(
            f"cannot keep standard input in {path}: {error.strerror}",
            hint="check the free space and the permissions of the state folder",
        ) from error
    return path


def is_spool(path: Path, folder: Path) -> bool:
    """Tell whether a file is a copy that :func:`save_spool` made in this folder."""
    return path.name.startswith(_PREFIX) and path.absolute().parent == folder.absolute()


def remove_spool(path: Path, folder: Path) -> None:
    """Remove a copy that is no longer needed; any other file is left alone."""
    if is_spool(path, folder):
        with suppress(OSError):
            path.unlink()
