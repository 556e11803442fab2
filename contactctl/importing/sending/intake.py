"""Rows on their way into a run: those to be sent, and those whose end is known already."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Protocol

from contactctl.changes.typing_rules import ValueProblem
from contactctl.contact import ContactChange
from contactctl.importing.row import Job, Result, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from contactctl.importing.columns.convert import Converter
    from contactctl.importing.keeping.journal_rows import State
    from contactctl.importing.row import Row


class Record(Protocol):
    """What keeps the results of a run: its journal, or what stands in for one."""

    state: State

    @property
    def has_results(self) -> bool:
        """Tell whether an earlier run recorded anything."""

    def result_of(self, ordinal: int) -> Result | None:
        """Return what an earlier run recorded of a row."""

    def record(self, result: Result) -> None:
        """Return when the result is on disk."""

    def note(self, result: Result) -> None:
        """Keep a result that needs no acknowledgement."""

    def flush(self) -> None:
        """Bring everything to disk."""


class SentRows(Protocol):
    """What tells which rows say nothing new, or what stands in for that."""

    def unchanged(self, jobs: Sequence[Job]) -> set[int]:
        """Return the ordinals of the rows that say what was last sent for their contacts."""

    def before_sending(self, jobs: Sequence[Job]) -> None:
        """Take note of rows that are to be sent."""

    def after_sending(self, job: Job, result: Result) -> None:
        """Take note of what became of such a row."""

    @property
    def due_in_s(self) -> float | None:
        """Return in how many seconds something must reach the disk; None for nothing."""

    def flush_due(self) -> None:
        """Bring to disk what is due."""

    def flush(self) -> None:
        """Bring everything to disk."""


class Intake:
    """Sorts rows, in file order, into those to be sent and those whose end is known.

    Known are rows of an earlier run that is now resumed, rows that cannot be sent, and rows that
    say what was sent before. ``watch`` raises when the file is no longer what was checked, and
    ``limit`` is how many rows are taken where that is not all.
    """

    def __init__(  # noqa: PLR0913 - what rows go through
        self,
        rows: Iterable[Row],
        converter: Converter,
        journal: Record,
        delta: SentRows,
        watch: Callable[[], None] = lambda: None,
        *,
        limit: int | None = None,
    ) -> None:
        self.watch = watch
        self.limited = limit is not None
        self._rows = islice(rows, limit)
        self._converter = converter
        self._journal = journal
        self._delta = delta
        self._reported_before = journal.state.reported
        self._is_resumed = journal.has_results

    def read(self, count: int) -> list[Job]:
        """Return up to so many rows; an empty list is the end of the file.

        Those to be sent are announced to the memory of sent rows. Raises whatever reading the
        file raises.
        """
        found = [self._sort(row) for row in islice(self._rows, count)]
        # All at once: a look into the memory costs nearly the same for one row and for hundreds.
        same = self._delta.unchanged([job for job in found if job.known is None])
        if same:
            found = [_skipped(job) if job.ordinal in same else job for job in found]
        self._delta.before_sending([job for job in found if job.known is None])
        return found

    def _sort(self, row: Row) -> Job:
        known = self._journal.result_of(row.ordinal) if self._is_resumed else None
        # A row may stand in the journal and never have been told of: the process died in between.
        earlier = row.ordinal <= self._reported_before
        if known is None and earlier:
            known = Result(row.ordinal, "skipped")  # all other ends are in the journal
        try:
            change = self._converter.to_change(row)
        except ValueProblem as problem:
            # An earlier run's result stands, even where the row could not be sent today.
            if known is None:
                known = invalid(row.ordinal, problem.text)
                self._journal.note(known)
            # Whoever reads of the failed row wants to know whose it is.
            return Job(row, ContactChange(*problem.who), known=known, earlier=earlier)
        if known is not None:
            return Job(row, change, known=known, earlier=earlier)
        return Job(row, change)


def _skipped(job: Job) -> Job:
    return job._replace(known=Result(job.ordinal, "skipped"))
