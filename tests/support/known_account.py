"""An account whose properties are known, for whoever asks for fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from contactctl.importing.names.naming import AccountFields

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from contactctl.account.account import MailingList


@dataclass
class KnownAccount:
    """Declares these properties; ``asked`` is what it was asked for in vain.

    ``names`` are the properties' labels, by key.
    """

    declared: Mapping[str, Any] = field(default_factory=dict)
    resolve: Callable[[str], str] = str
    asked: list[str] = field(default_factory=list)
    names: Mapping[str, str] = field(default_factory=dict)
    mailing_lists: Sequence[MailingList] = ()

    def properties(self) -> Mapping[str, Any]:
        """Return the declared types."""
        return self.declared

    def declared_for(self, keys: Collection[str]) -> Mapping[str, Any]:
        """Return the declared types."""
        self.asked += [key for key in keys if key not in self.declared]
        return self.declared

    def labels(self) -> Mapping[str, str]:
        """Return the labels of the properties."""
        return self.names

    def lists_named(self, name: str, fold: Callable[[str], str]) -> Sequence[MailingList]:
        """Return the lists of that name."""
        return [one for one in self.mailing_lists if fold(one.name) == fold(name)]

    def lists(self) -> Sequence[MailingList]:
        """Return the mailing lists."""
        return self.mailing_lists

    def resolve_list(self, text: str) -> str:
        """Return what stands for a list."""
        return self.resolve(text)


def account_fields(
    declared: Mapping[str, Any] | None, resolve: Callable[[str], str] = str
) -> AccountFields:
    """Return the fields of such an account; None is one whose properties are not asked for."""
    return AccountFields(KnownAccount(declared or {}, resolve), typed=declared is not None)
