"""The look at the whole file before the first write: what cannot be sent, and what repeats."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from contactctl.changes.typing_rules import ValueProblem
from contactctl.importing.checking.identities import Identities, Named, Permits
from contactctl.importing.checking.new_rows import NewRows
from contactctl.importing.values.problems import Problems
from contactctl.importing.values.spellings import Spellings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from contactctl.contact import ContactChange
    from contactctl.importing.columns.convert import Converter
    from contactctl.importing.keeping.sent_memory import SentMemory
    from contactctl.importing.row import Row


class Problem(NamedTuple):
    """Why the row that begins on a line cannot be sent."""

    line: int
    text: str
    ordinal: int = 0
    who: tuple[str | None, str | None] = (None, None)


@dataclass(slots=True)
class CheckReport:
    """What the check found.

    ``rows`` counts all rows, ``problem_rows`` those that cannot be sent, and ``problems`` what is
    wrong with them. ``named`` says whom the others name. ``cleared`` counts the cells that empty
    each field, ``spellings`` those that are sent in another spelling, or say nothing. ``unjoined``
    counts the rows that opt out and whose lists are not joined, ``new_rows`` those that say
    something new, None where that was not asked.
    """

    rows: int = 0
    problem_rows: int = 0
    problems: Problems = field(default_factory=Problems)
    named: Named = field(default_factory=Named)
    cleared: dict[str, int] = field(default_factory=dict)
    spellings: Spellings = field(default_factory=Spellings)
    unjoined: int = 0
    new_rows: int | None = None

    @property
    def sendable_rows(self) -> int:
        """Return how many rows can be sent."""
        return self.rows - self.problem_rows

    @property
    def unchanged_rows(self) -> int | None:
        """Return how many of those need not be sent; None where that shows only on the way."""
        if self.new_rows is None:
            return 0
        # Behind a new row of a contact, its others are sent as well.
        is_exact = not self.new_rows or not self.repeating_rows
        return self.sendable_rows - self.new_rows if is_exact else None

    def take_contradictions(self, first: CheckReport) -> None:
        """Take over what a first reading found of rows that contradict others, refused since."""
        self.problems, self.spellings = first.problems, first.spellings
        self.named.refused = first.named.refused
        self.named.contradictions = first.named.contradictions
        self.named.contradiction_count = first.named.contradiction_count

    @property
    def repeating_rows(self) -> int:
        """Return how many rows name a contact that an earlier row named."""
        return self.named.repeating_rows

    @property
    def repeats(self) -> Sequence[tuple[int, int]]:
        """Return examples of the line of such a row, and of the first one."""
        return self.named.repeats


def check_rows(
    rows: Iterable[Row],
    converter: Converter,
    *,
    permits: Permits | None = None,
    memory: SentMemory | None = None,
    on_problem: Callable[[Problem], None] | None = None,
) -> CheckReport:
    """Look at every row and return what was found, holding no row.

    Rows that contradict each other about who is who are in the report's ``named``, but for those
    that ``permits`` allows. ``memory`` tells which rows say something new. ``on_problem`` is told
    each problem as it is found, for whoever wants all of them. Raises :class:`UsageError` where the
    file cannot be told into rows, and as :meth:`SentMemory.count_known`.
    """
    report = CheckReport()
    new_rows = None if memory is None else NewRows(memory)
    with closing(Identities(permits or Permits())) as identities:
        for row in rows:
            try:
                change = converter.to_change(row)
            except ValueProblem as problem:
                report.problem_rows += 1
                report.problems.add(problem, row.line)
                if on_problem is not None:
                    on_problem(Problem(row.line, problem.text, row.ordinal, problem.who))
                continue
            identities.add(change, row.line, row.ordinal)
            _look_at(change, report)
            if new_rows is not None:
                new_rows.add(change)
        report.rows += report.problem_rows
        report.named = identities.finish()
        report.new_rows = None if new_rows is None else new_rows.finish()
    return report


def _look_at(change: ContactChange, report: CheckReport) -> None:
    report.rows += 1
    if None in change.values.values():
        for key, value in change.values.items():
            if value is None:
                report.cleared[key] = report.cleared.get(key, 0) + 1
