"""The file that requests are appended to: theirs who serve, a line of JSON each."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

from contactctl.errors import MachineError
from contactctl.files import PRIVATE_MODE, reason_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class LogFile:
    """An open log; a line that cannot be written is warned of once, and stops nobody."""

    def __init__(self, path: Path, descriptor: int, warn: Callable[[str], None]) -> None:
        self._path = path
        self._descriptor = descriptor
        self._warn = warn
        self._has_failed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def write(self, line: str) -> None:
        """Append one line; each is in the file before the next, and before its reply is sent."""
        rest = memoryview(f"{line}\n".encode())
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError as error:
            if not self._has_failed:
                self._warn(f"cannot write {self._path}: {reason_of(error)}; requests are missing")
            self._has_failed = True


def open_log_file(path: Path, warn: Callable[[str], None]) -> LogFile:
    """Open a log to append to, for its owner alone (0600), as it holds what contacts are.

    Raises :class:`MachineError`.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
    try:
        return LogFile(path, os.open(path, flags, PRIVATE_MODE), warn)
    except OSError as error:
        raise MachineError(f"cannot write {path}: {reason_of(error)}") from error
