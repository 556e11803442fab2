"""What rows and changes would do, as lines of a plan."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from contactctl.changes.preview import FieldChange, applied, preview_update
from contactctl.importing.checking.report import would_of
from contactctl.plans.lines import WOULDS, Planned, names_of
from contactctl.plans.opposite import fields_of, id_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contactctl.changes.draft import DeclaredTypes
    from contactctl.changes.update import Plan
    from contactctl.contact import ContactRef
    from contactctl.exact_json import JsonObject
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
        """Take a line, and name the mailing lists in it."""
        self.counts[item.would] += 1
        self._writer.add(replace(item, names=names_of(item.changes, self._lists)))


def to_planned(finished: Finished, lists: Mapping[str, str]) -> Planned | None:
    """Return the line of a row; None for one that would not be written."""
    job, result = finished
    would = next((word for word in WOULDS if word == would_of(result)), None)
    if would is None:
        return None
    changes = {} if result.change is None else result.change.fields
    # Values that are there already are no change that a later look could hold against it.
    if would == "nothing":
        changes = {}
    names = names_of(changes, lists)
    return Planned(job.change.refs, would, changes, result.id, job.row.line, names)


def planned_update(plan: Plan, declared: DeclaredTypes | None) -> Iterator[Planned]:
    """Yield a line for each write that an update takes; one that changes nothing has its line too.

    There are two where an address changes and the contact must get its user id first.
    """
    contact = None if plan.looked is None else plan.looked.contact
    for step in plan.steps:
        found = preview_update(step, contact, declared)
        would: Would = next((word for word in WOULDS if word == found.would), "nothing")
        yield Planned(step.refs, would, found.changes, id_of(contact))
        contact = applied(step, contact)


def planned_deletion(ref: ContactRef, contact: JsonObject) -> Planned:
    """Return the line of a deletion: all that goes with the contact."""
    gone = {name: FieldChange(value, None) for name, value in fields_of(contact).items()}
    return Planned((ref,), "delete", gone, id_of(contact))
