"""What stands in for a journal, and for the memory of sent rows, where nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.importing.delta import Delta
    from contactctl.importing.journal_rows import State
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
