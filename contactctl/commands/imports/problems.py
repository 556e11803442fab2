"""What import says of rows that cannot be sent: by column and kind, with examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.commands.imports.way_out import SOURCE, holds_others
from contactctl.errors import UsageError
from contactctl.runs.problems import group_lines, groups_to_json, rows_words
from contactctl.safe_text import excerpt, quoted
from contactctl.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.commands.imports.way_out import WayOut
    from contactctl.importing.checking.check import CheckReport
    from contactctl.importing.checking.plan import FaultyColumnsError, Plan

_SHOWN_COLUMNS = 30
_HOLDS_OTHERS = "fix the quotation marks; --skip-invalid would leave out everybody between them"
_HINT = "fix the file, or import the other rows with --skip-invalid"
_KEEP_NEW = "to turn a column into a property: --map 'COLUMN=newName'"
_KEEP = "to keep a column: --map 'COLUMN=FIELD', or --create-properties for new properties"


def rows_refusal(report: CheckReport, way: WayOut, command: str) -> UsageError:
    """Return the error for rows that cannot be sent."""
    lines = [f"{rows_words(report)} cannot be sent; nothing was written", *group_lines(report)]
    does = _sequence(way.does)
    hint = f"fix the file; the command below {does}"
    if not way.is_complete:
        then = f"; then the command below {does}" if way.words else ""
        hint = f"{_rows_hint(report)}{then}"
    return _with_command("\n".join(lines), hint, way, command)


def columns_refusal(
    error: FaultyColumnsError, way: WayOut, command: str, *, creates: bool = False
) -> UsageError:
    """Return the error for columns that stop a file, and for rows that cannot be sent besides.

    ``creates`` tells whether properties are made of columns whose names allow it.
    """
    lines, report, consent = [error.message], way.report, error.consent
    if report is not None and report.problem_rows:
        so = "" if consent else "; nothing was written"  # which its message has said
        lines += [f"and {rows_words(report)} cannot be sent{so}", *group_lines(report)]
    if way.obstacle is not None:
        lines.append(f"and {way.obstacle.message}")
    does = _sequence(way.does)
    if way.is_complete:
        hints = [consent.to_fill_in if consent else "", f"the command below {does}"]
    elif way.words and report is not None:
        fill_in = f"{consent.to_fill_in}; " if consent and consent.to_fill_in else ""
        hints = [_rows_hint(report), f"{fill_in}then the command below {does}"]
    else:
        hints = [way.obstacle.hint or "" if way.obstacle else "", error.hint or ""]
        hints += [_rows_hint(report)] if report and report.problem_rows else []
    hints += [consent.otherwise] if consent and (way.words or not consent.is_ready) else []
    hints += [_KEEP_NEW if creates else _KEEP] if error.unknown and way.words else []
    return _with_command("\n".join(lines), "; ".join(filter(None, hints)), way, command)


def _rows_hint(report: CheckReport) -> str:
    if holds_others(report):
        return _HOLDS_OTHERS
    if report.sendable_rows:
        return _HINT
    has_flags = any("--" in (group.hint or "") for group in report.problems.groups)
    return "fix the file" + ", or give the flags that are named above" * has_flags


def _with_command(message: str, hint: str, way: WayOut, command: str) -> UsageError:
    """Return the error; its command is one that is proved, if need be on corrected rows."""
    found = UsageError(message, hint=hint)
    found.groups = groups_to_json(way.report) if way.report else []
    found.command = command if way.words else None
    if found.command and command.startswith(f"{SOURCE} |"):
        found.hint = f"{hint}; put what writes the rows in the place of {SOURCE}"
    return found


def _sequence(clauses: Sequence[str]) -> str:
    *first, last = clauses or ("",)
    return f"{', '.join(first)}, and {last}" if first else last


def left_out_lines(plan: Plan) -> list[str]:
    """Return which columns and rows are left out without having been named by a flag."""
    left_out = plan.left_out
    lines = [f"{counted(len(left_out), 'column')} left out: {_names(left_out)}"] if left_out else []
    if plan.passed_over:
        lines.append(f"left out, since only the service sets it: {_names(plan.passed_over)}")
    without = (plan.source.snapshot.rows or 0) - plan.report.rows
    if without > 0:
        lines.append(f"{counted(without, 'row')} of the backup without a contact left out")
    return lines


def unmet_lines(plan: Plan) -> list[str]:
    """Return a line for each flag of consent with words that no row has: misspelt, they do nothing.

    They are no error: tonight's file may have nobody of that kind.
    """
    return [
        f"{flag} lists {', '.join(map(quoted, words))} of the column {quoted(column)}, and no row"
        f" has {'it' if len(words) == 1 else 'any of them'}; check the spelling"
        for column, flags in plan.unmet.items()
        for flag, words in flags.items()
    ]


def _names(columns: Sequence[str]) -> str:
    shown = [excerpt(name) for name in columns[:_SHOWN_COLUMNS]]
    more = len(columns) - len(shown)
    return ", ".join([*shown, *([f"and {more:,} more"] if more > 0 else [])])
