"""What stands in for a journal, and for the memory of sent rows, where nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.importing.keeping.delta import Delta
    from contactctl.importing.keeping.journal import Journal
    from contactctl.importing.keeping.journal_rows import State
    from contactctl.importing.row import Job, Result


class Unrecorded:
    """Stands where a run has its journal, and keeps nothing."""

    has_results = False

    def __init__(self, state: State) -> None:
        self.state = state

    def result_of(self, _: int) -> Result | None:
        """Return what an earlier run recorded: nothing."""
        return None

    def note(self, result: Result) -> None:
        """Take a result."""

    def record(self, result: Result) -> None:
        """Take a result."""

    def flush(self) -> None:
        """Have nothing to bring to disk."""


class AskedAgain:
    """The journal of a run that only asks: what was answered is told and in no file.

    A resumed run asks again about rows that were answered and not told of.
    """

    def __init__(self, journal: Journal) -> None:
        self.state = journal.state
        self._journal = journal
        self._told = journal.state.reported

    @property
    def has_results(self) -> bool:
        """Tell whether an earlier run recorded anything."""
        return self._journal.has_results

    def result_of(self, ordinal: int) -> Result | None:
        """Return what an earlier run recorded of a row that it has told of."""
        return self._journal.result_of(ordinal) if ordinal <= self._told else None

    def record(self, result: Result) -> None:
        """Return when it is on disk that the row has an end."""
        self._journal.record(result)

    def note(self, result: Result) -> None:
        """Keep a result that needs no acknowledgement."""
        self._journal.note(result)

    def flush(self) -> None:
        """Bring everything to disk."""
        self._journal.flush()


@dataclass(frozen=True, slots=True)
class OnlyRead:
    """Tells which rows say nothing new where that is asked for, and changes nothing of it."""

    delta: Delta | None = None

    def unchanged(self, jobs: Sequence[Job]) -> set[int]:
        """Return the ordinals of the rows that say what was last sent for their contacts."""
        return set() if self.delta is None else self.delta.unchanged(jobs)

    def before_sending(self, jobs: Sequence[Job]) -> None:
        """Forget nothing: nothing is sent."""

    def after_sending(self, job: Job, result: Result) -> None:
        """Remember nothing."""

    due_in_s = None

    def flush_due(self) -> None:
        """Have nothing to bring to disk."""

    def flush(self) -> None:
        """Have nothing to bring to disk."""
