"""``profiles.toml``: read with suspicion, changed under a lock, written whole and private."""

from __future__ import annotations

import codecs
import os
import re
import stat
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contactctl.errors import DamagedFileError, MachineError
from contactctl.files import elsewhere, make_private_folder, reason_of, remove_leftovers, save_whole
from contactctl.profiles.profile import Profile, StoredKey, TableError, parse_table, unknown_part
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["FILE_VERSION", "Profile", "ProfileBook", "ProfileStore"]

FILE_VERSION = 1
LOCK_TIMEOUT_S = 30.0
#: Thousands of profiles; a wrong file must not fill the memory.
_MAX_FILE_BYTES = 1 << 20
_HEADER = (
    "# Written by contactctl, which keeps settings that it does not know but no comments.\n"
    "# There may be API keys in here: keep it private.\n"
)
_FIX_HINT = (
    "it is left as it is: fix it with an editor, or move it away and add the profiles again with"
    " `contactctl profile add NAME`"
)
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PERMISSIONS_HINT = f"check its permissions, or {elsewhere('config')}"
_OTHERS_MAY_READ = stat.S_IRWXG | stat.S_IRWXO


class ProfileBook:
    """What is in the file: the profiles by name, and the name of the active one.

    ``warnings`` are for the person at the screen. ``document`` is the file as it was read, from
    which settings unknown to this version are carried over.
    """

    def __init__(
        self,
        profiles: dict[str, Profile] | None = None,
        active: str | None = None,
        *,
        document: dict[str, Any] | None = None,
    ) -> None:
        self.profiles = profiles or {}
        self.active = active
        self.warnings: tuple[str, ...] = ()
        self.document = document or {}

    def to_toml(self) -> str:
        """Return the text of the file."""
        import tomli_w

        # First, for whoever looks: whatever comes below depends on it.
        head: dict[str, object] = {"version": FILE_VERSION}
        if self.active is not None:
            head["active"] = self.active
        others = {
            key: value
            for key, value in self.document.items()
            if key not in {"version", "active", "profiles"}
        }
        known = self.document.get("profiles", {})
        tables = {
            # An older version must not drop what a newer one has written, limits among them.
            name: unknown_part(known.get(name, {})) | profile.to_table()
            for name, profile in self.profiles.items()
        }
        return _HEADER + "\n" + tomli_w.dumps({**head, **others, "profiles": tables})


class NewerFileError(TableError):
    """The file is of a version that this program does not know yet."""


def parse_book(text: str) -> ProfileBook:
    """Read the text of the file.

    Raises ``ValueError``, :class:`TableError` included, for a text that is none; messages of the
    latter are our own and may be shown.
    """
    import tomllib

    document = tomllib.loads(text)
    _check_version(document.get("version"))
    active = document.get("active")
    tables = document.get("profiles", {})
    if not isinstance(active, str | None):
        raise TableError("active must be the name of a profile, in quotes")
    if not isinstance(tables, dict):
        raise TableError("profiles must be tables such as [profiles.work]")
    profiles = {name: _parse_profile(name, table) for name, table in tables.items()}
    return ProfileBook(profiles, active, document=document)


class ProfileStore:
    """The profiles of one user, in the file at ``path``.

    ``path`` may be a function that finds it, asked when the file is first needed: with the key in
    the environment it never is. ``uid`` is the user, where that is not the one in force.
    """

    def __init__(
        self,
        path: Path | Callable[[], Path],
        *,
        lock_timeout_s: float = LOCK_TIMEOUT_S,
        uid: int | None = None,
    ) -> None:
        self._given_path = path
        self._lock_timeout_s = lock_timeout_s
        self._uid = uid

    @cached_property
    def path(self) -> Path:
        """The file, as it was named; it may be a symbolic link and need not exist."""
        return self._given_path if isinstance(self._given_path, Path) else self._given_path()

    def load(self) -> ProfileBook:
        """Read the file; one that does not exist holds no profiles.

        Raises :class:`DamagedFileError` with path and line for a text that is no such file or is
        of a newer version, and :class:`MachineError` when it cannot be read, or somebody else
        could have written it.
        """
        from contactctl.profiles.ownership import check_owners

        try:
            status = self.path.stat()
            check_owners(self.path, self._uid)
            data = self._read(status)
        except FileNotFoundError:
            return ProfileBook()
        except OSError as error:
            raise MachineError(
                f"cannot read {self.path}: {reason_of(error)}", hint=_PERMISSIONS_HINT
            ) from error
        book = self._parse(data)
        book.warnings = _permission_warnings(self.path, status.st_mode, book)
        return book

    @contextmanager
    def modify(self) -> Iterator[ProfileBook]:
        """Give out the file's book under the lock and save it when the block ends well.

        An error in the block leaves the file as it was. A symbolic link stays one: its target is
        written. Never wait for a person or the service inside the block. Raises what :meth:`load`
        does, and :class:`MachineError` when the file or its lock cannot be written.
        """
        # Dotfile managers keep such files elsewhere and link to them.
        target = Path(os.path.realpath(self.path))
        for folder in (self.path.parent, target.parent):
            make_private_folder(folder, elsewhere("config"))
        self._check_folder()
        with _locked(target, self._lock_timeout_s):
            # Read under the lock: another process may have written since it was last looked at.
            book = self.load()
            yield book
            # Of a save that was cut off: under the lock they belong to nobody at work.
            remove_leftovers(target)
            save_whole(target, book.to_toml().encode("utf-8"), elsewhere=elsewhere("config"))

    def _check_folder(self) -> None:
        """Refuse to keep a key where somebody else could replace the file that holds it."""
        from contactctl.profiles.ownership import check_owners

        try:
            check_owners(self.path, self._uid)
        except OSError as error:
            raise MachineError(
                f"cannot use {self.path}: {reason_of(error)}", hint=_PERMISSIONS_HINT
            ) from error

    def _read(self, status: os.stat_result) -> bytes:
        """Read a regular file; a pipe or a device could make us wait for ever."""
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
            raise MachineError(
                f"cannot read {self.path}: it is {kind}",
                hint="move it away; the file with the profiles belongs there",
            )
        with self.path.open("rb") as file:
            # One byte more tells that there is more.
            return file.read(_MAX_FILE_BYTES + 1)

    def _parse(self, data: bytes) -> ProfileBook:
        if len(data) > _MAX_FILE_BYTES:
            raise self._damaged("it is larger than 1 MiB")
        if data.startswith(_UTF16_MARKS):
            what = "it is UTF-16 text, as PowerShell's > writes it"
            raise self._damaged(what, hint="save it as UTF-8")
        try:
            # Windows editors put a mark before it.
            return parse_book(data.removeprefix(codecs.BOM_UTF8).decode("utf-8"))
        except NewerFileError as error:
            raise self._damaged(str(error), hint="update contactctl on this machine") from None
        except TableError as error:
            raise self._damaged(str(error)) from None
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise self._damaged(f"line {line} is not UTF-8") from None
        except (ValueError, RecursionError) as error:  # its text may hold the key
            raise self._damaged(f"{_line_of(error)} cannot be read as TOML") from None

    def _damaged(self, what: str, *, hint: str = _FIX_HINT) -> DamagedFileError:
        return DamagedFileError(f"cannot use {self.path}: {what}", hint=hint)


def _check_version(version: object) -> None:
    # To Python, TOML's true is the number 1.
    if isinstance(version, bool) or not isinstance(version, int):
        raise TableError(f"it does not say `version = {FILE_VERSION}`")
    if version > FILE_VERSION:
        raise NewerFileError(
            f"a newer contactctl wrote it (version {version}; this one reads {FILE_VERSION})"
        )
    if version < FILE_VERSION:
        raise TableError(f"there is no version {version} of it")


def _parse_profile(name: str, table: object) -> Profile:
    if not isinstance(table, dict):
        raise TableError(f"profile {quoted(name)} must be a table")
    try:
        return parse_table(name, table)
    except TableError as error:
        raise TableError(f"profile {quoted(name)}: {error}") from None


def _line_of(error: Exception) -> str:
    """Find the line in an error of tomllib, which says it in its text alone."""
    found = re.search(r"at line ([0-9]+)", str(error))
    if found is not None:
        return f"line {found[1]}"
    return "its end" if "at end of document" in str(error) else "it"


def _permission_warnings(path: Path, mode: int, book: ProfileBook) -> tuple[str, ...]:
    """Warn rather than tighten: who could read a key has perhaps done so, and should be told."""
    has_key = any(isinstance(profile.key, StoredKey) for profile in book.profiles.values())
    if os.name == "nt" or not has_key or not mode & _OTHERS_MAY_READ:
        return ()
    import shlex

    fix = f"chmod 600 {shlex.quote(str(path))}"
    return (f"{path} can be read by other users of this machine; fix it: {fix}",)


@contextmanager
def _locked(target: Path, timeout_s: float) -> Iterator[None]:
    """Keep other writers out; the lock is a file of its own, since the file itself is replaced."""
    from filelock import FileLock, Timeout

    path = f"{target}.lock"
    lock = FileLock(path, timeout=timeout_s, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise MachineError(
            f"another contactctl has held {path} for {timeout_s:g} seconds",
            hint="wait for it to end, then try again",
        ) from None
    except (OSError, NotImplementedError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else "no locks on this disk"
        raise MachineError(
            f"cannot lock {path}: {reason}",
            hint=f"check the folder's permissions, or {elsewhere('config')}",
        ) from error
    try:
        yield
    finally:
        lock.release()
