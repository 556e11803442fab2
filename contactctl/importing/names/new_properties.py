"""Properties to be made for columns that fill no field: their names, and types seen in the data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from contactctl.changes.field_rules import check_new_property
from contactctl.changes.typing_rules import ValueProblem, typed_value
from contactctl.consent_words import fold_name
from contactctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from contactctl.account.account import MailingList
    from contactctl.changes.draft import DeclaredTypes
    from contactctl.contact import PropertyType
    from contactctl.exact_json import JsonValue
    from contactctl.importing.names.naming import KnowsAccount
    from contactctl.importing.row import Row

#: Longer whole numbers are ids and phone numbers more often than amounts; text is safe for both.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,9})?")
#: Their leading zeros may be missing from this very file.
_CODE = re.compile(
    r"\b(?:zip|post(?:al)? ?code|plz|phone|tele(?:fon|phone)|mobile|fax|id|code|number|nr|key|sku"
    r"|ean|iban)\b"
)
_MOST_TEXTS = 1000
_NOTHING = frozenset({"", "null"})


class NewProperty(NamedTuple):
    """A property to be made for a column."""

    column: str
    name: str
    type: PropertyType


class SeenTypes:
    """Sees the values of a column, and says what type of property takes all of them."""

    def __init__(self, column: str) -> None:
        self.is_filled = self._is_nested = False
        self._fit: frozenset[PropertyType] = frozenset({"number", "boolean", "date"})
        if _CODE.search(fold_name(column)):
            self._fit -= {"number"}
        self._of_json: set[PropertyType] = set()
        self._known: dict[str, frozenset[PropertyType]] = {}

    def add_cell(self, text: str) -> None:
        """See a cell; an empty one says nothing."""
        if text.strip() in _NOTHING:
            return
        self.is_filled = True
        if self._fit:
            self._fit &= self._types_of(text)

    def add_value(self, value: JsonValue) -> None:
        """See a value in JSON, which is of its own type; texts may be dates as well."""
        if value is None or (isinstance(value, str) and value.strip() in _NOTHING):
            return
        self.is_filled = True
        if isinstance(value, dict | list):
            self._is_nested = True
        elif isinstance(value, str):
            self._of_json.add("date" if "date" in self._types_of(value) else "string")
        else:
            self._of_json.add("boolean" if isinstance(value, bool) else "number")

    @property
    def type(self) -> PropertyType | None:
        """Return the type; None for a column without values, and for objects and lists."""
        if not self.is_filled or self._is_nested:
            return None
        if len(self._of_json) > 1:
            return "string"
        fit = self._of_json or self._fit
        return next((kind for kind in _ORDER if kind in fit), "string")

    def _types_of(self, text: str) -> frozenset[PropertyType]:
        if text not in self._known:
            if len(self._known) >= _MOST_TEXTS:
                self._known.clear()
            self._known[text] = frozenset(kind for kind in _ORDER if _fits(text, kind))
        return self._known[text]


#: Of ``0`` and ``1`` nobody knows whether they are numbers.
_ORDER: tuple[PropertyType, ...] = ("number", "boolean", "date")


def _fits(text: str, kind: PropertyType) -> bool:
    if kind == "number":
        return _NUMBER.fullmatch(text) is not None
    if text.isdecimal():
        return False
    try:
        typed_value(text, kind)
    except ValueProblem:
        return False
    return True


def see_types(
    rows: Iterable[Row], columns: Sequence[str] | None, names: Collection[str]
) -> dict[str, SeenTypes]:
    """Read all rows, and return what was seen under these columns, or keys of JSON objects."""
    found = {name: SeenTypes(name) for name in names}
    if columns is None:
        for row in rows:
            for key, value in (row.values or {}).items():
                if key in found:
                    found[key].add_value(value)
        return found
    seen = [(at, found[name]) for at, name in enumerate(columns) if name in found]
    for row in rows:
        if row.problem is None:
            for at, types in seen:
                types.add_cell(row.cells[at])
    return found


def property_name(column: str) -> str | None:
    """Return the name in camelCase that a property for a column would have; None for none.

    >>> property_name("Phone Number"), property_name("MEMBER_RATING"), property_name("Größe")
    ('phoneNumber', 'memberRating', 'grosse')
    """
    if re.fullmatch(r"[a-z][A-Za-z0-9]*", column) is None:
        words = fold_name(column).split()
        column = "".join([*words[:1], *(word.capitalize() for word in words[1:])])
        column = f"column{column}" if column[:1].isdecimal() else column
    try:
        check_new_property(column)
    except UsageError:
        return None
    return column


class WithProperties:
    """An account as it will be when the new properties are made."""

    def __init__(self, account: KnowsAccount, new: Sequence[NewProperty]) -> None:
        self._account = account
        self._new: DeclaredTypes = {one.name: one.type for one in new}
        self._declared: tuple[DeclaredTypes, DeclaredTypes] | None = None

    def properties(self) -> DeclaredTypes:
        """Return the declared types."""
        there = self._account.properties()
        if self._declared is None or self._declared[0] is not there:
            self._declared = there, {**self._new, **there}
        return self._declared[1]

    def declared_for(self, keys: Collection[str]) -> DeclaredTypes:
        """Return the declared types, fetched again when one of the keys is not among them."""
        self._account.declared_for([key for key in keys if key not in self._new])
        return self.properties()

    def labels(self) -> Mapping[str, str]:
        """Return the keys of the declared properties, each with the name that people see."""
        return self._account.labels()

    def lists_named(self, name: str, fold: Callable[[str], str]) -> Sequence[MailingList]:
        """Return the lists of that id or folded name, fetched again when there are none."""
        return self._account.lists_named(name, fold)

    def lists(self) -> Sequence[MailingList]:
        """Return the mailing lists."""
        return self._account.lists()

    def resolve_list(self, text: str) -> str:
        """Return the id of the list that an id or a name means."""
        return self._account.resolve_list(text)
