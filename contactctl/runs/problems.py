"""What is said of rows that cannot be sent: by column and kind, with examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.importing.values.problems import SHOWN_EXAMPLES, Counted, group_to_json
from contactctl.wording import counted

if TYPE_CHECKING:
    from contactctl.exact_json import JsonObject
    from contactctl.importing.checking.check import CheckReport
    from contactctl.importing.checking.identities import Contradiction, Named
    from contactctl.importing.values.problems import Example, Group

_SHOWN_GROUPS = 20
_SHOWN_CONTRADICTIONS = 3


def problem_lines(report: CheckReport) -> list[str]:
    """Return what is wrong with rows that will be left out, before the first write."""
    if not report.problem_rows:
        return []
    return [f"{rows_words(report)} cannot be sent, and will fail", *group_lines(report)]


def groups_to_json(report: CheckReport) -> list[JsonObject]:
    """Return what is wrong with rows as programs read it."""
    return [
        *(group.to_json_object() for group in report.problems.groups),
        *map(_contradiction_to_json, report.named.contradictions[:_SHOWN_GROUPS]),
    ]


def rows_words(report: CheckReport) -> str:
    """Return how many rows cannot be sent, and of how many."""
    return f"{report.problem_rows:,} of {counted(report.rows, 'row')}"


def group_lines(report: CheckReport) -> list[str]:
    """Return what is wrong with rows, the first kinds of it, with examples."""
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
