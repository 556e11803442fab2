"""Whether a contact still is as a plan, or an undo file, found it; and what is sent then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.changes.lookup import describe
from contactctl.contact import FIELDS, ContactChange
from contactctl.errors import DriftedError
from contactctl.plans.differences import difference, fields_in, has_value, refuse, to_text
from contactctl.plans.lines import LIST_PREFIX
from contactctl.plans.opposite import now_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contactctl.changes.draft import DeclaredTypes
    from contactctl.changes.lookup import Looked
    from contactctl.exact_json import JsonObject, JsonValue
    from contactctl.plans.lines import Planned

#: What nobody sets: it says nothing of whether somebody has changed a contact.
_ANSWERS = frozenset(one.wire_name for one in FIELDS if one.role == "answer")
_UNSET = {one.wire_name: one.unset for one in FIELDS}
_WAY_OUT = "make a new plan to see what would happen now"


def to_change(item: Planned) -> ContactChange:
    """Return what is sent for a line: who is meant, and the fields that change, nothing else."""
    after = {name: change.after for name, change in item.changes.items()}
    refs = {ref.name: ref.value for ref in item.refs}
    email, user_id = to_text(after.get("email")), to_text(after.get("userId"))
    return fields_in(after, email or refs.get("email"), user_id or refs.get("userId"))


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
            raise DriftedError(f"drifted: {item.words} no longer exists", hint=_WAY_OUT)
        return True
    if item.would == "create":
        raise DriftedError(f"drifted: there is a contact now, {describe(contact)}", hint=_WAY_OUT)
    # An address that was given to another contact may show no difference in its fields.
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
        has_value(name, now_of(contact, name), change.after, declared)
        for name, change in item.changes.items()
    )


def _refuse_differences(item: Planned, contact: JsonObject, declared: DeclaredTypes) -> None:
    found = [
        difference(name, now_of(contact, name), change.before)
        for name, change in item.changes.items()
        if not has_value(name, now_of(contact, name), change.before, declared)
    ]
    # A deletion takes everything away: what was not there when it was planned was never looked at.
    if item.would == "delete":
        found += [
            difference(name, now, None)
            for name, now in _set_fields(contact)
            if name not in item.changes
        ]
    refuse(found, hint=_WAY_OUT)


def _set_fields(contact: JsonObject) -> Iterator[tuple[str, JsonValue]]:
    """Yield what somebody has set of a contact, each list it is on as a field of its own."""
    for name, value in contact.items():
        if name == "mailingLists" and isinstance(value, dict):
            yield from ((LIST_PREFIX + one, True) for one, on in value.items() if on is True)
        # What the service answers for a field that nobody set is not there to be lost.
        elif name not in _ANSWERS and value not in (None, "", _UNSET.get(name)):
            yield name, value
