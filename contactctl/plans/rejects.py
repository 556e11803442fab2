"""Lines of a plan that failed, with the reason: JSON Lines, one object a line of the plan."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from contactctl.importing.keeping.rejects import Rejects
from contactctl.importing.reading.decoding import Encoding
from contactctl.importing.reading.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from contactctl.importing.row import Finished
    from contactctl.plans.plan_file import PlanFile


@contextmanager
def open_rejects(path: Path | None, file: PlanFile) -> Iterator[Callable[[Finished], None]]:
    """Give a function that writes failed lines down, or does nothing without a path.

    Raises as :class:`Rejects`.
    """
    if path is None:
        yield lambda _: None
        return
    source = Source(file.snapshot, file.name, "jsonl", Encoding("utf-8"), "", None)
    with Rejects(path, source) as rejects:
        yield lambda finished: rejects.add(finished.job.row, finished.result)
