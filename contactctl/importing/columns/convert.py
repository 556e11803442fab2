"""A row to the change that it asks for, and the cells of a CSV file by its columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol, TypeAlias

from contactctl.changes.typing_rules import ValueProblem
from contactctl.contact import ContactChange
from contactctl.importing.columns.columns import bind_columns, bind_constants, is_ignored
from contactctl.importing.consent.consent import (
    ConsentReader,
    cannot_be_null,
    combine,
)
from contactctl.importing.values.cells import EMPTY, RESPELLED, CellReaders
from contactctl.importing.values.fields import (
    LIST_PREFIX,
    SUBSCRIBED,
)
from contactctl.importing.values.ways_out import placeholder
from contactctl.safe_text import excerpt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contactctl.exact_json import JsonScalar
    from contactctl.importing.columns.rules import ColumnRules
    from contactctl.importing.names.naming import AccountFields
    from contactctl.importing.names.unknown_columns import UnknownColumnsError
    from contactctl.importing.row import Row
    from contactctl.importing.values.fields import Field
    from contactctl.importing.values.spellings import Spellings


#: Words that flags list, by column and flag.
UnmetWords: TypeAlias = "Mapping[str, Mapping[str, Sequence[str]]]"
_BOOLEANS = frozenset({"true", "false"})
_OWN_LINE = re.compile(r"line [0-9]+ (?=holds)")


class Converter(Protocol):
    """Turns rows into changes, all by the same rules."""

    def to_change(self, row: Row) -> ContactChange:
        """Return what the row asks for; raise :class:`ValueProblem` when it cannot be sent."""


class FileConverter(Converter, Protocol):
    """Turns the rows of a file into changes, by its columns or keys."""

    @property
    def left_out(self) -> Sequence[str]:
        """Return the columns that a flag for columns in general leaves out."""

    @property
    def passed_over(self) -> Sequence[str]:
        """Return the columns of the service's own export that only the service writes."""

    @property
    def unknown(self) -> UnknownColumnsError | None:
        """Return what is to be said of columns that fill no field, once all rows were seen."""

    @property
    def notes(self) -> Spellings:
        """What is counted of the values that are read."""

    @property
    def unmet(self) -> UnmetWords:
        """Return the words of consent that no row has held so far."""


def to_contact_change(
    values: dict[str, JsonScalar], *, may_hold_lists: bool = True
) -> ContactChange:
    """Sort a row's values, by label, into identifiers, lists and the rest; ``values`` is used up.

    Raises :class:`ValueProblem` when there is no identifier.
    """
    email, user_id = values.pop("email", None), values.pop("userId", None)
    if email is None and user_id is None:
        raise ValueProblem("neither an email address nor a user id")
    # Most files have no list columns, and need no look at every label of every row.
    memberships = _memberships(values) if may_hold_lists else {}
    return ContactChange(_text(email), _text(user_id), values, memberships)


def who_of(values: Mapping[str, JsonScalar]) -> tuple[str | None, str | None]:
    """Return the address and the user id among a row's values, by label."""
    return _text(values.get("email")), _text(values.get("userId"))


def _memberships(values: dict[str, JsonScalar]) -> dict[str, bool]:
    """Take the lists out of a row's values."""
    labels = [label for label in values if label.startswith(LIST_PREFIX)]
    return {label.removeprefix(LIST_PREFIX): values.pop(label) is True for label in labels}


def _text(value: JsonScalar) -> str | None:
    return None if value is None else str(value)


def by_label(constants: Mapping[Field, JsonScalar]) -> dict[str, JsonScalar]:
    """Return constants under the labels of their fields."""
    return {item.label: value for item, value in constants.items()}


def located(name: str, problem: ValueProblem) -> ValueProblem:
    """Return the problem with the name of the column or key before it."""
    found = ValueProblem(
        f"{excerpt(name)}: {problem.message}",
        hint=problem.hint,
        kind=problem.kind,
        value=problem.value,
        column=name,
    )
    found.is_sentence = problem.is_sentence
    found.flags = problem.flags
    return found


class SeveralProblems(ValueProblem):
    """Several values of one row do not fit."""

    def __init__(self, parts: Sequence[ValueProblem]) -> None:
        super().__init__("; ".join(part.text for part in parts))
        self._parts = parts

    @property
    def parts(self) -> Sequence[ValueProblem]:
        """Return the problems that this one is made of."""
        return self._parts


def unread(row: Row) -> ValueProblem:
    """Return the problem of a row that could not be read."""
    text = row.problem or "not a JSON object"
    kind, colon, reason = text.partition(": ")
    if colon and kind == "not JSON":
        return ValueProblem(text, kind=kind, value=reason)
    bare = _OWN_LINE.sub("a line ", text)
    problem = ValueProblem(text, kind=bare)
    problem.is_sentence = True
    return problem


class CsvConverter:
    """Converts the rows of a file with these columns.

    Making one raises :class:`UsageError` for what is wrong with the columns themselves.
    """

    def __init__(
        self,
        columns: Sequence[str],
        rules: ColumnRules,
        fields: AccountFields,
        *,
        delimiter: str = ",",
    ) -> None:
        binding = bind_columns(columns, rules, fields)
        bound = binding.fields
        self.passed_over: Sequence[str] = binding.passed_over
        self.unknown: UnknownColumnsError | None = None  # those of a header are refused at once
        self._readers = CellReaders(
            rules.values, literal_null=rules.literal_null, delimiter=delimiter
        )
        self._constants = by_label(bind_constants(rules, fields, list(bound.values())))
        self._columns = columns
        self.left_out: Sequence[str] = tuple(
            column
            for index, column in enumerate(columns)
            if column
            and index not in bound
            and column not in binding.passed_over
            and not is_ignored(column, rules, fields)
        )
        self._unnamed = [
            index for index, column in enumerate(columns) if not column and "" not in rules.ignored
        ]
        self._null = None if rules.null_is_text else "null"
        self._empty_clears = rules.empty_clears
        self._bound = [
            (index, item.label, self._readers.reader(item, columns[index]), item.is_clearable)
            for index, item in bound.items()
            if item != SUBSCRIBED
        ]
        self._consents = [
            (index, ConsentReader(columns[index], rules))
            for index, item in bound.items()
            if item == SUBSCRIBED
        ]
        labels = [*self._constants, *(label for _, label, _, _ in self._bound)]
        self._has_lists = any(label.startswith(LIST_PREFIX) for label in labels)

    @property
    def notes(self) -> Spellings:
        """What is counted of the cells that are read."""
        return self._readers.notes

    @property
    def unmet(self) -> UnmetWords:
        """The words of consent that no row has held so far."""
        readers = {self._columns[index]: reader for index, reader in self._consents}
        return {column: reader.unmet for column, reader in readers.items() if reader.unmet}

    def to_change(self, row: Row) -> ContactChange:
        """Return what the row asks for; raise :class:`ValueProblem` when it cannot be sent.

        An empty cell leaves its field alone and ``null`` empties it, as in the service's own CSV
        upload (documentation, page "CSV upload"), unless the rules say otherwise.
        """
        if row.problem is not None:
            raise unread(row)
        if self._unnamed:
            self._refuse_unnamed(row.cells)
        return to_contact_change(self._values(row.cells), may_hold_lists=self._has_lists)

    def _values(self, cells: Sequence[str]) -> dict[str, JsonScalar]:
        values = self._constants.copy()
        index = 0
        try:
            for index, label, parse, is_clearable in self._bound:
                text = cells[index]
                if text == self._null:
                    values[label] = _cleared(is_clearable=is_clearable)
                elif text and (value := parse(text)) is not EMPTY:
                    values[label] = value
                elif self._empty_clears and is_clearable:
                    values[label] = None
            for index, reader in self._consents:
                combine(values, verdict=self._verdict(reader, index, cells[index]))
        except ValueProblem as problem:
            with self.notes.kept():
                found, who = self._problems(cells)
            one = located(self._columns[index], problem)
            several = SeveralProblems(found) if len(found) > 1 else one
            several.who = who
            raise several from None
        return values

    def _problems(
        self, cells: Sequence[str]
    ) -> tuple[list[ValueProblem], tuple[str | None, str | None]]:
        """Return what is wrong with each cell of a row that cannot be sent, and whose row it is."""
        found = []
        values = self._constants.copy()
        for index, label, parse, is_clearable in self._bound:
            text = cells[index]
            try:
                if text == self._null:
                    _cleared(is_clearable=is_clearable)
                elif text and (value := parse(text)) is not EMPTY:
                    values[label] = value
            except ValueProblem as problem:
                found.append(located(self._columns[index], problem))
        for index, reader in self._consents:
            try:
                self._verdict(reader, index, cells[index])
            except ValueProblem as problem:
                found.append(located(self._columns[index], problem))
        return found, who_of(values)

    def _verdict(self, reader: ConsentReader, index: int, text: str) -> bool | None:
        """Return what a cell says of consent; None where it says nothing."""
        bare = text.strip()
        if self._readers.is_empty(bare):
            return reader.empty
        try:
            verdict = reader.read_cell(text, self._null)
        except ValueProblem as problem:
            found = None if text == self._null else placeholder(bare, "a word on consent")
            raise found or problem from None
        if verdict is not None and reader.takes_yes_and_no and bare.lower() not in _BOOLEANS:
            self.notes.respell(self._columns[index], RESPELLED, text, verdict)
        return verdict

    def _refuse_unnamed(self, cells: Sequence[str]) -> None:
        for index in self._unnamed:
            if cells[index].strip():
                problem = ValueProblem(
                    f"cell {index + 1} stands in a column without a name",
                    hint="name it in the header, or leave it out with --ignore ''",
                )
                problem.flags = ("--ignore=",)
                raise problem


def _cleared(*, is_clearable: bool) -> JsonScalar:
    if not is_clearable:
        raise cannot_be_null("leave the cell empty instead")
    return None
