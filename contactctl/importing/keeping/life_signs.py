"""Which writing processes are alive: each holds a lock, which the system takes when it ends."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from contactctl.errors import MachineError
from contactctl.files import JOURNAL_FOLDER, elsewhere, make_private_folder

if TYPE_CHECKING:
    from filelock import BaseFileLock

#: Whoever finds out whether a killed process is dead holds its lock for a moment.
_WAIT_S = 10.0


class LifeSigns:
    """The locks of writers, each named after its writer, beside the journals in the state folder.

    Those that killed processes leave are removed with the locks of their runs.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / JOURNAL_FOLDER
        self._held: BaseFileLock | None = None

    def give(self, writer: str) -> None:
        """Hold the lock of a writer from now on.

        Raises :class:`MachineError` where it cannot be held.
        """
        from filelock import Timeout

        make_private_folder(self._folder, elsewhere("state"))
        self._held = self._lock(writer, _WAIT_S)
        try:
            self._held.acquire()
        except (OSError, Timeout) as error:
            raise MachineError(
                f"cannot lock {self._path(writer)}",
                hint=f"check the folder, or {elsewhere('state')}",
            ) from error

    def end(self, *, is_over: bool) -> None:
        """Let go of the lock; it stays to be found free where not all of the work is over."""
        if self._held is None:
            return
        path = Path(self._held.lock_file)
        if is_over:
            _remove(path)
        self._held.release()
        if is_over:  # Windows removes no file that is open; elsewhere it is gone
            _remove(path)

    def is_given_by(self, writer: str) -> bool:
        """Tell whether a writer has ever given a sign."""
        return self._path(writer).exists()

    def is_dead(self, writer: str) -> bool:
        """Tell whether a writer has given a sign, and has ended without a word."""
        from filelock import Timeout

        if not self.is_given_by(writer):
            return False
        # A lock that cannot be tried is taken for one that is held.
        with suppress(OSError, Timeout), self._lock(writer, 0):
            return True
        return False

    def _path(self, writer: str) -> Path:
        return self._folder / f"{writer}.lock"

    def _lock(self, writer: str, timeout_s: float) -> BaseFileLock:
        from filelock import FileLock

        return FileLock(self._path(writer), timeout=timeout_s, mode=0o600, thread_local=False)


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
