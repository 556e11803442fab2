"""What import says: before the first write, on the way, and in the end."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING

from contactctl.commands.imports.problems import left_out_lines
from contactctl.commands.imports.spelling_answers import (
    empty_word_lines,
    normalised_line,
    rounded_lines,
    spellings_to_json,
)
from contactctl.exact_json import to_json
from contactctl.importing.checking.report import would_of
from contactctl.importing.row import KINDS
from contactctl.output import Answer
from contactctl.progress import Standing
from contactctl.runs.problems import problem_lines
from contactctl.runs.telling import failure_lines, rows_told, stall_words
from contactctl.safe_text import excerpt, to_safe
from contactctl.wording import counted, duration, per_second

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import RenderableType

    from contactctl.changes.preview import Would
    from contactctl.exact_json import JsonObject, JsonValue
    from contactctl.importing.checking.check import CheckReport
    from contactctl.importing.checking.plan import Plan
    from contactctl.importing.checking.report import DryTally, Forecast, Tally
    from contactctl.importing.names.new_properties import NewProperty
    from contactctl.importing.pacing.limiter import Stall
    from contactctl.importing.row import Finished
    from contactctl.importing.values.spellings import Spellings

#: Of the table of a dry run.
COLUMNS = ("line", "would", "contact", "field", "before", "after")
_SHOWN_REPEATS = 3
_WOULD_BE: dict[Would, str] = {
    "create": "to create",
    "update": "to update",
    "nothing": "unchanged",
    "refused": "refused",
    "unknown": "not looked up",
}


def dry_run(
    tally: DryTally,
    forecast: Forecast,
    new: Sequence[NewProperty] = (),
    lists: Mapping[str, str] = MappingProxyType({}),
    refusal: str = "",
) -> Answer:
    """Return the answer to a dry run: what is to come, and the first rows that would change.

    ``new`` are the properties that would be made, ``lists`` has names of mailing lists by id,
    ``refusal`` says why nothing may be written.
    """
    would = "refused" if refusal else tally.in_a_word
    lines, cells, below = dry_run_parts(tally, forecast)

    def view() -> RenderableType:
        from contactctl import views

        heading = [views.headline(line, style="bold") for line in lines]
        table = [views.plan(COLUMNS, cells, lists)] if cells else []
        return views.stack(*heading, *table, *(views.headline(line, style="") for line in below))

    plain = [f"would\t{would}", *lines]
    plain += ["\t".join(map(to_safe, row)) for row in cells]
    plain += [to_safe(line) for line in below]
    report = forecast.plan.report
    numbers = tally.to_json_object(report, forecast.seconds)
    columns: JsonObject = {
        "leftOut": [*forecast.plan.left_out],
        "unmetWords": {
            column: {flag: [*words] for flag, words in flags.items()}
            for column, flags in forecast.plan.unmet.items()
        },
        "creates": {one.name: one.type for one in new},
    }
    numbers |= {"would": would} | ({"reason": refusal} if refusal else {})
    found: JsonObject = {"summary": numbers | spellings_to_json(report.spellings) | columns}
    return Answer(json=found, plain=plain, quiet=[would], view=view)


def dry_run_parts(
    tally: DryTally, forecast: Forecast
) -> tuple[list[str], list[tuple[str, ...]], list[str]]:
    """Return what a dry run comes to: lines, rows of a table, and lines below it."""
    lines = [*_dry_run_lines(tally, forecast), *_account(forecast), *_notes(forecast.plan)]
    cells = [row for finished in tally.shown for row in _shown_fields(finished)]
    return lines, cells, [*tally.refusals, *_not_shown(tally)]


def dry_run_warnings(tally: DryTally, refusal: str = "") -> list[str]:
    """Return why nothing would be written, else what would be without asking or a look-up."""
    if refusal:
        return [f"this import would be refused: {refusal}"]
    if tally.looks:
        return []
    found = []
    if tally.user_ids:
        found.append(f"{counted(tally.user_ids, 'contact')} would get another user id")
    if tally.addresses:
        found.append(f"{counted(tally.addresses, 'contact')} would get another address")
    return [f"{', '.join(found)}; with --lookup such rows are refused"] if found else []


def looked_up(tally: DryTally, stall: Stall | None = None) -> Standing:
    """Return how far the look-up is, and what holds it up."""
    told = f"{tally.told:,} of {counted(tally.rows, 'row')} looked up"
    return Standing([told, *stall_words(stall)], stall is not None)


def forecast_lines(forecast: Forecast) -> list[str]:
    """Return what to say before the first write."""
    return [_rows_to_send(forecast), *_account(forecast), *_notes(forecast.plan)]


def summary(tally: Tally, spellings: Spellings | None = None) -> str:
    """Return what became of the rows, what was respelled, and the first failures, a line each."""
    return "\n".join([*result_lines(tally, spellings), *failure_lines(tally)])


def result_lines(tally: Tally, spellings: Spellings | None = None) -> list[str]:
    """Return what became of the rows, and what was respelled."""
    parts = [f"{count:,} {kind}" for kind in KINDS if (count := tally.changes[kind])]
    others = tally.done - tally.changes.total()
    # Without a look-up nobody knows what a row did, only that it was taken.
    parts += [f"{others:,} done"] if others or not parts else []
    parts += [f"{tally.failed:,} failed"] if tally.failed else []
    parts += [f"{tally.skipped:,} unchanged since last sent"] if tally.skipped else []
    parts += [f"{tally.earlier:,} of them in an earlier run"] if tally.earlier else []
    # Of rows that were only skipped, a rate would mislead whoever plans the next run.
    speed = f" ({per_second(tally.rate)})" if tally.sent else ""
    ending = f"{rows_told(tally)}: {', '.join(parts)}, in {duration(tally.seconds)}{speed}"
    spelled = [] if spellings is None else normalised_line(spellings)
    return [ending, *spelled, *_lost(tally)]


def _dry_run_lines(tally: DryTally, forecast: Forecast) -> list[str]:
    parts = [
        f"{count:,} {name}" for word, name in _WOULD_BE.items() if (count := tally.would[word])
    ]
    rows = rows_told(tally)
    if tally.told == forecast.plan.report.rows:
        rows += f", {counted(forecast.plan.report.named.contacts, 'contact')}"
    lines = [f"{excerpt(forecast.plan.source.name)}: {rows}: {', '.join(parts) or 'none'}"]
    if tally.to_send:
        also = ", unchanged ones too (--lookup skips them)" if tally.sends_unchanged else ""
        lines.append(f"{tally.to_send:,} to send{also}{_duration(forecast)}")
    return lines


def _shown_fields(finished: Finished) -> list[tuple[str, ...]]:
    """Return a row of a dry run as rows of a table, one for each field that would change.

    Where nobody was asked, nothing is known but the request.
    """
    job, result = finished
    who = (str(job.row.line), would_of(result), excerpt(job.change.words))
    if result.change is None:
        return [(*who, "request", "", to_json(job.change.to_payload()))]
    shown: list[tuple[str, ...]] = [
        (*who, name, _value(item.before), _value(item.after))
        for name, item in result.change.fields.items()
    ]
    # Who comes is named already.
    known = {ref.name for ref in job.change.refs} if would_of(result) == "create" else set()
    return [row for row in shown if row[3] not in known] or shown


def _not_shown(tally: DryTally) -> list[str]:
    """Return what to say where there are more rows than are shown."""
    shown = len(tally.shown) + len(tally.refusals) + tally.invalid
    more = tally.told - tally.would["nothing"] - shown
    return [f"and {counted(more, 'more row', 'more rows')}; -o json shows all"] if more > 0 else []


def _value(value: JsonValue) -> str:
    if value is None:
        return ""
    # A table keeps the lines of a text; in a pipe, where a row is a line, they are escaped.
    return excerpt(value if isinstance(value, str) else to_json(value), keep="\n")


def _sheet_lines(plan: Plan) -> list[str]:
    """Return which sheet of a workbook is read, where nobody named it and there are others."""
    sheet = plan.source.sheet
    return [f"read: {sheet.told}"] if sheet is not None and sheet.others else []


def _account(forecast: Forecast) -> list[str]:
    return [f"account: {forecast.account}"] if forecast.account else []


def _notes(plan: Plan) -> list[str]:
    """Return what else is to be known before the first write."""
    report = plan.report
    lines = [*_sheet_lines(plan), *left_out_lines(plan), *problem_lines(report)]
    cleared = [f"{excerpt(name)} in {count:,}" for name, count in report.cleared.items()]
    if cleared:
        lines.append(f"empties {', '.join(cleared)} of the rows")
    if report.unjoined:
        rows = counted(report.unjoined, "row opts out and joins", "rows opt out and join")
        lines.append(f"{rows} no list: who is not subscribed can be put on none")
    lines += normalised_line(report.spellings)
    lines += [*rounded_lines(report.spellings), *empty_word_lines(report.spellings)]
    return lines + _repeats(report)


def _duration(forecast: Forecast) -> str:
    if math.isinf(forecast.per_second):
        return ""
    looks = ", look-ups included" if forecast.looks else ""
    return f", about {duration(forecast.seconds)} at {per_second(forecast.per_second)}{looks}"


def _rows_to_send(forecast: Forecast) -> str:
    plan = forecast.plan
    # Rows that say nothing new show only on the way.
    most = "up to " if forecast.unchanged is None or forecast.looks else ""
    report = plan.report
    rows = f"{counted(report.rows, 'row')}, {counted(report.named.contacts, 'contact')}"
    line = f"{excerpt(plan.source.name)}: {rows}, {most}{forecast.to_send:,} to send"
    return line + _duration(forecast) if forecast.to_send else line


def _repeats(report: CheckReport) -> list[str]:
    if not report.repeating_rows:
        return []
    pairs = [f"line {line} after {first}" for line, first in report.repeats[:_SHOWN_REPEATS]]
    more = ", …" if report.repeating_rows > len(pairs) else ""
    rows = counted(report.repeating_rows, "row repeats", "rows repeat")
    return [f"{rows} an email or user id, sent in file order: {', '.join(pairs)}{more}"]


def _lost(tally: Tally) -> list[str]:
    """Return what an undo could not bring back; whole contacts have lost it, so it is counted."""
    if not tally.lost:
        return []
    parts = [f"{excerpt(name)} of {count:,}" for name, count in tally.lost.most_common()]
    return [f"could not be restored: {', '.join(parts)}"]
