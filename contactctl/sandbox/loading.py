"""The things of a document to load, each checked: lists, properties, contacts, quota."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from contactctl.exact_json import JsonObject, JsonValue, Number
from contactctl.safe_text import quoted
from contactctl.sandbox.calls import Refusal
from contactctl.sandbox.choices import Manner
from contactctl.sandbox.records import (
    OPT_IN_STATES,
    STANDARD_PROPERTIES,
    MailingList,
    Property,
    StoredContact,
    new_contact,
)
from contactctl.sandbox.request_body import changed, to_email, to_wanted
from contactctl.sandbox.rules import check_new_property

if TYPE_CHECKING:
    from contactctl.sandbox.tables import Transaction

#: Whoever writes a file should be told of what is wrong in it.
_MANNER = Manner.STRICT
_STANDARD = frozenset(item.key for item in STANDARD_PROPERTIES)
_ID = re.compile(r"[!-~]{1,100}")
_MAX_TEXT_LENGTH = 1000
_MAX_QUOTA = 10_000


def to_mailing_list(value: JsonValue) -> MailingList:
    """Return a mailing list as ``GET /lists`` shows it; description and visibility may lack."""
    given = _object(value, {"id", "name", "description", "isPublic"})
    public = given.get("isPublic", True)
    if not isinstance(public, bool):
        raise Refusal(400, "isPublic must be true or false.")
    about = given.get("description")
    return MailingList(
        _id(given.get("id")),
        to_text("name", given.get("name")),
        None if about is None else to_text("description", about),
        public,
    )


def to_property(value: JsonValue) -> Property | None:
    """Return a custom property as ``GET /contacts/properties`` shows it; its label may lack.

    None for those that every account has: the service lists them too.
    """
    given = _object(value, {"key", "label", "type"})
    key, label = given.get("key"), given.get("label")
    if isinstance(key, str) and (key in _STANDARD or key.startswith("__")):
        return None
    made = check_new_property(key, given.get("type"))
    if label is None or label == made.label:
        return made
    return Property(made.key, made.type, to_text("label", label))


def to_contact(transaction: Transaction, value: JsonValue) -> StoredContact:
    """Return a contact as ``find`` shows it; everything but the email may lack.

    Unlike a request it may be on lists although it is unsubscribed: it is what an account holds.
    """
    given = _object(value)
    status = given.pop("optInStatus", None)
    if status is not None and status not in OPT_IN_STATES:
        raise Refusal(400, f"optInStatus must be null or one of {', '.join(OPT_IN_STATES)}.")
    own_id = given.pop("id", None)
    email = to_email(given.get("email"))
    if email is None:
        raise Refusal(400, "A contact needs an email.")
    wanted = to_wanted(transaction, given, _MANNER)
    made = new_contact(email, wanted.user_id)
    made = changed(made, replace(wanted, values={**wanted.values, "subscribed": True}), _MANNER)
    return replace(
        made,
        id=made.id if own_id is None else _id(own_id),
        values={**made.values, "subscribed": wanted.values.get("subscribed", True)},
        opt_in_status=cast("str | None", status),
    )


def to_text(name: str, value: JsonValue) -> str:
    """Return a text that is not empty; raises :class:`Refusal`."""
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_TEXT_LENGTH:
        raise Refusal(400, f"{name} must be a string of 1 to {_MAX_TEXT_LENGTH} characters.")
    return value


def to_quota(value: JsonValue) -> tuple[int, int]:
    """Return how many suppressions may be removed, and how many have been.

    Raises :class:`Refusal`.
    """
    given = _object(value, {"limit", "remaining"})
    limit = _count("limit", given.get("limit"), _MAX_QUOTA)
    remaining = _count("remaining", given.get("remaining", given.get("limit")), limit)
    return limit, limit - remaining


def _count(name: str, value: JsonValue, most: int) -> int:
    text = value.text if isinstance(value, Number) else ""
    if not text.isdecimal() or len(text) > len(str(most)) or int(text) > most:
        raise Refusal(400, f"{name} must be a whole number up to {most}.")
    return int(text)


def _id(value: JsonValue) -> str:
    if not isinstance(value, str) or _ID.fullmatch(value) is None:
        raise Refusal(400, "An id must be a string of 1 to 100 characters without spaces.")
    return value


def _object(value: JsonValue, known: set[str] | None = None) -> JsonObject:
    """Return a copy of an object; of one with known keys, others are mistakes."""
    if not isinstance(value, dict):
        raise Refusal(400, "This must be an object.")
    for key in value:
        if known is not None and key not in known:
            raise Refusal(400, f"There is no {quoted(key)} here.")
    return {**value}
