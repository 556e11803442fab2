"""The opposite of a write: what is there afterwards, and what puts back what was before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.changes.preview import FieldChange, applied, preview_update
from contactctl.contact import DEFAULTS, RESPONSE_ONLY_NAMES, ContactRef
from contactctl.plans.lines import LIST_PREFIX, Planned

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contactctl.changes.draft import DeclaredTypes
    from contactctl.changes.update import Plan
    from contactctl.exact_json import JsonObject, JsonValue


def opposite_of(
    contact: JsonObject | None, changes: Mapping[str, FieldChange], line: int | None = None
) -> Planned:
    """Return what takes an update back, or a creation where nobody was found.

    Its refs pick the contact as the write leaves it; each field goes from the value after the write
    to the one before it. ``line`` is where in an imported file the write comes from.
    """
    if contact is None:
        return _opposite_of_creation(changes, line)
    back = {name: _turned(name, item) for name, item in changes.items()}
    after = {name: item.before for name, item in back.items()}
    return Planned(_refs({**contact, **after}), "update", back, id_of(contact), line)


def opposites_of(plan: Plan, declared: DeclaredTypes | None = None) -> Iterator[Planned]:
    """Yield what takes back each of the writes of an update that was looked up, the first first."""
    contact = None if plan.looked is None else plan.looked.contact
    for step in plan.steps:
        changes = preview_update(step, contact, declared).changes
        if changes:
            yield opposite_of(contact, changes)
        # The second write is taken back from what the first one leaves.
        contact = applied(step, contact)


def opposite_of_deletion(contact: JsonObject, line: int | None = None) -> Planned:
    """Return what recreates a contact: all that is known of it, its lists included."""
    back = {name: FieldChange(None, value) for name, value in fields_of(contact).items()}
    return Planned(_refs(contact), "create", back, id_of(contact), line)


def fields_of(contact: JsonObject) -> dict[str, JsonValue]:
    """Return each field of a contact that has a value and can be written; lists one by one."""
    return {
        name: value
        for name, value in _flat(contact)
        if value is not None and name not in RESPONSE_ONLY_NAMES
    }


def id_of(contact: JsonObject | None) -> str | None:
    """Return a contact's id; None where there is no contact yet."""
    found = None if contact is None else contact.get("id")
    return found if isinstance(found, str) else None


def now_of(contact: JsonObject, name: str) -> JsonValue:
    """Return a field as the contact has it; off a list and never on it are one: false."""
    if not name.startswith(LIST_PREFIX):
        return contact.get(name)
    joined = contact.get("mailingLists")
    return isinstance(joined, dict) and joined.get(name.removeprefix(LIST_PREFIX)) is True


def _opposite_of_creation(changes: Mapping[str, FieldChange], line: int | None) -> Planned:
    made = {name: item.after for name, item in changes.items()}
    # With the defaults: the service answers them of a new contact, and they are no drift.
    values: dict[str, JsonValue] = {**DEFAULTS, **made}
    gone = {name: FieldChange(value, None) for name, value in values.items()}
    return Planned(_refs(made), "delete", gone, None, line)


def _turned(name: str, change: FieldChange) -> FieldChange:
    before = change.before
    # Nobody can be put back to never having been on a list.
    return FieldChange(change.after, before is True if name.startswith(LIST_PREFIX) else before)


def _refs(values: Mapping[str, JsonValue]) -> tuple[ContactRef, ...]:
    email, user_id = values.get("email"), values.get("userId")
    refs = [ContactRef("email", email)] if isinstance(email, str) and email else []
    if isinstance(user_id, str) and user_id:
        refs.append(ContactRef("userId", user_id))
    return tuple(refs)


def _flat(contact: JsonObject) -> Iterator[tuple[str, JsonValue]]:
    for name, value in contact.items():
        if name == "mailingLists" and isinstance(value, dict):
            yield from ((LIST_PREFIX + each, True) for each, on in value.items() if on is True)
        elif name != "mailingLists":
            yield name, value
