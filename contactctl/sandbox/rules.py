"""What the service would say to each call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from contactctl.contact import (
    MAX_STRING_LENGTH,
    PROPERTY_TYPES,
    RESERVED_NAMES,
    RESPONSE_ONLY_NAMES,
)
from contactctl.exact_json import Number
from contactctl.safe_text import quoted
from contactctl.sandbox.calls import Answer, Refusal
from contactctl.sandbox.records import STANDARD_PROPERTIES, Property, new_contact
from contactctl.sandbox.request_body import (
    NO_IDENTIFIER,
    changed,
    matches,
    picked_by,
    to_ref,
    to_wanted,
)

if TYPE_CHECKING:
    from contactctl.contact import PropertyType
    from contactctl.exact_json import JsonObject, JsonValue
    from contactctl.sandbox.calls import Call
    from contactctl.sandbox.records import StoredContact
    from contactctl.sandbox.request_body import Wanted
    from contactctl.sandbox.tables import Transaction


#: The documented names, and what is spoken for by other fields of requests and answers.
_RESERVED = RESERVED_NAMES | RESPONSE_ONLY_NAMES | {"mailingLists"}
#: A choice: "should be camelCase" is all that is documented, and accounts with snake_case exist.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
#: The quota of removals is one for any 30 days.
QUOTA_PERIOD_S = 30 * 24 * 3600


def update(transaction: Transaction, call: Call) -> Answer:
    """Change the contact that has the email or the user id, or make it.

    Documentation, page "Update a contact": either value matches, and the other one is written. The
    answer does not tell a change from a creation.
    """
    wanted = to_wanted(transaction, call.body, strict=call.strict)
    if wanted.email is None and wanted.user_id is None:
        # The text is that of the suppression calls; what update itself says is not known.
        raise Refusal(400, NO_IDENTIFIER)
    found = matches(transaction, wanted.email, wanted.user_id)
    if len(found) > 1:
        # Seen on events; that update refuses in the same way is a choice, and never a merge.
        raise Refusal(400, "Multiple contacts found for the given criteria")
    return _saved(transaction, found[0] if found else _to_new(wanted), wanted)


def create(transaction: Transaction, call: Call) -> Answer:
    """Make a contact; 409 when its email or user id is taken (page "Create a contact")."""
    wanted = to_wanted(transaction, call.body, strict=call.strict)
    if wanted.email is None:
        # A choice of words; the documentation says only that the email is required.
        raise Refusal(400, "An email is required.")
    if matches(transaction, wanted.email, wanted.user_id):
        # The wording until May 2026; callers decide by the status.
        raise Refusal(409, "Email or userId is already on list.")
    return _saved(transaction, _to_new(wanted), wanted)


def find(transaction: Transaction, call: Call) -> Answer:
    """Return an array with the one contact, or an empty one (page "Find a contact")."""
    contact = picked_by(transaction, to_ref(dict(call.query)))
    return Answer([] if contact is None else [contact.to_json_object()])


def delete(transaction: Transaction, call: Call) -> Answer:
    """Remove a contact for good (page "Delete a contact").

    That its address stays suppressed, if it was, is a choice: a mailbox that bounced still does.
    """
    contact = picked_by(transaction, to_ref(call.body))
    if contact is None:
        raise Refusal(404, "Contact not found.")
    transaction.delete_contact(contact)
    return Answer({"success": True, "message": "Contact deleted."})


def _to_new(wanted: Wanted) -> StoredContact:
    if wanted.email is None:
        # Seen in production, against an example in the documentation.
        raise Refusal(400, "userId not found and cannot create a new contact without an email.")
    return new_contact(wanted.email, wanted.user_id)


def _saved(transaction: Transaction, contact: StoredContact, wanted: Wanted) -> Answer:
    saved = changed(contact, wanted)
    transaction.save_contact(saved)
    return Answer(
        {"success": True, "id": saved.id},
        warnings=tuple(
            f"the property {quoted(name)} does not exist and was ignored, as the service does"
            for name in wanted.ignored
        ),
    )


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

    The text for a used-up quota is a choice, and so is that the other refusals come first.
    """
    contact = _contact(transaction, call)
    if not transaction.is_suppressed(contact.email):
        raise Refusal(400, "This contact is not suppressed.")
    if _remaining(transaction, call.now_s) == 0:
        raise Refusal(400, "The quota of suppression removals is used up.")
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
    contact = picked_by(transaction, to_ref(dict(call.query)))
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

    That another value of ``list`` is refused is a choice.
    """
    which = call.query.get("list", "all")
    if which not in {"all", "custom"}:
        raise Refusal(400, 'list must be "all" or "custom".')
    standard = STANDARD_PROPERTIES if which == "all" else ()
    return Answer([item.to_json_object() for item in (*standard, *transaction.custom_properties())])


def create_property(transaction: Transaction, call: Call) -> Answer:
    """Add a custom property (page "Create a contact property").

    Only ``Property already exists.`` is documented; the other messages are choices.
    """
    made = check_new_property(call.body.get("name"), call.body.get("type"))
    if made.key in transaction.property_types():
        raise Refusal(400, "Property already exists.")
    transaction.add_properties([made])
    return Answer({"success": True})


def check_new_property(name: JsonValue, kind: JsonValue) -> Property:
    """Return the custom property of a name and type; raises :class:`Refusal`."""
    key = _to_name(name)
    if kind not in PROPERTY_TYPES:
        raise Refusal(400, f"The property type must be one of {', '.join(PROPERTY_TYPES)}.")
    return Property(key, cast("PropertyType", kind))


def _to_name(value: JsonValue) -> str:
    if not isinstance(value, str) or not value:
        raise Refusal(400, "A property name is required.")
    if len(value) > MAX_STRING_LENGTH:
        raise Refusal(400, "Some body key or value is longer than allowable")
    if value in _RESERVED:
        raise Refusal(400, f"The property name {quoted(value)} is reserved.")
    if _NAME.fullmatch(value) is None:
        raise Refusal(400, f"The property name {quoted(value)} is not valid.")
    return value
