"""What the service would say to each call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from contactctl.exact_json import Number
from contactctl.safe_text import quoted
from contactctl.sandbox.calls import Answer, Refusal
from contactctl.sandbox.choices import Manner
from contactctl.sandbox.grammar import PROPERTY_TYPES
from contactctl.sandbox.records import (
    INTERNAL_PROPERTIES,
    STANDARD_PROPERTIES,
    Property,
    in_no_order,
    new_contact,
)
from contactctl.sandbox.request_body import (
    NO_IDENTIFIER,
    TOO_LONG,
    changed,
    is_too_long,
    matches,
    picked_by,
    to_ref,
    to_wanted,
)

if TYPE_CHECKING:
    from contactctl.exact_json import JsonObject, JsonValue
    from contactctl.sandbox.calls import Call
    from contactctl.sandbox.grammar import PropertyType
    from contactctl.sandbox.records import StoredContact
    from contactctl.sandbox.request_body import Wanted
    from contactctl.sandbox.tables import Transaction


#: The documented names (page "Contact properties"), and those of other fields.
_RESERVED = frozenset({"id", "listId", "softDeleteAt", "teamId", "updatedAt"})
_OTHER_FIELDS = frozenset({"mailingLists", "optInStatus"})
#: A choice: "should be camelCase" is all that is documented, and accounts with snake_case exist.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
#: The quota of removals is one for any 30 days.
QUOTA_PERIOD_S = 30 * 24 * 3600


def update(transaction: Transaction, call: Call) -> Answer:
    """Change the contact that has the email or the user id, or make it.

    Documentation, page "Update a contact": either value matches, and the other one is written. The
    answer does not tell a change from a creation.
    """
    unknown = "userId not found and cannot create a new contact without an email."
    return upserted(transaction, call, call.body, nobody=unknown)


def upserted(transaction: Transaction, call: Call, body: JsonObject, *, nobody: str) -> Answer:
    """Change the contact that a body names, or make it; the answer holds its id.

    ``nobody`` is the refusal of a user id that nobody has, without an email to make somebody of.
    """
    wanted = to_wanted(transaction, body, call.manner)
    if wanted.email is None and wanted.user_id is None:
        # The text is that of the suppression calls; what update itself says is not known.
        raise Refusal(400, NO_IDENTIFIER)
    found = matches(transaction, wanted.email, wanted.user_id)
    if len(found) > 1:
        # Seen on events; that update refuses in the same way is a choice, and never a merge.
        raise Refusal(400, "Multiple contacts found for the given criteria")
    if not found and wanted.email is None:
        # Seen in production, against an example in the documentation.
        raise Refusal(400, nobody)
    contact = found[0] if found else new_contact(wanted.email or "", wanted.user_id)
    return _saved(transaction, call, contact, wanted)


def create(transaction: Transaction, call: Call) -> Answer:
    """Make a contact; 409 when its email or user id is taken (page "Create a contact")."""
    wanted = to_wanted(transaction, call.body, call.manner)
    if wanted.email is None:
        # A choice of words; the documentation says only that the email is required.
        raise Refusal(400, "An email is required.")
    if matches(transaction, wanted.email, wanted.user_id):
        # The wording until May 2026; callers decide by the status.
        raise Refusal(409, "Email or userId is already on list.")
    return _saved(transaction, call, new_contact(wanted.email, wanted.user_id), wanted)


def find(transaction: Transaction, call: Call) -> Answer:
    """Return an array with the one contact, or an empty one (page "Find a contact")."""
    contact = picked_by(transaction, to_ref(dict(call.query), call.manner))
    return Answer([] if contact is None else [contact.to_json_object()])


def delete(transaction: Transaction, call: Call) -> Answer:
    """Remove a contact for good (page "Delete a contact"; the message as seen in January 2026).

    That its address stays suppressed, if it was, is a choice: a mailbox that bounced still does.
    """
    contact = picked_by(transaction, to_ref(call.body, call.manner))
    if contact is None:
        raise Refusal(404, "Contact not found.")
    transaction.delete_contact(contact)
    return Answer({"success": True, "message": "Contact deleted"})


def _saved(transaction: Transaction, call: Call, contact: StoredContact, wanted: Wanted) -> Answer:
    saved = changed(contact, wanted, call.manner)
    transaction.save_contact(saved)
    warnings = [*wanted.warnings]
    for id_, on in wanted.lists.items():
        if on and id_ not in saved.list_ids:
            warnings.append(f"the contact is unsubscribed and did not join the mailing list {id_}")
    return Answer({"success": True, "id": saved.id}, warnings=tuple(warnings))


def suppression(transaction: Transaction, call: Call) -> Answer:
    """Say whether a contact's address is suppressed, and what is left of the quota."""
    contact = _contact(transaction, call)
    return Answer(
        {
            "contact": {"id": contact.id, "email": contact.email, "userId": contact.user_id},
            "isSuppressed": transaction.is_suppressed(contact.email),
            "removalQuota": removal_quota(transaction, call.now_s),
        }
    )


def remove_suppression(transaction: Transaction, call: Call) -> Answer:
    """Take a contact's address off the suppression list; costs one of the quota.

    The text for a used-up quota is from a client's tests; that the other refusals come first is a
    choice.
    """
    contact = _contact(transaction, call)
    if not transaction.is_suppressed(contact.email):
        raise Refusal(400, "This contact is not suppressed.")
    if _remaining(transaction, call.now_s) == 0:
        raise Refusal(400, "Removal quota exceeded.")
    transaction.set_suppressed(contact.email, on=False)
    transaction.add_removal(call.now_s)
    return Answer(
        {
            "success": True,
            "message": "Email removed from suppression list.",
            "removalQuota": removal_quota(transaction, call.now_s),
        }
    )


def _contact(transaction: Transaction, call: Call) -> StoredContact:
    contact = picked_by(transaction, to_ref(dict(call.query), call.manner))
    if contact is None:
        raise Refusal(404, "This contact was not found.")
    return contact


def removal_quota(transaction: Transaction, now_s: float) -> JsonObject:
    """Return how many suppressions may be removed, and how many are left of them."""
    remaining = _remaining(transaction, now_s)
    limit = transaction.removal_limit()
    return {"limit": Number(str(limit)), "remaining": Number(str(remaining))}


def _remaining(transaction: Transaction, now_s: float) -> int:
    spent = transaction.removals_since(now_s - QUOTA_PERIOD_S)
    return max(0, transaction.removal_limit() - spent)


def api_key(transaction: Transaction, _call: Call) -> Answer:
    """Say whose key it is; a wrong one does not get here (page "API key")."""
    return Answer({"success": True, "teamName": transaction.team_name()})


def lists(transaction: Transaction, _call: Call) -> Answer:
    """Return every mailing list (page "List mailing lists")."""
    return Answer([item.to_json_object() for item in transaction.mailing_lists()])


def properties(transaction: Transaction, call: Call) -> Answer:
    """Return the properties, all or custom alone (page "List contact properties").

    All are more than the documentation says: those that the service keeps for itself, too.
    """
    which = call.query.get("list", "all")
    if which not in {"all", "custom"} and call.manner.refuses("list parameter"):
        raise Refusal(400, 'list must be "all" or "custom".')
    others = () if which == "custom" else (*STANDARD_PROPERTIES, *INTERNAL_PROPERTIES)
    return Answer(in_no_order((*others, *transaction.custom_properties())))


def custom_fields(transaction: Transaction, _call: Call) -> Answer:
    """Return the custom properties, at an address that left the documentation in 2025.

    It was still answered in January 2026.
    """
    return Answer(in_no_order(transaction.custom_properties()))


def create_property(transaction: Transaction, call: Call) -> Answer:
    """Add a custom property (page "Create a contact property").

    Only ``Property already exists.`` is documented; the other messages are choices.
    """
    made = check_new_property(call.body.get("name"), call.body.get("type"), call.manner)
    if made.key in transaction.property_types():
        raise Refusal(400, "Property already exists.")
    transaction.add_properties([made])
    return Answer({"success": True})


def check_new_property(name: JsonValue, kind: JsonValue, manner: Manner = Manner.USUAL) -> Property:
    """Return the custom property of a name and type; raises :class:`Refusal`."""
    key = _to_name(name, manner)
    if kind not in PROPERTY_TYPES:
        raise Refusal(400, f"The property type must be one of {', '.join(PROPERTY_TYPES)}.")
    return Property(key, cast("PropertyType", kind))


def _to_name(value: JsonValue, manner: Manner) -> str:
    if not isinstance(value, str) or not value:
        raise Refusal(400, "A property name is required.")
    if is_too_long(value):
        raise Refusal(400, TOO_LONG)
    if value in _RESERVED | _OTHER_FIELDS or value.startswith("__"):
        raise Refusal(400, f"The property name {quoted(value)} is reserved.")
    if _NAME.fullmatch(value) is None and manner.refuses("property name"):
        raise Refusal(400, f"The property name {quoted(value)} is not valid.")
    return value
