"""A value as a property keeps it: of its type, a number as a double, a date in UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.exact_json import Number
from contactctl.safe_text import quoted
from contactctl.sandbox.calls import Refusal
from contactctl.sandbox.grammar import SMALLEST_MILLISECONDS, to_double, to_instant, to_shown
from contactctl.sandbox.records import cleared_value

if TYPE_CHECKING:
    from contactctl.exact_json import JsonScalar, JsonValue
    from contactctl.sandbox.choices import Manner
    from contactctl.sandbox.grammar import PropertyType


def to_value(name: str, value: JsonValue, declared: PropertyType, manner: Manner) -> JsonScalar:
    """Return the value to store; null stands for what is not set. Raises :class:`Refusal`."""
    if value is None:
        return cleared_value(name)
    if isinstance(value, list | dict):
        raise _wrong_type(name, declared)
    found = _to_date(name, value, manner) if declared == "date" else _typed(value, declared)
    if found is not None:
        return found
    # A contact without a subscription state would be no contact.
    if name == "subscribed" or manner.refuses("wrong type"):
        raise _wrong_type(name, declared)
    return to_double(value) if isinstance(value, Number) else value


def _typed(value: JsonScalar, declared: PropertyType) -> JsonScalar:
    """Return a value of the declared type as it is kept, None for one of another type."""
    if declared == "number":
        return to_double(value) if isinstance(value, Number) else None
    return value if isinstance(value, bool if declared == "boolean" else str) else None


def _to_date(name: str, value: JsonScalar, manner: Manner) -> str | None:
    """Return a date as it is kept, None for what is no date.

    Seconds are refused by choice: the service would take them for a day in January 1970.
    """
    double = to_double(value) if isinstance(value, Number) else None
    text = value if isinstance(value, str) else double.text if double else ""
    instant = to_instant(text)
    if instant is None:
        return None
    is_number = text.lstrip("-").isdecimal()
    if is_number and int(text) < SMALLEST_MILLISECONDS and manner.refuses("seconds"):
        raise Refusal(
            400, f"The contact property {quoted(name)} must be a date, in milliseconds if a number."
        )
    return to_shown(instant)


def _wrong_type(name: str, declared: PropertyType) -> Refusal:
    return Refusal(400, f"The contact property {quoted(name)} must be a {declared}.")
