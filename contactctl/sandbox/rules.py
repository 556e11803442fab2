"""What the service would say to an update, a create, a find and a delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.safe_text import quoted
from contactctl.sandbox.calls import Answer, Refusal
from contactctl.sandbox.changes import changed, to_wanted
from contactctl.sandbox.identity import NO_IDENTIFIER, matches, picked_by, to_ref
from contactctl.sandbox.records import new_contact

if TYPE_CHECKING:
    from contactctl.sandbox.calls import Call
    from contactctl.sandbox.changes import Wanted
    from contactctl.sandbox.records import StoredContact
    from contactctl.sandbox.tables import Transaction


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
