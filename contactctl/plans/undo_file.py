"""The undo file: what takes each write back, on disk before the write is sent."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from contactctl.errors import MachineError, UsageError
from contactctl.exact_json import to_json
from contactctl.files import PRIVATE_MODE, reason_of, sync_folder
from contactctl.plans.lines import Chain, names_of, to_header_line
from contactctl.plans.opposite import opposite_of, opposite_of_deletion
from contactctl.plans.whole_part import find_whole_part
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import ModuleType

    from contactctl.importing.row import Job
    from contactctl.importing.sending.look import Look
    from contactctl.plans.lines import Header, Planned

_FLAGS = os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0)


class UndoFile:
    """An open undo file; any thread may add.

    Lines go to the disk one at a time, so that no end of the process or the machine leaves more
    than the last of them in pieces.
    """

    def __init__(self, path: Path, descriptor: int, chain: Chain, disk: ModuleType = os) -> None:
        self.path = path
        #: The names of mailing lists by their ids, to be written beside them.
        self.lists: Mapping[str, str] = {}
        self._descriptor = descriptor
        self._chain = chain
        self._disk = disk
        self._lock = threading.Lock()
        self._failure: MachineError | None = None
        self._before = chain.count

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def count(self) -> int:
        """Return how many lines were added to those that there were."""
        return self._chain.count - self._before

    def add(self, planned: Planned) -> None:
        """Return when the line is on disk.

        Raises :class:`MachineError` when it cannot be brought there; from then on nothing can be.
        """
        named = replace(planned, names=names_of(planned.changes, self.lists))
        text = to_json(named.to_json_object())
        with self._lock:
            # One lock over mark and write: marks hold only in the order in which the lines stand.
            self._write(self._chain.marked(text))

    def finish(self) -> None:
        """Write that the run has come to its end, if that still goes.

        All that it wrote can be taken back without this line, and by now all of it is written.
        """
        with self._lock, suppress(MachineError):
            self._write(self._chain.ended())

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._disk.close(self._descriptor)

    def _write(self, line: str) -> None:
        if self._failure is not None:
            raise self._failure
        try:
            _write_synced(self._descriptor, line, self._disk)
        except OSError as error:
            # What follows a line in pieces could not be read.
            self._failure = _unwritable(self.path, error)
            raise self._failure from error


class RowOpposites:
    """Adds what takes the write of each row of a run back."""

    def __init__(self, undo: UndoFile) -> None:
        self._undo = undo

    def add(self, job: Job, look: Look) -> None:
        """Return when it is on disk; raises as :meth:`UndoFile.add`."""
        if look.would == "delete" and look.contact is not None:
            self._undo.add(opposite_of_deletion(look.contact, job.row.line))
        else:
            self._undo.add(opposite_of(look.contact, look.changes, job.row.line))

    def finish(self) -> None:
        """Write that the run has come to its end."""
        self._undo.finish()


def open_undo_file(
    path: Path, header: Header, *, resume: bool = False, disk: ModuleType = os
) -> UndoFile:
    """Make an undo file that its owner alone can read, or go on with that of the run resumed.

    An existing file is never written over: it may be all there is to take an earlier run back.
    Raises :class:`UsageError` for one, :class:`MachineError` where none can be made.
    """
    try:
        if resume and path.exists():
            return _continued(path, header, disk)
        descriptor = disk.open(path, _FLAGS | os.O_CREAT | os.O_EXCL, PRIVATE_MODE)
    except FileExistsError:
        raise _refused(path, "already exists") from None
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        if hasattr(os, "fchmod"):  # the umask may have taken even the owner's bits; not on Windows
            disk.fchmod(descriptor, PRIVATE_MODE)
        begun = _begun(path, descriptor, header, disk)
        sync_folder(path.absolute().parent, disk)
    except OSError as error:
        disk.close(descriptor)
        with suppress(OSError):
            # Left there, it would refuse the next run of the same command.
            disk.unlink(path)
        raise _unwritable(path, error) from error
    return begun


def refuse_existing(path: Path) -> None:
    """Refuse a file that already exists; raises :class:`UsageError`."""
    if path.exists():
        raise _refused(path, "already exists")


def _continued(path: Path, header: Header, disk: ModuleType) -> UndoFile:
    """Open the file of a run that is resumed, without the line that its end has cut off."""
    found = find_whole_part(path)
    # Its lines would take back what another run wrote, in one go with this one's.
    if found is not None and not _is_same_run(found.header, header):
        raise _refused(path, "belongs to another run")
    if found is not None and found.ended:
        raise _refused(path, "belongs to a run that has finished")
    descriptor = disk.open(path, _FLAGS)
    try:
        disk.ftruncate(descriptor, 0 if found is None else found.size)
        if found is None:
            return _begun(path, descriptor, header, disk)
    except BaseException:
        disk.close(descriptor)
        raise
    return UndoFile(path, descriptor, found.chain, disk)


def _begun(path: Path, descriptor: int, header: Header, disk: ModuleType) -> UndoFile:
    line = to_header_line(header)
    _write_synced(descriptor, line, disk)
    return UndoFile(path, descriptor, Chain(line), disk)


def _is_same_run(one: Header, other: Header) -> bool:
    """Tell whether two calls make up a run; its file may have been moved in between."""
    is_same_account = one.account.is_same(other.account)
    return is_same_account and _run_of(one) == _run_of(other)


def _run_of(header: Header) -> tuple[object, ...]:
    source = header.source
    return header.kind, None if source is None else (source.digest, source.mapping)


def _write_synced(descriptor: int, line: str, disk: ModuleType) -> None:
    """Write a line and bring it to the disk; raises ``OSError``."""
    rest = memoryview(f"{line}\n".encode())
    while rest:
        rest = rest[disk.write(descriptor, rest) :]
    disk.fsync(descriptor)


def _refused(path: Path, why: str) -> UsageError:
    return UsageError(
        f"the undo file {quoted(str(path))} {why}",
        hint="give another name: it may be needed to take back what was written then",
    )


def _unwritable(path: Path, error: OSError) -> MachineError:
    return MachineError(
        f"cannot write the undo file {path}: {reason_of(error)}",
        hint="check the folder's permissions and the free space of the disk",
    )
