"""Which field each key of a file's JSON objects gives: bound as columns are, told at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.importing.columns.columns import find_field, is_ignored, name_rank, rival
from contactctl.importing.consent.consent import stops_by_name
from contactctl.importing.names.naming import UnknownNameError
from contactctl.importing.names.own_export import answered_only, may_be_answered
from contactctl.importing.names.unknown_columns import UnknownColumn, UnknownColumnsError, settle

if TYPE_CHECKING:
    from collections.abc import Collection

    from contactctl.importing.columns.rules import ColumnRules
    from contactctl.importing.names.naming import AccountFields
    from contactctl.importing.values.fields import Field

#: Keys remembered at a time: a file may hold a new one in every row.
_MOST_KEYS = 1000
_MOST_UNKNOWN = 10_000


class JsonKeys:
    """Finds the fields of keys, and gathers those keys that are none until all rows were seen.

    Making one raises :class:`UsageError` for a flag that names no field.
    """

    def __init__(self, rules: ColumnRules, fields: AccountFields) -> None:
        self._rules = rules
        self._fields = fields
        self._found: dict[str, Field | None] = {}
        self._unknown: dict[str, UnknownColumn] = {}
        self._left_out: dict[str, None] = {}
        self._passed_over: dict[str, None] = {}
        for key in rules.maps:
            find_field(key, rules, fields)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The first keys that a flag for keys in general leaves out."""
        return tuple(self._left_out)

    @property
    def passed_over(self) -> tuple[str, ...]:
        """The keys of the service's own answers that only the service writes."""
        return tuple(self._passed_over)

    @property
    def error(self) -> UnknownColumnsError | None:
        """What is to be said of keys that are no fields; None when there are none."""
        if not self._unknown:
            return None
        filled = {item.label: key for key, item in self._found.items() if item}
        return UnknownColumnsError(settle(self._unknown.values(), filled))

    def field_of(self, key: str, keys: Collection[str]) -> Field | None:
        """Return the field of a key among the keys of its object, None to pass it over."""
        if key not in self._found:
            if len(self._found) >= _MOST_KEYS:
                self._found.clear()
            if self._may_be_answered(key) and answered_only(keys):
                self._passed_over[key] = None
                return None
            self._found[key] = self._look_up(key)
        return self._found[key]

    def tell_rivals(self, key: str, item: Field, keys: Collection[str]) -> bool:
        """Note that another key of an object gives what this one does; tell whether flags can say.

        They cannot where two keys are mapped to one field.
        """
        among = {key, *(one for one in keys if self._found.get(one) == item)}
        best, *others = sorted(among, key=lambda one: name_rank(one, item, self._rules))
        free = [other for other in others if other not in self._rules.maps]
        for other in free:
            self._unknown.setdefault(other, rival(other, best, item))
        return bool(free)

    def tell_object(self, key: str, reason: str, through: str) -> None:
        """Say of a key that is no field that there are objects under it.

        ``through`` is the command that brings up an address in them; "" where they have none.
        """
        if key in self._unknown:
            through = through or self._unknown[key].through
            self._unknown[key] = self._unknown[key]._replace(
                reason=reason, suggestions=(), through=through
            )

    def _may_be_answered(self, key: str) -> bool:
        is_told = key in self._rules.maps or key in self._rules.ignored
        return not is_told and may_be_answered(key)

    def _look_up(self, key: str) -> Field | None:
        rules, fields = self._rules, self._fields
        if is_ignored(key, rules, fields):
            return None
        if rules.is_outside(key):
            self._leave_out(key)
            return None
        if stops_by_name(key, rules, fields):
            return None  # the whole file stops at it
        return self._by_name(key)

    def _by_name(self, key: str) -> Field | None:
        try:
            return find_field(key, self._rules, self._fields)
        except UnknownNameError as error:
            if self._rules.ignore_unknown and not error.several:
                self._leave_out(key)
            elif len(self._unknown) < _MOST_UNKNOWN:
                self._unknown[key] = UnknownColumn(
                    key, error.reason, error.suggestions, several=error.several
                )
            return None

    def _leave_out(self, key: str) -> None:
        if len(self._left_out) < _MOST_KEYS:
            self._left_out[key] = None
