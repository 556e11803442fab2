"""Files written whole: whoever reads one finds the old text or the new one, never a part."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from contactctl.errors import MachineError

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

_PRIVATE_MODE = 0o600
_SUFFIX = ".new"


def save_whole(path: Path, data: bytes, *, disk: ModuleType = os) -> None:
    """Write a file that its owner alone can read (0600, whatever the umask), all of it or nothing.

    The text goes to a new file in the same folder, reaches the disk, and takes the old one's place
    in one step. ``path`` must not be a symbolic link, which would be replaced by a file. ``disk``
    has the functions of :mod:`os`. Raises :class:`MachineError` naming the path.
    """
    new = path.with_name(f".{path.name}.{os.urandom(6).hex()}{_SUFFIX}")
    try:
        try:
            _write_new(new, data, disk)
            disk.replace(new, path)
        except BaseException:
            with suppress(OSError):
                disk.unlink(new)
            raise
        _sync_folder(path.parent, disk)
    except OSError as error:
        raise MachineError(
            f"cannot write {path}: {reason_of(error)}",
            hint="check the folder's permissions and the free space of the disk",
        ) from error


def remove_leftovers(path: Path) -> None:
    """Remove the new files that killed writers of ``path`` left; call it under the file's lock."""
    with suppress(OSError):
        for entry in path.parent.iterdir():
            if entry.name.startswith(f".{path.name}.") and entry.name.endswith(_SUFFIX):
                entry.unlink()


def reason_of(error: OSError) -> str:
    """Say in the operating system's words why a file cannot be used."""
    return error.strerror or type(error).__name__


def _write_new(new: Path, data: bytes, disk: ModuleType) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = disk.open(new, flags, _PRIVATE_MODE)
    try:
        if hasattr(os, "fchmod"):  # the umask may have taken even the owner's bits; not on Windows
            disk.fchmod(descriptor, _PRIVATE_MODE)
        rest = memoryview(data)
        while rest:
            rest = rest[disk.write(descriptor, rest) :]
        disk.fsync(descriptor)
    finally:
        disk.close(descriptor)


def _sync_folder(folder: Path, disk: ModuleType) -> None:
    """Bring the new name to the disk; Windows cannot open a folder and does so by itself."""
    if os.name == "nt":
        return
    descriptor = disk.open(folder, os.O_RDONLY)
    try:
        disk.fsync(descriptor)
    finally:
        disk.close(descriptor)
