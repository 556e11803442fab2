"""A change whose texts still wait for their types, and the step that types them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from contactctl.changes.field_rules import FLAGS, problem_with
from contactctl.changes.typing_rules import ValueProblem, check_value, infer_value, typed_value
from contactctl.contact import DEFAULT_TYPES, STANDARD_FIELDS, ContactChange
from contactctl.errors import UsageError
from contactctl.exact_json import JsonScalar
from contactctl.safe_text import excerpt, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from contactctl.contact import PropertyType

    #: The account's properties; None stands for a type that is not known here, and not checked.
    DeclaredTypes: TypeAlias = Mapping[str, PropertyType | None]


@dataclass(frozen=True, slots=True)
class Untyped:
    """The text of ``KEY=VALUE``, before it is known what the account declares KEY as."""

    text: str


DraftValue: TypeAlias = JsonScalar | Untyped


@dataclass(frozen=True, slots=True)
class Draft:
    """What flags and ``--data`` ask for; ``values`` as in :class:`ContactChange`, texts untyped.

    Lists named by flags stay apart from those of ``--data``: a flag may name a list by its name,
    and only the id can tell that both mean the same one.
    """

    email: str | None = None
    user_id: str | None = None
    values: Mapping[str, DraftValue] = field(default_factory=dict)
    data_lists: Mapping[str, bool] = field(default_factory=dict)
    flag_lists: Mapping[str, bool] = field(default_factory=dict)

    @property
    def custom_keys(self) -> tuple[str, ...]:
        """Return the keys for which the account's properties must be asked."""
        return tuple(key for key in self.values if key not in STANDARD_FIELDS)

    def with_list_ids(self, resolve: Callable[[str], str]) -> Draft:
        """Return the draft with each list of the flags under the id that ``resolve`` returns.

        Raises :class:`UsageError` when two of them turn out to be one list.
        """
        found: dict[str, bool] = {}
        for name, wanted in self.flag_lists.items():
            list_id = resolve(name)
            if list_id in found:
                raise UsageError(
                    f"the list {quoted(name)} is given twice, once by another name",
                    hint="give each list once",
                )
            found[list_id] = wanted
        return replace(self, flag_lists=found)


def to_change(draft: Draft, declared: DeclaredTypes | None) -> ContactChange:
    """Type the draft by the account's properties; None types by look alone (``--no-schema``).

    Raises :class:`UsageError` for a property that the account does not have, naming its near
    misses, and for a value that is not of the declared type.
    """
    return ContactChange(
        email=draft.email,
        user_id=draft.user_id,
        values={key: _typed(key, value, declared) for key, value in draft.values.items()},
        mailing_lists={**draft.data_lists, **draft.flag_lists},
    )


def type_of_property(key: str, declared: DeclaredTypes) -> PropertyType | None:
    """Return the type that the account declares, None where it is not known.

    Raises :class:`UsageError` as :func:`unknown_property` makes it.
    """
    if key in declared:
        return declared[key]
    if key in DEFAULT_TYPES:
        return DEFAULT_TYPES[key]
    raise unknown_property(key, declared)


def unknown_property(key: str, declared: DeclaredTypes) -> UsageError:
    """Return the error for a property that the account does not have.

    The service would take the request and drop the value in silence.
    """
    from contactctl.near_misses import nearest

    ways = [FLAGS.get(name, excerpt(name)) for name in nearest(key, {**FLAGS, **declared})]
    hints = [f"did you mean {', '.join(ways)}?"] if ways else []
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", key):
        command = f"contactctl properties create {key} --type string"
        hints.append(f"{'or ' if ways else ''}create it: {command} (or number, boolean, date)")
    return UsageError(
        f"the account has no property {quoted(key)}",
        hint=" ".join(hints) or "contactctl properties list shows those that there are",
    )


def _typed(key: str, value: DraftValue, declared: DeclaredTypes | None) -> JsonScalar:
    if key in STANDARD_FIELDS and not isinstance(value, Untyped):
        return value  # was checked when it was read
    try:
        return _fitted(value, None if declared is None else type_of_property(key, declared))
    except ValueProblem as problem:
        raise problem_with(key, problem) from None


def _fitted(value: DraftValue, kind: PropertyType | None) -> JsonScalar:
    if isinstance(value, Untyped):
        return infer_value(value.text) if kind is None else typed_value(value.text, kind)
    if kind is not None:
        check_value(value, kind)
    return value
