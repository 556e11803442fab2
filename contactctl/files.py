"""Where files live: the platform's folders, and the variables that override them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from contactctl.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Mapping

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
SANDBOX_VARIABLE = "CONTACTCTL_SANDBOX_DB"


def folder(kind: FolderKind, env: Mapping[str, str]) -> Path:
    """Return the folder for one kind of file; it need not exist yet.

    Raises :class:`MachineError` when there is neither a variable nor a home folder to go by.
    """
    variable = FOLDER_VARIABLES[kind]
    given = env.get(variable)
    if given:
        return Path(given).absolute()
    found = _platform_folder(kind)
    if not found.is_absolute():
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


def make_private_folder(path: Path) -> None:
    """Make a folder, and those above it, that nobody else can read (0700, whatever the umask).

    Raises :class:`MachineError` when the folder cannot be made.
    """
    try:
        if path.is_dir():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
        path.chmod(0o700)
    except OSError as error:
        raise MachineError(
            f"cannot make the folder {path}: {error.strerror}",
            hint="check its permissions, or set " + " or ".join(FOLDER_VARIABLES.values()),
        ) from error


def _platform_folder(kind: FolderKind) -> Path:
    import platformdirs  # costs 14 ms, and a variable often answers first

    finders = {
        "config": platformdirs.user_config_path,
        "data": platformdirs.user_data_path,
        "cache": platformdirs.user_cache_path,
        "state": platformdirs.user_state_path,
    }
    return finders[kind](APP_NAME, appauthor=False)
