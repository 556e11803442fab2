"""A run that is open: its journal, its lock, and what becomes of both at its end."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from contactctl.importing.keeping.journal import remove_rollback
from contactctl.replacing import take_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from filelock import BaseFileLock

    from contactctl.importing.keeping.journal import Journal

SUFFIX = ".journal"
FINISHED_SUFFIX = ".finished"


class Endings(NamedTuple):
    """What else is done when a run has finished, or turns out to have been none.

    ``once`` says that the run may be made a single time: then one that changed nothing is none.
    """

    finished: Callable[[Journal], None] = lambda _: None
    withdrawn: Callable[[], None] = lambda: None
    once: bool = False


class OpenRun:
    """A run's journal, and the lock that keeps a second import of the same file away.

    ``is_new`` tells one that begins from one that is resumed.
    """

    def __init__(
        self, journal: Journal, lock: BaseFileLock, endings: Endings, *, is_new: bool = False
    ) -> None:
        self.journal = journal
        self._lock = lock
        self._endings = endings
        self._is_new = is_new
        self._is_withdrawn = False

    @contextmanager
    def unless_begun(self) -> Iterator[None]:
        """Withdraw a new run where the block fails, in which nothing of it is sent."""
        try:
            yield
        except BaseException:
            self._is_withdrawn = self._is_new
            raise

    def close(self) -> None:
        """Close the journal, put it aside when its run is finished, and let go of the lock.

        A run that was none leaves nothing: neither something to resume nor the word that it was.
        """
        try:
            finished = self.journal.state.finished
            if finished and self._endings.once and self.journal.changed_nothing:
                self._is_withdrawn = True
            self.journal.close()
            path = self.journal.path
            remove_rollback(path)
            if self._is_withdrawn:
                # The journal last: with the word that it was begun alone, nothing could go on.
                self._endings.withdrawn()
                with suppress(OSError):
                    path.unlink()
            elif finished:
                put_aside(path)
                self._endings.finished(self.journal)
        finally:
            self._lock.release()


def put_aside(journal: Path) -> None:
    """Give the journal of a finished run the name of one."""
    # The name says it, so that no journal has to be opened to find the one to resume.
    with suppress(OSError):
        if journal.suffix == SUFFIX:
            take_place(journal, journal.with_suffix(FINISHED_SUFFIX))
