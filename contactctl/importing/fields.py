"""What a column, a JSON key or ``--set`` can fill, and how a cell's text becomes its value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple, Protocol

from contactctl.changes.typing_rules import (
    ValueProblem,
    check_text,
    infer_value,
    typed_boolean,
    typed_value,
)
from contactctl.contact import (
    CLEARABLE_FIELDS,
    DEFAULT_TYPES,
    FLAG_FIELDS,
    RESERVED_NAMES,
    RESPONSE_ONLY_NAMES,
    STANDARD_FIELDS,
    TEXT_FIELDS,
)
from contactctl.errors import UsageError
from contactctl.importing.identifiers import parse_address, parse_user_id
from contactctl.safe_text import excerpt, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from contactctl.changes.draft import DeclaredTypes
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


def _fold(name: str) -> str:
    shown = (letter for letter in name if letter.isprintable() and letter not in " _-")
    return "".join(shown).lower()


def _is_plain(name: str) -> bool:
    """Tell whether a property could be called this at all."""
    return name.replace("_", "").isalnum()


SUBSCRIBED = Field(Kind.SUBSCRIBED, "subscribed", "boolean")
_STANDARD_BY_FOLD = {_fold(name): name for name in STANDARD_FIELDS}


def standard_kind(name: str) -> Kind | None:
    """Return what a name of a standard field gives, in any case style; None for all others."""
    standard = _STANDARD_BY_FOLD.get(_fold(name))
    return _KINDS.get(standard, Kind.PROPERTY) if standard else None


class KnowsAccount(Protocol):
    """What is asked of the account; its answers are kept, and refreshed for what they lack."""

    def properties(self) -> DeclaredTypes:
        """Return the declared types."""

    def declared_for(self, keys: Collection[str]) -> DeclaredTypes:
        """Return the declared types, asked for anew when one of the keys is not among them."""

    def resolve_list(self, text: str) -> str:
        """Return the id of the list that an id or a name means."""


@dataclass(frozen=True, slots=True)
class AccountFields:
    """The fields that contacts of an account have; not ``typed`` takes any property by its look."""

    account: KnowsAccount
    typed: bool = True

    def find(self, name: str) -> Field:
        """Return the field that a name means.

        Standard fields go by their names in either case style (``userId``, ``user_id``,
        ``User ID``), lists by ``list:`` and an id or a name, all else is a property's key. Raises
        :class:`UsageError` for a name that is none of these.
        """
        if name.startswith(LIST_PREFIX):
            return Field(Kind.LIST, self.resolve_list(name.removeprefix(LIST_PREFIX).strip()))
        standard = _STANDARD_BY_FOLD.get(_fold(name))
        if standard is None:
            return self._property(name)
        if standard == "mailingLists":
            raise UsageError(
                f"{quoted(name)} cannot be one column", hint="write a column list:ID for each list"
            )
        # "first_name" may stand for firstName, and be a property's own key as well.
        if name != standard and _is_plain(name) and self.is_property(name):
            raise UsageError(
                f"{quoted(name)} may mean the field {standard} or the property of that name",
                hint=f"say which: --map '{excerpt(name)}={standard}', or --ignore it",
            )
        return Field(_KINDS.get(standard, Kind.PROPERTY), standard, _TYPES[standard])

    def resolve_list(self, text: str) -> str:
        """Return the id of the list that an id or a name means; raise :class:`UsageError`."""
        return self.account.resolve_list(text)

    def is_property(self, name: str) -> bool:
        """Tell whether the account declares a property of this very name."""
        return self.typed and name in self.account.properties()

    def _property(self, name: str) -> Field:
        if name in RESERVED_NAMES | RESPONSE_ONLY_NAMES:
            raise UsageError(
                f"{name} is a name of the service's own", hint=f"leave it out: --ignore {name}"
            )
        try:
            check_text(name)
        except ValueProblem as problem:
            raise UsageError(f"the name {problem.message}", hint=problem.hint) from None
        return Field(Kind.PROPERTY, name, self._type_of(name) if self.typed else None)

    def _type_of(self, name: str) -> PropertyType | None:
        declared = self.account.declared_for([name])
        if name in declared:
            return declared[name]
        if name in DEFAULT_TYPES:
            return DEFAULT_TYPES[name]
        raise _unknown(name, declared)


def _unknown(name: str, declared: DeclaredTypes) -> UsageError:
    """Return the error for a name that is no field: the service would drop the value in silence."""
    from contactctl.wording import nearest

    near = nearest(name, [*sorted(STANDARD_FIELDS - {"mailingLists"}), *declared])
    hints = [f"did you mean {', '.join(map(excerpt, near))}?"] if near else []
    if _is_plain(name) and name[0].isalpha() and name.isascii():
        hints.append(f"to create it: contactctl properties create {name} --type string")
    return UsageError(
        f"the account has no property {quoted(name)}",
        hint=" ".join(hints) or "contactctl properties list shows those that there are",
    )


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
