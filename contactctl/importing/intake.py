"""Rows as they come in: what is known of them already, and what is to be sent."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from contactctl.changes.typing_rules import ValueProblem
from contactctl.importing.check import problem_text
from contactctl.importing.job import Job, make_job
from contactctl.importing.outcome import Result, RowOutcome, invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contactctl.importing.convert import Converter
    from contactctl.importing.journal import Journal
    from contactctl.importing.row import Row
    from contactctl.importing.sent_rows import SentRows


class Intake:
    """Sorts rows, in file order, into those to be sent and those whose end is known.

    Known are rows of an earlier run that is now resumed, rows that cannot be sent, and rows that
    say what was sent before.
    """

    def __init__(
        self, rows: Iterable[Row], converter: Converter, journal: Journal, sent_rows: SentRows
    ) -> None:
        self._rows = iter(rows)
        self._converter = converter
        self._journal = journal
        self._sent_rows = sent_rows
        self._reported_before = journal.state.reported
        self._is_resumed = journal.has_results

    def read(self, count: int) -> list[RowOutcome | Job]:
        """Return up to so many rows; an empty list is the end of the file.

        The jobs among them are announced to the memory of sent rows. Raises whatever reading the
        file raises.
        """
        found = [self._sort(row) for row in islice(self._rows, count)]
        jobs = [item for item in found if isinstance(item, Job)]
        same = self._sent_rows.unchanged(jobs)
        if same:
            found = [_skipped(item) if _is_in(item, same) else item for item in found]
            jobs = [job for job in jobs if job.ordinal not in same]
        self._sent_rows.before_sending(jobs)
        return found

    def _sort(self, row: Row) -> RowOutcome | Job:
        known = self._journal.result_of(row.ordinal) if self._is_resumed else None
        earlier = row.ordinal <= self._reported_before
        if known is None and earlier:
            known = Result(row.ordinal, "skipped")  # all other ends are in the journal
        try:
            change = self._converter.to_change(row)
        except ValueProblem as problem:
            if known is None:
                known = invalid(row.ordinal, problem_text(problem))
                self._journal.note(known)
            return RowOutcome(row, known, earlier=earlier)
        if known is not None:
            return RowOutcome(row, known, change.email, change.user_id, earlier)
        return make_job(row, change)


def _is_in(item: RowOutcome | Job, ordinals: set[int]) -> bool:
    return isinstance(item, Job) and item.ordinal in ordinals


def _skipped(item: RowOutcome | Job) -> RowOutcome:
    assert isinstance(item, Job)  # noqa: S101 - see _is_in
    return item.to_outcome(Result(item.ordinal, "skipped"))
