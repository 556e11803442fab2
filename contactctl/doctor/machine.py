"""The checks of this machine: versions, folders, files, and what is set up on it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from contactctl import __version__
from contactctl.doctor.check import Check, failed, look, ok, warn
from contactctl.errors import MachineError
from contactctl.files import (
    FOLDER_VARIABLES,
    SANDBOX_VARIABLE,
    elsewhere,
    folder,
    journal_folder,
    sandbox_file,
    sent_file,
)
from contactctl.profiles.credentials import (
    BASE_URL_VARIABLE,
    DOMAINS_VARIABLE,
    KEY_VARIABLE,
    PROFILE_VARIABLE,
    READ_ONLY_VARIABLE,
    TEAM_VARIABLE,
)
from contactctl.profiles.settings import folder_source
from contactctl.wording import counted, shell_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from contactctl.files import FolderKind
    from contactctl.profiles.settings import Setting
    from contactctl.profiles.store import ProfileStore

#: The newest Python that this version was tested with.
NEWEST_PYTHON = (3, 14)
_PROFILES, _SANDBOX = "profiles file", "sandbox file"
_KEPT = "left by imports"
#: The config folder may hold keys; in the others only what is written there does harm.
_OTHERS_MAY_ENTER = 0o077
_OTHERS_MAY_WRITE = 0o022
#: What does not work without each folder.
_NEEDED_FOR: dict[FolderKind, str] = {
    "config": "no profile can be added or changed",
    "cache": "the account's properties are asked for each time",
    "state": "no import can keep its journal",
    "data": "the sandbox cannot keep its data",
}
#: Every variable that changes where requests go, with what, what they may do, or where files live.
#: Values are not shown: a proxy's may hold a password.
VARIABLES = (
    KEY_VARIABLE,
    PROFILE_VARIABLE,
    BASE_URL_VARIABLE,
    READ_ONLY_VARIABLE,
    DOMAINS_VARIABLE,
    TEAM_VARIABLE,
    *FOLDER_VARIABLES.values(),
    SANDBOX_VARIABLE,
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
)


@dataclass(frozen=True, slots=True)
class FolderState:
    """What was found at a folder's path.

    ``mode`` holds its permission bits, None where there is nothing yet; then ``writable`` tells of
    the nearest folder above. ``reason`` says why there is no such folder and cannot be one.
    """

    mode: int | None = None
    writable: bool = True
    reason: str | None = None


def version_checks(
    version: tuple[int, ...] = sys.version_info[:3], executable: str = sys.executable
) -> Iterator[Check]:
    """Check the versions of the program and of Python."""
    yield ok("version", f"contactctl {__version__}")
    words = f"{'.'.join(map(str, version))} ({executable or 'embedded'}, {sys.platform})"
    if version[:2] > NEWEST_PYTHON:
        newest = ".".join(map(str, NEWEST_PYTHON))
        words = f"{words}, newer than {newest}, the last one tested"
        yield warn("Python", words, f"if anything misbehaves, install it under Python {newest}")
    else:
        yield ok("Python", words)


def place_checks(env: Mapping[str, str], store: ProfileStore) -> Iterator[Check]:
    """Check the folders and files; none is made."""
    for kind in FOLDER_VARIABLES:
        yield look(f"{kind} folder", partial(_folder_check, kind, env))
    yield look(_PROFILES, lambda: profiles_check(store))
    yield look(_SANDBOX, lambda: sandbox_check(sandbox_file(env)))
    yield look(_KEPT, lambda: kept_check(env))


def folder_check(kind: FolderKind, path: Path, source: str, state: FolderState) -> Check:
    """Judge one folder by what was found at its path."""
    name = f"{kind} folder"
    if state.reason is not None or not state.writable:
        problem = state.reason or "it cannot be written to"
        words = f"{path}: {problem}; {_NEEDED_FOR[kind]}"
        hint = f"check its permissions, or {elsewhere(kind)}"
        # Everything works without a cache, a little later.
        if kind == "cache":
            return warn(name, words, hint)
        return failed(name, MachineError(words, hint=hint))
    if state.mode is None:
        return ok(name, f"{path} ({source}; not made yet)")
    if state.mode & (_OTHERS_MAY_ENTER if kind == "config" else _OTHERS_MAY_WRITE):
        words = f"{path} is open to other users of this machine (mode {state.mode:04o})"
        return warn(name, words, f"chmod 700 {shell_word(str(path))}")
    return ok(name, f"{path} ({source})")


def look_at(path: Path) -> FolderState:
    """Look at a folder without changing anything."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return _look_above(Path(os.path.realpath(path)))  # a link may lead to where nothing is yet
    except OSError as error:
        return FolderState(reason=error.strerror or "it cannot be read")
    if not path.is_dir():
        return FolderState(reason="it is not a folder")
    # On Windows stat makes the bits up.
    bits = 0 if os.name == "nt" else mode & 0o777
    return FolderState(bits, writable=os.access(path, os.W_OK | os.X_OK))


def profiles_check(store: ProfileStore) -> Check:
    """Check that the file with the profiles can be read, and by nobody else.

    Raises what :meth:`ProfileStore.load` does.
    """
    path, book = store.path, store.load()
    if book.warnings:
        # The store's one warning ends with the way out, which is the hint here.
        detail, _, fix = book.warnings[0].partition("; fix it: ")
        return warn(_PROFILES, detail, fix or None)
    count = len(book.profiles)
    words = f"{count} profile{'' if count == 1 else 's'}" if path.exists() else "not made yet"
    return ok(_PROFILES, f"{path} ({words})")


def sandbox_check(path: Path) -> Check:
    """Check that the sandbox's file can be used; one that is not there is not made.

    Raises what :func:`contactctl.sandbox.store.open_store` does.
    """
    if not path.exists():
        return ok(_SANDBOX, f"{path} (not made yet)")
    from contactctl.sandbox.store import open_store

    open_store(path).close()
    return ok(_SANDBOX, str(path))


def kept_check(env: Mapping[str, str]) -> Check:
    """Tell what imports left on this machine; raises :class:`MachineError` for what is closed."""
    from contactctl.importing.keeping.kept import kept_files

    for path in (journal_folder(env), sent_file(env)):
        # A run as another user, such as by sudo, may have made it in a folder that is ours.
        if path.exists() and not os.access(path, os.R_OK | os.W_OK):
            raise MachineError(
                f"{path}: it cannot be read and written; {_NEEDED_FOR['state']}",
                hint=f"check its permissions, or {elsewhere('state')}",
            )
    kinds = [one.kind for one in kept_files(journal_folder(env))]
    runs = counted(sum(kind in {"finished_run", "unfinished_run"} for kind in kinds), "run")
    copies = counted(kinds.count("stdin_copy"), "copy", "copies")
    memory = "digests of what was sent" if sent_file(env).exists() else "no digests"
    return ok(_KEPT, f"{runs}, {copies} of standard input, {memory} (see `contactctl forget`)")


def _folder_check(kind: FolderKind, env: Mapping[str, str]) -> Check:
    try:
        path = folder(kind, env)
    except MachineError as error:
        if kind == "cache":
            return warn("cache folder", f"{error.message}; {_NEEDED_FOR[kind]}", error.hint)
        raise
    return folder_check(kind, path, folder_source(kind, env), look_at(path))


def _look_above(path: Path) -> FolderState:
    """Tell whether the folder could be made: by the nearest one above that is there."""
    for above in path.parents:
        if above.exists():
            if not above.is_dir():
                return FolderState(reason=f"{above} is no folder")
            return FolderState(writable=os.access(above, os.W_OK | os.X_OK))
    return FolderState(writable=False)


def environment_check(env: Mapping[str, str]) -> Check:
    """Name the variables that are set and change something."""
    # Set to nothing counts as set: an empty key is refused, an empty proxy passes for none.
    given = [name for name in VARIABLES if name in env]
    return ok(
        "environment",
        f"set: {', '.join(given)}" if given else "no variable changes where requests and files go",
    )


def setting_checks(settings: Iterable[Setting]) -> Iterator[Check]:
    """Judge each setting that is there, or is missing with a reason."""
    for setting in settings:
        if setting.error is not None:
            words = f"{setting.error.message} ({setting.source})"
            yield failed(setting.name, setting.error, detail=words)
        elif setting.name == "overruled":
            words = f"{setting.value}: {setting.source}"
            yield warn(setting.name, words, "unset what should not apply, or name a --profile")
        elif setting.value is not None:
            yield ok(setting.name, f"{setting.value} ({setting.source})")
        elif setting.name == "profile":
            yield ok(setting.name, f"none: {setting.source} counts")
