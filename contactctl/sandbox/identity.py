"""Who is meant: the email or user id of a call, checked, and the contact that it picks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.contact import ContactRef, is_address
from contactctl.sandbox.calls import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.exact_json import JsonValue
    from contactctl.sandbox.records import StoredContact
    from contactctl.sandbox.tables import Transaction

NO_IDENTIFIER = "An email or userId is required."


def to_email(value: JsonValue) -> str | None:
    """Return an address as it is compared and stored; None when absent.

    That the service trims and lower-cases is a choice: what it does is not known, and integrators
    do both themselves. Null counts as absent, as two of the service's own clients send it.
    """
    if value is None:
        return None
    if not isinstance(value, str) or not is_address(value.strip()):
        raise Refusal(400, "Invalid email address.")
    return value.strip().lower()


def to_user_id(value: JsonValue) -> str | None:
    """Return a user id as given; None when absent, or null.

    That a user id is compared exactly, and that an empty one is refused, are choices.
    """
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        raise Refusal(400, "The userId must be a string that is not empty.")
    return value


def to_ref(given: Mapping[str, JsonValue]) -> ContactRef:
    """Return the one identifier of a find, delete or suppression call.

    Raises :class:`Refusal` for none and for both (documentation, page "Find a contact"); the
    wording of the second is a choice.
    """
    email, user_id = to_email(given.get("email")), to_user_id(given.get("userId"))
    if email is not None and user_id is not None:
        raise Refusal(400, "Only one of email and userId is allowed.")
    if email is not None:
        return ContactRef("email", email)
    if user_id is not None:
        return ContactRef("userId", user_id)
    raise Refusal(400, NO_IDENTIFIER)


def picked_by(transaction: Transaction, ref: ContactRef) -> StoredContact | None:
    """Return the contact that the ref picks, if there is one."""
    if ref.name == "email":
        return transaction.contact_by_email(ref.value)
    return transaction.contact_by_user_id(ref.value)


def matches(
    transaction: Transaction, email: str | None, user_id: str | None
) -> tuple[StoredContact, ...]:
    """Return the contacts that have either identifier: none, one, or two different ones."""
    found = (
        None if email is None else transaction.contact_by_email(email),
        None if user_id is None else transaction.contact_by_user_id(user_id),
    )
    return tuple({contact.id: contact for contact in found if contact is not None}.values())
