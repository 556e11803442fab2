"""What a change would do to the contact that was found: field by field, before and after."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from contactctl.changes.typing_rules import instant_of
from contactctl.contact import DEFAULT_TYPES, DEFAULTS, FIELDS, fold_address

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contactctl.changes.draft import DeclaredTypes
    from contactctl.contact import ContactChange, PropertyType
    from contactctl.exact_json import JsonObject, JsonScalar, JsonValue

Would = Literal["create", "update", "delete", "remove", "nothing", "refused", "unknown"]


#: Fields that are shown as an empty string where they have no value, and null empties all the same.
_EMPTY_FIELDS = frozenset(one.wire_name for one in FIELDS if one.unset == "")
_NOBODY = "no contact has this user id, and without --email none can be created"
_TAKEN = "the address or user id is taken; change that contact with `contactctl update`"


class FieldChange(NamedTuple):
    """The value of one field before and after; absent is None."""

    before: JsonValue
    after: JsonValue


class Preview(NamedTuple):
    """What a write would do.

    ``changes`` has the fields that would differ, each mailing list as ``mailingLists.ID``.
    ``resubscribes`` tells that the contact has opted out and would be subscribed again;
    ``reason`` says why a write would be refused.
    """

    would: Would
    request: JsonObject
    changes: Mapping[str, FieldChange] = MappingProxyType({})
    resubscribes: bool = False
    reason: str = ""

    @property
    def would_change(self) -> bool:
        """Tell whether ``--exit-code`` should say so; what is not known may change something."""
        return self.would not in {"nothing", "refused"}

    def to_json_object(self) -> JsonObject:
        """Return the answer to ``--dry-run`` in JSON."""
        changes = changes_to_json(self.changes)
        reason: JsonObject = {"reason": self.reason} if self.reason else {}
        return {"would": self.would, "request": self.request, "changes": changes, **reason}


def changes_to_json(changes: Mapping[str, FieldChange]) -> JsonObject:
    """Return each field with its value before and after."""
    return {name: {"from": item.before, "to": item.after} for name, item in changes.items()}


def preview_update(
    change: ContactChange, contact: JsonObject | None, declared: DeclaredTypes | None = None
) -> Preview:
    """Compare an update with the contact that was looked up; None means that there is none.

    Numbers are compared by value and dates as instants. Without a contact an update creates one if
    it has an address; by a user id alone the service refuses (documentation of "Update contact",
    and what integrators report).
    """
    changes = dict(_changes(change, contact or {}, declared or {}))
    would: Would = "update" if changes else "nothing"
    if contact is None:
        if change.email is None:
            return Preview("refused", change.to_payload(), changes, reason=_NOBODY)
        would = "create"
    return Preview(would, change.to_payload(), changes, resubscribes(change, contact))


def applied(change: ContactChange, contact: JsonObject | None) -> JsonObject:
    """Return a contact as it would be after a change; None is one that the change creates.

    What is emptied is null. A new contact has what the service gives it unless the change says
    otherwise, and no id yet.
    """
    after: JsonObject = dict(contact or DEFAULTS)
    after |= {ref.name: ref.value for ref in change.refs}
    after |= change.values
    lists = after.get("mailingLists")
    joined = {**(lists if isinstance(lists, dict) else {}), **change.mailing_lists}
    after["mailingLists"] = {name: on for name, on in joined.items() if on is True}
    return after


def preview_create(
    change: ContactChange, contact: JsonObject | None, declared: DeclaredTypes | None = None
) -> Preview:
    """Compare a creation with what was found: an existing contact makes the service refuse it."""
    if contact is not None:
        return Preview("refused", change.to_payload(), reason=_TAKEN)
    return preview_update(change, None, declared)


def preview_offline(change: ContactChange) -> Preview:
    """Return what can be said without any request: the body alone."""
    return Preview("unknown", change.to_payload())


def resubscribes(change: ContactChange, contact: JsonObject | None) -> bool:
    """Tell whether the change subscribes a contact that has opted out."""
    opted_out = contact is not None and contact.get("subscribed") is False
    return opted_out and change.values.get("subscribed") is True


def _changes(
    change: ContactChange, contact: JsonObject, declared: DeclaredTypes
) -> Iterator[tuple[str, FieldChange]]:
    values: dict[str, JsonScalar] = {ref.name: ref.value for ref in change.refs}
    for name, after in {**values, **change.values}.items():
        before = contact.get(name)
        kind = declared.get(name) or DEFAULT_TYPES.get(name)
        if not same_value(name, before, after, kind):
            yield name, FieldChange(before, after)
    yield from _list_changes(change, contact)


def _list_changes(change: ContactChange, contact: JsonObject) -> Iterator[tuple[str, FieldChange]]:
    """Yield the lists joined and left; a contact shows only those that it is on."""
    joined = contact.get("mailingLists")
    for list_id, wanted in change.mailing_lists.items():
        # Off a list and never on it look the same in an answer, and leaving it changes neither.
        before = joined.get(list_id) if isinstance(joined, dict) else None
        if (before is True) is not wanted:
            yield f"mailingLists.{list_id}", FieldChange(before, wanted)


def same_value(
    name: str, before: JsonValue, after: JsonScalar, kind: PropertyType | None = None
) -> bool:
    """Tell whether a field that has one value would be the same with another one.

    Numbers are compared by value, dates as instants, addresses as the service compares them.
    """
    # What can be written is one value: whatever else is shown cannot be equal to it.
    if isinstance(before, list | dict):
        return False
    if name == "email":
        return _folded(before) == _folded(after)
    if name in _EMPTY_FIELDS:
        return (before or "") == (after or "")
    if kind == "date":
        # The service may show a date in another form, or with another offset, than it was sent in.
        one, other = instant_of(before), instant_of(after)
        if one is not None and other is not None:
            return one == other
    return before == after


def _folded(value: JsonScalar) -> JsonScalar:
    """Return an address as it is compared; whatever is no text, as it is."""
    return fold_address(value) if isinstance(value, str) else value
