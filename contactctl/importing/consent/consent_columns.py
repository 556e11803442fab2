"""What the cells of a column hold that speaks of consent, and the flags that take it safely."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.consent_words import (
    Sense,
    is_bare_status,
    is_code,
    is_detail,
    is_status,
    is_time,
    is_weak,
    name_sense,
    to_boolean,
    word_sense,
)
from contactctl.contact import is_address
from contactctl.errors import UsageError
from contactctl.importing.consent.consent import (
    ANY_WORD,
    EMPTY_WORD,
    NEGATED,
    UNDECIDED,
    fold_word,
    join_names,
)
from contactctl.importing.consent.consent_within import NESTED
from contactctl.importing.values.spellings import says_nothing
from contactctl.safe_text import excerpt, quoted
from contactctl.wording import counted, flag_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.importing.columns.rules import ColumnRules

_NEVER = "--never-resubscribe"
_SUBSCRIBED_WHEN = "--subscribed-when"
#: Different texts that are counted for a column; all others are one number.
_MOST_TEXTS = 50
_LONGEST_TEXT = 80
#: A column of more different words that say nothing holds something else.
_MOST_OTHER = 20
_SHOWN_TEXTS = 5


class UndecidedConsentError(UsageError):
    """Columns speak of consent and nobody has said what they mean; ``flags`` are the safest way."""

    def __init__(self, columns: Sequence[ColumnWords], rules: ColumnRules) -> None:
        them = "a column is" if len(columns) == 1 else f"{len(columns)} columns are"
        lines = [column.described() for column in columns]
        super().__init__(
            f"{them} about consent to email, and nothing says what it means; nothing was written\n"
            + "\n".join(lines),
        )
        self.columns = tuple(columns)
        advice = [column.advice() for column in columns]
        self.flags = [word for pair in advice if pair for word in flag_words(pair[0], pair[1])]
        #: Whether the flags are a decision on all of the columns.
        self.is_ready = not any("nested" in column.kinds for column in columns)
        if any(column.may_say_yes for column in columns) and not (
            rules.allow_resubscribe or rules.never_resubscribe
        ):
            self.flags.append(_NEVER)
        nested = [column for column in columns if "nested" in column.kinds]
        #: The keys whose objects can be taken apart without a loss; none where one cannot.
        self.movable = [one.name for one in nested if all(other.is_movable for other in nested)]
        #: What the flags do, what is left to a person, and what else could be done.
        self.does = "unsubscribes those who opted out, and re-subscribes nobody"
        self.otherwise = (
            "a column that is not about email is left out by its name, with --ignore"
            if self.is_ready
            # No flag can point into an object, so none is offered.
            else "move such a key out of its object to the top of the row, as with jq"
        )
        self.to_fill_in = ""
        if any(UNDECIDED in flag for flag in self.flags):
            self.to_fill_in = f"replace {UNDECIDED} with the words that mean opted out"


class ColumnWords:
    """What the cells of one column hold, in memory that does not grow with the file."""

    __slots__ = (
        "_more",
        "_plain",
        "counts",
        "declared",
        "empty",
        "is_movable",
        "kinds",
        "name",
        "says_out",
        "sense",
        "status",
    )

    def __init__(self, name: str, *, declared: bool = False, plain: bool = False) -> None:
        """Begin to count: ``plain`` is a column that is ``subscribed`` by its own name."""
        self.name = name
        self.sense = name_sense(name)
        self.declared = declared
        self.empty = 0
        #: Whether what objects hold says the same at the top of the row.
        self.is_movable = True
        self._plain = plain
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
        if self.sense is not Sense.OUT or not says_nothing(text):
            self.kinds.add(kind)  # NULL in unsubscribed_at is as good as empty
        self.says_out = self.says_out or (kind == "out" and not is_weak(text))
        # A column of free text would otherwise keep the whole file in memory.
        if len(self.counts) < _MOST_TEXTS:
            self.counts[text[:_LONGEST_TEXT]] = 1
        else:
            self._more += 1
        return self.sense is not None or self._may_speak()

    def may_hold(self, word: str) -> bool:
        """Tell whether a cell may hold a word, once all cells were counted."""
        folded = fold_word(word[:_LONGEST_TEXT])
        if self._more or folded in {"", ANY_WORD, EMPTY_WORD}:
            return True
        return any(fold_word(text) == folded for text in self.counts)

    @property
    def filled(self) -> int:
        """Return how many cells were counted."""
        return sum(self.counts.values()) + self._more

    @property
    def speaks(self) -> bool:
        """Tell whether the column speaks of consent, once all cells were counted."""
        if self._plain:
            return not self.kinds <= {"boolean"}  # words, which it cannot be read by
        if self.kinds == {"address"}:
            return False  # "Subscriber": who it is
        if self.sense is not None or self._holds_codes():
            return True
        if not self._may_speak() or not self.kinds:
            return False
        return (
            self.says_out or "nested" in self.kinds or (self.status and self.kinds <= {"in", "out"})
        )

    def advice(self) -> list[str]:
        """Return the flag that reads the column so that nobody who opted out is subscribed."""
        if "nested" in self.kinds:
            return []
        if self._marks_who_is_in():
            return self._listed([EMPTY_WORD])
        if self._is_of_known_words():
            out = self._words("out")
            return self._listed(out) if out else self._listed(self._words("in"), _SUBSCRIBED_WHEN)
        if self.sense is Sense.OUT and is_detail(self.name):
            return self._listed([ANY_WORD])
        field = self._yes_means()
        return (
            ["--map", f"{self.name}={field}"]
            if field
            else self._listed([*self._words("out"), *self._refusals(), UNDECIDED])
        )

    @property
    def may_say_yes(self) -> bool:
        """Tell whether the advised reading can mean subscribed."""
        return "--unsubscribed-when" not in self.advice() and self.kinds != {"time"}

    def described(self) -> str:
        """Return the column with its most frequent cells and how many rows have each."""
        shown = sorted(self.counts.items(), key=lambda item: -item[1])[:_SHOWN_TEXTS]
        cells = [f"{quoted(text)} in {counted(count, 'row')}" for text, count in shown]
        rest = self.filled - sum(count for _, count in shown)
        cells += [f"other words in {counted(rest, 'row')}"] if rest else []
        cells += [f"empty in {counted(self.empty, 'row')}"] if self.empty else []
        line = f"  {excerpt(self.name)}: {', '.join(cells) or 'no row'}"
        if self.declared:
            line += " (a property too: mapped to its own name it stays that, and opts nobody out)"
        return line

    def _may_speak(self) -> bool:
        if "nested" in self.kinds:
            return True
        if self.kinds <= {"in", "out"}:
            return not self._more
        return self.status and len(self.counts) <= _MOST_OTHER

    def _holds_codes(self) -> bool:
        """Tell whether it is a status by numbers, of which some mean opted out, as 2 may."""
        if self._more or len(self.counts) < 2 or not is_bare_status(self.name):  # noqa: PLR2004
            return False
        return all(map(is_code, self.counts))

    def _refusals(self) -> list[str]:
        """Return the spellings of no, where a yes means that mail is welcome."""
        if self.sense is not Sense.IN:
            return []
        return [text for text in self.counts if to_boolean(text) is False]

    def _yes_means(self) -> str | None:
        """Return what ``--map`` names for a column of yes and no, or of times of opting out."""
        if self.sense is Sense.OUT and self.kinds <= {"boolean", "time"}:
            return NEGATED
        return "subscribed" if self.sense is Sense.IN and self.kinds == {"boolean"} else None

    def _marks_who_is_in(self) -> bool:
        """Tell whether some cells say yes, or since when, and all others are empty."""
        if (
            self.sense is not Sense.IN
            or not self.empty
            or self.kinds not in ({"boolean"}, {"time"})
        ):
            return False
        return not any(to_boolean(text) is False for text in self.counts)

    def _is_of_known_words(self) -> bool:
        if not self.kinds or not self.kinds <= {"in", "out"} or self._more:
            return False
        # "Active" may mean either in such a column, and "Opted in" does not.
        return self.sense is not Sense.OUT or not any(map(is_weak, self._words("in")))

    def _words(self, kind: str) -> list[str]:
        words = {fold_word(text): text for text in reversed(self.counts) if _kind(text) == kind}
        return list(reversed(words.values()))

    def _listed(self, words: Sequence[str], flag: str = "--unsubscribed-when") -> list[str]:
        return [flag, f"{self.name}={join_names(words)}"]


def _kind(text: str) -> str:
    if text == NESTED:
        return "nested"
    if to_boolean(text) is not None:
        return "boolean"
    if is_time(text):
        return "time"
    if is_address(text):
        return "address"
    sense = word_sense(text)
    return {Sense.IN: "in", Sense.OUT: "out"}.get(sense, "other") if sense else "other"
