"""What a column, a JSON key or ``--set`` can fill, and how a cell's text becomes its value."""

from __future__ import annotations

from enum import Enum, auto
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from contactctl.changes.typing_rules import (
    check_text,
    infer_value,
    typed_boolean,
    typed_value,
)
from contactctl.contact import (
    CLEARABLE_FIELDS,
    FLAG_FIELDS,
    STANDARD_FIELDS,
    TEXT_FIELDS,
)
from contactctl.importing.values.identifiers import parse_address, parse_user_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from contactctl.contact import PropertyType
    from contactctl.exact_json import JsonScalar

LIST_PREFIX = "list:"
#: Columns of a rejects file that say why a row failed; they are passed over on the way back in.
ERROR_COLUMNS = ("error", "import_error")


class Kind(Enum):
    """What sort of field it is."""

    EMAIL = auto()
    USER_ID = auto()
    TEXT = auto()
    SUBSCRIBED = auto()
    LIST = auto()
    PROPERTY = auto()


#: The fields that pick a contact.
IDENTIFIERS = (Kind.EMAIL, Kind.USER_ID)


class Field(NamedTuple):
    """One field of a contact: ``name`` is the service's, a property's key or a list's id."""

    kind: Kind
    name: str
    declared: PropertyType | None = None

    @property
    def label(self) -> str:
        """Return the name under which a file can give the field."""
        return LIST_PREFIX + self.name if self.kind is Kind.LIST else self.name

    @property
    def is_clearable(self) -> bool:
        """Tell whether the field can be emptied."""
        if self.name in STANDARD_FIELDS:
            return self.name in CLEARABLE_FIELDS
        return self.kind is Kind.PROPERTY


_KINDS = {
    "email": Kind.EMAIL,
    "userId": Kind.USER_ID,
    "subscribed": Kind.SUBSCRIBED,
} | dict.fromkeys(TEXT_FIELDS, Kind.TEXT)
#: Standard fields of other types are read as properties of that type are.
_TYPES = {one.wire_name: one.type for one in FLAG_FIELDS if one.type != "lists"}


@lru_cache(maxsize=4096)  # lists and properties are compared with every column
def fold(name: str) -> str:
    """Return a name as names are compared: without case, spaces, ``_``, ``-`` and what is unseen.

    >>> fold("First\u00a0name"), fold("first_name")
    ('firstname', 'firstname')
    """
    shown = (letter for letter in name if letter.isprintable() and letter not in " _-")
    return "".join(shown).casefold()


SUBSCRIBED = Field(Kind.SUBSCRIBED, "subscribed", "boolean")
_STANDARD_BY_FOLD = {fold(name): name for name in STANDARD_FIELDS}


def standard_kind(name: str) -> Kind | None:
    """Return what a name of a standard field gives, in any case style; None for all others."""
    standard = standard_field(name)
    return standard.kind if standard else None


def standard_field(name: str) -> Field | None:
    """Return the standard field of that name, in any case style; None for all other names."""
    standard = _STANDARD_BY_FOLD.get(fold(name))
    if standard is None:
        return None
    return Field(_KINDS.get(standard, Kind.PROPERTY), standard, _TYPES.get(standard))


def cell_parser(field: Field) -> Callable[[str], JsonScalar]:
    """Return the function that turns a cell that is not empty into the field's value.

    It raises :class:`ValueProblem` for a text that the field does not take.
    """
    if field.kind is Kind.PROPERTY:
        return _property_parser(field.declared)
    parsers: dict[Kind, Callable[[str], JsonScalar]] = {
        Kind.EMAIL: parse_address,
        Kind.USER_ID: parse_user_id,
        Kind.TEXT: check_text,
        Kind.SUBSCRIBED: typed_boolean,
        Kind.LIST: typed_boolean,
    }
    return parsers[field.kind]


def _property_parser(declared: PropertyType | None) -> Callable[[str], JsonScalar]:
    if declared == "string":
        return check_text
    from functools import lru_cache  # plans, seats and dates repeat all over a file

    @lru_cache(maxsize=1024)
    def parse(text: str) -> JsonScalar:
        return infer_value(text) if declared is None else typed_value(text, declared)

    return parse
