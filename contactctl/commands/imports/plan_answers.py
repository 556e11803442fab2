"""What is shown of a plan: who, what, before and after; at a terminal, in a pipe, in Markdown."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from contactctl.commands.imports.answers import COLUMNS
from contactctl.exact_json import JsonObject, JsonValue, Number, to_json
from contactctl.importing.checking.report import row_words, would_of
from contactctl.importing.row import lost_to_json
from contactctl.output import Answer
from contactctl.plans import markdown
from contactctl.plans.lines import LIST_PREFIX
from contactctl.plans.plan_file import planned_of
from contactctl.safe_text import excerpt, to_safe
from contactctl.wording import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rich.console import RenderableType

    from contactctl.importing.row import Finished
    from contactctl.output import Output
    from contactctl.plans.file_account import FileAccount
    from contactctl.plans.lines import Planned

#: So many contacts stand in Markdown, and in a pipe; all of them are in the plan.
_MOST_SHOWN = 100
#: Lines of a terminal that are left to what stands around: where it was asked, and what is next.
_AROUND = 5
_LEAST_LINES = 8
_WOULDS = ("create", "update", "delete", "nothing", "drifted", "refused", "unknown")
_WORDS = {"nothing": "unchanged", "unknown": "not looked up"}
_TO_DO = {word: f"to {word}" for word in ("create", "update", "delete")}
_DONE = {"create": "created", "update": "updated", "delete": "deleted", "unknown": "failed"}


class Entry(NamedTuple):
    """One contact as it is shown; ``would`` may also be what keeps it from being written.

    ``lost`` names what an undo cannot bring back.
    """

    line: int | None
    would: str
    item: Planned
    reason: str | None = None
    lost: tuple[str, ...] = ()

    def rows(self, words: Mapping[str, str], *, short: bool = False) -> list[tuple[str, ...]]:
        """Return a row of the table for each field; ``words`` say what happens.

        ``short`` leaves mailing lists to the view, which has their names.
        """
        line = "" if self.line is None else str(self.line)
        head = (line, words.get(self.would, self.would), excerpt(self.item.words))
        if self.reason is not None:
            return [(*head, "", "", self.reason)]
        item = self.item
        lost = [_field(name, item.names, short=short) for name in self.lost]
        found: list[tuple[str, ...]] = [
            (
                *head,
                name if short else _field(name, item.names, short=False),
                _value(one.before),
                _value(one.after),
            )
            for name, one in item.changes.items()
            if _value(one.before) or _value(one.after)
            # Who comes or goes is named already.
            if item.would == "update" or not _is_ref(item, name)
            # What cannot be restored would stand there as if it did.
            if name not in self.lost
        ]
        found += [(*head, "cannot be restored", "", ", ".join(lost))] if lost else []
        return found or [(*head, "", "", "")]

    @property
    def refusal(self) -> str:
        """Return why it would not be written, as a line of its own."""
        reason = self.reason or ""
        word = "" if reason.startswith(self.would) else f"{_WORDS.get(self.would, self.would)}: "
        line = "" if self.line is None else f"line {self.line}: "
        return f"{line}{excerpt(self.item.words)} {word}{reason}"


class Shown:
    """Takes the contacts of a plan, counts them, and keeps as many as are shown.

    ``name`` is the file, ``account`` whose contacts they are. ``is_done`` tells that it is carried
    out.
    """

    def __init__(
        self, name: str, account: FileAccount, output: Output, *, is_done: bool = False
    ) -> None:
        self._words = _WORDS | (_DONE if is_done else {})
        self.counts: Counter[str] = Counter()
        self._name = name
        self._account = account
        self._lost: Counter[str] = Counter()
        self._writes: list[Entry] = []
        self._refused: list[Entry] = []
        self._output = output
        self._lines = _most_lines(output)
        self._most = 10**9 if self._lines is None else max(self._lines, _MOST_SHOWN)

    @property
    def changes(self) -> int:
        """Return how many contacts would be written."""
        return sum(self.counts[word] for word in ("create", "update", "delete"))

    @property
    def in_a_word(self) -> str:
        """Return what would happen, in one word for programs."""
        found = [word for word in ("create", "update", "delete") if self.counts[word]]
        # Of several kinds there is no better word than the one that means all of them.
        return "nothing" if not found else found[0] if len(found) == 1 else "update"

    def add(self, finished: Finished) -> None:
        """Take a line of a plan that was looked up again, or carried out."""
        error = finished.result.error
        # A kind of refusal, shown by a word of its own: it calls for a new plan, not for a fix.
        would = "drifted" if error and error.code == "drifted" else str(would_of(finished.result))
        row, change = finished.job.row, finished.result.change
        lost = () if change is None else change.lost
        self.take(Entry(row.line, would, planned_of(row), error and error.message, lost))

    def take(self, entry: Entry) -> None:
        """Take a contact."""
        self.counts[entry.would] += 1
        self._lost.update(entry.lost)
        kept = self._writes if entry.reason is None else self._refused
        if entry.would != "nothing" and len(kept) < self._most:
            kept.append(entry)

    def lines(self) -> list[str]:
        """Return what the plan comes to, and what an undo cannot bring back."""
        counting = _TO_DO | self._words
        parts = [
            f"{count:,} {counting.get(word, word)}"
            for word in _WOULDS
            if (count := self.counts[word])
        ]
        team = f", team {excerpt(self._account.team)}" if self._account.team else ""
        heading = f"{excerpt(self._name)}{team}: {', '.join(parts) or 'nothing'}"
        lost = [f"{excerpt(name)} of {count:,}" for name, count in self._lost.most_common()]
        return [heading, *([f"cannot be restored: {', '.join(lost)}"] if lost else [])]

    def answer(self) -> Answer:
        """Return it in each form."""
        shown = self._first(_MOST_SHOWN)
        rows = [row for entry in shown for row in entry.rows(self._words)]
        plain = [f"would\t{self.in_a_word}", *self.lines()]
        plain += ["\t".join(map(to_safe, row)) for row in rows] + self._more(len(shown))
        return Answer(self._to_json(), plain, quiet=[self.in_a_word], view=self._view)

    def _view(self) -> RenderableType:
        """Return as many contacts as fit on the screen, each with all of its fields."""
        from contactctl import views

        if self._lines is None:
            return self._drawn(self._first(self._most))
        console = self._output.console(self._output.stdout)
        shown = self._first(self._lines)
        while len(shown) > 1 and views.height(self._drawn(shown), console) > self._lines:
            shown = self._first(len(shown) - 1)
        return self._drawn(shown, most_rows=self._lines)

    def _first(self, count: int) -> list[Entry]:
        """Return so many contacts: those that are not written first, the half of them at most."""
        refused = self._refused[: max(count // 2, count - len(self._writes))]
        return [*refused, *self._writes[: count - len(refused)]]

    def _drawn(self, shown: Sequence[Entry], most_rows: int | None = None) -> RenderableType:
        """Return why some contacts are not written, and what becomes of the others."""
        from contactctl import views

        rows = [
            row
            for entry in shown
            if entry.reason is None
            for row in entry.rows(self._words, short=True)
        ]
        named = (pair for entry in shown for pair in entry.item.names.items())
        lists = {field.removeprefix(LIST_PREFIX): name for field, name in named}
        cut = rows if len(shown) > 1 else rows[:most_rows]
        more = self._more(len(shown))
        more = more or (["and more fields; -v shows all"] if cut != rows else [])
        return views.stack(
            *(views.headline(line, style="bold") for line in self.lines()),
            *(views.headline(one.refusal, style="yellow") for one in shown if one.reason),
            *([views.plan(COLUMNS, cut, lists)] if cut else []),
            *(views.headline(line, style="") for line in more),
        )

    def save(self, path: Path | None) -> None:
        """Append it to a file as Markdown; raises :class:`MachineError`."""
        if path is None:
            return
        shown = self._first(_MOST_SHOWN)
        rows = [row for entry in shown for row in entry.rows(self._words)]
        more = self._more(len(shown))
        markdown.append(path, markdown.document(self.lines(), COLUMNS, rows, more))

    def _more(self, shown: int) -> list[str]:
        total = self.counts.total() - self.counts["nothing"]
        left = total - shown
        if left <= 0:
            return []
        return [
            f"and {counted(left, 'more contact')}; -v shows all at a terminal, the plan has all"
        ]

    def _to_json(self) -> JsonObject:
        counts: JsonObject = {word: Number(str(self.counts[word])) for word in _WOULDS}
        rows = Number(str(self.counts.total()))
        return {"summary": {"would": self.in_a_word, "rows": rows, **counts}}


def lost_line(finished: Finished) -> str | None:
    """Return what could not be restored of one contact; None for nothing."""
    job, result = finished
    if result.change is None or not result.change.lost:
        return None
    names = planned_of(job.row).names
    lost = ", ".join(_field(name, names, short=False) for name in result.change.lost)
    return f"{row_words(job)}: could not be restored: {lost}"


def row_to_json(finished: Finished) -> JsonObject:
    """Return the object that tells of a line in a dry run."""
    job, result = finished
    error = result.error
    would = "drifted" if error and error.code == "drifted" else str(would_of(result))
    return {
        "line": Number(str(job.row.line)),
        "email": job.change.email,
        "userId": job.change.user_id,
        "would": would,
        "id": result.id,
        "changes": None if result.change is None else result.change.to_json_object(),
        "requests": [] if result.change is None else [*result.change.requests],
        "error": None if error is None else error.to_json_object(),
        **lost_to_json(result),
    }


def _most_lines(output: Output) -> int | None:
    """Return how many lines there are on the screen for it; None where all is asked for."""
    if not output.for_a_person:
        return _MOST_SHOWN
    if output.verbose:
        return None
    return max(output.console(output.stdout).size.height - _AROUND, _LEAST_LINES)


def _is_ref(item: Planned, name: str) -> bool:
    return any(ref.name == name for ref in item.refs)


def _field(name: str, names: Mapping[str, str], *, short: bool) -> str:
    if name not in names:
        return excerpt(name)
    return excerpt(names[name]) if short else f"{excerpt(names[name])} ({excerpt(name)})"


def _value(value: JsonValue) -> str:
    if value is None:
        return ""
    return excerpt(value if isinstance(value, str) else to_json(value))
