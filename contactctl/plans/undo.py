"""How a line of an undo file is taken back from the contact that is there, as far as it can be."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from contactctl.changes.lookup import describe
from contactctl.changes.preview import FieldChange
from contactctl.contact import CLEARABLE_FIELDS, STANDARD_FIELDS, ContactChange
from contactctl.errors import DriftedError
from contactctl.plans.differences import difference, fields_in, has_value, refuse, to_text
from contactctl.plans.lines import LIST_PREFIX
from contactctl.plans.opposite import fields_of, now_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.changes.draft import DeclaredTypes
    from contactctl.exact_json import JsonObject, JsonValue
    from contactctl.plans.lines import Planned, Would

#: What a contact that is made again has lost beside what its line tells.
LOST_WITH_DELETION = ("id", "workflows")
_IDENTIFIERS = ("email", "userId")
_WAY_OUT = "somebody else has changed it since; nothing in this line was undone"


class Undoing(NamedTuple):
    """What takes a line back now: the requests in their order, and what they change.

    ``steps`` is empty for a deletion. ``lost`` names what cannot be restored: fields that cannot be
    emptied, lists that the contact cannot join, and what a deletion took for good.
    """

    would: Would
    steps: tuple[ContactChange, ...] = ()
    changes: Mapping[str, FieldChange] = MappingProxyType({})
    lost: tuple[str, ...] = ()

    @property
    def change(self) -> ContactChange:
        """Return all steps as one change."""
        found = ContactChange()
        for step in self.steps:
            found = ContactChange(
                step.email or found.email,
                step.user_id or found.user_id,
                {**found.values, **step.values},
                {**found.mailing_lists, **step.mailing_lists},
            )
        return found


def undo(
    item: Planned, contact: JsonObject | None, declared: DeclaredTypes | None = None
) -> Undoing:
    """Return what takes a line back from whom was found; None is nobody.

    A field that is as it was before the write needs nothing: the write was never made, or has been
    taken back. Raises :class:`DriftedError` where any field is neither so nor as the write left it.
    """
    kinds = declared or {}
    if item.would == "create":
        return _made_anew(item, contact, kinds)
    if item.would == "delete":
        return _unmade(item, contact, kinds)
    if contact is None:
        raise DriftedError(f"drifted: {item.words} no longer exists", hint=_WAY_OUT)
    return _put_back(item, contact, kinds)


def _put_back(item: Planned, contact: JsonObject, kinds: DeclaredTypes) -> Undoing:
    due: dict[str, FieldChange] = {}
    lost, drifted = [], []
    for name, change in item.changes.items():
        now = now_of(contact, name)
        if has_value(name, now, change.after, kinds):
            continue
        if not has_value(name, now, change.before, kinds):
            drifted.append(difference(name, now, change.before))
        # The service refuses to empty these, and with them all else in the request.
        elif change.after is None and name in STANDARD_FIELDS - CLEARABLE_FIELDS:
            lost.append(name)
        else:
            due[name] = FieldChange(now, change.after)
    refuse(drifted, hint=_WAY_OUT)
    # Who has opted out in the meantime is put back on no list.
    barred = [name for name in _joined(due) if _opted_out(contact, due)]
    for name in barred:
        del due[name]
    steps = _steps(contact, due)
    return Undoing("update" if steps else "nothing", steps, due, (*lost, *barred))


def _unmade(item: Planned, contact: JsonObject | None, kinds: DeclaredTypes) -> Undoing:
    """Delete what was made, where all of it is as it was made."""
    if contact is None:
        return Undoing("nothing")
    made = {name: change.before for name, change in item.changes.items()}
    drifted = [
        difference(name, now_of(contact, name), made.get(name))
        # Whoever has confirmed since is more than what the write made, and is not deleted.
        for name in dict.fromkeys([*made, *fields_of(contact), "optInStatus"])
        if not has_value(name, now_of(contact, name), made.get(name), kinds)
    ]
    refuse(drifted, hint=_WAY_OUT)
    return Undoing("delete", (), item.changes)


def _made_anew(item: Planned, contact: JsonObject | None, kinds: DeclaredTypes) -> Undoing:
    """Create what was deleted; whoever opted out is not subscribed for a moment, for no list."""
    wanted = {name: change.after for name, change in item.changes.items()}
    # The service takes nobody onto a list who is not subscribed.
    is_out = wanted.get("subscribed") is False
    lost = [name for name, value in wanted.items() if isinstance(value, list | dict)]
    lost += [name for name in wanted if is_out and name.startswith(LIST_PREFIX)]
    kept = {name: value for name, value in wanted.items() if name not in lost}
    if contact is not None:
        drifted = [
            difference(name, now_of(contact, name), value)
            for name, value in kept.items()
            if not has_value(name, now_of(contact, name), value, kinds)
        ]
        if drifted:
            there = f"drifted: there is a contact now, {describe(contact)}"
            raise DriftedError(there, hint=_WAY_OUT)
        # A new contact gets a new id, so that the same one was never deleted.
        never_gone = contact.get("id") == item.id
        return Undoing("nothing", lost=() if never_gone else (*LOST_WITH_DELETION, *lost))
    change = _to_change(kept)
    changes = {name: FieldChange(None, value) for name, value in kept.items()}
    return Undoing("create", (change,), changes, (*LOST_WITH_DELETION, *lost))


def _steps(contact: JsonObject, due: Mapping[str, FieldChange]) -> tuple[ContactChange, ...]:
    """Return the writes that put fields back: one, or more where the service needs them apart."""
    if not due:
        return ()
    values = {name: item.after for name, item in due.items()}
    email, user_id = to_text(contact.get("email")), to_text(contact.get("userId"))
    # By the user id alone where there is one: then no contact can be created by accident.
    who = ContactChange(None, user_id) if user_id else ContactChange(email)
    fields = {name: value for name, value in values.items() if name not in _IDENTIFIERS}
    last = []
    if _joined(due) and fields.get("subscribed") is False:
        # The service lets nobody join a list who is not subscribed: first the one, then the other.
        del fields["subscribed"]
        last = [who._replace(values={"subscribed": False})]
    moved, keyed = to_text(values.get("email")), to_text(values.get("userId"))
    # An update finds a contact by its address unless a user id picks it.
    if moved and user_id is None:
        raise DriftedError(
            f"drifted: {describe(contact)} has no user id, and without one its address cannot go"
            " back",
            hint=_WAY_OUT,
        )
    first = who if moved is None else ContactChange(moved, user_id)
    found = [_to_change(fields, first)] if fields or moved else []
    found += last
    # Last, as the writes before it find the contact by the user id that it has now.
    if keyed:
        found.append(ContactChange(moved or email, keyed))
    return tuple(found)


def _to_change(values: Mapping[str, JsonValue], who: ContactChange | None = None) -> ContactChange:
    if who is not None:
        return fields_in(values, who.email, who.user_id)
    return fields_in(values, to_text(values.get("email")), to_text(values.get("userId")))


def _opted_out(contact: JsonObject, due: Mapping[str, FieldChange]) -> bool:
    """Tell whether a contact is opted out and stays so; then it can join no list."""
    stays = "subscribed" not in due or due["subscribed"].after is False
    return contact.get("subscribed") is False and stays


def _joined(due: Mapping[str, FieldChange]) -> list[str]:
    return [name for name, item in due.items() if name.startswith(LIST_PREFIX) and item.after]
