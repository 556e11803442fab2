"""Whether a contact still is as a plan, or an undo file, found it; and what is sent then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.changes.lookup import describe
from contactctl.changes.preview import same_value
from contactctl.contact import DEFAULT_TYPES, FIELDS, ContactChange
from contactctl.errors import DriftedError
from contactctl.exact_json import Number, to_json
from contactctl.plans.lines import LIST_PREFIX
from contactctl.safe_text import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contactctl.changes.draft import DeclaredTypes
    from contactctl.changes.lookup import Looked
    from contactctl.exact_json import JsonObject, JsonScalar, JsonValue
    from contactctl.plans.lines import Planned

_SHOWN_FIELDS = 3
_IDENTIFIERS = ("email", "userId")
#: What nobody sets: it says nothing of whether somebody has changed a contact.
_ANSWERS = frozenset(one.wire_name for one in FIELDS if one.role == "answer")
_UNSET = {one.wire_name: one.unset for one in FIELDS}
_WAY_OUT = "make a new plan to see what would happen now"


def to_change(item: Planned) -> ContactChange:
    """Return what is sent for a line: who is meant, and the fields that change, nothing else."""
    after = {name: change.after for name, change in item.changes.items()}
    refs = {ref.name: ref.value for ref in item.refs}
    return ContactChange(
        _text(after.get("email")) or refs.get("email"),
        _text(after.get("userId")) or refs.get("userId"),
        {name: _scalar(value) for name, value in after.items() if _is_value(name)},
        {
            name.removeprefix(LIST_PREFIX): value is True
            for name, value in after.items()
            if name.startswith(LIST_PREFIX)
        },
    )


def must_write(
    item: Planned, looked: Looked, declared: DeclaredTypes | None = None, *, may_be_done: bool
) -> bool:
    """Tell whether a line is to be written to whom was found; false for one that is done already.

    Only where that may be, after a stop or of an undo file, a contact that is as the line would
    make it counts as done. Raises :class:`DriftedError`, which says what is there now.
    """
    contact = _one(looked)
    if may_be_done and _is_done(item, contact, declared or {}):
        return False
    if contact is None:
        if item.would != "create":
            raise DriftedError(f"drifted: {item.words} is there no more", hint=_WAY_OUT)
        return True
    if item.would == "create":
        raise DriftedError(f"drifted: there is a contact now, {describe(contact)}", hint=_WAY_OUT)
    if item.id is not None and contact.get("id") not in {None, item.id}:
        raise DriftedError(f"drifted: {describe(contact)} is another contact now", hint=_WAY_OUT)
    _refuse_differences(item, contact, declared or {})
    return True


def _one(looked: Looked) -> JsonObject | None:
    by_email, by_user_id = looked.by_email, looked.by_user_id
    if by_email and by_user_id and by_email.get("id") != by_user_id.get("id"):
        raise DriftedError(
            "drifted: the address and the user id belong to two contacts now:"
            f" {describe(by_email)} and {describe(by_user_id)}",
            hint=_WAY_OUT,
        )
    return looked.contact


def _is_done(item: Planned, contact: JsonObject | None, declared: DeclaredTypes) -> bool:
    if item.would == "delete":
        return contact is None
    return contact is not None and all(
        _is(name, contact, change.after, declared) for name, change in item.changes.items()
    )


def _refuse_differences(item: Planned, contact: JsonObject, declared: DeclaredTypes) -> None:
    found = [
        f"{excerpt(name)} is {_shown(now)}, not {_shown(change.before)}"
        for name, change in item.changes.items()
        if not _is(name, contact, change.before, declared)
        for now in [_now(name, contact)]
    ]
    # A deletion takes everything away: what was not there when it was planned was never looked at.
    if item.would == "delete":
        found += [
            f"{excerpt(name)} is {_shown(now)}, not unset"
            for name, now in _set_fields(contact)
            if name not in item.changes
        ]
    if found:
        more = f", and {len(found) - _SHOWN_FIELDS} more" if len(found) > _SHOWN_FIELDS else ""
        raise DriftedError(f"drifted: {', '.join(found[:_SHOWN_FIELDS])}{more}", hint=_WAY_OUT)


def _is(name: str, contact: JsonObject, wanted: JsonValue, declared: DeclaredTypes) -> bool:
    """Tell whether a field of a contact has a value."""
    now = _now(name, contact)
    if name.startswith(LIST_PREFIX):
        # Off a list and never on it look the same in an answer.
        return (now is True) == (wanted is True)
    if isinstance(wanted, list | dict):
        return now == wanted
    if isinstance(now, Number) and isinstance(wanted, Number):
        # The service keeps doubles: what was sent with more digits comes back with fewer.
        return now == wanted or float(now.text) == float(wanted.text)
    return same_value(name, now, wanted, declared.get(name) or DEFAULT_TYPES.get(name))


def _now(name: str, contact: JsonObject) -> JsonValue:
    if not name.startswith(LIST_PREFIX):
        return contact.get(name)
    lists = contact.get("mailingLists")
    return lists.get(name.removeprefix(LIST_PREFIX)) if isinstance(lists, dict) else None


def _set_fields(contact: JsonObject) -> Iterator[tuple[str, JsonValue]]:
    """Yield what somebody has set of a contact, each list it is on as a field of its own."""
    for name, value in contact.items():
        if name == "mailingLists" and isinstance(value, dict):
            yield from ((LIST_PREFIX + one, True) for one, on in value.items() if on is True)
        elif name not in _ANSWERS and value not in (None, "", _UNSET.get(name)):
            yield name, value


def _is_value(name: str) -> bool:
    return name not in _IDENTIFIERS and not name.startswith(LIST_PREFIX)


def _scalar(value: JsonValue) -> JsonScalar:
    """Return a value that can be sent; the service takes no others in a field."""
    return to_json(value) if isinstance(value, list | dict) else value


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and value else None


def _shown(value: JsonValue) -> str:
    return "unset" if value is None else excerpt(to_json(value))
