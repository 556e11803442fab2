"""A JSON object to the change that it asks for, by its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.changes.field_rules import checked_lists
from contactctl.changes.typing_rules import ValueProblem, check_text, check_value
from contactctl.errors import UsageError
from contactctl.exact_json import Number, to_json
from contactctl.importing.cells import CellReaders
from contactctl.importing.columns import bind_constants
from contactctl.importing.consent import (
    EMPTY_WORD,
    ConsentReader,
    cannot_be_null,
    combine,
    gives_consent,
)
from contactctl.importing.convert import (
    SeveralProblems,
    by_label,
    located,
    to_contact_change,
    unread,
)
from contactctl.importing.fields import (
    IDENTIFIERS,
    LIST_PREFIX,
    SUBSCRIBED,
    Kind,
    cell_parser,
)
from contactctl.importing.identifiers import float_problem
from contactctl.importing.json_keys import JsonKeys
from contactctl.safe_text import excerpt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.contact import ContactChange
    from contactctl.exact_json import JsonObject, JsonScalar, JsonValue
    from contactctl.importing.fields import Field
    from contactctl.importing.naming import AccountFields
    from contactctl.importing.row import Row
    from contactctl.importing.rules import ColumnRules
    from contactctl.importing.spellings import Spellings
    from contactctl.importing.unknown_columns import UnknownColumnsError


class JsonConverter:
    """Converts JSON objects whose keys may differ from row to row.

    Values keep their own types: null empties a property, and is an absent identifier as the
    service has it; an empty string is sent as one. Making one raises :class:`UsageError` for a
    constant that no row can have.
    """

    def __init__(self, rules: ColumnRules, fields: AccountFields) -> None:
        self._rules = rules
        self._fields = fields
        self._keys = JsonKeys(rules, fields)
        self._constants = by_label(bind_constants(rules, fields))
        self._readers_of_cells = CellReaders(rules.values, literal_null=True)
        self._readers: dict[str, ConsentReader] = {}
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
        return self._readers_of_cells.notes

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
            raise problems[0] if len(problems) == 1 else SeveralProblems(problems)
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
            self._keys.tell_object(key, f"an object; {_way_up(key)}")

    def _put_lists(self, values: dict[str, JsonScalar], value: JsonValue) -> None:
        for list_id, wanted in checked_lists(value).items():
            _put(values, LIST_PREFIX + self._fields.resolve_list(list_id), wanted)

    def _put_value(
        self, values: dict[str, JsonScalar], key: str, item: Field, row: JsonObject
    ) -> None:
        value = row[key]
        if isinstance(value, dict):
            raise _is_object(key)
        if value is None and item.kind in IDENTIFIERS:
            return
        is_second = item.label in values and item.label not in self._constants
        if is_second and item != SUBSCRIBED and self._keys.tell_rivals(key, item, row):
            return
        try:
            if item == SUBSCRIBED and item.label not in self._constants:
                combine(values, verdict=self._verdict(key, value))
            else:
                _put(values, item.label, _checked(item, value))
        except ValueProblem as problem:
            raise located(key, problem) from None

    def _verdict(self, key: str, value: JsonValue) -> bool | None:
        """Return what the value of a key says of consent."""
        if not gives_consent(key, self._rules):
            _checked_scalar(SUBSCRIBED, value)
        if key not in self._readers:
            self._readers[key] = ConsentReader(key, self._rules)
        return self._readers[key].read_json(value)


def _is_object(key: str) -> ValueProblem:
    message = f"{excerpt(key)}: this is an object"
    hint = f"{_way_up(key)}; or leave it out with --ignore"
    return ValueProblem(message, hint=hint, column=key, kind="an object")


def _way_up(key: str) -> str:
    """Return how what is in an object can be taken."""
    place = f".[{excerpt(to_json(key))}]"
    return f"bring up what is in it: jq -c '. + {place} | del({place})' FILE"


def _checked(item: Field, value: JsonValue) -> JsonScalar:
    if item.kind is Kind.LIST:
        return _checked_membership(value)
    if item.kind in IDENTIFIERS:
        return _checked_identifier(item, value)
    return _checked_scalar(item, value)


def _checked_scalar(item: Field, value: JsonValue) -> JsonScalar:
    if value is None and not item.is_clearable:
        raise cannot_be_null("leave the key out instead")
    if isinstance(value, list | dict):
        kind = "a list" if isinstance(value, list) else "an object"
        hint = "give a string, a number, a boolean or null"
        raise ValueProblem(f"this is {kind}", hint=hint, kind=kind)
    if item.declared is not None:
        check_value(value, item.declared)
    elif isinstance(value, str):
        check_text(value)
    return value


def _checked_identifier(item: Field, value: JsonValue) -> JsonScalar:
    # The same as in a cell, but for what no cell can be.
    if isinstance(value, str):
        if not value.strip():
            raise ValueProblem("this is empty", hint="give a value, or leave it out", kind="empty")
        return cell_parser(item)(value)
    problem = float_problem(value.text) if isinstance(value, Number) else None
    if problem is not None:
        raise problem
    return _checked_scalar(item, value)


def _checked_membership(value: JsonValue) -> bool:
    if not isinstance(value, bool):
        hint = "write true to add, false to remove"
        raise ValueProblem("this is not a boolean", hint=hint, kind="not a boolean")
    return value


def _put(values: dict[str, JsonScalar], label: str, value: JsonScalar) -> None:
    if label in values:
        kind = f"{excerpt(label)} is given twice"
        raise ValueProblem(kind, hint="give it once")
    values[label] = value
