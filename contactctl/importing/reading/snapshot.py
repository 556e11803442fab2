"""A file as it was when it was first read: the same bytes each time, or an error saying why not."""

from __future__ import annotations

import hashlib
import io
import os
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from contactctl.errors import ChangedFileError, ContactctlError, UsageError
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_CHUNK_BYTES = 2**16
_MARK_BYTES = 16
_REMOVED = "was removed"


class Stamp(NamedTuple):
    """What tells without reading that a file was touched; times in nanoseconds since 1970.

    Who sets ``modified_ns`` back does not set ``changed_ns`` back.
    """

    size: int
    modified_ns: int
    changed_ns: int
    inode: int
    device: int


class Snapshot:
    """What a file held when it was first read, kept as digests: 16 bytes for every 64 KiB.

    ``digest`` is the BLAKE2b digest of all of it in hex: the same digest, the same content.
    ``rows`` is how many rows it has, None until they have been counted once; from then on a change
    has happened to a file that was checked. ``count_rows`` counts those that the file has now.
    """

    def __init__(self, path: Path, name: str) -> None:
        """Read the file through; raises ``OSError``."""
        self.path = path
        self.rows: int | None = None
        self.count_rows: Callable[[], int] | None = None
        self._name = quoted(os.path.basename(name))  # noqa: PTH119 - not always a path
        self._size = 0
        marks, whole = bytearray(), hashlib.blake2b()
        with path.open("rb", buffering=0) as file:
            self._stamp = _stamp_of(os.fstat(file.fileno()))
            while chunk := _read_full(file, _CHUNK_BYTES):
                whole.update(chunk)
                # Of all so far, not of the chunk: chunks that changed places would pass.
                marks += whole.digest()[:_MARK_BYTES]
                self._size += len(chunk)
        self._marks = bytes(marks)
        self.digest = whole.hexdigest()[:64]
        # Once more: it may have been written to while it was read through.
        self.check()

    def open(self) -> io.BufferedReader:
        """Open the file for the bytes that it held: not one more, not one other.

        Reading raises what :meth:`check` does, before a single byte that was not there is given.
        """
        try:
            return io.BufferedReader(_Pages(self, self.path.open("rb", buffering=0)), _CHUNK_BYTES)
        except (FileNotFoundError, NotADirectoryError):
            self._raise(_REMOVED)

    def check(self) -> None:
        """Look whether the file is still what it was; one that was only touched is.

        Raises :class:`UsageError` for a change before the rows were counted, and
        :class:`ChangedFileError` afterwards, when some of them may have been sent.
        """
        found = self._stamp_now()
        if found == self._stamp:
            return
        # A new time alone is no change: backups and scanners touch files.
        if found.size != self._stamp.size or self._digest_now() != self.digest:
            self.refuse(found)
        self._stamp = found

    def refuse(self, found: Stamp | None = None) -> NoReturn:
        """Raise the error that says what happened to the file."""
        self._raise(self._what_happened(found or self._stamp_now()))

    def end_of(self, number: int) -> int:
        """Return how many bytes the chunk of that number has, counted from 0."""
        return max(min(self._size - number * _CHUNK_BYTES, _CHUNK_BYTES), 0)

    def mark_of(self, number: int) -> bytes:
        """Return the digest of everything up to the end of a chunk."""
        return self._marks[number * _MARK_BYTES : (number + 1) * _MARK_BYTES]

    def _stamp_now(self) -> Stamp:
        try:
            return _stamp_of(self.path.stat())
        except (FileNotFoundError, NotADirectoryError):
            self._raise("was removed")

    def _digest_now(self) -> str:
        with suppress(FileNotFoundError), self.path.open("rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()[:64]
        return ""

    def _raise(self, what: str) -> NoReturn:
        if self.rows is None:
            raise UsageError(
                f"{self._name} {what} while it was being read",
                hint="wait until it is written, or import a copy",
            )
        back = "put it back as it was"
        if what != _REMOVED:
            back = f"to import it as it is now, start over without --resume; or {back}"
        raise ChangedFileError(f"{self._name} {what} while it was imported", hint=back)

    def _what_happened(self, found: Stamp) -> str:
        old = self._stamp
        if (found.inode, found.device) != (old.inode, old.device):
            return f"was replaced by another file{self._sizes('')}"
        if found.size < old.size:
            return "was cut short" + (
                self._sizes(" from") or f" from {old.size:,} bytes to {found.size:,}"
            )
        if found.size > old.size:
            return "grew" + (self._sizes(" from") or f" from {old.size:,} bytes to {found.size:,}")
        return "was overwritten"

    def _sizes(self, word: str) -> str:
        """Say how many rows the file had and has, where both are known and differ."""
        if self.rows is None or self.count_rows is None:
            return ""
        try:
            # Only for the message, so that whatever goes wrong here leaves it without numbers.
            now = self.count_rows()
        except (ContactctlError, OSError, ValueError):
            return ""
        if now == self.rows:
            return ""
        return (
            f"{word} {self.rows:,} rows to {now:,}"
            if word
            else f" with {now:,} rows, not {self.rows:,}"
        )


class _Pages(io.RawIOBase):
    """The chunks of a snapshot, each held against its digest before any of it is given."""

    def __init__(self, snapshot: Snapshot, file: io.FileIO) -> None:
        self._snapshot = snapshot
        self._file = file  # opened by then: what is half made is closed as well, and has no file
        self._whole = hashlib.blake2b()
        self._number = 0
        self._chunk = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what it is given
        """Give what is left of the chunk at hand, or of the next one."""
        if not self._chunk:
            self._chunk = memoryview(self._next_chunk())
        count = min(len(buffer), len(self._chunk))
        buffer[:count] = self._chunk[:count]
        self._chunk = self._chunk[count:]
        return count

    def close(self) -> None:
        self._file.close()
        super().close()

    def _next_chunk(self) -> bytes:
        snapshot, number = self._snapshot, self._number
        chunk = _read_full(self._file, snapshot.end_of(number))
        snapshot.check()  # at the end of the file too
        self._whole.update(chunk)
        if chunk and self._whole.digest()[:_MARK_BYTES] == snapshot.mark_of(number):
            self._number += 1
        elif chunk or snapshot.end_of(number):
            snapshot.refuse()
        return chunk


def _read_full(file: io.FileIO, size: int) -> bytes:
    """Read so many bytes, fewer only at the end of the file."""
    chunk = file.read(size)
    while len(chunk) < size and (more := file.read(size - len(chunk))):
        chunk += more
    return chunk


def _stamp_of(found: os.stat_result) -> Stamp:
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev)
