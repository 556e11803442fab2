"""The look at the whole file before the first write: what cannot be sent, and what repeats."""

from __future__ import annotations

from array import array
from contextlib import closing
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, NamedTuple

from contactctl.changes.typing_rules import ValueProblem
from contactctl.errors import UsageError
from contactctl.importing.row import identifier_keys
from contactctl.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from contactctl.contact import ContactChange
    from contactctl.importing.convert import Converter
    from contactctl.importing.row import Row

#: Problems that are kept for the message; the rest is counted.
KEPT_PROBLEMS = 20

_SHARES = 256
_BLOCK_ITEMS = 1024
_MOST_EXAMPLES = 20


class Problem(NamedTuple):
    """Why the row that begins on a line cannot be sent."""

    line: int
    text: str


@dataclass(slots=True)
class CheckReport:
    """What the check found.

    ``rows`` counts all rows, ``problem_rows`` those that cannot be sent; the first of them are in
    ``problems``. ``repeating_rows`` name a contact that an earlier row named, with examples of
    such a line and the first one. ``cleared`` counts the cells that empty each field.
    """

    rows: int = 0
    problem_rows: int = 0
    problems: list[Problem] = field(default_factory=list)
    repeating_rows: int = 0
    repeats: Sequence[tuple[int, int]] = ()
    cleared: dict[str, int] = field(default_factory=dict)

    @property
    def sendable_rows(self) -> int:
        """Return how many rows can be sent."""
        return self.rows - self.problem_rows


def check_rows(
    rows: Iterable[Row],
    converter: Converter,
    *,
    on_problem: Callable[[Problem], None] | None = None,
) -> CheckReport:
    """Look at every row and return what was found, holding no row.

    ``on_problem`` is told each problem as it is found, for whoever wants all of them. Raises
    :class:`UsageError` where the file cannot be told into rows.
    """
    report = CheckReport()
    with closing(Repeats()) as repeats:
        for row in rows:
            try:
                change = converter.to_change(row)
            except ValueProblem as problem:
                _note(report, Problem(row.line, problem_text(problem)), on_problem)
                continue
            _look_at(change, row.line, report, repeats)
        report.rows += report.problem_rows
        report.repeating_rows, report.repeats = repeats.finish()
    return report


def problem_text(problem: ValueProblem) -> str:
    """Return a problem and its way out as one line."""
    return f"{problem.message} ({problem.hint})" if problem.hint else problem.message


def refuse_problems(report: CheckReport) -> None:
    """Raise :class:`UsageError` listing the first problems, when there are any."""
    if not report.problem_rows:
        return
    count = report.problem_rows
    lines = [f"line {problem.line}: {problem.text}" for problem in report.problems]
    if count > len(lines):
        lines.append(f"and {count - len(lines):,} more (-v lists all)")
    raise UsageError(
        f"{counted(count, 'row')} cannot be sent; nothing was written\n" + "\n".join(lines),
        hint="correct the file, or import the other rows with --skip-invalid",
    )


def _note(
    report: CheckReport, problem: Problem, on_problem: Callable[[Problem], None] | None
) -> None:
    report.problem_rows += 1
    if len(report.problems) < KEPT_PROBLEMS:
        report.problems.append(problem)
    if on_problem is not None:
        on_problem(problem)


def _look_at(change: ContactChange, line: int, report: CheckReport, repeats: Repeats) -> None:
    report.rows += 1
    for key in identifier_keys(change):
        repeats.add(key, line)
    if None in change.values.values():
        for key, value in change.values.items():
            if value is None:
                report.cleared[key] = report.cleared.get(key, 0) + 1


class Repeats:
    """Takes each row's identifiers in file order, then says which rows repeat one."""

    def __init__(self, *, block_items: int = _BLOCK_ITEMS) -> None:
        self._block_items = block_items
        self._keys = [array("q") for _ in range(_SHARES)]
        self._lines = [array("q") for _ in range(_SHARES)]
        self._blocks: list[list[tuple[IO[bytes], int]]] = [[] for _ in range(_SHARES)]
        self._file: IO[bytes] | None = None

    def add(self, identifier: str, line: int) -> None:
        """Note that the row on a line names this identifier."""
        # Of 64 bits: in one of forty million files with a million identifiers each, two would be
        # taken for one, and a warning would count a row too many.
        key = hash(identifier)
        share = key % _SHARES
        keys = self._keys[share]
        keys.append(key)
        self._lines[share].append(line)
        if len(keys) >= self._block_items:
            self._move_out(share)

    def finish(self) -> tuple[int, list[tuple[int, int]]]:
        """Return how many rows repeat an identifier, and the first of them.

        Each example is the line of such a row and of the first row with the same identifier.
        """
        repeating = bytearray()  # a bit for each line: the rows may be many
        examples: list[tuple[int, int]] = []
        # A share holds all rows of its identifiers, so that one at a time is enough.
        for share in range(_SHARES):
            for line, first in self._repeated(share):
                _set_bit(repeating, line)
                examples.append((line, first))
            examples = sorted(examples)[:_MOST_EXAMPLES]
        self.close()
        return int.from_bytes(repeating, "little").bit_count(), examples

    def close(self) -> None:
        """Give the temporary file back."""
        if self._file is not None:
            self._file.close()

    def _repeated(self, share: int) -> Iterator[tuple[int, int]]:
        keys, lines = self._collected(share)
        # Most files repeat nothing, and a set is built faster than the loop below runs.
        if len(set(keys)) == len(keys):
            return
        first: dict[int, int] = {}
        for key, line in zip(keys, lines, strict=True):
            if first.setdefault(key, line) != line:
                yield line, first[key]

    def _collected(self, share: int) -> tuple[array[int], array[int]]:
        keys, lines = array("q"), array("q")
        for file, offset in self._blocks[share]:
            file.seek(offset)
            keys.fromfile(file, self._block_items)
            lines.fromfile(file, self._block_items)
        return keys + self._keys[share], lines + self._lines[share]

    def _move_out(self, share: int) -> None:
        if self._file is None:
            from tempfile import TemporaryFile

            self._file = TemporaryFile()  # noqa: SIM115 - closed by close()
        self._blocks[share].append((self._file, self._file.tell()))
        for items in (self._keys[share], self._lines[share]):
            items.tofile(self._file)
            del items[:]


def _set_bit(bits: bytearray, place: int) -> None:
    index = place // 8
    if index >= len(bits):
        bits.extend(bytes(index + 1 - len(bits)))
    bits[index] |= 1 << place % 8
