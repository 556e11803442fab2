"""What an import would do, and what it has come to so far, in numbers."""

from __future__ import annotations

import math
import time
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from contactctl.exact_json import JsonObject, JsonValue, Number, parse_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from contactctl.importing.plan import Plan
    from contactctl.importing.row import Finished, Job, Kind

#: Requests that a dry run shows.
SHOWN_REQUESTS = 5
#: Failed rows that are kept for the summary; the rest is counted.
KEPT_FAILURES = 20


@dataclass(frozen=True, slots=True)
class Forecast:
    """A plan, and at how many requests a second it runs.

    ``unchanged`` is how many rows say nothing new; None when that will only be seen on the way.
    """

    plan: Plan
    per_second: float
    unchanged: int | None = 0

    @property
    def to_send(self) -> int:
        """Return how many rows would be sent, at the most."""
        return self.plan.report.sendable_rows - (self.unchanged or 0)

    @property
    def seconds(self) -> float:
        """Return how long that would take."""
        return 0.0 if math.isinf(self.per_second) else self.to_send / self.per_second

    @property
    def would(self) -> str:
        """Return what the import would do, in one word for programs."""
        return "update" if self.to_send else "nothing"

    def first_jobs(self) -> list[Job]:
        """Return the first rows that would be sent; reads the file."""
        return list(islice(self.plan.jobs(), SHOWN_REQUESTS))

    def to_json_object(self, jobs: list[Job]) -> JsonObject:
        """Return the numbers and the requests of these rows."""
        report = self.plan.report
        requests: list[JsonValue] = [
            {"line": Number(str(job.row.line)), "request": parse_json(job.body)} for job in jobs
        ]
        return {
            "would": self.would,
            "rows": _number(report.rows),
            "toSend": _number(self.to_send),
            "invalid": _number(report.problem_rows),
            "unchanged": _number(self.unchanged or 0),
            "repeating": _number(report.repeating_rows),
            "seconds": _number(math.ceil(self.seconds)),
            "clears": {name: _number(count) for name, count in report.cleared.items()},
            "requests": requests,
        }


class Tally:
    """Counts results; ``clock`` is in seconds. Another thread may read it."""

    def __init__(self, rows: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.rows = rows
        self.told = self.done = self.failed = self.skipped = self.earlier = self.sent = 0
        #: The lines of the first failed rows, each with its reason.
        self.failures: list[tuple[int, str]] = []
        #: How many rows did what, where their contacts were looked up.
        self.changes: Counter[Kind] = Counter()
        self._clock = clock
        self._began = clock()

    def add(self, finished: Finished) -> None:
        """Count one row."""
        job, result = finished
        self.told += 1
        if job.earlier:
            self.earlier += 1
        elif result.attempts or result.change is not None:
            self.sent += 1
        if result.change is not None:
            self.changes[result.change.kind] += 1
        if result.status == "skipped":
            self.skipped += 1
        elif result.error is None:
            self.done += 1
        else:
            self.failed += 1
            if len(self.failures) < KEPT_FAILURES:
                self.failures.append((job.row.line, result.error.message))

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
    def seconds_left(self) -> float | None:
        """Return how much time is left at this rate; None while that is not known."""
        rate = self.rate
        return (self.rows - self.told) / rate if rate > 0 else None


def _number(value: int) -> Number:
    return Number(str(value))
