"""What is shown of a plan: who, what, before and after; at a terminal, in a pipe, in Markdown."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from contactctl.exact_json import JsonObject, JsonValue, Number, to_json
from contactctl.importing.report import would_of
from contactctl.importing.row import lost_to_json
from contactctl.output import Answer
from contactctl.plans import markdown
from contactctl.plans.plan_file import planned_of
from contactctl.safe_text import excerpt, to_safe
from contactctl.wording import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rich.console import RenderableType

    from contactctl.importing.row import Finished
    from contactctl.output import Output
    from contactctl.plans.lines import FileAccount, Planned

COLUMNS = ("line", "would", "contact", "field", "before", "after")
#: So many contacts stand in Markdown, and in a pipe; all of them are in the plan.
_MOST_SHOWN = 100
#: Lines of a terminal that are left to what stands around the table.
_AROUND = 8
_WOULDS = ("create", "update", "delete", "nothing", "drifted", "refused", "unknown")
_WORDS = {"nothing": "unchanged", "unknown": "not looked up"}
_DONE = {"create": "created", "update": "updated", "delete": "deleted", "unknown": "failed"}


class Entry(NamedTuple):
    """One contact as it is shown; ``would`` may also be what keeps it from being written."""

    line: int | None
    would: str
    item: Planned
    reason: str | None = None

    def rows(self, words: Mapping[str, str]) -> list[tuple[str, ...]]:
        """Return a row of the table for each field; ``words`` say what happens."""
        line = "" if self.line is None else str(self.line)
        head = (line, words.get(self.would, self.would), excerpt(self.item.words))
        if self.reason is not None:
            return [(*head, "", "", self.reason)]
        names = self.item.names
        return [
            (*head, _field(name, names), _value(item.before), _value(item.after))
            for name, item in self.item.changes.items()
        ] or [(*head, "", "", "")]


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
        self._entries: list[Entry] = []
        self._most = _most_entries(output)

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
        item = planned_of(finished.job.row)
        self.take(Entry(finished.job.row.line, would, item, error.message if error else None))

    def take(self, entry: Entry) -> None:
        """Take a contact."""
        self.counts[entry.would] += 1
        if entry.would != "nothing" and len(self._entries) < max(self._most, _MOST_SHOWN):
            self._entries.append(entry)

    def lines(self) -> list[str]:
        """Return what the plan comes to, in a line."""
        parts = [
            f"{count:,} {self._words.get(word, word)}"
            for word in _WOULDS
            if (count := self.counts[word])
        ]
        team = f", team {excerpt(self._account.team)}" if self._account.team else ""
        return [f"{excerpt(self._name)}{team}: {', '.join(parts) or 'nothing'}"]

    def answer(self) -> Answer:
        """Return it in each form."""
        lines, more = self.lines(), self._more(_MOST_SHOWN)
        rows = [row for entry in self._entries[:_MOST_SHOWN] for row in entry.rows(self._words)]
        plain = [f"would\t{self.in_a_word}", *lines]
        plain += ["\t".join(map(to_safe, row)) for row in rows] + more

        def view() -> RenderableType:
            from contactctl import views

            # Cut by lines and not by contacts, as one contact may change many fields.
            drawn = [
                row for entry in self._entries[: self._most] for row in entry.rows(self._words)
            ]
            cut = drawn[: self._most]
            heading = [views.headline(line, style="bold") for line in lines]
            table = [views.plan(COLUMNS, cut)] if cut else []
            below = [views.headline(line, style="") for line in self._more(self._most, drawn)]
            return views.stack(*heading, *table, *below)

        return Answer(self._to_json(), plain, quiet=[self.in_a_word], view=view)

    def save(self, path: Path | None) -> None:
        """Append it to a file as Markdown; raises :class:`MachineError`."""
        if path is None:
            return
        lines = [f"### contactctl: {markdown.to_cell(line)}" for line in self.lines()]
        rows = [row for entry in self._entries[:_MOST_SHOWN] for row in entry.rows(self._words)]
        table = markdown.to_table(COLUMNS, rows) if rows else []
        markdown.append(path, [*lines, "", *table, *self._more(_MOST_SHOWN)])

    def _more(self, shown: int, drawn: Sequence[object] = ()) -> list[str]:
        total = self.counts.total() - self.counts["nothing"]
        left = total - min(shown, len(self._entries))
        if left <= 0 and len(drawn) <= shown:
            return []
        if left <= 0:
            return ["and more fields; -v shows all"]
        return [
            f"and {counted(left, 'more contact')}; -v shows all at a terminal, the plan has all"
        ]

    def _to_json(self) -> JsonObject:
        counts: JsonObject = {word: Number(str(self.counts[word])) for word in _WOULDS}
        rows = Number(str(self.counts.total()))
        return {"summary": {"would": self.in_a_word, "rows": rows, **counts}}


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


def _most_entries(output: Output) -> int:
    """Return how many rows fit on the screen; all of them where that is asked for."""
    if not output.for_a_person:
        return _MOST_SHOWN
    return 10**9 if output.verbose else max(output.console(output.stdout).size.height - _AROUND, 5)


def _field(name: str, names: Mapping[str, str]) -> str:
    return f"{excerpt(names[name])} ({excerpt(name)})" if name in names else excerpt(name)


def _value(value: JsonValue) -> str:
    if value is None:
        return ""
    return excerpt(value if isinstance(value, str) else to_json(value))
