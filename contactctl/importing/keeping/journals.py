"""The folder of journals: one for each run, found again by file, columns and account."""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from contactctl.errors import GuardError, MachineError, UsageError
from contactctl.files import elsewhere, make_private_folder
from contactctl.importing.keeping.applied import Applied, begun_before
from contactctl.importing.keeping.journal import Journal, create_journal, open_journal
from contactctl.importing.keeping.open_run import (
    FINISHED_SUFFIX,
    SUFFIX,
    Endings,
    OpenRun,
    put_aside,
)
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from filelock import BaseFileLock

    from contactctl.importing.keeping.journal_rows import RunIdentity

_LOCK_SUFFIX = ".lock"
_NAME_PARTS = 5
_AGAIN = "to start over, leave out --resume"


class NothingToResumeError(UsageError):
    """There is no unfinished run, neither of this file nor of one that it may be mistaken for."""


class _Entry(NamedTuple):
    """A run as its journal's name tells of it: when it began, where from, what, and how."""

    path: Path
    started: str
    place: str
    content: str
    meaning: str

    @property
    def finished(self) -> bool:
        return self.path.suffix == FINISHED_SUFFIX


class Journals:
    """The journals in a folder; ``now`` is seconds since 1970."""

    def __init__(self, folder: Path, now: float | None = None) -> None:
        self._folder = folder
        self._applied = Applied(folder)
        self._now = time.time() if now is None else now

    def begin(self, identity: RunIdentity) -> OpenRun:
        """Begin a new run.

        Raises :class:`MachineError` when another process imports the same file at the moment, or
        when no journal can be made.
        """
        with self._held(identity) as lock:
            journal = create_journal(self._new_path(identity), identity)
            return OpenRun(journal, lock, Endings(self._close_older), is_new=True)

    def resume(self, identity: RunIdentity) -> OpenRun:
        """Go on with the last unfinished run of the same file, columns and account.

        Raises :class:`NothingToResumeError` when there is none, and what :meth:`begin`,
        :meth:`check_resumable` and :func:`open_journal` raise.
        """
        with self._held(identity) as lock:
            # Looked for under the lock: another process may have finished it just now.
            found = self._last(identity)
            if found is None:
                raise self._nothing_to_resume(identity)
            return OpenRun(open_journal(found.path), lock, Endings(self._close_older))

    def begin_once(self, identity: RunIdentity) -> OpenRun:
        """Begin the one run of something that may be done a single time.

        Raises :class:`GuardError` where one was begun before, and as :meth:`begin` does.
        """
        with self._held(identity) as lock:
            self._check_never_begun(identity)
            journal = create_journal(self._new_path(identity), identity)
            return self._open_once(journal, lock, is_new=True)

    def resume_once(self, identity: RunIdentity) -> OpenRun:
        """Go on with such a run, or open the finished one, with nothing left to send.

        Raises :class:`GuardError` where its journal is gone, and as :meth:`resume` does.
        """
        with self._held(identity) as lock:
            found = _last_of(identity, self._entries())
            if found is None:
                self._check_never_begun(identity)
                raise self._nothing_to_resume(identity)
            return self._open_once(open_journal(found.path), lock, is_new=False)

    def may_begin_once(self, identity: RunIdentity) -> bool:
        """Tell whether :meth:`begin_once` would begin, or begin again what changed nothing."""
        with suppress(GuardError):
            self._check_never_begun(identity)
            return True
        return False

    def has_unfinished(self, identity: RunIdentity) -> bool:
        """Tell whether a run of the same file, columns and account could be resumed."""
        return self._last(identity) is not None

    def check_resumable(self, identity: RunIdentity) -> None:
        """Refuse a file whose unfinished run is of another content, or was meant in another way.

        Raises :class:`UsageError` saying what differs.
        """
        if self.has_unfinished(identity):
            return
        unfinished = self._unfinished()
        place, content, meaning = _place(identity), _short(identity.digest), _meaning(identity)
        # What differs is found by comparing one part at a time.
        if any((item.place, item.meaning) == (place, meaning) for item in unfinished):
            raise UsageError(
                f"{quoted(identity.source)} has changed since the run that was not finished",
                hint=_AGAIN,
            )
        if any(item.content == content for item in unfinished):
            raise UsageError(
                f"the unfinished run of {quoted(identity.source)} has other column flags,"
                " or another profile, team or key",
                hint="give the same --map, --ignore, --set and profile as then, or the same key"
                f" where there is no profile; {_AGAIN}",
            )

    def _nothing_to_resume(self, identity: RunIdentity) -> NothingToResumeError:
        self.check_resumable(identity)
        return NothingToResumeError(
            f"there is no unfinished run of {quoted(identity.source)}", hint=_AGAIN
        )

    def _open_once(self, journal: Journal, lock: BaseFileLock, *, is_new: bool) -> OpenRun:
        """Note that it was begun, before anything of it is written: journals do not last."""
        key = _key(journal.state.identity)
        try:
            self._applied.begin(key)
        except BaseException:
            journal.close()
            raise
        endings = Endings(
            lambda _: self._applied.finish(key), lambda: self._applied.withdraw(key), once=True
        )
        return OpenRun(journal, lock, endings, is_new=is_new)

    def _close_older(self, finished: Journal) -> None:
        """Put the unfinished runs aside that began before a finished one of the same import.

        To resume one of them would write older values over newer ones.
        """
        mine, source = _entry(finished.path), Path(finished.state.identity.source)
        # What came through a pipe has a name that says nothing: - or /dev/fd/63.
        is_named = source.is_absolute() and source.is_file()
        for older in self._unfinished():
            if mine is None or older.started > mine.started or older.meaning != mine.meaning:
                continue
            if older.content == mine.content:  # its lock is held
                put_aside(older.path)
            elif older.place == mine.place and is_named:
                self._put_aside_unless_running(older)

    def _put_aside_unless_running(self, older: _Entry) -> None:
        with suppress(OSError), self._file_lock(f"{older.content}-{older.meaning}"):
            put_aside(older.path)

    def _check_never_begun(self, identity: RunIdentity) -> None:
        found = _last_of(identity, self._entries())
        if found is not None:
            raise begun_before(identity.source, "applied" if found.finished else "begun")
        stage = self._applied.stage_of(_key(identity))
        if stage is not None:
            raise begun_before(identity.source, stage, is_lost=True)

    def _last(self, identity: RunIdentity) -> _Entry | None:
        return _last_of(identity, self._unfinished())

    def _unfinished(self) -> list[_Entry]:
        return [item for item in self._entries() if not item.finished]

    def _entries(self) -> list[_Entry]:
        with suppress(OSError):
            found = map(_entry, sorted(self._folder.iterdir()))
            return [item for item in found if item is not None]
        return []

    def _new_path(self, identity: RunIdentity) -> Path:
        started = time.strftime("%Y%m%dT%H%M%S", time.gmtime(self._now))
        words = (started, _place(identity), _short(identity.digest), _meaning(identity))
        return self._folder / f"{'-'.join(words)}-{os.urandom(3).hex()}{SUFFIX}"

    @contextmanager
    def _held(self, identity: RunIdentity) -> Iterator[BaseFileLock]:
        """Hold the lock of a run that is opened in the block; let go of it where that fails."""
        make_private_folder(self._folder, elsewhere("state"))
        lock = self._lock(identity)
        try:
            yield lock
        except BaseException:
            lock.release()
            raise

    def _lock(self, identity: RunIdentity) -> BaseFileLock:
        from filelock import Timeout

        # By content and meaning: other files, or other columns, may be imported side by side.
        lock = self._file_lock(_key(identity))
        try:
            # At once or not at all: to wait would import the same rows a second time.
            lock.acquire()
        except Timeout:
            raise MachineError(
                f"another process is already at work on {quoted(identity.source)}",
                hint="wait until it ends, or stop it and resume it",
            ) from None
        except OSError as error:
            raise MachineError(
                f"cannot lock the journals in {self._folder}: {error.strerror}",
                hint=f"check the folder, or {elsewhere('state')}",
            ) from error
        return lock

    def _file_lock(self, key: str) -> BaseFileLock:
        from filelock import FileLock

        path = self._folder / f"{key}{_LOCK_SUFFIX}"
        # For the whole process: the thread that closes a run need not be the one that began it.
        return FileLock(path, timeout=0, mode=0o600, thread_local=False)


def _last_of(identity: RunIdentity, entries: Sequence[_Entry]) -> _Entry | None:
    # The place is no part of it: a copy or a renamed file is the same import.
    wanted = (_short(identity.digest), _meaning(identity))
    same = [item for item in entries if (item.content, item.meaning) == wanted]
    unfinished = [item for item in same if not item.finished]
    return max(unfinished or same, key=lambda item: item.started, default=None)


def _entry(path: Path) -> _Entry | None:
    words = path.name.partition(".")[0].split("-")
    known = path.suffix in {SUFFIX, FINISHED_SUFFIX} and len(words) == _NAME_PARTS
    return _Entry(path, *words[:4]) if known else None


def _place(identity: RunIdentity) -> str:
    return _short(identity.source)


def _key(identity: RunIdentity) -> str:
    """Return what tells a file's content, and what is made of it for whom, from all others."""
    return f"{_short(identity.digest)}-{_meaning(identity)}"


def _meaning(identity: RunIdentity) -> str:
    return _short(f"{identity.mapping}\0{identity.account}")


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=6).hexdigest()
