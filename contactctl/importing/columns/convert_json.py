"""A JSON object to the change that it asks for, by its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.changes.field_rules import checked_lists
from contactctl.changes.typing_rules import ValueProblem
from contactctl.errors import UsageError
from contactctl.importing.columns.columns import bind_constants
from contactctl.importing.columns.convert import (
    SeveralProblems,
    by_label,
    located,
    to_contact_change,
    unread,
    who_of,
)
from contactctl.importing.columns.json_keys import JsonKeys
from contactctl.importing.consent.consent import (
    EMPTY_WORD,
    ConsentReader,
    combine,
)
from contactctl.importing.values.cells import EMPTY, CellReaders
from contactctl.importing.values.fields import (
    IDENTIFIERS,
    LIST_PREFIX,
    SUBSCRIBED,
    Kind,
    standard_kind,
)
from contactctl.importing.values.json_values import JsonReaders
from contactctl.importing.values.ways_out import placeholder
from contactctl.safe_text import excerpt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.contact import ContactChange
    from contactctl.exact_json import JsonObject, JsonScalar, JsonValue
    from contactctl.importing.columns.convert import UnmetWords
    from contactctl.importing.columns.rules import ColumnRules
    from contactctl.importing.names.naming import AccountFields
    from contactctl.importing.names.unknown_columns import UnknownColumnsError
    from contactctl.importing.row import Row
    from contactctl.importing.values.cells import CellValue
    from contactctl.importing.values.fields import Field
    from contactctl.importing.values.spellings import Spellings


class JsonConverter:
    """Converts JSON objects whose keys may differ from row to row.

    Values keep their own types where the field takes those: null empties a property, and is an
    absent identifier as the service has it; an empty string is sent as one. ``name`` and ``each``
    are as for :class:`JsonReaders`. Making one raises :class:`UsageError` for a constant that no
    row can have.
    """

    def __init__(
        self, rules: ColumnRules, fields: AccountFields, *, name: str = "", each: str = ""
    ) -> None:
        self._rules = rules
        self._fields = fields
        self._keys = JsonKeys(rules, fields)
        self._constants = by_label(bind_constants(rules, fields))
        self._cells = CellReaders(rules.values)
        self._values = JsonReaders(self._cells, name, each=each)
        # Those of listed words from the beginning: there may be no such key in any row.
        self._readers = {
            key: ConsentReader(key, rules)
            for key in [*rules.subscribed_when, *rules.unsubscribed_when]
        }
        listed = rules.unsubscribed_when.items()
        named = "mailingLists" in rules.maps or "mailingLists" in rules.ignored
        self._takes_lists = not named and not rules.is_outside("mailingLists")
        self._needed = [column for column, words in listed if EMPTY_WORD in words]

    @property
    def left_out(self) -> Sequence[str]:
        """The first keys that a flag for keys in general leaves out."""
        return self._keys.left_out

    @property
    def passed_over(self) -> Sequence[str]:
        """The keys of the service's own answers that only the service writes."""
        return self._keys.passed_over

    @property
    def unknown(self) -> UnknownColumnsError | None:
        """What is to be said of keys that are no fields, as far as rows were converted."""
        return self._keys.error

    @property
    def notes(self) -> Spellings:
        """What is counted of the values that are read."""
        return self._cells.notes

    @property
    def unmet(self) -> UnmetWords:
        """The words of consent that no row has held so far."""
        return {key: reader.unmet for key, reader in self._readers.items() if reader.unmet}

    def to_change(self, row: Row) -> ContactChange:
        """Return what the row asks for; raise :class:`ValueProblem` when it cannot be sent."""
        if row.problem is not None or row.values is None:
            raise unread(row)
        values = self._constants.copy()
        problems: list[ValueProblem] = []
        for key in row.values:
            try:
                self._take(values, key, row.values)
            except ValueProblem as problem:
                problems.append(problem)
            except UsageError as error:
                problems.append(ValueProblem(error.message, hint=error.hint, column=key))
        if problems:
            found = problems[0] if len(problems) == 1 else SeveralProblems(problems)
            found.who = who_of(values)
            raise found
        for key in self._needed:
            if key not in row.values:
                combine(values, verdict=False)
        return to_contact_change(values)

    def _take(self, values: dict[str, JsonScalar], key: str, row: JsonObject) -> None:
        if key == "mailingLists" and self._takes_lists:
            self._put_lists(values, row[key])
        elif item := self._keys.field_of(key, row):
            self._put_value(values, key, item, row)
        elif isinstance(row[key], dict):
            way = self._values.way_up(key)
            holds = _gives_address(row[key]) and not _gives_address(row)
            through = way.partition(": ")[2].partition(" | contactctl")[0] if holds else ""
            self._keys.tell_object(key, f"an object; {way}", through)

    def _put_lists(self, values: dict[str, JsonScalar], value: JsonValue) -> None:
        for list_id, wanted in checked_lists({**self._values.read_lists(value)}).items():
            _put(values, LIST_PREFIX + self._fields.resolve_list(list_id), wanted)

    def _put_value(
        self, values: dict[str, JsonScalar], key: str, item: Field, row: JsonObject
    ) -> None:
        value = row[key]
        if value is None and item.kind in IDENTIFIERS:
            return
        is_second = item.label in values and item.label not in self._constants
        if is_second and item != SUBSCRIBED and self._keys.tell_rivals(key, item, row):
            return
        try:
            if item == SUBSCRIBED and item.label not in self._constants:
                combine(values, verdict=self._verdict(key, value))
            else:
                _put(values, item.label, self._values.read(key, item, value))
        except ValueProblem as problem:
            raise located(key, problem) from None

    def _verdict(self, key: str, value: JsonValue) -> bool | None:
        """Return what the value of a key says of consent."""
        if isinstance(value, dict):
            raise self._values.object_problem(key)
        if isinstance(value, str) and self._cells.is_empty(value.strip()):
            value = None
        if key not in self._readers:
            self._readers[key] = ConsentReader(key, self._rules)
        reader = self._readers[key]
        try:
            verdict = reader.read_json(value)
        except ValueProblem as problem:
            found = placeholder(value, "a word on consent") if isinstance(value, str) else None
            raise found or problem from None
        if reader.takes_yes_and_no:
            self._values.note_verdict(key, value, verdict)
        return verdict


def _gives_address(value: JsonValue) -> bool:
    return isinstance(value, dict) and any(
        standard_kind(key) is Kind.EMAIL and inner for key, inner in value.items()
    )


def _put(values: dict[str, JsonScalar], label: str, value: CellValue) -> None:
    if value is EMPTY:
        return
    if label in values:
        kind = f"{excerpt(label)} is given twice"
        raise ValueProblem(kind, hint="give it once")
    values[label] = value
