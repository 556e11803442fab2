"""Whether a contact that was found is what a creation made, or somebody who was there before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.changes.preview import same_value
from contactctl.contact import DEFAULT_TYPES, FIELDS, RESERVED_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.changes.draft import DeclaredTypes
    from contactctl.contact import ContactChange
    from contactctl.exact_json import JsonObject, JsonScalar, JsonValue

#: What says nothing of what was sent: the service gives it a value of its own, or may do so.
_OF_THE_SERVICE = RESERVED_NAMES | {one.wire_name for one in FIELDS if one.role == "answer"}
_OF_THE_SERVICE_IF_UNSENT = _OF_THE_SERVICE | {"createdAt"}
_UNSET: Mapping[str, JsonScalar] = {one.wire_name: one.unset for one in FIELDS}
_LISTS = "mailingLists"


def unlike_created(
    change: ContactChange, contact: JsonObject, declared: DeclaredTypes | None = None
) -> list[str]:
    """Return the fields in which a contact is not what creating it would have made, if any.

    A field that was not sent must be as nobody has written it: somebody who was there before and
    has more than was sent is not the new contact. Dates are compared as instants, numbers by value,
    lists by id, each as ``mailingLists.ID``.
    """
    sent: dict[str, JsonScalar] = {ref.name: ref.value for ref in change.refs}
    sent |= change.values
    names = [name for name in (*sent, *contact) if name != _LISTS]
    unlike = [
        name
        for name in dict.fromkeys(names)
        if not _is_as_sent(name, contact.get(name), sent, declared or {})
    ]
    # Lists one by one: an answer has those that it is on alone.
    return unlike + _unlike_lists(change, contact.get(_LISTS))


def _is_as_sent(
    name: str, found: JsonValue, sent: Mapping[str, JsonScalar], declared: DeclaredTypes
) -> bool:
    if name not in sent:
        return name in _OF_THE_SERVICE_IF_UNSENT or found is None or found == _UNSET.get(name)
    # Of a type that nobody knows, two texts of one instant are a date all the same.
    kind = declared.get(name) or DEFAULT_TYPES.get(name) or "date"
    return same_value(name, found, sent[name], kind)


def _unlike_lists(change: ContactChange, found: JsonValue) -> list[str]:
    """Return the lists that a contact is on and should not be, or the other way round."""
    shown = found.items() if isinstance(found, dict) else ()
    on = {name for name, is_on in shown if is_on is True}
    wanted = {name for name, is_on in change.mailing_lists.items() if is_on}
    return [f"{_LISTS}.{name}" for name in sorted(on ^ wanted)]
