"""What imports leave on this machine: what it is, when it goes, and how it is removed."""

from __future__ import annotations

import os
import re
import time
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Literal, NamedTuple

from contactctl.errors import ContactctlError, MachineError
from contactctl.files import NEW_SUFFIX, SPOOL_PREFIX, check_readable, is_there
from contactctl.importing.keeping.applied import Applied

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from contactctl.importing.keeping.journal_rows import RunIdentity

#: How long journals are kept to be looked at or resumed.
FINISHED_DAYS = 7
UNFINISHED_DAYS = 30

Kind = Literal["finished_run", "unfinished_run", "stdin_copy", "leftover"]

_DAYS: dict[Kind, int] = {
    "finished_run": FINISHED_DAYS,
    "unfinished_run": UNFINISHED_DAYS,
    "stdin_copy": UNFINISHED_DAYS,
    "leftover": 1,
}
_DAY_S = 86_400
_ROLLBACK = "-journal"
_LOCK_SUFFIX = ".lock"
_CHUNK_BYTES = 2**20
#: So much is looked at on both sides of an address, to tell it from a longer one.
_AROUND_BYTES = 16
#: Not all that an address may hold by the standard: such as | stands between cells more often.
_GOES_ON_BEFORE = re.compile(r"(?:[\w.+-]|\w')\Z")
_GOES_ON_AFTER = re.compile(r"[^\W_]|-|\.[^\W_]")
#: Of JSON: \n before an address is a line break, and no letter of it.
_ESCAPE = re.compile(r"\\(?:u[0-9a-f]{4}|[bfnrt])\Z")
_STAMP = "%Y%m%dT%H%M%S"


class Kept(NamedTuple):
    """One file; ``saved_at`` and ``goes_at`` are seconds since 1970."""

    kind: Kind
    path: Path
    saved_at: float
    goes_at: float


def kept_files(folder: Path) -> list[Kept]:
    """Return what lies in the folder of the journals; an empty list when there is none."""
    found = []
    with suppress(OSError):
        paths = {path.name: path for path in sorted(folder.iterdir())}
        for name, path in paths.items():
            kind = _kind_of(name)
            if name.removesuffix(_ROLLBACK) != name and name.removesuffix(_ROLLBACK) in paths:
                continue  # without it, what a killed run was writing would stay half written
            with suppress(OSError):
                if kind is not None:
                    saved_at = path.stat().st_mtime
                    found.append(Kept(kind, path, saved_at, saved_at + _DAYS[kind] * _DAY_S))
    return [_sooner_without_run(one, found) for one in found]


def clean_expired(folder: Path, now: float | None = None) -> None:
    """Remove what has expired, and nothing of a run that is under way; never fails.

    ``now`` is seconds since 1970.
    """
    moment = time.time() if now is None else now
    Applied(folder).clean(moment)
    files = kept_files(folder)
    for one in files:
        if one.goes_at < moment:
            remove(one, files)
    with suppress(OSError):
        for path in folder.glob("*" + _LOCK_SUFFIX):
            # Under its own lock: removed while a run holds it, a second run would lock a new file.
            if path.stat().st_mtime + UNFINISHED_DAYS * _DAY_S < moment:
                with _lock(path) as is_free:
                    if is_free:
                        path.unlink()


def is_running(one: Kept, files: Sequence[Kept]) -> bool:
    """Tell whether a file belongs to a run that is under way."""
    if one.kind == "unfinished_run":
        with _lock(_lock_of(one.path)) as is_free:
            return not is_free
    return any(is_running(run, files) for run in _runs_of(one, files))


def remove(one: Kept, files: Sequence[Kept]) -> bool:
    """Remove a file, unless its run is under way; tell whether it is gone."""
    with suppress(OSError):
        if is_running(one, files):
            return False
        one.path.unlink()
        one.path.with_name(one.path.name + _ROLLBACK).unlink(missing_ok=True)
    return not is_there(one.path)


def holds(one: Kept, address: str) -> bool:
    """Tell whether an address stands in a file, in any case and any usual encoding.

    A longer address that contains it is another one; in doubt a file holds it, as that of somebody
    who is to be forgotten must not stay.
    """
    wanted = {
        text.encode(name, "ignore").lower(): name
        for name in ("utf-16-le", "utf-16-be", "latin-1", "utf-8")
        for text in (address, address.lower())
    }
    longest = max(map(len, wanted))
    with suppress(OSError), one.path.open("rb") as file:
        for text in _overlapping(file, longest + 2 * _AROUND_BYTES):
            if any(_stands_alone(text, item, name) for item, name in wanted.items()):
                return True
    return False


def _overlapping(file: BinaryIO, bytes_twice: int) -> Iterator[bytes]:
    """Yield a file's content in lower case, a part at a time; the last has nothing after it."""
    before = b""
    while chunk := file.read(_CHUNK_BYTES):
        text = (before + chunk).lower()
        yield text
        before = text[-bytes_twice:]
    yield before + bytes(_AROUND_BYTES)


def _stands_alone(text: bytes, item: bytes, encoding: str) -> bool:
    """Tell whether an address is found that is no part of a longer one, as far as that is seen."""
    at = text.find(item)
    while 0 <= at <= len(text) - len(item) - _AROUND_BYTES:
        end = at + len(item)
        around = text[max(at - _AROUND_BYTES, 0) : at].rjust(_AROUND_BYTES, b"\0")
        before = _decoded(around, encoding, -1)
        after = _decoded(text[end : end + _AROUND_BYTES], encoding, 0)
        is_longer = _GOES_ON_BEFORE.search(before) and not _ESCAPE.search(before)
        if not is_longer and not _GOES_ON_AFTER.match(after):
            return True
        at = text.find(item, at + 1)
    return False


def _decoded(around: bytes, encoding: str, nearest: int) -> str:
    """Return what stands beside an address; what is no UTF-8 there is taken for Latin-1."""
    text = around.decode(encoding, "replace")
    return around.decode("latin-1") if text[nearest] == "\N{REPLACEMENT CHARACTER}" else text


def check_journals_readable(folder: Path, *, files_too: bool) -> None:
    """Raise :class:`MachineError` for a folder, or a file in it, that cannot be looked into."""
    for path in (folder.parent, folder):
        check_readable(path, "state")
    for one in kept_files(folder) if files_too else ():
        if not os.access(one.path, os.R_OK):
            raise MachineError(
                f"cannot read {one.path}, which may hold the address",
                hint="check its permissions; --all removes it unread",
            )


def identity_of(one: Kept) -> RunIdentity | None:
    """Return what a run imported; None for what is no run, or cannot be read."""
    if one.kind not in {"finished_run", "unfinished_run"}:
        return None
    from contactctl.importing.keeping.journal_rows import JOURNAL, parse_state_row
    from contactctl.sqlite_file import connect, explained

    with (
        suppress(ContactctlError, ValueError),
        closing(connect(one.path, JOURNAL, wait_s=1.0)) as connection,
        explained(one.path, JOURNAL),
    ):
        ((text, mark),) = connection.execute("SELECT text, mark FROM run").fetchall()
        return parse_state_row(text, mark).identity
    return None


def _kind_of(name: str) -> Kind | None:
    if name.startswith(SPOOL_PREFIX):
        return "stdin_copy"
    if name.endswith((NEW_SUFFIX, _ROLLBACK)):
        return "leftover"
    if name.endswith(".finished"):
        return "finished_run"
    return "unfinished_run" if name.endswith(".journal") else None


def _sooner_without_run(one: Kept, files: Sequence[Kept]) -> Kept:
    """Let a copy of standard input go after a day where no run could go on with it."""
    if one.kind != "stdin_copy" or any(_runs_of(one, files)):
        return one
    return one._replace(goes_at=one.saved_at + _DAYS["leftover"] * _DAY_S)


def _runs_of(one: Kept, files: Sequence[Kept]) -> Iterator[Kept]:
    """Yield the unfinished runs that a file may belong to.

    A run begins within a day after its standard input was copied, when that has been checked.
    """
    if one.kind == "stdin_copy":
        # Two seconds before: a run's name has whole seconds, and file systems round their times.
        first, last = (
            time.strftime(_STAMP, time.gmtime(one.saved_at + after_s)) for after_s in (-2, _DAY_S)
        )
        for run in files:
            if run.kind == "unfinished_run" and first <= run.path.name.partition("-")[0] <= last:
                yield run


def _lock_of(journal: Path) -> Path:
    words = journal.name.partition(".")[0].split("-")
    return journal.with_name("-".join(words[2:4]) + _LOCK_SUFFIX)


@contextmanager
def _lock(path: Path) -> Iterator[bool]:
    """Hold a run's lock, without waiting; give whether it was free. One that is not there is."""
    from filelock import FileLock, Timeout

    if not is_there(path):
        yield True
        return
    lock = FileLock(path, timeout=0, mode=0o600, thread_local=False)
    try:
        lock.acquire()
    except (Timeout, OSError):
        yield False
        return
    try:
        yield True
    finally:
        with suppress(OSError):
            lock.release()
