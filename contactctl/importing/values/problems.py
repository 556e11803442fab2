"""What is wrong with the rows of a file, counted by column and kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING

from contactctl.exact_json import Number
from contactctl.safe_text import excerpt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.changes.typing_rules import ValueProblem
    from contactctl.exact_json import JsonObject

#: Examples of a group that are told, and lines of each.
SHOWN_EXAMPLES = 3
#: Groups that are kept, and values of each: a file may have a new problem in every row.
_MOST_GROUPS = 50
_MOST_VALUES = 100
#: Texts that say nothing have as many spellings.
_MOST_WAYS = 20
#: Leaves out a column of which a value alone does not tell what it is; others of it may.
IGNORE = "--ignore="
#: Flags of which values of one column may need several.
_TOGETHER = ("--null-text=", "--date-format=")
#: Flags that name the column alone.
_OF_A_COLUMN = (IGNORE, "--decimal-comma=", "--decimal-point=")
_OTHERS = ("", "problems of other kinds")


@dataclass(slots=True)
class Example:
    """A value that does not fit, None for a row as a whole, and the first lines it stands on."""

    value: str | None
    hint: str | None
    count: int = 0
    lines: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        """Count one more."""
        self.count += 1
        if len(self.lines) < SHOWN_EXAMPLES and line not in self.lines:
            self.lines.append(line)


@dataclass(slots=True)
class Group:
    """The problems of one kind in one column, None for rows as a whole.

    ``kind`` is what the values are, or a sentence of its own (``is_sentence``).
    ``hint`` is the way out of all of them, None where they differ or there is none.
    """

    column: str | None
    kind: str
    hint: str | None
    is_sentence: bool
    count: int = 0
    has_more_values: bool = False
    _values: dict[str | None, Example] = field(default_factory=dict)
    _ways: dict[tuple[str, ...], None] = field(default_factory=dict)

    @property
    def flags(self) -> tuple[str, ...]:
        """Return the flags by which values of the group fit, or by which the column is left out.

        What a value alone leaves open is said by the others of its column; where they are not of
        one mind it stays open.
        """
        words = tuple(word for way in self._ways for word in way)
        sure = tuple(word for word in words if not word.startswith(IGNORE))
        can_stand_together = all(word.startswith(_TOGETHER) for word in sure)
        if len(sure) == 1 or (sure and can_stand_together):
            return sure
        columns = {word.partition("=")[2] for word in words if word.startswith(_OF_A_COLUMN)}
        return tuple(IGNORE + column for column in columns)

    def add(self, problem: ValueProblem, line: int) -> None:
        """Count one more problem of this kind."""
        self.count += 1
        if problem.hint != self.hint:
            self.hint = None
        if problem.flags and len(self._ways) < _MOST_WAYS:
            self._ways[problem.flags] = None
        value = None if problem.value is None else excerpt(problem.value)
        example = self._values.get(value)
        if example is None:
            if len(self._values) >= _MOST_VALUES:
                self.has_more_values = True
                return
            example = self._values[value] = Example(value, problem.hint)
        example.add(line)

    @property
    def examples(self) -> Sequence[Example]:
        """Return the most frequent values."""
        # Sorting keeps the order of the file among equals.
        return sorted(self._values.values(), key=lambda one: -one.count)[:SHOWN_EXAMPLES]

    @property
    def is_complete(self) -> bool:
        """Tell whether the examples hold every value."""
        return not self.has_more_values and len(self._values) <= SHOWN_EXAMPLES

    def to_json_object(self) -> JsonObject:
        """Return the group with up to three examples: of each value one, as far as there are."""
        examples = self.examples
        by_turns = zip_longest(*(example.lines for example in examples))
        pairs = [
            (example.value, line)
            for lines in by_turns
            for example, line in zip(examples, lines, strict=True)
            if line is not None
        ]
        return group_to_json(self, pairs[:SHOWN_EXAMPLES])


@dataclass(frozen=True, slots=True)
class Counted:
    """So many problems of one kind in one column."""

    column: str | None
    kind: str
    count: int
    hint: str | None


def group_to_json(group: Group | Counted, pairs: Sequence[tuple[str | None, int]]) -> JsonObject:
    """Return a group with these examples, each a value and its line."""
    return {
        "column": group.column,
        "kind": group.kind,
        "count": Number(str(group.count)),
        "hint": group.hint,
        "examples": [{"value": value, "line": Number(str(line))} for value, line in pairs],
    }


class Problems:
    """Counts problems, in memory that does not grow with their number."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], Group] = {}

    @property
    def groups(self) -> Sequence[Group]:
        """Return the groups in the order in which the file has them."""
        return list(self._groups.values())

    def add(self, problem: ValueProblem, line: int) -> None:
        """Count the problem of a row that begins on this line; one for each bad value of it."""
        for part in problem.parts:
            self._group(part).add(part, line)

    def _group(self, part: ValueProblem) -> Group:
        key = (part.column or "", part.kind)
        group = self._groups.get(key)
        if group is None:
            column, kind, hint, is_sentence = part.column, part.kind, part.hint, part.is_sentence
            if len(self._groups) >= _MOST_GROUPS:
                key = _OTHERS
                column, kind, hint, is_sentence = None, _OTHERS[1], None, True
            column = column and excerpt(column)
            group = self._groups.setdefault(key, Group(column, kind, hint, is_sentence))
        return group
