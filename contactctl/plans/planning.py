"""What rows and changes would do, as lines of a plan."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from contactctl.importing.report import would_of
from contactctl.plans.lines import LIST_PREFIX, WOULDS, Planned

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.importing.row import Finished
    from contactctl.plans.lines import Would
    from contactctl.plans.plan_file import PlanWriter


class Planner:
    """Writes a line for each row of a dry run, and counts.

    ``lists`` has the names of mailing lists by their ids. ``left_out`` is how many rows have no
    line, as they are refused or could not be looked up.
    """

    def __init__(self, writer: PlanWriter, lists: Mapping[str, str]) -> None:
        self.counts: Counter[Would] = Counter()
        self.left_out = 0
        self._writer = writer
        self._lists = lists

    def add(self, finished: Finished) -> Planned | None:
        """Take a row; return its line, None where it has none."""
        item = to_planned(finished, self._lists)
        if item is None:
            self.left_out += 1
        else:
            self.take(item)
        return item

    def take(self, item: Planned) -> None:
        """Take a line."""
        self.counts[item.would] += 1
        self._writer.add(item)


def to_planned(finished: Finished, lists: Mapping[str, str]) -> Planned | None:
    """Return the line of a row; None for one that would not be written."""
    job, result = finished
    would = next((word for word in WOULDS if word == would_of(result)), None)
    if would is None:
        return None
    changes = {} if result.change is None else result.change.fields
    if would == "nothing":
        changes = {}
    return Planned(
        job.change.refs, would, changes, result.id, job.row.line, names_of(changes, lists)
    )


def names_of(changes: Mapping[str, object], lists: Mapping[str, str]) -> dict[str, str]:
    """Return the names of the mailing lists among some fields, as far as they are known."""
    ids = {name: name.removeprefix(LIST_PREFIX) for name in changes if name.startswith(LIST_PREFIX)}
    return {name: lists[one] for name, one in ids.items() if one in lists}
