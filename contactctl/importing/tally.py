"""What a run has come to so far, and the words for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from contactctl.importing.words import counted, duration, per_second

if TYPE_CHECKING:
    from collections.abc import Callable

    from contactctl.importing.outcome import RowOutcome

#: Failed rows that a summary names.
NAMED_FAILURES = 20


class Tally:
    """Counts outcomes; ``clock`` is in seconds. Another thread may read it."""

    def __init__(self, rows: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.rows = rows
        self.told = self.done = self.failed = self.skipped = self.earlier = self.sent = 0
        self.failures: list[tuple[int, str]] = []
        self._clock = clock
        self._began = clock()

    def add(self, outcome: RowOutcome) -> None:
        """Count one row."""
        result = outcome.result
        self.told += 1
        if outcome.earlier:
            self.earlier += 1
        elif result.attempts:
            self.sent += 1
        if result.status == "skipped":
            self.skipped += 1
        elif result.error is None:
            self.done += 1
        else:
            self.failed += 1
            if len(self.failures) < NAMED_FAILURES:
                self.failures.append((outcome.row.line, result.error.message))

    @property
    def seconds(self) -> float:
        """Return how long this has been going on."""
        return self._clock() - self._began

    @property
    def rate(self) -> float:
        """Return rows a second, those told of by an earlier run aside."""
        seconds = self.seconds
        return (self.told - self.earlier) / seconds if seconds > 0 else 0.0

    @property
    def left(self) -> str:
        """Return how much time is left at this rate, as words; empty while that is not known."""
        rate = self.rate
        return f"{duration((self.rows - self.told) / rate)} left" if rate > 0 else ""

    @property
    def progress(self) -> str:
        """Return one line that says how far things are."""
        parts = [f"{self.told:,} of {counted(self.rows, 'row')}", per_second(self.rate)]
        parts += [counted(self.failed, "failure")] if self.failed else []
        parts += [self.left] if self.left else []
        return ", ".join(parts)

    @property
    def summary(self) -> str:
        """Return what became of the rows."""
        parts = [f"{self.done:,} done"]
        parts += [f"{self.failed:,} failed"] if self.failed else []
        parts += [f"{self.skipped:,} unchanged, not sent"] if self.skipped else []
        parts += [f"{self.earlier:,} of them in an earlier run"] if self.earlier else []
        rows = f"{self.told:,} of {counted(self.rows, 'row')}"
        rows = counted(self.rows, "row") if self.told == self.rows else rows
        speed = f" ({per_second(self.rate)})" if self.sent else ""
        return f"{rows}: {', '.join(parts)}, in {duration(self.seconds)}{speed}"

    @property
    def failure_lines(self) -> list[str]:
        """Return the first failed rows, each with its line and reason."""
        lines = [f"line {line}: {message}" for line, message in self.failures]
        more = self.failed - len(lines)
        return [*lines, f"and {more:,} more"] if more > 0 else lines
