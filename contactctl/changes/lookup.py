"""The look at the service: who is there, and whether email and user id mean one person."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from contactctl.contact import fold_address
from contactctl.errors import GuardError, Outcome
from contactctl.exact_json import to_json
from contactctl.safe_text import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contactctl.contact import ContactChange, ContactRef
    from contactctl.exact_json import JsonObject, JsonValue


class Finder(Protocol):
    """What a look-up needs of the client."""

    def find(self, ref: ContactRef) -> list[JsonObject]:
        """Return the contacts under one address or user id."""


class Looked(NamedTuple):
    """Who was found under each identifier; None where nobody is, or it was not looked for."""

    by_email: JsonObject | None = None
    by_user_id: JsonObject | None = None

    @property
    def contact(self) -> JsonObject | None:
        """The contact that a write would change."""
        return self.by_email or self.by_user_id


def look_up(client: Finder, refs: Iterable[ContactRef], *, sparing: bool = False) -> Looked:
    """Look under each ref, the address first.

    ``sparing`` makes no second look-up where the first one finds a contact with the very user id:
    nobody else can have it, since user ids are unique (documentation of "Create contact"). Raises
    :class:`GuardError` when the service knows several contacts under one ref.
    """
    found: dict[str, JsonObject | None] = {}
    for ref in refs:
        known = found.get("email")
        same = sparing and known is not None and known.get(ref.name) == ref.value
        found[ref.name] = known if same else find_at_most_one(client, ref)
    return Looked(found.get("email"), found.get("userId"))


def find_at_most_one(client: Finder, ref: ContactRef) -> JsonObject | None:
    """Return the contact under a ref, or None.

    Raises :class:`GuardError` for several: no write could tell which of them it means.
    """
    found = client.find(ref)
    if len(found) > 1:
        raise GuardError(
            f"the service knows {len(found)} contacts under {ref}",
            hint="sort this out in the dashboard first",
            # The look itself was answered; the write after it is what the outcome is about.
            outcome=Outcome.NOT_SENT,
        )
    return found[0] if found else None


def find_one(client: Finder, ref: ContactRef, *, may_create: bool = False) -> JsonObject:
    """Return the contact under a ref; raises ``NotFoundError`` when there is none.

    ``may_create`` offers to create it then.
    """
    found = find_at_most_one(client, ref)
    if found is None:
        from contactctl.changes.failed_look import nobody

        raise nobody(ref, in_words([ref]), may_create=may_create)
    return found


def in_words(refs: Iterable[ContactRef]) -> str:
    """Return refs as a message names them: ``the address a@example.com or the user id 42``."""
    return " or ".join(
        f"the address {ref}" if ref.name == "email" else f"the {ref}" for ref in refs
    )


class AddressChange(NamedTuple):
    """The address that a contact has, and the one that a write would give it."""

    before: str
    after: str


def check_identity(
    change: ContactChange,
    looked: Looked,
    *,
    replace_user_id: bool = False,
    change_address: bool = True,
) -> None:
    """Refuse a write that would mix up two people, or give a person another user id or address.

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
    # Nobody under the user id: the contact of the address would get it, and lose its own.
    if by_email and not by_user_id and not replace_user_id:
        _check_user_id(change, by_email)
    if by_user_id and not change_address and address_change(change, looked):
        raise GuardError(
            f"{describe(by_user_id)} would get another address: {excerpt(change.email or '')}",
            hint="if that is meant, add --change-address",
        )


def address_change(change: ContactChange, looked: Looked) -> AddressChange | None:
    """Return the old and the new address when the write would change it, else None."""
    found = looked.by_user_id
    before = found.get("email") if found else None
    if change.email is None or not isinstance(before, str):
        return None
    if fold_address(before) == fold_address(change.email):
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
    # The id is the one thing that no write changes; an answer of the service may lack it.
    keys = ("id",) if "id" in contact and "id" in other else ("email", "userId")
    return all(contact.get(key) == other.get(key) for key in keys)


def _user_id_words(user_id: JsonValue) -> str:
    if not user_id:
        return "no user id"
    return f"user id {excerpt(user_id if isinstance(user_id, str) else to_json(user_id))}"
