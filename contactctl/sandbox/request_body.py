"""Who and what the body or query of a call asks for, checked as the service would."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from contactctl.changes.typing_rules import SMALLEST_DATE_MS, instant_of, type_of
from contactctl.contact import MAX_STRING_LENGTH, ContactRef, fold_address, is_address
from contactctl.exact_json import Number
from contactctl.safe_text import quoted
from contactctl.sandbox.calls import Refusal
from contactctl.sandbox.records import cleared_value

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from contactctl.contact import PropertyType
    from contactctl.exact_json import JsonObject, JsonScalar, JsonValue
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
    return fold_address(value)


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


_APART = frozenset({"email", "userId", "mailingLists"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """A body that passed: identifiers, values as they are stored, lists to join or leave."""

    email: str | None
    user_id: str | None
    values: JsonObject
    lists: Mapping[str, bool]
    ignored: tuple[str, ...] = ()


def to_wanted(transaction: Transaction, body: JsonObject, *, strict: bool) -> Wanted:
    """Check a body and return what it asks for; raises :class:`Refusal`.

    The order of the checks is a choice. Unknown properties are ignored, as the service has done
    since 2024-03-13, and with ``strict`` refused.
    """
    _check_lengths(body)
    known = transaction.property_types()
    given = {name: value for name, value in body.items() if name not in _APART}
    ignored = tuple(name for name in given if name not in known)
    if ignored and strict:
        raise Refusal(400, f"Unknown contact property {quoted(ignored[0])}.")
    return Wanted(
        to_email(body.get("email")),
        to_user_id(body.get("userId")),
        _to_values({name: given[name] for name in given if name in known}, known),
        _to_lists(body.get("mailingLists"), {item.id for item in transaction.mailing_lists()}),
        ignored,
    )


def changed(contact: StoredContact, wanted: Wanted) -> StoredContact:
    """Return the contact with everything written that is wanted; raises :class:`Refusal`.

    An identifier that is given replaces the contact's own: the other one found the contact.
    """
    values = {**contact.values, **wanted.values}
    joining = [id_ for id_, on in wanted.lists.items() if on]
    if joining and values["subscribed"] is False:
        # A choice: the documentation says only that such a contact cannot be added.
        raise Refusal(
            400, f"The contact is unsubscribed and cannot join the mailing list {joining[0]}."
        )
    staying = [id_ for id_ in contact.list_ids if wanted.lists.get(id_, True)]
    return replace(
        contact,
        email=wanted.email or contact.email,
        user_id=wanted.user_id or contact.user_id,
        values=values,
        list_ids=tuple(dict.fromkeys((*staying, *joining))),
    )


def _check_lengths(body: JsonObject) -> None:
    lists = body.get("mailingLists")
    texts = [*body, *body.values(), *(lists if isinstance(lists, dict) else ())]
    # A choice: characters are counted, the service may count UTF-16 units.
    if any(isinstance(text, str) and len(text) > MAX_STRING_LENGTH for text in texts):
        raise Refusal(400, "Some body key or value is longer than allowable")


def _to_values(given: Mapping[str, JsonValue], known: Mapping[str, PropertyType]) -> JsonObject:
    return {
        name: _to_value(name, value, known[name])
        for name, value in given.items()
        # A contact cannot be without a subscription state: null leaves it as it is, by choice.
        if not (name == "subscribed" and value is None)
    }


def _to_value(name: str, value: JsonValue, declared: PropertyType) -> JsonScalar:
    """Return the value to store. That a wrong type is refused, not coerced, is a choice."""
    if value is None:
        return cleared_value(name)
    if not isinstance(value, list | dict):
        if declared == "date":
            return _to_date(name, value)
        if type_of(value) == declared:
            return value
    raise Refusal(400, f"The contact property {quoted(name)} must be a {declared}.")


def _to_date(name: str, value: JsonScalar) -> str:
    """Return a date as UTC with milliseconds; how the service shows dates is not known.

    Seconds are refused by choice: the service would take them for a day in January 1970.
    """
    instant = instant_of(value)
    if instant is None:
        raise Refusal(400, f"The contact property {quoted(name)} must be a date.")
    digits = value.text if isinstance(value, Number) else str(value)
    if digits.lstrip("-").isdecimal() and int(digits) < SMALLEST_DATE_MS:
        raise Refusal(
            400, f"The contact property {quoted(name)} must be a date, in milliseconds if a number."
        )
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _to_lists(value: JsonValue, known: Container[str]) -> dict[str, bool]:
    """Return the lists to join (true) and to leave (false).

    ``[]`` and null change nothing: two of the service's own clients send an empty array. Refusing
    an unknown id is a choice.
    """
    if value is None or value == []:
        return {}
    if not isinstance(value, dict):
        raise Refusal(400, "mailingLists must be an object of mailing list ids and booleans.")
    found: dict[str, bool] = {}
    for id_, on in value.items():
        if id_ not in known:
            raise Refusal(400, f"Unknown mailing list {quoted(id_)}.")
        if not isinstance(on, bool):
            raise Refusal(400, f"The mailing list {quoted(id_)} must be true or false.")
        found[id_] = on
    return found
