"""A JSON row's values, kept exactly as they are, to the change that they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.changes.field_rules import checked_lists, checked_property, checked_standard
from contactctl.changes.typing_rules import ValueProblem, check_value
from contactctl.errors import UsageError
from contactctl.importing.columns import bind_constants, is_passed_over
from contactctl.importing.convert import by_label, located, to_contact_change
from contactctl.importing.fields import IDENTIFIERS, LIST_PREFIX, Kind, check_subscribed
from contactctl.safe_text import excerpt

if TYPE_CHECKING:
    from contactctl.contact import ContactChange
    from contactctl.exact_json import JsonScalar, JsonValue
    from contactctl.importing.columns import ColumnRules
    from contactctl.importing.fields import AccountFields, Field
    from contactctl.importing.row import Row


class JsonConverter:
    """Converts JSON objects whose keys may differ from row to row.

    Values keep their own types: null empties a property, and is an absent identifier as the
    service has it; an empty string is sent as one. Making one raises :class:`UsageError` for a
    constant that no row can have.
    """

    def __init__(self, rules: ColumnRules, fields: AccountFields) -> None:
        self._rules = rules
        self._fields = fields
        self._constants = by_label(bind_constants(rules, fields))
        self._found: dict[str, Field | ValueProblem | None] = {}

    def to_change(self, row: Row) -> ContactChange:
        """Return what the row asks for; raise :class:`ValueProblem` when it cannot be sent."""
        if row.problem is not None or row.values is None:
            raise ValueProblem(row.problem or "not a JSON object")
        values = self._constants.copy()
        try:
            for key, value in row.values.items():
                if key == "mailingLists" and key not in self._rules.maps:
                    self._put_lists(values, value)
                else:
                    self._put_value(values, key, value)
        except UsageError as error:
            raise ValueProblem(error.message, hint=error.hint) from None
        return to_contact_change(values)

    def _put_lists(self, values: dict[str, JsonScalar], value: JsonValue) -> None:
        for list_id, wanted in checked_lists(value).items():
            _put(values, LIST_PREFIX + self._fields.resolve_list(list_id), wanted)

    def _put_value(self, values: dict[str, JsonScalar], key: str, value: JsonValue) -> None:
        item = self._field(key)
        if item is None or (value is None and item.kind in IDENTIFIERS):
            return
        try:
            _put(values, item.label, _checked(item, value, self._rules))
        except ValueProblem as problem:
            raise located(key, problem) from None

    def _field(self, key: str) -> Field | None:
        """Return the field of a key, None to pass over; each is looked up once."""
        if key not in self._found:
            if len(self._found) >= _MOST_KEYS:
                self._found.clear()
            self._found[key] = self._look_up(key)
        found = self._found[key]
        if isinstance(found, ValueProblem):
            raise ValueProblem(found.message, hint=found.hint)
        return found

    def _look_up(self, key: str) -> Field | ValueProblem | None:
        if is_passed_over(key, self._rules, self._fields):
            return None
        try:
            return self._fields.find(self._rules.maps.get(key, key))
        except UsageError as error:
            return ValueProblem(error.message, hint=error.hint)


#: Keys remembered at a time: a file may hold a new one in every row.
_MOST_KEYS = 1000


def _checked(item: Field, value: JsonValue, rules: ColumnRules) -> JsonScalar:
    if item.kind is Kind.LIST:
        return _checked_membership(value)
    if item.kind is not Kind.PROPERTY:
        scalar = checked_standard(item.name, value)
        return scalar if rules.allow_resubscribe else check_subscribed(item, scalar)
    scalar = checked_property(item.name, value)
    if item.declared is not None:
        check_value(scalar, item.declared)
    return scalar


def _checked_membership(value: JsonValue) -> bool:
    if not isinstance(value, bool):
        raise ValueProblem("this is not a boolean", hint="write true to add, false to remove")
    return value


def _put(values: dict[str, JsonScalar], label: str, value: JsonScalar) -> None:
    if label in values:
        raise ValueProblem(f"{excerpt(label)} is given twice", hint="give it once")
    values[label] = value
