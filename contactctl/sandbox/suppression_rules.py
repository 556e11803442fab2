"""What the service would say about suppressed addresses, and the quota of removals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.exact_json import Number
from contactctl.sandbox.calls import Answer, Refusal
from contactctl.sandbox.identity import picked_by, to_ref

if TYPE_CHECKING:
    from contactctl.exact_json import JsonObject
    from contactctl.sandbox.calls import Call
    from contactctl.sandbox.records import StoredContact
    from contactctl.sandbox.tables import Transaction

#: Of paid teams, in any 30 days.
QUOTA = 100
QUOTA_PERIOD_S = 30 * 24 * 3600


def suppression(transaction: Transaction, call: Call) -> Answer:
    """Say whether a contact's address is suppressed, and what is left of the quota."""
    contact = _contact(transaction, call)
    return Answer(
        {
            "contact": {"id": contact.id, "email": contact.email, "userId": contact.user_id},
            "isSuppressed": transaction.is_suppressed(contact.email),
            "removalQuota": _quota(transaction, call.now_s),
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
            "removalQuota": _quota(transaction, call.now_s),
        }
    )


def _contact(transaction: Transaction, call: Call) -> StoredContact:
    contact = picked_by(transaction, to_ref(dict(call.query)))
    if contact is None:
        raise Refusal(404, "This contact was not found.")
    return contact


def _quota(transaction: Transaction, now_s: float) -> JsonObject:
    remaining = _remaining(transaction, now_s)
    return {"limit": Number(str(QUOTA)), "remaining": Number(str(remaining))}


def _remaining(transaction: Transaction, now_s: float) -> int:
    return max(0, QUOTA - transaction.removals_since(now_s - QUOTA_PERIOD_S))
