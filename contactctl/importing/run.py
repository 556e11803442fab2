"""The engine of an import: rows in, one outcome a row out, in file order."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from contactctl.errors import ContactctlError, RowsFailedError
from contactctl.importing.crew import MOST_IN_FLIGHT, Crew, Finished
from contactctl.importing.job import Job

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from contactctl.importing.gate import Gate
    from contactctl.importing.intake import Intake
    from contactctl.importing.journal import Journal
    from contactctl.importing.outcome import Result, RowOutcome
    from contactctl.importing.sender import Sender
    from contactctl.importing.sent_rows import SentRows

#: Rows that are read ahead of the one to be told next.
LOOK_AHEAD_ROWS = 1000
#: How long requests in flight are waited for when the run is stopped.
GRACE_S = 4.0


class ImportRun:
    """Sends what the intake has, and tells of every row when its end is on disk.

    ``max_failures`` ends the run when so many rows have failed in it.
    """

    def __init__(  # noqa: PLR0913 - the parts of the engine
        self,
        intake: Intake,
        sender: Sender,
        gate: Gate,
        journal: Journal,
        sent_rows: SentRows,
        *,
        max_failures: int | None = None,
        most_in_flight: int = MOST_IN_FLIGHT,
        grace_s: float = GRACE_S,
    ) -> None:
        self._intake = intake
        self._journal = journal
        self._sent_rows = sent_rows
        self._crew = Crew(sender, journal, gate, most=most_in_flight)
        self._max_failures = max_failures
        self._grace_s = grace_s
        self._line: deque[RowOutcome | Job] = deque()
        self._results: dict[int, Result] = {}
        self._exhausted = False
        self._stop_asked = False
        self._failures = 0
        self._failure: BaseException | None = None

    @property
    def stopped(self) -> bool:
        """Tell whether the run ended before its file did."""
        return not self._journal.state.finished

    def request_stop(self, *, at_once: bool = False) -> None:
        """Ask the run to end soon; may be called by a signal handler, and from any thread.

        ``at_once`` waits for nothing: what is in flight is sent again by a resumed run.
        """
        self._stop_asked = True
        if at_once:
            self._grace_s = 0.0
        self._crew.wake()

    def outcomes(self) -> Generator[RowOutcome, None, None]:
        """Yield the outcome of every row, in file order; to be used once.

        Ends early after :meth:`request_stop`. Raises what ends a run, after the outcomes of all
        rows that are finished up to the first that is not: the journal is safe by then.
        """
        try:
            while not (self._exhausted and not self._line) and not self._is_stopping():
                self._fill()
                yield from self._finished_rows()
                if self._line:
                    self._take_in(self._crew.wait())
            self._settle()
            yield from self._finished_rows()
            self._end()
        finally:
            self._crew.close(self._grace_s)

    def _is_stopping(self) -> bool:
        return self._stop_asked or self._failure is not None

    def _fill(self) -> None:
        """Read on when half of what was read ahead has been told."""
        if self._exhausted or len(self._line) > LOOK_AHEAD_ROWS // 2:
            return
        try:
            found = self._intake.read(LOOK_AHEAD_ROWS - len(self._line))
        except ContactctlError as error:
            self._failure = error
            return
        self._exhausted = not found
        self._line.extend(found)
        self._crew.add(found)

    def _finished_rows(self) -> Iterator[RowOutcome]:
        state = self._journal.state
        while self._line:
            item = self._line[0]
            if isinstance(item, Job):
                result = self._results.pop(item.ordinal, None)
                if result is None:
                    return
                item = item.to_outcome(result)
            self._line.popleft()
            yield item
            state.reported = max(state.reported, item.row.ordinal)

    def _take_in(self, told: Finished | BaseException | None) -> None:
        if isinstance(told, Finished):
            self._results[told.job.ordinal] = told.result
            try:
                self._sent_rows.after_sending(told.job, told.result)
            except ContactctlError as error:
                self._failure = self._failure or error
            self._count(told.result)
        elif told is not None:
            self._failure = self._failure or told

    def _count(self, result: Result) -> None:
        self._failures += result.status == "failed"
        if self._max_failures is not None and self._failures >= self._max_failures:
            self._failure = self._failure or RowsFailedError(
                f"stopped after {self._failures} failed rows, as --max-failures asks"
            )

    def _settle(self) -> None:
        """Let what is in flight end."""
        for told in self._crew.close(self._grace_s):
            self._take_in(told)

    def _end(self) -> None:
        """Bring everything to disk, and say why the run ended before its file."""
        self._journal.state.finished = self._exhausted and not self._line and not self._failure
        try:
            self._sent_rows.flush()
            self._journal.flush()
        except ContactctlError as error:
            self._failure = self._failure or error
        if self._failure is not None:
            raise self._failure
