"""Who and what the body or query of a call asks for, checked as the service would."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from contactctl.safe_text import quoted
from contactctl.sandbox.calls import Refusal
from contactctl.sandbox.choices import Manner
from contactctl.sandbox.grammar import MAX_SERIALISED_LENGTH, folded, is_address, serialised_length
from contactctl.sandbox.records import without_unset
from contactctl.sandbox.values import to_value

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from contactctl.exact_json import JsonObject, JsonValue
    from contactctl.sandbox.grammar import PropertyType
    from contactctl.sandbox.records import StoredContact
    from contactctl.sandbox.tables import Transaction


NO_IDENTIFIER = "An email or userId is required."
TOO_LONG = "Some body key or value is longer than allowable"

_APART = frozenset({"email", "userId", "mailingLists"})
#: Names of answers; what the service makes of them in a body is not known.
_OF_ANSWERS = frozenset({"id", "optInStatus"})


class Ref(NamedTuple):
    """The one identifier of a call that is about one contact."""

    name: Literal["email", "userId"]
    value: str


def to_email(value: JsonValue, manner: Manner = Manner.USUAL) -> str | None:
    """Return an address as it is compared and stored; None when absent.

    Null counts as absent, as two of the service's own clients send it.
    """
    if value is None:
        return None
    # Before it is folded: there are letters outside of ASCII whose lower case is inside.
    text = value if isinstance(value, str) and value.isascii() else ""
    address = folded(text)
    if not is_address(address) or (len(address) < len(text) and manner.refuses("spaces")):
        raise Refusal(400, "Invalid email address.")
    return address


def to_user_id(value: JsonValue, manner: Manner = Manner.USUAL) -> str | None:
    """Return a user id as given; None when absent, or null.

    That a user id is compared exactly is a choice.
    """
    if value is None or (value == "" and not manner.refuses("empty user id")):
        return None
    if not isinstance(value, str) or not value:
        raise Refusal(400, "The userId must be a string that is not empty.")
    return value


def to_ref(given: Mapping[str, JsonValue], manner: Manner = Manner.USUAL) -> Ref:
    """Return the one identifier of a find, delete or suppression call.

    Raises :class:`Refusal` for none and for both (documentation, page "Find a contact"); the
    wording of the second is a choice.
    """
    email = to_email(given.get("email"), manner)
    user_id = to_user_id(given.get("userId"), manner)
    if email is not None and user_id is not None:
        raise Refusal(400, "Only one of email and userId is allowed.")
    if email is not None:
        return Ref("email", email)
    if user_id is not None:
        return Ref("userId", user_id)
    raise Refusal(400, NO_IDENTIFIER)


def picked_by(transaction: Transaction, ref: Ref) -> StoredContact | None:
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


@dataclass(frozen=True, slots=True)
class Wanted:
    """A body that passed: identifiers, values as they are stored, lists to join or leave.

    ``warnings`` tell what of it was ignored.
    """

    email: str | None
    user_id: str | None
    values: JsonObject
    lists: Mapping[str, bool]
    warnings: tuple[str, ...] = ()


def to_wanted(transaction: Transaction, body: JsonObject, manner: Manner) -> Wanted:
    """Check a body and return what it asks for; raises :class:`Refusal`.

    The order of the checks is a choice. Unknown properties are ignored, as the service has done
    since 2024-03-13.
    """
    check_lengths(body)
    known = transaction.property_types()
    given = {name: value for name, value in body.items() if name not in _APART}
    ignored = tuple(_check_ignored(given, known, manner))
    lists, passed = _to_lists(
        body.get("mailingLists"), {item.id for item in transaction.mailing_lists()}, manner
    )
    return Wanted(
        to_email(body.get("email"), manner),
        to_user_id(body.get("userId"), manner),
        _to_values({name: given[name] for name in given if name in known}, known, manner),
        lists,
        (*ignored, *passed),
    )


def changed(contact: StoredContact, wanted: Wanted, manner: Manner) -> StoredContact:
    """Return the contact with everything written that is wanted; raises :class:`Refusal`.

    An identifier that is given replaces the contact's own: the other one found the contact.
    """
    values = {**contact.values, **wanted.values}
    joining = [id_ for id_, on in wanted.lists.items() if on]
    if joining and values["subscribed"] is False:
        # The documentation says only that such a contact cannot be added.
        if manner.refuses("list of unsubscribed"):
            raise Refusal(
                400, f"The contact is unsubscribed and cannot join the mailing list {joining[0]}."
            )
        joining = []
    staying = [id_ for id_ in contact.list_ids if wanted.lists.get(id_, True)]
    return replace(
        contact,
        email=wanted.email or contact.email,
        user_id=wanted.user_id or contact.user_id,
        values=without_unset(values),
        list_ids=tuple(dict.fromkeys((*staying, *joining))),
    )


def check_lengths(body: JsonObject) -> None:
    """Refuse a key or a value that is too long (documentation, introduction page)."""
    lists = body.get("mailingLists")
    texts = [*body, *body.values(), *(lists if isinstance(lists, dict) else ())]
    if any(isinstance(text, str) and is_too_long(text) for text in texts):
        raise Refusal(400, TOO_LONG)


def is_too_long(text: str) -> bool:
    """Tell whether a key or a value has more than the service takes."""
    return serialised_length(text) > MAX_SERIALISED_LENGTH


def _check_ignored(given: JsonObject, known: Container[str], manner: Manner) -> Iterable[str]:
    """Yield a warning for each field that means nothing, or refuse it."""
    for name, value in given.items():
        # Seen live: clients send an empty id along.
        if name in known or (name, value) == ("id", ""):
            continue
        is_answer = name in _OF_ANSWERS
        if manner.refuses("answer field" if is_answer else "unknown property"):
            raise Refusal(400, f"Unknown contact property {quoted(name)}.")
        said = "is a field of answers" if is_answer else "does not exist"
        yield f"the property {quoted(name)} {said} and was ignored, as the service does"


def _to_values(
    given: Mapping[str, JsonValue], known: Mapping[str, PropertyType], manner: Manner
) -> JsonObject:
    return {
        name: to_value(name, value, known[name], manner)
        for name, value in given.items()
        # A contact cannot be without a subscription state: null leaves it as it is, by choice.
        if not (name == "subscribed" and value is None)
    }


def _to_lists(
    value: JsonValue, known: Container[str], manner: Manner
) -> tuple[dict[str, bool], tuple[str, ...]]:
    """Return the lists to join (true) and to leave (false), and warnings of those ignored.

    ``[]`` and null change nothing: two of the service's own clients send an empty array.
    """
    if value is None or value == []:
        return {}, ()
    if not isinstance(value, dict):
        raise Refusal(400, "mailingLists must be an object of mailing list ids and booleans.")
    found: dict[str, bool] = {}
    warnings = []
    for id_, on in value.items():
        if not isinstance(on, bool):
            raise Refusal(400, f"The mailing list {quoted(id_)} must be true or false.")
        if id_ in known:
            found[id_] = on
        elif manner.refuses("unknown list"):
            raise Refusal(400, f"Unknown mailing list {quoted(id_)}.")
        else:
            warnings.append(f"the mailing list {quoted(id_)} does not exist and was ignored")
    return found, tuple(warnings)
