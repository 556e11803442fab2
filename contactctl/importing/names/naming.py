"""Which field of the account a name means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from contactctl.changes.typing_rules import ValueProblem, check_text
from contactctl.contact import DEFAULT_TYPES, is_of_the_service
from contactctl.errors import ContactctlError, UsageError
from contactctl.importing.names.near_names import NearNames
from contactctl.importing.names.usual_names import usual_meaning
from contactctl.importing.values.fields import LIST_PREFIX, Field, Kind, fold, standard_field
from contactctl.safe_text import excerpt, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from contactctl.account.account import MailingList
    from contactctl.changes.draft import DeclaredTypes

#: Properties that the service lists and shows nobody: "Domain" is not "__domain".
_INTERNAL = "__"
_OWN_ID = "a name reserved by the service; your own id for a person belongs in userId"


class KnowsAccount(Protocol):
    """What is asked of the account; its answers are kept, and refreshed for what they lack."""

    def properties(self) -> DeclaredTypes:
        """Return the declared types."""

    def declared_for(self, keys: Collection[str]) -> DeclaredTypes:
        """Return the declared types, fetched again when one of the keys is not among them."""

    def labels(self) -> Mapping[str, str]:
        """Return the keys of the declared properties, each with the name that people see."""

    def lists_named(self, name: str, fold: Callable[[str], str]) -> Sequence[MailingList]:
        """Return the lists of that id or folded name, fetched again when there are none."""

    def lists(self) -> Sequence[MailingList]:
        """Return the mailing lists."""

    def resolve_list(self, text: str) -> str:
        """Return the id of the list that an id or a name means."""


class UnknownNameError(UsageError):
    """A name means no field, or several.

    ``reason`` is what is said of it where there is more to say than that no field has the name;
    ``suggestions`` are fields that it may mean, as ``--map`` takes them, and does mean where it is
    the name of ``several``.
    """

    several = False

    def __init__(
        self, message: str, *, reason: str = "", suggestions: Sequence[str] = (), hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint or None)
        self.reason = reason
        self.suggestions = tuple(suggestions)


@dataclass(slots=True)
class _Names:
    """The properties of an account by their folded keys and labels."""

    declared: DeclaredTypes
    labels: Mapping[str, str]
    by_fold: dict[str, list[str]] = field(default_factory=dict)
    near: NearNames | None = None

    def __post_init__(self) -> None:
        for key in {**DEFAULT_TYPES, **self.declared}:
            if key.startswith(_INTERNAL):
                continue
            for name in {fold(key), fold(self.labels.get(key, key))}:
                self.by_fold.setdefault(name, []).append(key)

    def shown(self) -> dict[str, str]:
        """Return the keys of the properties that people see, each with its label."""
        keys = (key for key in self.declared if not key.startswith(_INTERNAL))
        return {key: self.labels.get(key, key) for key in keys}

    def keys_of(self, name: str) -> list[str]:
        """Return the keys of the properties that a name may mean."""
        if name in self.declared or name in DEFAULT_TYPES:
            return [name]
        found = self.by_fold.get(fold(name), [])
        labelled = [key for key in found if self.labels.get(key) == name]
        # "Plan name" is the label of one property, and only nearly that of others.
        return labelled if len(labelled) == 1 else found


@dataclass(slots=True)
class AccountFields:
    """The fields that contacts of an account have; not ``typed`` takes any property by its look."""

    account: KnowsAccount
    typed: bool = True
    _names: _Names | None = None

    def find(self, name: str) -> Field:
        """Return the field that a name means.

        In this order: ``list:`` with an id or a name; a standard field, however its name is spelled
        (``userId``, ``user_id``, ``User ID``); a name that exports use for one; a property's key
        and its label; a list's name. Raises :class:`UnknownNameError` for a name that means none
        of these, or several.
        """
        if name.startswith(LIST_PREFIX):
            return self._list(name.removeprefix(LIST_PREFIX).strip())
        standard = standard_field(name)
        if standard is not None:
            return self._standard(name, standard)
        usual = usual_meaning(name)
        if usual is not None and not self.is_property(name):
            others = self._properties(name) if self.typed else []
            return _single(name, [_standard_field(usual), *others])
        _check_name(name)
        return self._of_account(name) if self.typed else Field(Kind.PROPERTY, name)

    def resolve_list(self, text: str) -> str:
        """Return the id of the list that an id or a name means; raise :class:`UsageError`."""
        return self.account.resolve_list(text)

    def is_property(self, name: str) -> bool:
        """Tell whether the account declares a property of this very key."""
        return self.typed and name in self._known().declared

    def names_property(self, name: str) -> bool:
        """Tell whether a name is a property's key or label."""
        return self.typed and bool(self._known().keys_of(name))

    def _list(self, text: str) -> Field:
        try:
            return Field(Kind.LIST, self.resolve_list(text))
        except UsageError as error:
            reason = f"{error.message}; {error.hint}" if error.hint else error.message
            raise UnknownNameError(error.message, reason=reason, hint=error.hint or "") from None

    def _standard(self, name: str, standard: Field) -> Field:
        if standard.name == "mailingLists":
            raise UnknownNameError(
                f"{quoted(name)} cannot be one column",
                reason="each list needs a column list:ID",
                hint="write a column list:ID for each list",
            )
        # "first_name" may stand for firstName, and be a property's own key as well.
        if name != standard.name and self.is_property(name):
            raise _several(name, [standard, Field(Kind.PROPERTY, name)])
        return standard

    def _of_account(self, name: str) -> Field:
        found = self._properties(name) or self._newer_properties(name)
        if [one.name for one in found] == [name]:
            return found[0]  # a property's very key needs no look at the lists
        found += self._lists(name, is_needed=not found)
        return _single(name, found) if found else self._unknown(name)

    def _properties(self, name: str) -> list[Field]:
        known = self._known()
        keys = known.keys_of(name)
        types = {**DEFAULT_TYPES, **known.declared}
        return [Field(Kind.PROPERTY, key, types[key]) for key in keys]

    def _newer_properties(self, name: str) -> list[Field]:
        try:
            self.account.declared_for([name])
        except UsageError:  # nobody may be asked: what is kept has to do
            return []
        return self._properties(name)

    def _lists(self, name: str, *, is_needed: bool) -> list[Field]:
        try:
            return [Field(Kind.LIST, one.id) for one in self.account.lists_named(name, fold)]
        except UsageError:
            return []
        except ContactctlError:
            if is_needed:
                raise
            return []  # the name means something without them

    def _list_names(self) -> list[str]:
        try:
            return [one.name for one in self.account.lists()]
        except UsageError:
            return []

    def _known(self) -> _Names:
        declared = self.account.properties()
        if self._names is None or self._names.declared is not declared:
            self._names = _Names(declared, self.account.labels())
        return self._names

    def _unknown(self, name: str) -> Field:
        """Raise the error for a name that is no field: the service would drop it in silence."""
        known = self._known()
        if known.near is None:
            known.near = NearNames(known.shown(), self._list_names())
        near = known.near.find(name)
        hint = f"did you mean {', '.join(map(excerpt, near))}?" if near else ""
        raise UnknownNameError(
            f"the account has no property {quoted(name)}",
            suggestions=near,
            hint=hint or "`contactctl properties list` shows the existing ones",
        )


def _standard_field(name: str) -> Field:
    found = standard_field(name)
    if found is None:
        raise AssertionError(name)
    return found


def _single(name: str, found: Sequence[Field]) -> Field:
    if len(found) == 1:
        return found[0]
    raise _several(name, found)


def _several(name: str, found: Iterable[Field]) -> UnknownNameError:
    fields = [*found]
    means = " or ".join(map(_described, fields))
    error = UnknownNameError(
        f"{quoted(name)} may mean {means}",
        reason=f"may mean {means}",
        suggestions=[one.label for one in fields],
        hint=f"say which: --map '{excerpt(name)}={excerpt(fields[0].label)}', or --ignore it",
    )
    error.several = True
    return error


def _described(item: Field) -> str:
    if item.kind is Kind.LIST:
        return f"the list {excerpt(item.label)}"
    what = "property" if item.kind is Kind.PROPERTY else "field"
    return f"the {what} {excerpt(item.name)}"


def _check_name(name: str) -> None:
    if is_of_the_service(name):
        raise UnknownNameError(
            f"{name} is reserved by the service",
            reason=_OWN_ID if name == "id" else "a name reserved by the service",
            hint=f"leave it out: --ignore {name}",
        )
    try:
        check_text(name)
    except ValueProblem as problem:
        raise UnknownNameError(
            f"the name {problem.message}", reason=problem.message, hint=problem.hint or ""
        ) from None
