"""Which field of the account a name means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from contactctl.changes.typing_rules import ValueProblem, check_text
from contactctl.contact import (
    DEFAULT_TYPES,
    RESERVED_NAMES,
    RESPONSE_ONLY_NAMES,
    STANDARD_FIELDS,
)
from contactctl.errors import UsageError
from contactctl.importing.fields import LIST_PREFIX, Field, Kind, standard_field
from contactctl.safe_text import excerpt, quoted

if TYPE_CHECKING:
    from collections.abc import Collection

    from contactctl.changes.draft import DeclaredTypes
    from contactctl.contact import PropertyType


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
        standard = standard_field(name)
        if standard is None:
            return self._property(name)
        if standard.name == "mailingLists":
            raise UsageError(
                f"{quoted(name)} cannot be one column", hint="write a column list:ID for each list"
            )
        # "first_name" may stand for firstName, and be a property's own key as well.
        if name != standard.name and _is_plain(name) and self.is_property(name):
            raise UsageError(
                f"{quoted(name)} may mean the field {standard.name} or the property of that name",
                hint=f"say which: --map '{excerpt(name)}={standard.name}', or --ignore it",
            )
        return standard

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


def _is_plain(name: str) -> bool:
    """Tell whether a property could be called this at all."""
    return name.replace("_", "").isalnum()


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
