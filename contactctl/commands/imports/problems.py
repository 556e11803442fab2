"""What import says of rows that cannot be sent: by column and kind, with examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.commands.imports.way_out import holds_others
from contactctl.errors import UsageError
from contactctl.importing.problems import SHOWN_EXAMPLES, Counted, group_to_json
from contactctl.safe_text import excerpt
from contactctl.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.commands.imports.way_out import WayOut
    from contactctl.exact_json import JsonObject
    from contactctl.importing.check import CheckReport
    from contactctl.importing.identities import Contradiction, Named
    from contactctl.importing.plan import FaultyColumnsError, Plan
    from contactctl.importing.problems import Example, Group

_SHOWN_GROUPS = 20
_SHOWN_CONTRADICTIONS = 3
_SHOWN_COLUMNS = 30
_HOLDS_OTHERS = (
    "correct the quotation marks; --skip-invalid would leave out everybody who is between them"
)
_HINT = "correct the file, or import the other rows with --skip-invalid"
_KEEP_NEW = "to make a property of a column: --map 'COLUMN=newName'"
_KEEP = "to keep a column: --map 'COLUMN=FIELD', or --create-properties for new properties"


def rows_refusal(report: CheckReport, way: WayOut, command: str) -> UsageError:
    """Return the error for rows that cannot be sent."""
    lines = [f"{_rows(report)} cannot be sent; nothing was written", *_group_lines(report)]
    does = _sequence(way.does)
    hint = f"correct the file; the command below {does}"
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
        lines += [f"and {_rows(report)} cannot be sent; nothing was written", *_group_lines(report)]
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
    return "correct the file" + ", or give the flags that are named above" * has_flags


def _with_command(message: str, hint: str, way: WayOut, command: str) -> UsageError:
    """Return the error; its command is one that is proved, if need be on corrected rows."""
    found = UsageError(message, hint=hint)
    found.groups = _groups(way.report) if way.report else []
    found.command = command if way.words else None
    return found


def _sequence(clauses: Sequence[str]) -> str:
    *first, last = clauses or ("",)
    return f"{', '.join(first)}, and {last}" if first else last


def problem_lines(report: CheckReport) -> list[str]:
    """Return what is wrong with rows that will be left out, before the first write."""
    if not report.problem_rows:
        return []
    return [f"{_rows(report)} cannot be sent, and will fail", *_group_lines(report)]


def left_out_lines(plan: Plan) -> list[str]:
    """Return which columns are left out without having been named by a flag."""
    left_out = plan.left_out
    lines = [f"{counted(len(left_out), 'column')} left out: {_names(left_out)}"] if left_out else []
    if plan.passed_over:
        lines.append(f"left out, as only the service writes it: {_names(plan.passed_over)}")
    return lines


def _names(columns: Sequence[str]) -> str:
    shown = [excerpt(name) for name in columns[:_SHOWN_COLUMNS]]
    more = len(columns) - len(shown)
    return ", ".join([*shown, *([f"and {more:,} more"] if more > 0 else [])])


def _groups(report: CheckReport) -> list[JsonObject]:
    return [
        *(group.to_json_object() for group in report.problems.groups),
        *map(_contradiction_to_json, report.named.contradictions[:_SHOWN_GROUPS]),
    ]


def _rows(report: CheckReport) -> str:
    return f"{report.problem_rows:,} of {counted(report.rows, 'row')}"


def _group_lines(report: CheckReport) -> list[str]:
    groups = report.problems.groups
    lines = [line for group in groups[:_SHOWN_GROUPS] for line in _told(group)]
    more = len(groups) - _SHOWN_GROUPS
    lines += [f"  and {counted(more, 'more kind', 'more kinds')} of problem"] if more > 0 else []
    return [*lines, *_contradiction_lines(report.named)]


def _told(group: Group) -> list[str]:
    """Return a group as a line, and one for the way out of it."""
    examples = [_example(example, group) for example in group.examples]
    more = [] if group.is_complete else ["…"]
    column = "" if group.column is None else f"{group.column}: "
    if group.is_sentence:
        # Many a sentence names the column itself.
        column = "" if group.column and group.column in group.kind else column
        head = f"  {column}{group.kind}: {counted(group.count, 'row')}"
    else:
        noun = "row" if group.column is None else "value"
        verb = "is" if group.count == 1 else "are"
        colon = ":" * any(example.value is not None for example in group.examples)
        head = f"  {column}{counted(group.count, noun)} {verb} {group.kind}{colon}"
    return [f"{head} {', '.join([*examples, *more])}", *([f"    {group.hint}"] * bool(group.hint))]


def _example(example: Example, group: Group) -> str:
    """Return a value and its lines; its own way out where those of the group differ."""
    numbers = ", ".join(map(str, example.lines))
    more = ", …" if example.count > len(example.lines) else ""
    words = "line" if len(example.lines) == 1 else "lines"
    hint = f"; {example.hint}" if example.hint and not group.hint else ""
    place = f"({words} {numbers}{more}{hint})"
    return place if example.value is None else f'"{example.value}" {place}'


def _contradiction_lines(named: Named) -> list[str]:
    """Return the first contradictions, and the flags that permit them."""
    shown = named.contradictions[:_SHOWN_CONTRADICTIONS]
    lines = [f"  {one}" for one in shown]
    more = named.contradiction_count - len(shown)
    lines += [f"  and {more:,} more such groups (-v lists their rows)"] if more else []
    flags = sorted({one.flag for one in named.contradictions})
    if not lines:
        return []
    lines.append(f"    if that is meant, in file order: {' '.join(flags)}")
    if any(one.name == "userId" for one in named.contradictions):
        lines.append("    if the id stands for nobody, as 0 may: --null-text 0")
    return lines


def _contradiction_to_json(one: Contradiction) -> JsonObject:
    kind = str(one).partition(" (")[0]
    group = Counted(one.name, kind, one.rows, f"if that is meant: {one.flag}")
    return group_to_json(group, [(None, line) for line in one.lines[:SHOWN_EXAMPLES]])
