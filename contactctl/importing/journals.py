"""The folder of journals: one for each run, found again by file, columns and account."""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from contactctl.errors import GuardError, MachineError, UsageError
from contactctl.files import make_private_folder
from contactctl.importing.journal import (
    Journal,
    create_journal,
    open_journal,
    remove_rollback,
)
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from pathlib import Path

    from filelock import BaseFileLock

    from contactctl.importing.journal_rows import RunIdentity

_SUFFIX = ".journal"
_FINISHED_SUFFIX = ".finished"
_LOCK_SUFFIX = ".lock"
_NAME_PARTS = 5


class _Entry(NamedTuple):
    """A journal as its file's name tells of it: when it began, where from, what, and how."""

    path: Path
    started: str
    place: str
    content: str
    meaning: str

    @property
    def finished(self) -> bool:
        return self.path.name.endswith(_FINISHED_SUFFIX)


class OpenRun:
    """A run's journal, and the lock that keeps a second import of the same file away."""

    def __init__(self, journal: Journal, lock: BaseFileLock) -> None:
        self.journal = journal
        self._lock = lock

    def close(self) -> None:
        """Close the journal, put it aside when its run is finished, and let go of the lock."""
        try:
            self.journal.close()
            path = self.journal.path
            remove_rollback(path)
            # The name says it, so that no journal has to be opened to find the one to resume.
            if self.journal.state.finished and path.name.endswith(_SUFFIX):
                with suppress(OSError):
                    path.rename(path.with_suffix(_FINISHED_SUFFIX))
        finally:
            self._lock.release()


class Journals:
    """The journals in a folder; ``now`` is seconds since 1970."""

    def __init__(self, folder: Path, now: float | None = None) -> None:
        self._folder = folder
        self._now = time.time() if now is None else now

    def begin(self, identity: RunIdentity) -> OpenRun:
        """Begin a new run.

        Raises :class:`MachineError` when another process imports the same file at the moment, or
        when no journal can be made.
        """
        make_private_folder(self._folder)
        lock = self._lock(identity)
        try:
            return OpenRun(create_journal(self._new_path(identity), identity), lock)
        except BaseException:
            lock.release()
            raise

    def resume(self, identity: RunIdentity) -> OpenRun:
        """Go on with the last unfinished run of the same file, columns and account.

        Where there is none, the last finished one is opened, and has nothing left to send. Raises
        :class:`UsageError` saying what differs when there is neither, and what :meth:`begin` and
        :func:`open_journal` raise.
        """
        found = self._last(identity)
        if found is None:
            raise self._nothing_to_resume(identity)
        lock = self._lock(identity)
        try:
            return OpenRun(open_journal(found.path), lock)
        except BaseException:
            lock.release()
            raise

    def begin_once(self, identity: RunIdentity) -> OpenRun:
        """Begin the one run of something that may be done a single time.

        Raises :class:`GuardError` where one was begun before, and as :meth:`begin` does.
        """
        make_private_folder(self._folder)
        lock = self._lock(identity)
        try:
            self._check_never_begun(identity)
            return OpenRun(create_journal(self._new_path(identity), identity), lock)
        except BaseException:
            lock.release()
            raise

    def has_unfinished(self, identity: RunIdentity) -> bool:
        """Tell whether a run of the same file, columns and account could be resumed."""
        found = self._last(identity)
        return found is not None and not found.finished

    def _check_never_begun(self, identity: RunIdentity) -> None:
        found = self._last(identity)
        if found is not None:
            raise _begun_before(identity, is_finished=found.finished)

    def _last(self, identity: RunIdentity) -> _Entry | None:
        # The place is no part of it: a copy or a renamed file is the same import.
        wanted = (_short(identity.digest), _meaning(identity))
        same = [item for item in self._entries() if (item.content, item.meaning) == wanted]
        unfinished = [item for item in same if not item.finished]
        # A finished run is opened only where none is left to finish; then nothing is sent.
        return max(unfinished or same, key=lambda item: item.started, default=None)

    def _entries(self) -> list[_Entry]:
        with suppress(OSError):
            names = sorted(self._folder.iterdir())
            parts = [(path, path.name.partition(".")[0].split("-")) for path in names]
            return [
                _Entry(path, *words[:4])
                for path, words in parts
                if path.suffix in {_SUFFIX, _FINISHED_SUFFIX} and len(words) == _NAME_PARTS
            ]
        return []

    def _new_path(self, identity: RunIdentity) -> Path:
        started = time.strftime("%Y%m%dT%H%M%S", time.gmtime(self._now))
        words = (started, _short(identity.source), _short(identity.digest), _meaning(identity))
        return self._folder / f"{'-'.join(words)}-{os.urandom(3).hex()}{_SUFFIX}"

    def _lock(self, identity: RunIdentity) -> BaseFileLock:
        from filelock import FileLock, Timeout

        # By content and meaning: other files, or other columns, may be imported side by side.
        name = f"{_short(identity.digest)}-{_meaning(identity)}{_LOCK_SUFFIX}"
        lock = FileLock(self._folder / name, timeout=0, mode=0o600, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            raise MachineError(
                f"another process is at work on {quoted(identity.source)} already",
                hint="wait until it ends, or stop it and resume it",
            ) from None
        except OSError as error:
            raise MachineError(
                f"cannot lock the journals in {self._folder}: {error.strerror}",
                hint="check the folder, or set CONTACTCTL_STATE_DIR to another one",
            ) from error
        return lock

    def _nothing_to_resume(self, identity: RunIdentity) -> UsageError:
        unfinished = [item for item in self._entries() if not item.finished]
        place, content, meaning = (
            _short(identity.source),
            _short(identity.digest),
            _meaning(identity),
        )
        again = "to begin anew, leave --resume away"
        # What differs is found by comparing one part at a time.
        if any((item.place, item.meaning) == (place, meaning) for item in unfinished):
            return UsageError(
                f"{quoted(identity.source)} has changed since the run that was not finished",
                hint=again,
            )
        if any(item.content == content for item in unfinished):
            return UsageError(
                f"the unfinished run of {quoted(identity.source)} has other column flags,"
                " or another profile or key",
                hint="give the same --map, --ignore, --set and profile as then, or the same key"
                f" where there is no profile; {again}",
            )
        return UsageError(f"there is no run of {quoted(identity.source)} to go on with", hint=again)


def _begun_before(identity: RunIdentity, *, is_finished: bool) -> GuardError:
    name = quoted(identity.source)
    if is_finished:
        return GuardError(f"{name} was applied already", hint="make a new plan")
    return GuardError(
        f"{name} was begun already, and has not come to its end", hint="go on with it: add --resume"
    )


def _meaning(identity: RunIdentity) -> str:
    return _short(f"{identity.mapping}\0{identity.account}")


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=6).hexdigest()
