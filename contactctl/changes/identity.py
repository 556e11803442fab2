"""Whether email and user id mean one person: the guard against a merge nobody asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from contactctl.errors import GuardError
from contactctl.exact_json import to_json
from contactctl.safe_text import excerpt

if TYPE_CHECKING:
    from contactctl.changes.lookup import Looked
    from contactctl.contact import ContactChange
    from contactctl.exact_json import JsonObject, JsonValue


class AddressChange(NamedTuple):
    """The address that a contact has, and the one that a write would give it."""

    before: str
    after: str


def check_identity(change: ContactChange, looked: Looked, *, replace_user_id: bool = False) -> None:
    """Refuse a write that would mix up two people, or give a person another user id.

    The service matches on either identifier and writes over the other without a word
    (documentation of "Update contact"). Raises :class:`GuardError`.
    """
    by_email, by_user_id = looked.by_email, looked.by_user_id
    if by_email and by_user_id and not _are_one(by_email, by_user_id):
        raise GuardError(
            f"the address and the user id belong to two contacts: {describe(by_email)}"
            f" and {describe(by_user_id)}",
            hint="give one of the two, or delete the contact that should not be there",
        )
    if by_email and not by_user_id and not replace_user_id:
        _check_user_id(change, by_email)


def address_change(change: ContactChange, looked: Looked) -> AddressChange | None:
    """Return the old and the new address when the write would change it, else None."""
    found = looked.by_user_id
    before = found.get("email") if found else None
    if change.email is None or not isinstance(before, str):
        return None
    if before.strip().lower() == change.email.strip().lower():
        return None
    return AddressChange(before, change.email)


def describe(contact: JsonObject) -> str:
    """Return a contact's address and user id, for a message."""
    email, user_id = contact.get("email"), contact.get("userId")
    address = excerpt(email) if isinstance(email, str) else "a contact without an address"
    return f"{address} ({_user_id_words(user_id)})"


def _check_user_id(change: ContactChange, contact: JsonObject) -> None:
    before, after = contact.get("userId"), change.user_id
    if not before or after is None or before == after:
        return
    raise GuardError(
        f"{describe(contact)} would get another user id: {excerpt(after)}",
        hint="if that is meant, add --replace-user-id",
    )


def _are_one(contact: JsonObject, other: JsonObject) -> bool:
    keys = ("id",) if "id" in contact and "id" in other else ("email", "userId")
    return all(contact.get(key) == other.get(key) for key in keys)


def _user_id_words(user_id: JsonValue) -> str:
    if not user_id:
        return "no user id"
    return f"user id {excerpt(user_id if isinstance(user_id, str) else to_json(user_id))}"
