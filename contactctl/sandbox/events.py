"""Events and transactional mails: accepted, logged, never sent; what they do to a contact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.exact_json import JsonObject, JsonValue, Number, to_json
from contactctl.sandbox.calls import Answer, Refusal
from contactctl.sandbox.records import new_contact
from contactctl.sandbox.request_body import check_lengths, matches, to_email
from contactctl.sandbox.rules import upserted

if TYPE_CHECKING:
    from contactctl.sandbox.calls import Call
    from contactctl.sandbox.tables import Transaction

#: Keys of an event that are no properties of the contact.
_OF_THE_EVENT = frozenset({"eventName", "eventProperties"})
_MAX_IDEMPOTENCY_LENGTH = 100
_IDEMPOTENCY_S = 24 * 3600
_DONE: JsonObject = {"success": True}


def send_event(transaction: Transaction, call: Call) -> Answer:
    """Change the contact that an event is about, or make it (page "Send an event").

    Everything at the top but the event's own keys is written to the contact. The texts for a name
    that is missing and for properties that are no object are choices.
    """
    if _is_repeat(transaction, call):
        return Answer(_DONE)
    _text(call.body, "eventName")
    given = call.body.get("eventProperties")
    if given is not None:
        check_lengths(_object("eventProperties", given))
    fields = {name: value for name, value in call.body.items() if name not in _OF_THE_EVENT}
    answer = upserted(transaction, call, fields, nobody="Contact not found.")
    return Answer(_DONE, warnings=answer.warnings)


def send_transactional(transaction: Transaction, call: Call) -> Answer:
    """Take a transactional mail, and make its recipient a contact where it asks for that.

    Any ``transactionalId`` is taken, by choice: the sandbox has no mails (page "Send transactional
    email").
    """
    if _is_repeat(transaction, call):
        return Answer(_DONE)
    check_lengths(call.body)
    _text(call.body, "transactionalId")
    email = to_email(call.body.get("email"), call.manner)
    if email is None:
        raise Refusal(400, "An email is required.")
    given = call.body.get("dataVariables")
    if given is not None:
        check_lengths(_object("dataVariables", given))
    if call.body.get("addToAudience") is True and not matches(transaction, email, None):
        transaction.save_contact(new_contact(email, None))
    return Answer(_DONE)


def transactional_mails(_transaction: Transaction, _call: Call) -> Answer:
    """Return the mails that can be sent by their id: none is made in a sandbox."""
    counts = ("totalResults", "returnedResults", "perPage", "totalPages")
    page: JsonObject = {name: Number("20" if name == "perPage" else "0") for name in counts}
    return Answer({"pagination": {**page, "nextCursor": None, "nextPage": None}, "data": []})


def _is_repeat(transaction: Transaction, call: Call) -> bool:
    """Tell whether a request with this idempotency key and body came within a day.

    Raises :class:`Refusal` for another body (documented) and a key that is too long (by choice).
    """
    key = call.idempotency_key
    if not key:
        return False
    if len(key) > _MAX_IDEMPOTENCY_LENGTH:
        raise Refusal(400, f"The Idempotency-Key is longer than {_MAX_IDEMPOTENCY_LENGTH}.")
    body = to_json(call.body)
    before = transaction.remembered_body(key, call.now_s - _IDEMPOTENCY_S)
    if before is None:
        transaction.remember_body(key, body, call.now_s)
    elif before != body:
        raise Refusal(409, "Idempotency key already used with a different request body.")
    return before is not None


def _text(body: JsonObject, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise Refusal(400, f"{name} is required.")
    return value


def _object(name: str, value: JsonValue) -> JsonObject:
    if not isinstance(value, dict):
        raise Refusal(400, f"{name} must be an object.")
    return value
