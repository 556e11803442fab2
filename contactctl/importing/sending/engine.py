"""The engine of an import: rows in, one result a row out, in file order."""

from __future__ import annotations

import math
import time
from collections import deque
from typing import TYPE_CHECKING

from contactctl.errors import ContactctlError
from contactctl.importing.row import Finished
from contactctl.importing.sending.workers import MOST_IN_FLIGHT, Workers

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from contactctl.importing.pacing.limiter import Limiter, Stall
    from contactctl.importing.row import Job, Result
    from contactctl.importing.sending.intake import Intake, Record, SentRows
    from contactctl.importing.sending.workers import Sends

#: Rows that are read ahead of the one to be told next.
LOOK_AHEAD_ROWS = 1000
#: How long requests in flight are waited for when the run is stopped.
GRACE_S = 4.0
#: How often the file is looked at while its rows are sent: about as often as an answer comes.
_WATCH_S = 0.02


class ImportRun:
    """Sends what the intake has, and tells of every row when its end is on disk.

    ``max_failures`` ends the run when so many rows have failed in it.
    """

    def __init__(  # noqa: PLR0913 - the parts of the engine
        self,
        intake: Intake,
        sender: Sends,
        limiter: Limiter,
        journal: Record,
        delta: SentRows,
        *,
        max_failures: int | None = None,
        most_in_flight: int = MOST_IN_FLIGHT,
        grace_s: float = GRACE_S,
    ) -> None:
        self._intake = intake
        self._limiter = limiter
        self._journal = journal
        self._delta = delta
        self._workers = Workers(
            sender, journal, limiter, most=most_in_flight, max_failures=max_failures
        )
        self._grace_s = grace_s
        self._line: deque[Job] = deque()
        self._results: dict[int, Result] = {}
        self._exhausted = False
        self._complete = False
        self._stop_asked = False
        self._watched_at = -math.inf
        self._failure: BaseException | None = None

    @property
    def stopped(self) -> bool:
        """Tell whether the run ended before it came to its last row."""
        return not self._complete

    @property
    def stall(self) -> Stall | None:
        """What keeps the run from moving, None while it moves; may be asked from any thread."""
        return self._limiter.stall

    def request_stop(self, *, at_once: bool = False) -> None:
        """Ask the run to end soon; may be called by a signal handler, and from any thread.

        ``at_once`` waits for nothing: what is in flight is sent again by a resumed run.
        """
        self._stop_asked = True
        if at_once:
            self._grace_s = 0.0
        self._workers.wake()

    def pass_over(self) -> None:
        """End the run in place of :meth:`results`: none of its rows is to be sent.

        Raises what says that the file is no longer what was checked, or that the disk fails.
        """
        self._intake.watch()
        self._workers.close(0.0)
        self._exhausted = True
        self._end()

    def results(self) -> Generator[Finished, None, None]:
        """Yield every row with its result, in file order; to be used once.

        Ends early after :meth:`request_stop`. Raises what ends a run, after the results of all
        rows that are finished up to the first that is not: the journal is safe by then.
        """
        try:
            while not (self._exhausted and not self._line) and not self._is_stopping():
                self._fill()
                yield from self._finished_rows()
                if self._line:
                    self._take_in(self._workers.wait(self._delta.due_in_s))
            # Ended or stopped: rows in flight still have their results, and are told of in order.
            self._settle()
            yield from self._finished_rows()
            self._end()
        finally:
            # Once more for a consumer that goes away in the middle; it is free after _settle.
            self._workers.close(self._grace_s)

    def _is_stopping(self) -> bool:
        return self._stop_asked or self._failure is not None

    def _fill(self) -> None:
        """Read on when half of what was read ahead has been told."""
        try:
            self._watch()
            # In halves: many rows at a time are cheap to look up, and the senders never run dry.
            if self._exhausted or len(self._line) > LOOK_AHEAD_ROWS // 2:
                return
            found = self._intake.read(LOOK_AHEAD_ROWS - len(self._line))
        except ContactctlError as error:
            # Kept and not raised: rows in flight have their end first, and are told of.
            self._failure = error
            return
        self._exhausted = not found
        self._line.extend(found)
        self._workers.add(found)

    def _watch(self) -> None:
        now = time.monotonic()
        if now >= self._watched_at + _WATCH_S:
            self._intake.watch()
            self._watched_at = now

    def _finished_rows(self) -> Iterator[Finished]:
        state = self._journal.state
        while self._line:
            job = self._line[0]
            result = job.known or self._results.pop(job.ordinal, None)
            if result is None:
                return
            self._line.popleft()
            # Reported when the consumer asks for the next one, and so has dealt with this one. A
            # crash in between tells of a row twice, which is better than never.
            yield Finished(job, result)
            state.reported = max(state.reported, job.ordinal)

    def _take_in(self, told: Finished | BaseException | None) -> None:
        if isinstance(told, Finished):
            self._results[told.job.ordinal] = told.result
        elif told is not None:
            # The first counts: what fails after it is often its echo.
            self._failure = self._failure or told
        try:
            if isinstance(told, Finished):
                self._delta.after_sending(told.job, told.result)
            self._delta.flush_due()
        except ContactctlError as error:
            self._failure = self._failure or error

    def _settle(self) -> None:
        """Let what is in flight end."""
        for told in self._workers.close(self._grace_s):
            self._take_in(told)

    def _end(self) -> None:
        """Bring everything to disk, and say why the run ended before its file."""
        # The memory first: once the journal says finished, nobody comes back for what lacks there.
        self._complete = self._exhausted and not self._line and not self._failure
        try:
            self._delta.flush()
            self._flush_journal()
        except ContactctlError as error:
            self._failure = self._failure or error
        if self._failure is not None:
            raise self._failure

    def _flush_journal(self) -> None:
        state = self._journal.state
        # A run cut short by --limit has rows left for a resume.
        state.finished = self._complete and not self._intake.limited
        try:
            self._journal.flush()
        except BaseException:
            state.finished = False  # or its file's name would say what does not stand in it
            raise
