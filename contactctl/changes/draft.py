"""Flags and ``--data`` to a draft, and the step that types it by what the account declares."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from contactctl.changes.field_rules import (
    FLAGS,
    check_clearable,
    check_property_name,
    checked_lists,
    checked_property,
    checked_standard,
    parse_list_flag,
    problem_with,
)
from contactctl.changes.typing_rules import ValueProblem, check_value, infer_value, typed_value
from contactctl.contact import DEFAULT_TYPES, FLAG_FIELDS, STANDARD_FIELDS, ContactChange
from contactctl.errors import UsageError
from contactctl.exact_json import JsonError, JsonScalar, parse_json
from contactctl.safe_text import excerpt, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from contactctl.contact import PropertyType
    from contactctl.exact_json import JsonObject

    #: The account's properties; None stands for a type that is not known here, and not checked.
    DeclaredTypes: TypeAlias = Mapping[str, PropertyType | None]


class Untyped(NamedTuple):
    """The text of ``KEY=VALUE``, before it is known what the account declares KEY as."""

    text: str


DraftValue: TypeAlias = JsonScalar | Untyped


class Draft(NamedTuple):
    """What flags and ``--data`` ask for; ``values`` as in :class:`ContactChange`, texts untyped.

    Lists named by flags stay apart from those of ``--data``: a flag may name a list by its name,
    and only the id can tell that both mean the same one.
    """

    email: str | None = None
    user_id: str | None = None
    values: Mapping[str, DraftValue] = MappingProxyType({})
    data_lists: Mapping[str, bool] = MappingProxyType({})
    flag_lists: Mapping[str, bool] = MappingProxyType({})

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
        return self._replace(flag_lists=found)


class ChangeFlags(NamedTuple):
    """The flags of ``update`` and ``create`` as typed; ``data`` is the object of ``--data``.

    ``fields`` has the values of standard fields under the names of ``contact.FLAG_FIELDS``; one
    that is absent or None was not given.
    """

    fields: Mapping[str, str | bool | None] = MappingProxyType({})
    lists: Sequence[str] = ()
    props: Sequence[str] = ()
    unset: Sequence[str] = ()
    data: JsonObject | None = None


def to_draft(flags: ChangeFlags) -> Draft:
    """Lay the flags over ``--data``: a flag replaces the same field, lists merge one by one.

    Raises :class:`UsageError` with the reasons and the ways out for whatever must not be sent.
    """
    try:
        return _laid_over(flags)
    except UsageError as error:
        from contactctl.changes.refusals import all_refusals

        raise all_refusals(flags, error) from None


def _laid_over(flags: ChangeFlags) -> Draft:
    # The flags are read first: a field of --data that one of them replaces is not even checked.
    fields = _parse_flags(flags)
    data = flags.data or {}
    values = {**_parse_data_fields(data, replaced=fields), **fields}
    draft = Draft(
        # They pick the contact; what else stands in values is written to it.
        email=_as_text(values.pop("email", None)),
        user_id=_as_text(values.pop("userId", None)),
        values=values,
        data_lists=checked_lists(data.get("mailingLists", {})),
        flag_lists=_parse_lists(flags.lists),
    )
    if draft.email is None and draft.user_id is None:
        raise UsageError("no contact is named", hint="give --email ADDRESS or --user-id ID")
    return draft


def _parse_flags(flags: ChangeFlags) -> dict[str, DraftValue]:
    """Return the fields other than lists that the flags give, each of them given once."""
    given = _GivenOnce()
    for one in FLAG_FIELDS:
        value = flags.fields.get(one.name)
        if value is not None:
            name = one.wire_name
            given.put(name, checked_standard(name, value), FLAGS[name])
    # --prop and --unset may name one field, and neither is more meant than the other.
    for item in flags.props:
        given.put(*parse_prop(item), "--prop")
    for name in flags.unset:
        check_clearable(name)
        given.put(name, None, "--unset")
    return given.values


class _GivenOnce:
    """Fields and the flag that gave each; a second one is refused, not silently the winner."""

    def __init__(self) -> None:
        self.values: dict[str, DraftValue] = {}
        self._flags: dict[str, str] = {}

    def put(self, name: str, value: DraftValue, flag: str) -> None:
        if name in self.values:
            both = " and ".join(dict.fromkeys((self._flags[name], flag)))
            raise UsageError(f"{quoted(name)} is given twice, by {both}", hint="give it once")
        self.values[name] = value
        self._flags[name] = flag


def parse_prop(item: str) -> tuple[str, DraftValue]:
    """Split at the first ``=``; a colon right before that one makes the rest JSON.

    Raises :class:`UsageError` for what is neither.
    """
    key, equals, rest = item.partition("=")
    is_json = key.endswith(":")
    key = key.removesuffix(":")
    if not equals or not key:
        raise UsageError(
            f"--prop {quoted(item)} is not KEY=VALUE", hint="write --prop KEY=VALUE or KEY:=JSON"
        )
    check_property_name(key)
    if is_json:
        return key, _parse_json_value(key, rest)
    try:
        infer_value(rest)  # no property takes what this refuses; its type is known later
    except ValueProblem as problem:
        raise problem_with(key, problem) from None
    return key, Untyped(rest)


def _parse_json_value(key: str, text: str) -> JsonScalar:
    try:
        value = parse_json(text)
    except JsonError as error:
        raise UsageError(
            f"{excerpt(key)}: {quoted(text)} is not JSON: {error}",
            hint=f"put a string in double quotes, or write --prop {excerpt(key)}=VALUE",
        ) from None
    return checked_property(key, value)


def _parse_lists(items: Sequence[str]) -> dict[str, bool]:
    found: dict[str, bool] = {}
    # Two spellings of one list show only when the account is asked: see Draft.with_list_ids.
    for item in items:
        name, wanted = parse_list_flag(item)
        if name in found:
            raise UsageError(f"the list {quoted(name)} is given twice", hint="give it once")
        found[name] = wanted
    return found


def _parse_data_fields(
    data: JsonObject, *, replaced: Mapping[str, DraftValue]
) -> dict[str, DraftValue]:
    """Return the fields of ``--data`` other than lists and those that a flag replaces."""
    fields: dict[str, DraftValue] = {}
    for name, value in data.items():
        if name in replaced or name == "mailingLists":
            continue
        check = checked_standard if name in STANDARD_FIELDS else checked_property
        fields[name] = check(name, value)
    # In JSON made from an export it is often just how the contact was then.
    if fields.get("subscribed") is True:
        raise UsageError(
            "--data says subscribed: true, which re-subscribes people who opted out",
            hint="give --subscribed as well if that is meant, or leave it out",
        )
    return fields


def _as_text(value: DraftValue) -> str | None:
    return value if isinstance(value, str) else None


def to_change(draft: Draft, declared: DeclaredTypes | None) -> ContactChange:
    """Type the draft by the account's properties; None types by look alone (``--no-schema``).

    Raises :class:`UsageError` for a property that the account does not have, naming its near
    misses, and for a value that is not of the declared type.
    """
    try:
        values = {key: typed(key, value, declared) for key, value in draft.values.items()}
    except UsageError as error:
        from contactctl.changes.refusals import all_misfits

        raise all_misfits(draft, declared, error) from None
    return ContactChange(
        email=draft.email,
        user_id=draft.user_id,
        values=values,
        # A flag has the last word, and lists that it does not name stay as --data has them.
        mailing_lists={**draft.data_lists, **draft.flag_lists},
    )


def _type_of_property(key: str, declared: DeclaredTypes) -> PropertyType | None:
    """Return the declared type, None where it is not known; raises :class:`UsageError`."""
    if key in declared:
        return declared[key]
    if key in DEFAULT_TYPES:
        return DEFAULT_TYPES[key]
    from contactctl.changes.refusals import unknown_property

    raise unknown_property(key, declared)


def typed(key: str, value: DraftValue, declared: DeclaredTypes | None) -> JsonScalar:
    """Return one value as its property takes it; raises as :func:`to_change`."""
    if key in STANDARD_FIELDS and not isinstance(value, Untyped):
        return value  # was checked when it was read
    try:
        return _fitted(value, None if declared is None else _type_of_property(key, declared))
    except ValueProblem as problem:
        raise problem_with(key, problem) from None


def _fitted(value: DraftValue, kind: PropertyType | None) -> JsonScalar:
    if isinstance(value, Untyped):
        return infer_value(value.text) if kind is None else typed_value(value.text, kind)
    if kind is not None:
        check_value(value, kind)
    return value
