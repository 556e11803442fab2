"""The look for columns that speak of consent, which stop a file until somebody decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.consent_words import (
    Sense,
    is_detail,
    is_status,
    is_time,
    is_weak,
    name_sense,
    to_boolean,
    word_sense,
)
from contactctl.errors import UsageError
from contactctl.exact_json import Number
from contactctl.importing.consent import ANY_WORD, NEGATED, UNDECIDED, fold_word, is_given
from contactctl.importing.fields import ERROR_COLUMNS, LIST_PREFIX, Kind, standard_kind
from contactctl.safe_text import excerpt, quoted
from contactctl.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from contactctl.exact_json import JsonValue
    from contactctl.importing.columns import ColumnRules
    from contactctl.importing.fields import AccountFields
    from contactctl.importing.row import Row

_NEVER = "--never-resubscribe"
#: Different texts that are counted for a column; all others are one number.
_MOST_TEXTS = 50
_LONGEST_TEXT = 80
#: A column of more different words that say nothing holds something else.
_MOST_OTHER = 20
_SHOWN_TEXTS = 5
#: Keys of a JSON file that are watched for their words alone.
_MOST_KEYS = 1000
_NOT_WATCHED = (Kind.EMAIL, Kind.USER_ID, Kind.SUBSCRIBED)
_PERSONAL = ("firstname", "lastname")


class UndecidedConsentError(UsageError):
    """Columns speak of consent and nobody has said what they mean; ``flags`` are the safest way."""

    def __init__(self, columns: Sequence[ColumnWords], rules: ColumnRules) -> None:
        them = "a column speaks" if len(columns) == 1 else f"{len(columns)} columns speak"
        lines = [column.described() for column in columns]
        super().__init__(
            f"{them} of consent to email, and nothing says how to take it; nothing was sent\n"
            + "\n".join(lines),
        )
        self.flags = [flag for column in columns for flag in column.advice()]
        if any(column.may_say_yes for column in columns) and not (
            rules.allow_resubscribe or rules.never_resubscribe
        ):
            self.flags.append(_NEVER)
        self.hint = (
            "the command below opts out those who opted out, and subscribes nobody again;"
            " a column that is not about email is left out by its name, with --ignore"
        )
        if any(UNDECIDED in flag for flag in self.flags):
            self.hint = f"replace {UNDECIDED} with the words that mean opted out; " + self.hint


class ColumnWords:
    """What the cells of one column hold, in memory that does not grow with the file."""

    __slots__ = ("_more", "counts", "declared", "kinds", "name", "says_out", "sense", "status")

    def __init__(self, name: str, sense: Sense | None, *, declared: bool) -> None:
        self.name = name
        self.sense = sense
        self.declared = declared
        self.status = is_status(name)
        self.counts: dict[str, int] = {}
        self.kinds: set[str] = set()
        self.says_out = False
        self._more = 0

    def add(self, text: str) -> bool:
        """Count a cell that is not empty; tell whether the column may speak of consent at all."""
        if text in self.counts:
            self.counts[text] += 1
            return True
        kind = _kind(text)
        self.kinds.add(kind)
        self.says_out = self.says_out or (kind == "out" and not is_weak(text))
        if len(self.counts) < _MOST_TEXTS:
            self.counts[text[:_LONGEST_TEXT]] = 1
        else:
            self._more += 1
        return self.sense is not None or self._may_speak()

    @property
    def speaks(self) -> bool:
        """Tell whether the column speaks of consent, once all cells were counted."""
        if self.sense is not None:
            return True
        if not self._may_speak() or not self.kinds:
            return False
        return self.says_out or (self.status and self.kinds <= {"in", "out"})

    def advice(self) -> list[str]:
        """Return the flag that reads the column so that nobody who opted out is subscribed."""
        if self._is_of_known_words():
            out = self._words("out")
            if out:
                return self._listed(out)
            return self._listed(self._words("in"), "--subscribed-when")
        if self.sense is Sense.OUT and is_detail(self.name):
            return self._listed([ANY_WORD])
        if self.sense is Sense.OUT and self.kinds <= {"boolean", "time"}:
            return ["--map", f"{self.name}={NEGATED}"]
        if self.sense is Sense.IN and self.kinds <= {"boolean"}:
            return ["--map", f"{self.name}=subscribed"]
        return self._listed([*self._words("out"), UNDECIDED])

    @property
    def may_say_yes(self) -> bool:
        """Tell whether the advised reading can mean subscribed."""
        return self.advice()[0] != "--unsubscribed-when" and self.kinds != {"time"}

    def described(self) -> str:
        """Return the column with its most frequent cells and how many rows have each."""
        shown = sorted(self.counts.items(), key=lambda item: -item[1])[:_SHOWN_TEXTS]
        cells = [f"{quoted(text)} in {counted(count, 'row')}" for text, count in shown]
        rest = sum(self.counts.values()) + self._more - sum(count for _, count in shown)
        cells += [f"other words in {counted(rest, 'row')}"] if rest else []
        line = f"  {excerpt(self.name)}: {', '.join(cells) or 'all its cells are empty'}"
        if self.declared:
            line += " (a property too: mapped to its own name it stays that, and opts nobody out)"
        return line

    def _may_speak(self) -> bool:
        if self.kinds <= {"in", "out"}:
            return not self._more
        return self.status and len(self.counts) <= _MOST_OTHER

    def _is_of_known_words(self) -> bool:
        if not self.kinds or not self.kinds <= {"in", "out"} or self._more:
            return False
        return self.sense is not Sense.OUT or "in" not in self.kinds

    def _words(self, kind: str) -> list[str]:
        words = {fold_word(text): text for text in reversed(self.counts) if _kind(text) == kind}
        return list(reversed(words.values()))

    def _listed(self, words: Sequence[str], flag: str = "--unsubscribed-when") -> list[str]:
        cells = [f'"{word}"' if "," in word or '"' in word else word for word in words]
        return [flag, f"{self.name}={','.join(cells)}"]


def _kind(text: str) -> str:
    if to_boolean(text) is not None:
        return "boolean"
    if is_time(text):
        return "time"
    sense = word_sense(text)
    return {Sense.IN: "in", Sense.OUT: "out"}.get(sense, "other") if sense else "other"


class ConsentWatch:
    """Looks at the rows as they pass, and stops the file when all have been seen."""

    def __init__(
        self, columns: Sequence[str] | None, rules: ColumnRules, fields: AccountFields
    ) -> None:
        self._columns = columns
        self._rules = rules
        self._fields = fields
        self._null = None if rules.literal_null else "null"
        self._names: dict[str, ColumnWords | None] = {}

    def rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows, each looked at."""
        if self._columns is None:
            return self._json_rows(rows)
        return self._csv_rows(rows, self._columns)

    def stop_undecided(self) -> None:
        """Raise :class:`UndecidedConsentError` for columns that nobody decided on."""
        if self._all_opted_out():
            return
        found = {one.name: one for one in self._names.values() if one and one.speaks}
        is_decided = self._gives_subscribed()
        undecided = [
            one
            for one in found.values()
            if not (is_decided and one.declared) and not self._is_covered(one)
        ]
        if undecided:
            raise UndecidedConsentError(undecided, self._rules)

    def _begin(self, name: str) -> ColumnWords | None:
        """Return what counts the words of a column, None when it need not be watched."""
        if name in self._names:
            return self._names[name]
        words = self._counter(name)
        if len(self._names) < _MOST_KEYS or (words and words.sense and self._has_room()):
            self._names[name] = words
            return words
        return None

    def _counter(self, name: str) -> ColumnWords | None:
        kind = standard_kind(name)
        if not name or is_given(name, self._rules) or kind in _NOT_WATCHED:
            return None
        folded = "".join(filter(str.isalpha, name)).lower()
        if name.startswith(LIST_PREFIX) or name in ERROR_COLUMNS or folded in _PERSONAL:
            return None
        declared = kind is not None or self._fields.is_property(name)
        return ColumnWords(name, name_sense(name), declared=declared)

    def _has_room(self) -> bool:
        return len(self._names) < 2 * _MOST_KEYS

    def _csv_rows(self, rows: Iterable[Row], columns: Sequence[str]) -> Iterator[Row]:
        begun = [(index, self._begin(name)) for index, name in enumerate(columns)]
        watched = [(index, words) for index, words in begun if words]
        for row in rows:
            if row.problem is None and watched:
                gone = [
                    place
                    for place, (index, words) in enumerate(watched)
                    if (text := row.cells[index].strip())
                    and text != self._null
                    and not words.add(text)
                ]
                for place in reversed(gone):
                    self._drop(watched.pop(place)[1])
            yield row

    def _json_rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            for key, value in (row.values or {}).items():
                words = self._begin(key)
                if words and (text := _text(value)) and not words.add(text):
                    self._drop(words)
            yield row

    def _drop(self, words: ColumnWords) -> None:
        self._names[words.name] = None

    def _all_opted_out(self) -> bool:
        constants = self._rules.constants.items()
        return any(
            standard_kind(name) is Kind.SUBSCRIBED and to_boolean(text) is False
            for name, text in constants
        )

    def _gives_subscribed(self) -> bool:
        rules = self._rules
        targets = [rules.maps.get(name, name).removeprefix("!") for name in self._names]
        return bool(rules.subscribed_when or rules.unsubscribed_when) or any(
            standard_kind(target) is Kind.SUBSCRIBED and name not in rules.ignored
            for name, target in zip(self._names, targets, strict=True)
        )

    def _is_covered(self, words: ColumnWords) -> bool:
        """Tell whether it says why people opted out whom another column names."""
        return is_detail(words.name) and any(
            name_sense(name) is Sense.OUT and not is_detail(name) for name in self._names
        )


def _text(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Number):
        return value.text
    if isinstance(value, dict | list):
        return "a list or an object" if value else ""
    return value.strip() if value else ""
