"""What objects and lists of JSON say of consent to email, without being read for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.consent_words import Sense, is_topic, is_weak, name_sense, word_sense
from contactctl.exact_json import Number

if TYPE_CHECKING:
    from contactctl.exact_json import JsonValue

#: Stands for one that speaks, where cells are counted.
NESTED = "an object or a list that is about it"
#: How deep, and through how many values, one is looked through.
_DEEPEST = 3
_MOST_INNER = 50


def text_of(value: JsonValue, *, of_consent: bool = False) -> str:
    """Return a JSON value as a cell would have it; objects and lists only as far as they speak.

    One that is ``of_consent`` by its name does so whatever it holds.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Number):
        return value.text
    if isinstance(value, dict | list):
        speaks = value and (of_consent or _speaks_within(value, _DEEPEST))
        return NESTED if speaks else ""
    return value.strip() if value else ""


def _speaks_within(value: JsonValue, depth: int) -> bool:
    if isinstance(value, str):
        return word_sense(value) is Sense.OUT and not is_weak(value)
    if not depth:
        return False
    if isinstance(value, list):
        return any(_speaks_within(one, depth - 1) for one in value[:_MOST_INNER])
    if isinstance(value, dict):
        pairs = [*value.items()][:_MOST_INNER]
        return any(
            name_sense(key)
            or (isinstance(one, bool) and is_topic(key))
            or _speaks_within(one, depth - 1)
            for key, one in pairs
        )
    return False


def keeps_sense(name: str, value: JsonValue, *, of_consent: bool) -> bool:
    """Tell whether what an object says of consent is seen as well in keys such as ``prefs email``.

    One that is ``of_consent`` by its name speaks in all that it holds.
    """
    if isinstance(value, dict):
        return all(
            keeps_sense(
                f"{name} {key}", one, of_consent=of_consent or _speaks_within({key: one}, 1)
            )
            for key, one in value.items()
        )
    return not isinstance(value, list) and (not of_consent or name_sense(name) is not None)
