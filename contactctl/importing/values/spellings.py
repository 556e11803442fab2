"""Counts what was written in another spelling than it is sent, and cells that say nothing."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from contactctl.exact_json import Number
from contactctl.importing.values.identifiers import PLACEHOLDERS
from contactctl.safe_text import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contactctl.exact_json import JsonObject, JsonScalar

#: Columns that are counted apart: a JSON file may have a new key in every row.
_MOST_GROUPS = 200
_OTHERS = "(other columns)"
_DRESS = re.compile(r"""='?".*"|['\N{RIGHT SINGLE QUOTATION MARK}]-?[0-9][0-9 .+-]*""", re.DOTALL)
_OVERFLOW = re.compile("#{2,}")
#: Cells that say nothing, in the spellings that programs have for them.
SAYS_NOTHING = frozenset(
    spelling
    for word in PLACEHOLDERS
    for spelling in (word, word.upper(), word.title(), word.capitalize())
) | {"NaN", "NaT", "-NaN", "[object Object]"}


@dataclass(slots=True)
class Respelled:
    """So many values of one column that are sent in another spelling, and the first of them."""

    column: str
    kind: str
    before: JsonScalar
    after: JsonScalar
    count: int = 0

    def to_json_object(self) -> JsonObject:
        """Return it as it stands in a summary."""
        return {
            "column": self.column,
            "kind": self.kind,
            "count": Number(str(self.count)),
            "example": {"from": _cut(self.before), "to": self.after},
        }


@dataclass(slots=True)
class Spellings:
    """The counts of one reading of a file.

    ``respelled`` are values by column and kind, ``empty_words`` the texts that say nothing and are
    sent all the same, by column; ``padded`` are texts with spaces around them, by column.
    """

    respelled: dict[tuple[str, str], Respelled] = field(default_factory=dict)
    empty_words: dict[str, dict[str, int]] = field(default_factory=dict)
    padded: dict[str, int] = field(default_factory=dict)
    _paused: bool = False

    def respell(self, column: str, kind: str, before: JsonScalar, after: JsonScalar) -> None:
        """Count a value that is sent in another spelling than the file has it."""
        if self._paused:
            return
        key = (column, kind)
        if key not in self.respelled:
            if len(self.respelled) >= _MOST_GROUPS:
                key = (_OTHERS, kind)
            self.respelled.setdefault(key, Respelled(*key, before, after))
        self.respelled[key].count += 1

    def say_nothing(self, column: str, text: str) -> None:
        """Count a text that says nothing, and is sent as it is."""
        if self._paused:
            return
        if column not in self.empty_words and len(self.empty_words) >= _MOST_GROUPS:
            column = _OTHERS
        words = self.empty_words.setdefault(column, {})
        # Placeholders are few; of dressed texts and of ##### one stands for all.
        word = text if text in SAYS_NOTHING else _alike(text, words)
        words[word] = words.get(word, 0) + 1

    def note_padded(self, column: str) -> None:
        """Count a text that is sent with the spaces or invisible characters around it."""
        if not self._paused and (column in self.padded or len(self.padded) < _MOST_GROUPS):
            self.padded[column] = self.padded.get(column, 0) + 1

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Count nothing meanwhile: what is read again was counted before."""
        self._paused = True
        try:
            yield
        finally:
            self._paused = False

    def take(self) -> Spellings:
        """Return what was counted so far, and begin again."""
        taken = Spellings(self.respelled, self.empty_words, self.padded)
        self.respelled, self.empty_words, self.padded = {}, {}, {}
        return taken


def _cut(value: JsonScalar) -> JsonScalar:
    return excerpt(value) if isinstance(value, str) else value


def says_nothing(text: str) -> bool:
    """Tell whether a cell says nothing, or is a text in spreadsheet dress.

    >>> says_nothing("#N/A"), says_nothing("'02134"), says_nothing("none of these")
    (True, True, False)
    """
    return text in SAYS_NOTHING or is_dressed(text) or _OVERFLOW.fullmatch(text) is not None


def is_dressed(text: str) -> bool:
    """Tell whether marks around a text keep a spreadsheet from taking it for a number."""
    return _DRESS.fullmatch(text) is not None


def _alike(text: str, words: Mapping[str, int]) -> str:
    """Return the text among these that stands for such a one."""
    return next((word for word in words if word not in SAYS_NOTHING and word[0] == text[0]), text)
