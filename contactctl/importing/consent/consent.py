"""What the cells of a column say about consent, as the flags of that column have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.changes.typing_rules import ValueProblem, misfit
from contactctl.consent_words import (
    Sense,
    is_detail,
    is_time,
    may_be_a_person,
    name_sense,
    to_boolean,
    word_sense,
)
from contactctl.errors import UsageError
from contactctl.exact_json import Number
from contactctl.importing.values.fields import LIST_PREFIX, Kind, standard_kind
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from contactctl.exact_json import JsonScalar, JsonValue
    from contactctl.importing.columns.rules import ColumnRules
    from contactctl.importing.names.naming import AccountFields

#: What ``--map`` takes for a column in which yes means opted out.
NEGATED = "!subscribed"
#: Every word of a column, for ``--unsubscribed-when``.
ANY_WORD = "*"
#: An empty cell, for ``--unsubscribed-when``: a column that marks those who may be mailed.
EMPTY_WORD = "(empty)"
#: Stands in a printed command where a person has to decide.
UNDECIDED = "..."

_RESUBSCRIBE_HINT = (
    "--never-resubscribe sends the opt-outs and changes nobody else;"
    " --allow-resubscribe subscribes them again"
)
RESUBSCRIBES = "true would re-subscribe people who opted out"
_NONE: frozenset[str] = frozenset()
_WORDS_HINT = "say which words opt out with --unsubscribed-when"


def parse_words(flag: str, texts: Sequence[str]) -> dict[str, frozenset[str]]:
    """Read ``COLUMN=WORD,WORD`` (split at the last ``=``); a column given twice has all its words.

    Words are folded; one that holds a comma stands in double quotes. Raises :class:`UsageError`.
    """
    found: dict[str, frozenset[str]] = {}
    for text in texts:
        column, _, listed = text.rpartition("=")
        words = frozenset(filter(None, map(fold_word, split_names(listed))))
        if not column.strip() or not words:
            raise UsageError(
                f"{flag} {quoted(text)} is not COLUMN=WORD,WORD", hint="such as 'Status=cancelled'"
            )
        # As copied from a printed command, where it stands for a decision.
        if UNDECIDED in words:
            raise UsageError(
                f"{flag} {quoted(text)} has yet to be filled in",
                hint=f"replace {UNDECIDED} with the words of that column, with commas between them",
            )
        if words & {ANY_WORD, EMPTY_WORD} and flag != "--unsubscribed-when":
            raise UsageError(
                f"{flag} {quoted(text)} would subscribe people about whom nothing is known",
                hint="list the words that mean subscribed",
            )
        found[column.strip()] = found.get(column.strip(), frozenset()) | words
    return found


def fold_word(text: str) -> str:
    """Return a word as words are compared: in lower case, spaces made one."""
    return " ".join(text.split()).casefold()


def is_given(column: str, rules: ColumnRules) -> bool:
    """Tell whether the flags say what a column is, or that it is to be left out."""
    return column in rules.maps or column in rules.ignored or has_words(column, rules)


def has_words(column: str, rules: ColumnRules) -> bool:
    """Tell whether the flags list words of a column."""
    return column in rules.subscribed_when or column in rules.unsubscribed_when


def gives_consent(column: str, rules: ColumnRules) -> bool:
    """Tell whether the flags say how a column is to be read as ``subscribed``."""
    mapped = rules.maps.get(column, "").removeprefix("!")
    return has_words(column, rules) or standard_kind(mapped) is Kind.SUBSCRIBED


def stops_by_name(name: str, rules: ColumnRules, fields: AccountFields) -> bool:
    """Tell whether a column has to be decided on because of its name alone.

    No flag that speaks of unknown columns in general leaves such a column out.
    """
    if is_given(name, rules) or standard_kind(name) is not None or name.startswith(LIST_PREFIX):
        return False
    if name_sense(name) is None or is_detail(name) or may_be_a_person(name):
        return False
    return not fields.names_property(name)


def cannot_be_null(hint: str) -> ValueProblem:
    """Return the problem of ``null`` for a field that cannot be without a value."""
    message = "null cannot empty this field"
    return ValueProblem(message, hint=hint, kind="null, which cannot empty this field")


def combine(values: dict[str, JsonScalar], *, verdict: bool | None) -> None:
    """Put a verdict among a row's values: where several columns speak, one no is enough."""
    if verdict is not None:
        values["subscribed"] = verdict and values.get("subscribed") is not False


class ConsentReader:
    """Reads the cells of one column as ``subscribed``: True, False, or None for no word on it."""

    def __init__(self, column: str, rules: ColumnRules) -> None:
        self._column = column
        self._rules = rules
        self._negated = rules.maps.get(column) == NEGATED
        self._out = rules.unsubscribed_when.get(column, frozenset())
        self._in = rules.subscribed_when.get(column, frozenset())
        self._known: dict[str, bool | None] = {}
        self._met: set[str] = set()

    @property
    def unmet(self) -> dict[str, list[str]]:
        """The folded words that flags list and no cell so far has held, by flag."""
        found = {
            "--subscribed-when": self._in - self._met,
            "--unsubscribed-when": self._out - self._met - {ANY_WORD, EMPTY_WORD},
        }
        return {flag: sorted(words) for flag, words in found.items() if words}

    @property
    def takes_yes_and_no(self) -> bool:
        """Tell whether cells are a yes or a no, and not words that the flags list."""
        return not self._out and not self._in

    def read(self, text: str) -> bool | None:
        """Return what a cell that is not empty says; raise :class:`ValueProblem`."""
        if text not in self._known:
            if len(self._known) >= _MOST_TEXTS:
                self._known.clear()
            self._known[text] = self._allowed(self._meant(text))
        return self._known[text]

    @property
    def empty(self) -> bool | None:
        """What an empty cell says."""
        return False if EMPTY_WORD in self._out else None

    def read_cell(self, text: str, null: str | None) -> bool | None:
        """Return what a cell says; an empty one says nothing. Raise :class:`ValueProblem`."""
        if not text or text.isspace():
            return self.empty
        if text != null:
            return self.read(text)
        if is_given(self._column, self._rules):
            return self.empty  # a database's way of leaving a cell empty
        raise cannot_be_null("leave the cell empty instead")

    def read_json(self, value: JsonValue) -> bool | None:
        """Return what a JSON value says; null is empty. Raise :class:`ValueProblem`."""
        if value is None or (isinstance(value, str) and not value.strip()):
            return self.empty
        if isinstance(value, bool):
            return self.read("true" if value else "false")
        if isinstance(value, Number):
            return self.read(value.text)
        if isinstance(value, str):
            return self.read(value)
        hint = "give true, false or a word"
        raise ValueProblem("this is not a single value", hint=hint, kind="no single value")

    def _meant(self, text: str) -> bool | None:
        if self._out or self._in:
            return self._word(fold_word(text), text)
        value = to_boolean(text)
        if value is not None:
            return value is not self._negated
        if self._negated and is_time(text):
            return False  # the time at which somebody opted out
        raise misfit(text, "neither yes nor no", hint=_WORDS_HINT)

    def _word(self, word: str, text: str) -> bool | None:
        if word in self._out or word in self._in:
            self._met.add(word)
            return word not in self._out
        if ANY_WORD in self._out:
            return False
        # Both lists given: they were meant to be whole, so a third word is somebody's mistake.
        if self._in and self._out:
            raise misfit(
                text,
                "in neither --subscribed-when nor --unsubscribed-when",
                hint="add it to one of them",
            )
        if self._in:
            return False  # the safe side: only who is named may be mailed
        if word_sense(text) is Sense.OUT:
            raise ValueProblem(
                f"{quoted(text)} looks like an opt-out, and --unsubscribed-when does not name it",
                hint="add it there",
                kind="words for opting out that --unsubscribed-when does not name",
                value=text,
            )
        return None

    def _allowed(self, verdict: bool | None) -> bool | None:  # noqa: FBT001 - the value
        if verdict is not True or self._rules.allow_resubscribe:
            return verdict
        # No word on it, rather than false: the row may change all else of the contact.
        if self._rules.never_resubscribe:
            return None
        raise self._resubscribes()

    def _resubscribes(self) -> ValueProblem:
        """Return the problem of a yes; that of a column of opt-outs may be meant as a no."""
        turned = not self._negated and name_sense(self._column) is Sense.OUT
        if not turned or self._column not in self._rules.maps:
            return ValueProblem(RESUBSCRIBES, hint=_RESUBSCRIBE_HINT)
        pair = f"{self._column}={NEGATED}"
        hint = f"--map '{pair}' reads yes as opted out; {_RESUBSCRIBE_HINT}"
        problem = ValueProblem(RESUBSCRIBES, hint=hint)
        problem.flags = (f"--map={pair}",)
        return problem


#: Texts remembered at a time: times differ from row to row.
_MOST_TEXTS = 1000


def check_words(rules: ColumnRules) -> None:
    """Refuse words that mean both, and columns that another flag gives; raise an error."""
    for column in [*rules.subscribed_when, *rules.unsubscribed_when]:
        if column in rules.maps or column in rules.ignored:
            flag = "--map" if column in rules.maps else "--ignore"
            raise UsageError(
                f"the column {quoted(column)} is given to {flag}, and its words are listed too",
                hint="give one of them",
            )
        both = rules.subscribed_when.get(column, _NONE) & rules.unsubscribed_when.get(column, _NONE)
        if both:
            raise UsageError(
                f"{quoted(min(both))} of the column {quoted(column)} is given as subscribed and as"
                " unsubscribed",
                hint="give it once",
            )


def split_names(listed: str) -> list[str]:
    """Return what stands between commas; in double quotes it may hold one itself.

    Raises :class:`UsageError` for a line break outside of quotes.
    """
    import csv

    try:
        return next(csv.reader([listed], skipinitialspace=True), [])
    except csv.Error:
        raise UsageError(
            f"{quoted(listed)} holds a line break", hint="write such a name in double quotes"
        ) from None


def join_names(names: Iterable[str]) -> str:
    """Return names with commas between them, as :func:`split_names` reads them."""
    return ",".join(map(_in_quotes, names))


def _in_quotes(name: str) -> str:
    if name and not name[0].isspace() and not _NEEDS_QUOTES.intersection(name):
        return name
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


_NEEDS_QUOTES = frozenset(',"\r\n')
