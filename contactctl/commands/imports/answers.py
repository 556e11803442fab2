"""What import says: before the first write, on the way, and in the end."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from contactctl.importing.row import KINDS
from contactctl.output import Answer
from contactctl.safe_text import excerpt
from contactctl.wording import counted, duration, per_second

if TYPE_CHECKING:
    from rich.console import RenderableType

    from contactctl.importing.check import CheckReport
    from contactctl.importing.report import Forecast, Tally

_SHOWN_REPEATS = 3


def dry_run(forecast: Forecast) -> Answer:
    """Return the answer to a dry run: what is to come, and the first requests."""
    jobs = forecast.first_jobs()
    lines = forecast_lines(forecast)

    def view() -> RenderableType:
        from contactctl import views

        rows = [(str(job.row.line), job.body.decode()) for job in jobs]
        heading = views.headline("\n".join(lines), style="bold")
        return views.stack(heading, views.grid(("line", "request"), rows))

    plain = [f"would\t{forecast.would}", *lines]
    plain += [f"line {job.row.line}\t{job.body.decode()}" for job in jobs]
    found = forecast.to_json_object(jobs)
    return Answer(json=found, plain=plain, quiet=[forecast.would], view=view)


def forecast_lines(forecast: Forecast) -> list[str]:
    """Return what to say before the first write."""
    report = forecast.plan.report
    lines = [_rows_to_send(forecast)]
    if report.problem_rows:
        lines.append(f"{counted(report.problem_rows, 'row')} cannot be sent")
    if forecast.unchanged:
        lines.append(f"{counted(forecast.unchanged, 'row')} unchanged since last sent")
    cleared = [f"{excerpt(name)} in {count:,}" for name, count in report.cleared.items()]
    if cleared:
        lines.append(f"empties {', '.join(cleared)} of the rows")
    return lines + _repeats(report)


def progress_line(tally: Tally) -> str:
    """Return one line that says how far things are."""
    parts = [f"{tally.told:,} of {counted(tally.rows, 'row')}", per_second(tally.rate)]
    parts += [counted(tally.failed, "failure")] if tally.failed else []
    left = tally.seconds_left
    parts += [] if left is None else [f"{duration(left)} left"]
    return ", ".join(parts)


def summary(tally: Tally) -> str:
    """Return what became of the rows, and the first failures, a line each."""
    parts = [f"{count:,} {kind}" for kind in KINDS if (count := tally.changes[kind])]
    others = tally.done - tally.changes.total()
    parts += [f"{others:,} done"] if others or not parts else []
    parts += [f"{tally.failed:,} failed"] if tally.failed else []
    parts += [f"{tally.skipped:,} unchanged since last sent"] if tally.skipped else []
    parts += [f"{tally.earlier:,} of them in an earlier run"] if tally.earlier else []
    speed = f" ({per_second(tally.rate)})" if tally.sent else ""
    ending = f"{_rows_told(tally)}: {', '.join(parts)}, in {duration(tally.seconds)}{speed}"
    return "\n".join([ending, *_failures(tally)])


def _rows_to_send(forecast: Forecast) -> str:
    plan, most = forecast.plan, "up to " if forecast.unchanged is None else ""
    rows = counted(plan.report.rows, "row")
    line = f"{excerpt(plan.source.name)}: {rows}, {most}{forecast.to_send:,} to send"
    if forecast.to_send and not math.isinf(forecast.per_second):
        line += f", about {duration(forecast.seconds)} at {per_second(forecast.per_second)}"
    return line


def _repeats(report: CheckReport) -> list[str]:
    if not report.repeating_rows:
        return []
    pairs = [f"line {line} after {first}" for line, first in report.repeats[:_SHOWN_REPEATS]]
    more = ", …" if report.repeating_rows > len(pairs) else ""
    rows = counted(report.repeating_rows, "row repeats", "rows repeat")
    return [f"{rows} an email or user id, sent in file order: {', '.join(pairs)}{more}"]


def _rows_told(tally: Tally) -> str:
    """Return how many rows have been told of, and of how many where that is not all."""
    rows = counted(tally.rows, "row")
    return rows if tally.told == tally.rows else f"{tally.told:,} of {rows}"


def _failures(tally: Tally) -> list[str]:
    lines = [f"line {line}: {message}" for line, message in tally.failures]
    more = tally.failed - len(lines)
    return [*lines, f"and {more:,} more"] if more > 0 else lines
