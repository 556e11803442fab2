"""What is told of a run while it goes on, and of its rows in the end."""

from __future__ import annotations

import sys
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from contactctl.errors import MachineError
from contactctl.github import Annotations
from contactctl.output import is_terminal
from contactctl.progress import Standing, shown_progress
from contactctl.safe_text import to_safe
from contactctl.wording import counted, duration, per_second

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contactctl.importing.checking.report import DryTally, Tally
    from contactctl.importing.pacing.limiter import Stall
    from contactctl.importing.row import Finished
    from contactctl.importing.sending.engine import ImportRun
    from contactctl.output import Output
    from contactctl.progress import Progress


@contextmanager
def told(
    output: Output, name: str, tally: Tally, run: ImportRun, *, prints_rows: bool | None = None
) -> Iterator[tuple[Progress, Iterator[Finished]]]:
    """Give the progress that is shown, and the results of a run, counted.

    ``prints_rows`` says whether each result is printed; None for those in JSON alone.
    """
    prints = output.form == "json" if prints_rows is None else prints_rows
    # What is drawn would be torn by rows on the same terminal.
    still = output._replace(still=prints and is_terminal(output.stdout))
    shown = shown_progress(still, name, tally.rows, lambda: standing(tally, run.stall))
    with shown as progress, closing(run.results()) as results:
        yield progress, _counted(results, tally, progress, Annotations(output, name))


@contextmanager
def minor_beside(tally: Tally, output: Output) -> Iterator[None]:
    """Warn of what fails in the block where an error has ended the run, or rows have failed.

    That says more, and has an exit code of its own.
    """
    ending = sys.exc_info()[1]
    try:
        yield
    except MachineError as error:
        if ending is None and not tally.failed:
            raise
        output.warn(error.message)


def _counted(
    results: Iterator[Finished], tally: Tally, progress: Progress, annotations: Annotations
) -> Iterator[Finished]:
    for finished in results:
        tally.add(finished)
        error = finished.result.error
        # The call that was stopped has told of these already.
        if error is not None and not finished.job.earlier:
            annotations.add(finished.job.row.line, error.message)
        yield finished
        progress.advance(tally.told)


def standing(tally: Tally, stall: Stall | None = None) -> Standing:
    """Return how far things are, and what holds them up."""
    parts = [f"{tally.told:,} of {counted(tally.rows, 'row')}", per_second(tally.rate)]
    parts += [counted(tally.failed, "failure")] if tally.failed else []
    parts += [f"{tally.missing:,} not found"] if tally.missing else []
    left = tally.seconds_left
    if left is not None and stall is None:  # how long the rest takes, nobody knows then
        parts.append(f"{duration(left)} left")
    return Standing([*parts, *stall_words(stall)], stall is not None)


def stall_words(stall: Stall | None) -> list[str]:
    """Return what is waited for, since when and why."""
    if stall is None:
        return []
    if not stall.reason:
        return [f"waiting for an answer for {duration(stall.seconds)}"]
    return [f"waiting for the service for {duration(stall.seconds)}", to_safe(stall.reason)]


def rows_told(tally: Tally | DryTally) -> str:
    """Return how many rows have been told of, and of how many where that is not all."""
    rows = counted(tally.rows, "row")
    return rows if tally.told == tally.rows else f"{tally.told:,} of {rows}"


def failure_lines(tally: Tally) -> list[str]:
    """Return the first failures, a line each, and how many more there are."""
    lines = [f"{who}: {message}" for who, message in tally.failures]
    more = tally.failed + tally.missing - tally.invalid - len(lines)
    return [*lines, f"and {more:,} more"] if more > 0 else lines
