"""Files of ours: the folders they lie in, private, and written whole."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from contactctl.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

APP_NAME = "contactctl"
FolderKind = Literal["config", "data", "cache", "state"]

#: The variable that overrides each folder.
FOLDER_VARIABLES: dict[FolderKind, str] = {
    "config": "CONTACTCTL_CONFIG_DIR",
    "data": "CONTACTCTL_DATA_DIR",
    "cache": "CONTACTCTL_CACHE_DIR",
    "state": "CONTACTCTL_STATE_DIR",
}
SENT_FILE_NAME = "sent.sqlite3"
JOURNAL_FOLDER = "imports"
#: What a journal in the making is called; one that a crash left behind is nobody's.
NEW_SUFFIX = ".new"
#: How the names of copies of standard input begin.
SPOOL_PREFIX = "stdin-"
SANDBOX_VARIABLE = "CONTACTCTL_SANDBOX_DB"
#: What nobody but the owner may read.
PRIVATE_MODE, PRIVATE_FOLDER_MODE = 0o600, 0o700
_SUFFIX = ".new"


def folder(kind: FolderKind, env: Mapping[str, str]) -> Path:
    """Return the folder for one kind of file; it need not exist yet.

    Raises :class:`MachineError` when there is neither a variable nor a home folder to go by.
    """
    variable = FOLDER_VARIABLES[kind]
    given = env.get(variable)
    if given:
        return Path(given).absolute()
    found = _platform_folder(kind)
    # Without a home, platformdirs returns its ~ as it stands, or nothing at all; for an empty HOME
    # its older releases begin at the root.
    at_root = env.get("HOME") == "" and f"{found}".startswith("/.")
    if found is None or not found.is_absolute() or at_root:
        raise MachineError(
            f"there is no home folder to keep {kind} files in",
            hint=f"set {variable} to a folder, or HOME",
        )
    return found


def profiles_file(env: Mapping[str, str]) -> Path:
    """Return the path of ``profiles.toml``."""
    return folder("config", env) / "profiles.toml"


def sandbox_file(env: Mapping[str, str]) -> Path:
    """Return the path of the sandbox's database."""
    given = env.get(SANDBOX_VARIABLE)
    return Path(given).absolute() if given else folder("data", env) / "sandbox.sqlite3"


def sent_file(env: Mapping[str, str]) -> Path:
    """Return the path of what imports remember of the rows they sent."""
    return folder("state", env) / SENT_FILE_NAME


def journal_folder(env: Mapping[str, str]) -> Path:
    """Return where the journals of imports lie, and what is kept of their standard input."""
    return folder("state", env) / JOURNAL_FOLDER


def elsewhere(kind: FolderKind) -> str:
    """Say as a part of a hint how one kind of file is kept in another folder."""
    return f"set {FOLDER_VARIABLES[kind]} to another folder"


def is_there(path: Path) -> bool:
    """Tell whether something is at a path; where nobody may look, nothing of ours is."""
    return os.path.exists(path)  # noqa: PTH110 - the path's own raises where one may not look


def is_one_file(path: Path, other: Path) -> bool:
    """Tell whether two paths, such as a link and its target, lead to one file that is there."""
    return path.exists() and other.exists() and path.samefile(other)


def check_readable(path: Path, kind: FolderKind) -> None:
    """Raise :class:`MachineError` for a folder that is there and cannot be looked into."""
    try:
        next(path.iterdir(), None)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise MachineError(
            f"cannot read the folder {path}: {reason_of(error)}",
            hint=f"check its permissions, or {elsewhere(kind)}",
        ) from error


def make_private_folder(path: Path, elsewhere: str) -> None:
    """Make a folder, and those missing above it, for their owner alone (0700, whatever the umask).

    A link to where nothing is yet stays one. ``elsewhere`` says how another folder is taken. Raises
    :class:`MachineError` when the folder cannot be made.
    """
    try:
        if path.is_dir():
            return
        _make_private(Path(os.path.realpath(path)))
    except OSError as error:
        raise MachineError(
            f"cannot make the folder {path}: {reason_of(error)}",
            hint=f"check its permissions, or {elsewhere}",
        ) from error


def _make_private(path: Path) -> None:
    if not path.parent.exists():
        _make_private(path.parent)
    path.mkdir(mode=PRIVATE_FOLDER_MODE, exist_ok=True)
    # The umask has taken bits from it.
    path.chmod(PRIVATE_FOLDER_MODE)


def _platform_folder(kind: FolderKind) -> Path | None:
    import platformdirs  # costs 14 ms, and a variable often answers first

    finders = {
        "config": platformdirs.user_config_path,
        "data": platformdirs.user_data_path,
        "cache": platformdirs.user_cache_path,
        "state": platformdirs.user_state_path,
    }
    try:
        return finders[kind](APP_NAME, appauthor=False)
    except RuntimeError:  # no HOME, and a user whom the system does not know
        return None


def save_whole(
    path: Path,
    data: bytes,
    *,
    elsewhere: str = "choose another place",
    disk: ModuleType = os,
) -> None:
    """Write a file that its owner alone can read (0600, whatever the umask), all of it or nothing.

    The text goes to a new file in the same folder, reaches the disk, and takes the old one's place
    in one step. ``path`` must not be a symbolic link, which would be replaced by a file.
    ``elsewhere`` says how the file is kept in another place. ``disk`` has the functions of
    :mod:`os`. Raises :class:`MachineError` naming the path.
    """
    from contactctl.replacing import take_place

    new = path.with_name(f".{path.name}.{os.urandom(6).hex()}{_SUFFIX}")
    try:
        try:
            _write_new(new, data, disk)
            take_place(new, path, disk)
        except BaseException:
            with suppress(OSError):
                disk.unlink(new)
            raise
        sync_folder(path.parent, disk)
    except OSError as error:
        raise MachineError(
            f"cannot write {path}: {reason_of(error)}",
            hint=f"check the folder's permissions and the free space of the disk, or {elsewhere}",
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
    descriptor = disk.open(new, flags, PRIVATE_MODE)
    try:
        if hasattr(os, "fchmod"):  # the umask may have taken even the owner's bits; not on Windows
            disk.fchmod(descriptor, PRIVATE_MODE)
        rest = memoryview(data)
        while rest:
            rest = rest[disk.write(descriptor, rest) :]
        disk.fsync(descriptor)
    finally:
        disk.close(descriptor)


def sync_folder(folder: Path, disk: ModuleType) -> None:
    """Bring the new name to the disk; Windows cannot open a folder and does so by itself."""
    if os.name == "nt":
        return
    descriptor = disk.open(folder, os.O_RDONLY)
    try:
        disk.fsync(descriptor)
    finally:
        disk.close(descriptor)
