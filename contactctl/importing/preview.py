"""What an import would do, before anything is written: in words, and as the answer to a dry run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from contactctl.exact_json import JsonObject, JsonValue, Number, parse_json
from contactctl.importing.words import counted, duration, per_second
from contactctl.output import Answer
from contactctl.safe_text import excerpt

if TYPE_CHECKING:
    from rich.console import RenderableType

    from contactctl.importing.job import Job
    from contactctl.importing.plan import Plan

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
