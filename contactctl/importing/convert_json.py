"""A JSON object to the change that it asks for, by its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.changes.field_rules import checked_lists
from contactctl.changes.typing_rules import ValueProblem, check_text, check_value
from contactctl.errors import UsageError
from contactctl.exact_json import Number, to_json
from contactctl.importing.columns import bind_constants, is_ignored
from contactctl.importing.consent import (
    EMPTY_WORD,
    ConsentReader,
    cannot_be_null,
    combine,
    gives_consent,
    stops_by_name,
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
from contactctl.safe_text import excerpt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.contact import ContactChange
    from contactctl.exact_json import JsonScalar, JsonValue
    from contactctl.importing.fields import Field
    from contactctl.importing.naming import AccountFields
    from contactctl.importing.row import Row
    from contactctl.importing.rules import ColumnRules


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
        self._readers: dict[str, ConsentReader] = {}
        listed = rules.unsubscribed_when.items()
        self._left_out: dict[str, None] = {}
        named = "mailingLists" in rules.maps or "mailingLists" in rules.ignored
        self._takes_lists = not named and not rules.is_outside("mailingLists")
        self._needed = [column for column, words in listed if EMPTY_WORD in words]

    @property
    def left_out(self) -> Sequence[str]:
        """Return the first keys that a flag for keys in general leaves out."""
        return list(self._left_out)

    def to_change(self, row: Row) -> ContactChange:
        """Return what the row asks for; raise :class:`ValueProblem` when it cannot be sent."""
        if row.problem is not None or row.values is None:
            raise unread(row)
        values = self._constants.copy()
        problems: list[ValueProblem] = []
        for key, value in row.values.items():
            try:
                self._take(values, key, value)
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

    def _take(self, values: dict[str, JsonScalar], key: str, value: JsonValue) -> None:
        if key == "mailingLists" and self._takes_lists:
            self._put_lists(values, value)
        else:
            self._put_value(values, key, value)

    def _put_lists(self, values: dict[str, JsonScalar], value: JsonValue) -> None:
        for list_id, wanted in checked_lists(value).items():
            _put(values, LIST_PREFIX + self._fields.resolve_list(list_id), wanted)

    def _put_value(self, values: dict[str, JsonScalar], key: str, value: JsonValue) -> None:
        if isinstance(value, dict):
            self._refuse_object(key)
            return
        item = self._field(key)
        if item is None or (value is None and item.kind in IDENTIFIERS):
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

    def _field(self, key: str) -> Field | None:
        """Return the field of a key, None to pass over; each is looked up once."""
        if key not in self._found:
            if len(self._found) >= _MOST_KEYS:
                self._found.clear()
            self._found[key] = self._look_up(key)
        found = self._found[key]
        if isinstance(found, ValueProblem):
            # A new one each time: the one that was kept would gather the traces of all rows.
            raise ValueProblem(found.message, hint=found.hint, column=key)
        return found

    def _refuse_object(self, key: str) -> None:
        """Say how what is in an object can be taken, unless its key is passed over."""
        try:
            passed_over = self._field(key) is None
        except ValueProblem:
            passed_over = False
        if not passed_over:
            place = f".[{excerpt(to_json(key))}]"
            raise ValueProblem(
                f"{excerpt(key)}: this is an object",
                hint=f"bring up what is in it: jq -c '. + {place} | del({place})' FILE; or leave it"
                " out with --ignore",
                column=key,
                kind="an object",
            )

    def _look_up(self, key: str) -> Field | ValueProblem | None:
        rules, fields = self._rules, self._fields
        if gives_consent(key, rules):
            return SUBSCRIBED
        if is_ignored(key, rules, fields):
            return None
        if rules.is_outside(key):
            self._leave_out(key)
            return None
        if stops_by_name(key, rules, fields):
            return None  # the whole file stops at it
        return self._found_by_name(key)

    def _found_by_name(self, key: str) -> Field | ValueProblem | None:
        try:
            return self._fields.find(self._rules.maps.get(key, key))
        except UsageError as error:
            if not self._rules.ignore_unknown:
                return ValueProblem(error.message, hint=error.hint)
            self._leave_out(key)
            return None

    def _leave_out(self, key: str) -> None:
        if len(self._left_out) < _MOST_KEYS:
            self._left_out[key] = None


#: Keys remembered at a time: a file may hold a new one in every row.
_MOST_KEYS = 1000


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
