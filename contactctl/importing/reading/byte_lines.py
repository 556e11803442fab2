"""Lines that are made one by one, as a stream that can be copied."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from _typeshed import WriteableBuffer as Buffer


def stream_of(lines: Iterator[bytes]) -> IO[bytes]:
    """Return a stream of these lines, each made when it is read."""
    return io.BufferedReader(_Stream(lines))


class _Stream(io.RawIOBase):
    """Lines as a stream of bytes."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        super().__init__()
        self._lines = lines
        self._rest = b""

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Buffer) -> int:
        """Fill a buffer as far as the line at hand goes; 0 is the end."""
        view = memoryview(buffer)
        self._rest = self._rest or next(self._lines, b"")
        part, self._rest = self._rest[: len(view)], self._rest[len(view) :]
        view[: len(part)] = part
        return len(part)
