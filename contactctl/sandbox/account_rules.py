"""What the service would say about the account: its key, properties and mailing lists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from contactctl.changes.typing_rules import PROPERTY_TYPES
from contactctl.contact import MAX_STRING_LENGTH, RESERVED_NAMES, RESPONSE_ONLY_NAMES
from contactctl.safe_text import quoted
from contactctl.sandbox.calls import Answer, Refusal
from contactctl.sandbox.records import STANDARD_PROPERTIES, Property

if TYPE_CHECKING:
    from contactctl.changes.typing_rules import PropertyType
    from contactctl.exact_json import JsonValue
    from contactctl.sandbox.calls import Call
    from contactctl.sandbox.tables import Transaction

TEAM_NAME = "Sandbox"

#: The documented names, and what is spoken for by other fields of requests and answers.
_RESERVED = RESERVED_NAMES | RESPONSE_ONLY_NAMES | {"mailingLists"}
#: A choice: "should be camelCase" is all that is documented, and accounts with snake_case exist.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def api_key(_transaction: Transaction, _call: Call) -> Answer:
    """Say whose key it is; a wrong one does not get here (page "API key")."""
    return Answer({"success": True, "teamName": TEAM_NAME})


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
    name = _to_name(call.body.get("name"))
    kind = call.body.get("type")
    if kind not in PROPERTY_TYPES:
        raise Refusal(400, f"The property type must be one of {', '.join(PROPERTY_TYPES)}.")
    existing = (*STANDARD_PROPERTIES, *transaction.custom_properties())
    if name in {item.key for item in existing}:
        raise Refusal(400, "Property already exists.")
    transaction.add_properties([Property(name, cast("PropertyType", kind))])
    return Answer({"success": True})


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
