"""Plans and counts of imports, made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from known_account import account_fields

from contactctl.importing.checking.plan import Plan, make_plan
from contactctl.importing.checking.report import Tally
from contactctl.importing.columns.rules import ColumnRules
from contactctl.importing.reading.source import open_source
from contactctl.importing.row import Finished, Job, Result, Row, RowError

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = account_fields({"plan": "string"})


def plan_of(folder: Path, text: str, name: str = "people.csv", **more: object) -> Plan:
    path = folder / name
    path.write_text(text)
    return make_plan(
        open_source(path, name=name),
        ColumnRules(),
        FIELDS,
        "account",
        name=name,
        **more,  # type: ignore[arg-type]
    )


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def finished(number: int, status: str, *, earlier: bool = False) -> Finished:
    result = Result(number, "done", "c", 1) if status == "done" else Result(number, "skipped")
    if status == "failed":
        result = Result(number, "failed", error=RowError("guarded", f"why {number}"))
    return Finished(Job(Row(number, number + 1), earlier=earlier), result)


def tally_of(*statuses: str, rows: int = 0, seconds: float = 2.0) -> Tally:
    clock = Clock()
    tally = Tally(rows or len(statuses), clock)
    for number, status in enumerate(statuses, start=1):
        tally.add(finished(number, status.removeprefix("earlier "), earlier=" " in status))
    clock.now += seconds
    return tally
