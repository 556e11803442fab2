"""How the text of a cell becomes its field's value; spellings that lose nothing are counted."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from contactctl.changes.rounding import rounded
from contactctl.changes.typing_rules import ValueProblem, check_text, infer_value, typed_value
from contactctl.consent_words import to_boolean
from contactctl.contact import MAX_STRING_LENGTH, is_address
from contactctl.errors import UsageError
from contactctl.exact_json import Number
from contactctl.importing.values.date_formats import read_as_one_of
from contactctl.importing.values.fields import Kind
from contactctl.importing.values.identifiers import parse_address, parse_user_id, trimmed
from contactctl.importing.values.number_forms import (
    grouped_number,
    has_point_groups,
    lossless_number,
)
from contactctl.importing.values.spellings import SAYS_NOTHING, Spellings, says_nothing
from contactctl.importing.values.value_rules import ValueRules
from contactctl.importing.values.ways_out import either_number, with_way_out
from contactctl.safe_text import excerpt, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from contactctl.contact import PropertyType
    from contactctl.exact_json import JsonScalar
    from contactctl.importing.values.fields import Field
    from contactctl.importing.values.number_forms import DecimalMark


class Empty(Enum):
    """A cell that is to be taken as empty though it holds a text."""

    EMPTY = auto()


EMPTY: Final = Empty.EMPTY
CellValue: TypeAlias = "JsonScalar | Empty"

#: Most ids: words of letters and digits, no placeholder and no rounded number.
_USUAL_ID = re.compile(r"[A-Za-z_][A-Za-z_-]{0,200}[0-9][A-Za-z0-9_-]{0,200}|[0-9]{1,200}")
_MAILTO = re.compile(r"mailto:", re.IGNORECASE)
#: Words of yes and no that are marks as well, and may be more than that in a property.
_MARKS = frozenset({"x", "o"})
#: Texts of a column that are kept with their values: plans, seats and days repeat all over a file.
_MOST_TEXTS = 2**12
_Value = TypeVar("_Value")
TRIMMED = "trimmed"
RESPELLED = "respelled"
ROUNDED = "probably rounded"
#: How a cell with several addresses, or with a name, is read where that is asked for.
FIRST = "by its first address"


class CellReaders:
    """Makes what reads the cells of a column.

    ``notes`` counts what is respelled, and what says nothing. ``literal_null`` has ``null`` say
    something; ``delimiter`` parts the cells: semicolons do where numbers have a
    decimal comma.
    """

    def __init__(
        self,
        rules: ValueRules | None = None,
        *,
        literal_null: bool = False,
        delimiter: str = ",",
    ) -> None:
        self.rules = rules or ValueRules()
        self.notes = Spellings()
        self._delimiter = delimiter
        spared = {"null"} if literal_null else set()
        self._odd_words = (SAYS_NOTHING - spared) | self.rules.null_texts

    def reader(self, item: Field, column: str) -> Callable[[str], CellValue]:
        """Return the function that reads a cell of the column that is not empty.

        It returns ``EMPTY`` for a cell that counts as empty, and raises :class:`ValueProblem` for
        a text that the field does not take. Raises :class:`UsageError` for a flag of the column
        that speaks of values of another type.
        """
        self._check_flags(item, column)
        readers: dict[Kind, Callable[[str], Callable[[str], CellValue]]] = {
            Kind.EMAIL: self._address_reader,
            Kind.USER_ID: self._id_reader,
            Kind.TEXT: self._text_reader,
        }
        if item.kind in readers:
            return readers[item.kind](column)
        declared = item.declared if item.kind is Kind.PROPERTY else "boolean"
        if declared == "string":
            return self._text_reader(column)
        return _TypedReader(self, column, declared).__getitem__

    def _check_flags(self, item: Field, column: str) -> None:
        rules = self.rules
        wanted = {"--date-format": ("date", rules.date_formats)}
        wanted["--decimal-comma"] = ("number", dict.fromkeys(rules.decimal_commas, ""))
        wanted["--decimal-point"] = ("number", dict.fromkeys(rules.decimal_points, ""))
        for flag, (needed, columns) in wanted.items():
            declared = item.declared or ("boolean" if item.kind is not Kind.PROPERTY else None)
            if column in columns and declared not in {needed, None}:
                raise UsageError(
                    f"{flag} {quoted(column)}: {excerpt(item.label)} is a {declared}, not a"
                    f" {needed}"
                )

    def is_empty(self, bare: str) -> bool:
        """Tell whether a text without spaces around it stands for an empty cell."""
        return not bare or bare in self.rules.null_texts

    def _address_reader(self, column: str) -> Callable[[str], CellValue]:
        def read(text: str) -> CellValue:
            # An address may begin with an apostrophe; a spreadsheet's mark of text is likelier.
            if is_address(text) and text[0] != "'":
                return text
            bare = trimmed(text)
            if self.is_empty(bare):
                return EMPTY
            mail = _MAILTO.match(bare)
            inner = bare[mail.end() :] if mail else bare
            address = parse_address(inner, first=self.rules.first_address)
            kind = "without mailto:" if mail else TRIMMED
            self.notes.respell(column, kind if address == inner else FIRST, text, address)
            return address

        return read

    def _id_reader(self, column: str) -> Callable[[str], CellValue]:
        usual = _USUAL_ID.fullmatch

        def read(text: str) -> CellValue:
            if usual(text) and text not in self.rules.null_texts:
                return text
            bare = trimmed(text)
            if self.is_empty(bare):
                return EMPTY
            user_id = parse_user_id(bare)
            if bare != text:
                self.notes.respell(column, TRIMMED, text, bare)
            return user_id

        return read

    def _text_reader(self, column: str) -> Callable[[str], CellValue]:
        odd_words = self._odd_words

        def read(text: str) -> CellValue:
            return self._odd_text(column, text) if _may_be_odd(text, odd_words) else text

        return read

    def is_plain(self, text: str) -> bool:
        """Tell whether a text that is not empty is taken as it is, and counted as nothing."""
        return not _may_be_odd(text, self._odd_words)

    def _odd_text(self, column: str, text: str) -> CellValue:
        bare = trimmed(text)
        if self.is_empty(bare):
            return EMPTY
        check_text(text)
        if bare in self._odd_words or (bare not in SAYS_NOTHING and says_nothing(bare)):
            self.notes.say_nothing(column, bare)
        elif bare != text:
            self.notes.note_padded(column)
        return text

    def typed(
        self, column: str, text: str, declared: PropertyType | None
    ) -> tuple[CellValue, str | None]:
        """Return the value of a typed cell, and how it is respelled; None where it is not.

        Raises :class:`ValueProblem`.
        """
        bare = trimmed(text)
        if self.is_empty(bare):
            return EMPTY, None
        forms = self.rules.date_formats.get(column)
        if forms is not None:
            date, form = read_as_one_of(bare, forms)
            return date, None if form is None else f"read as {form}"
        mark = self._mark(column)
        if mark is not None:
            value: JsonScalar = grouped_number(bare, mark)
        elif declared is None:
            return self._by_look(column, text), None
        else:
            value = self._by_type(column, bare, declared)
        return value, _how(text, bare, value)

    def _mark(self, column: str) -> DecimalMark | None:
        if column in self.rules.decimal_commas:
            return ","
        return "." if column in self.rules.decimal_points else None

    def _by_look(self, column: str, text: str) -> CellValue:
        value = infer_value(text)
        return self._odd_text(column, value) if isinstance(value, str) else value

    def _by_type(self, column: str, bare: str, declared: PropertyType) -> JsonScalar:
        if declared == "number" and self._delimiter == ";" and has_point_groups(bare):
            raise either_number(column, bare)
        try:
            return typed_value(bare, declared)
        except ValueProblem as problem:
            value = _lossless(bare, declared)
            if value is None:
                tabs = self._delimiter == "\t"
                raise with_way_out(problem, column, bare, declared, tabs=tabs) from None
            return value


def _may_be_odd(text: str, odd_words: Container[str]) -> bool:
    """Look at a text by a few comparisons: most are digits, or begin with a letter of ASCII."""
    return (
        (text < "A" and not text.isdigit())
        or text[-1] <= " "
        or text in odd_words
        or len(text) > MAX_STRING_LENGTH
        or not text.isascii()
    )


class _TypedReader(dict[str, "CellValue"]):
    """The values of a column's texts; what is respelled is counted each time."""

    def __init__(self, readers: CellReaders, column: str, declared: PropertyType | None) -> None:
        super().__init__()
        self._readers = readers
        self._column = column
        self._declared = declared
        self._respelled: dict[str, tuple[JsonScalar, str]] = {}

    def __missing__(self, text: str) -> CellValue:
        found = self._respelled.get(text)
        if found is None:
            value, kind = self._readers.typed(self._column, text, self._declared)
            if value is EMPTY or kind is None:
                # A text that is said to be nothing is counted each time as well.
                if value is not text or self._declared or self._readers.is_plain(text):
                    _put(self, text, value)
                return value
            _put(self._respelled, text, found := (value, kind))
        value, kind = found
        self._readers.notes.respell(self._column, kind, text, value)
        return value


def _put(kept: dict[str, _Value], text: str, value: _Value) -> None:
    if len(kept) >= _MOST_TEXTS:
        kept.clear()
    kept[text] = value


def _how(text: str, bare: str, value: JsonScalar) -> str | None:
    """Return how a value is spelled or kept otherwise than its text; None where it is not."""
    if rounded(value) is not None:
        return ROUNDED
    same = value.text if isinstance(value, Number) else value
    if same == bare or (isinstance(value, bool) and bare.lower() in {"true", "false"}):
        return None if bare == text else TRIMMED
    return RESPELLED


def _lossless(bare: str, declared: PropertyType) -> JsonScalar:
    """Return the number or boolean that is meant without a doubt; None for none."""
    if declared == "number":
        return lossless_number(bare)
    if declared == "boolean" and bare.lower() not in _MARKS:
        return to_boolean(bare)
    return None
