"""What a signal does to an import."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from contactctl.errors import (
    Ending,
    Outcome,
    RowsFailedError,
    StoppedError,
    UnauthorizedError,
    UnavailableError,
)
from contactctl.signals import stops_told
from contactctl.wording import counted

if TYPE_CHECKING:
    from contactctl.importing.checking.report import Tally

#: timeout(1) and terminals may send a signal to a process and to its group.
_SAME_SIGNAL_S = 0.3


class Stoppable(Protocol):
    """A run that can be asked to end."""

    def request_stop(self, *, at_once: bool = False) -> None:
        """Ask the run to end soon; ``at_once`` waits for nothing."""


class Stop:
    """What a signal does: the first one ends the run soon, the second one at once."""

    def __init__(self) -> None:
        self.run: Stoppable | None = None
        self._signum = 0
        self._first_at = 0.0

    @contextmanager
    def told(self, tally: "Tally", resume_command: str) -> Iterator[None]:
        """Take the signals of the block, and name the way on where its run ends early."""
        try:
            with stops_told(self.take):
                yield
        except Ending as error:
            if self.run is not None:
                _name_way_on(error, resume_command)
                if isinstance(error, RowsFailedError):
                    error.counts = tally.counts
            raise

    def watch(self, run: Stoppable) -> None:
        """Stop this run from now on; raise where a stop was asked for before, and swallowed."""
        if self._signum:
            raise StoppedError("stopped before the first row", signum=self._signum)
        self.run = run

    def take(self, signum: int) -> None:
        """Take a signal; raise :class:`StoppedError` before the run, and for the second one."""
        if self.run is None:
            self._signum = signum
            raise StoppedError("stopped before the first row", signum=signum)
        now, again = time.monotonic(), bool(self._signum)
        # Counted as two, the rows in flight would lose their time to end.
        if again and now - self._first_at < _SAME_SIGNAL_S:
            return
        self._signum, self._first_at = signum, now
        # Not raised: the run is to end in order, and what it was told is to be recorded.
        self.run.request_stop(at_once=again)
        if again:
            raise StoppedError("stopped at once", signum=signum)

    def error(self, told: int, of: int) -> StoppedError:
        """Return the error of a run that was stopped after so many rows."""
        rows = f"{told:,} of {counted(of, 'row')}"
        error = StoppedError(f"stopped after {rows}", signum=self._signum)
        error.outcome = Outcome.NOT_SENT  # what is left; all else has its result
        return error


@contextmanager
def way_on_named(resume_command: str | None) -> Iterator[None]:
    """Name the way on with an earlier run where the block, which comes before its rows, fails.

    Only where the same command may succeed later; None is for a run that was not begun.
    """
    try:
        yield
    except (UnavailableError, UnauthorizedError, StoppedError) as error:
        if resume_command is not None:
            _name_way_on(error, resume_command)
        raise


def _name_way_on(error: Ending, resume_command: str) -> None:
    error.hint = f"{error.hint}; then resume with" if error.hint else "resume with"
    error.command = resume_command
