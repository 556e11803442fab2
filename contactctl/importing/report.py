"""What an import would do, and what it has come to so far: numbers, and the words for them."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from contactctl.exact_json import JsonObject, JsonValue, Number, parse_json
from contactctl.output import Answer
from contactctl.safe_text import excerpt
from contactctl.wording import counted, duration, per_second

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from contactctl.importing.plan import Plan
    from contactctl.importing.row import Finished, Job

#: Requests that a dry run shows.
SHOWN_REQUESTS = 5
_SHOWN_REPEATS = 3


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
    def lines(self) -> list[str]:
        """Return what to say before the first write."""
        report = self.plan.report
        name = excerpt(self.plan.source.name)
        most = "up to " if self.unchanged is None else ""
        rows = f"{name}: {counted(report.rows, 'row')}, {most}{self.to_send:,} to send"
        if self.to_send and not math.isinf(self.per_second):
            rows += f", about {duration(self.seconds)} at {per_second(self.per_second)}"
        lines = [rows]
        if report.problem_rows:
            lines.append(f"{counted(report.problem_rows, 'row')} cannot be sent")
        if self.unchanged:
            lines.append(f"{counted(self.unchanged, 'row')} unchanged since last sent")
        cleared = [f"{excerpt(name)} in {count:,}" for name, count in report.cleared.items()]
        if cleared:
            lines.append(f"empties {', '.join(cleared)} of the rows")
        return lines + self._repeats()

    def answer(self) -> Answer:
        """Return the answer to a dry run: the lines, and the first requests."""
        jobs = list(islice(self.plan.jobs(), SHOWN_REQUESTS))

        def view() -> RenderableType:
            from contactctl import views

            rows = [(str(job.row.line), job.body.decode()) for job in jobs]
            heading = views.headline("\n".join(self.lines), style="bold")
            return views.stack(heading, views.grid(("line", "request"), rows))

        would = "update" if self.to_send else "nothing"
        plain = [f"would\t{would}", *self.lines]
        plain += [f"line {job.row.line}\t{job.body.decode()}" for job in jobs]
        return Answer(json=self._json(would, jobs), plain=plain, quiet=[would], view=view)

    def _repeats(self) -> list[str]:
        report = self.plan.report
        if not report.repeating_rows:
            return []
        pairs = [f"line {line} after {first}" for line, first in report.repeats[:_SHOWN_REPEATS]]
        more = ", …" if report.repeating_rows > len(pairs) else ""
        rows = counted(report.repeating_rows, "row repeats", "rows repeat")
        return [f"{rows} an email or user id, sent in file order: {', '.join(pairs)}{more}"]

    def _json(self, would: str, jobs: list[Job]) -> JsonObject:
        report = self.plan.report
        requests: list[JsonValue] = [
            {"line": Number(str(job.row.line)), "request": parse_json(job.body)} for job in jobs
        ]
        return {
            "would": would,
            "rows": _number(report.rows),
            "toSend": _number(self.to_send),
            "invalid": _number(report.problem_rows),
            "unchanged": _number(self.unchanged or 0),
            "repeating": _number(report.repeating_rows),
            "seconds": _number(math.ceil(self.seconds)),
            "clears": {name: _number(count) for name, count in report.cleared.items()},
            "requests": requests,
        }


def _number(value: int) -> Number:
    return Number(str(value))


#: Failed rows that a summary names.
NAMED_FAILURES = 20


class Tally:
    """Counts results; ``clock`` is in seconds. Another thread may read it."""

    def __init__(self, rows: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.rows = rows
        self.told = self.done = self.failed = self.skipped = self.earlier = self.sent = 0
        self.failures: list[tuple[int, str]] = []
        self._clock = clock
        self._began = clock()

    def add(self, finished: Finished) -> None:
        """Count one row."""
        job, result = finished
        self.told += 1
        if job.earlier:
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
