"""Spellings of a date that lose nothing, in the form that the service documents."""

from __future__ import annotations

import re

# What Postgres, BigQuery, pandas, Go, Ruby, Java and SQL Server write, and none of it ambiguous.
_SPELLING = (
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:(?P<between>[Tt ])(?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:[.,](?P<fraction>[0-9]+))?)?"
    # The name of the zone behind its offset says nothing more.
    r"(?: ?(?P<offset>[Zz]|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)"
    r"(?: (?<=[0-9] )[A-Z]{3,5}|\[[A-Za-z0-9_/+-]+\])?)?"
)
_MILLISECOND_DIGITS = 3
_ZERO = frozenset({"Z", "z", "UTC", "GMT", "+00", "-00", "+0000", "-0000", "+00:00", "-00:00"})


def documented_form(text: str) -> str | None:
    """Return a date of another spelling as the service documents it; None for what is none.

    Offsets are completed, fractions of a second cut or filled to milliseconds. Whether there is
    such a day or hour is not looked at.

    >>> documented_form("2024-01-17 10:21:11.123456+00")
    '2024-01-17 10:21:11.123Z'
    """
    found = re.fullmatch(_SPELLING, text)  # compiled when first needed
    if found is None:
        return None
    day, between, time, fraction, offset = found.group(
        "day", "between", "time", "fraction", "offset"
    )
    if fraction is not None and time.count(":") == 1:  # a part of a minute
        return None
    moment = f"{day}{between.upper()}{time}" if time else day
    if fraction is not None:
        moment += f".{fraction[:_MILLISECOND_DIGITS]:0<{_MILLISECOND_DIGITS}}"
    return moment + _offset(offset)


def _offset(text: str | None) -> str:
    if text is None:
        return ""
    if text in _ZERO:
        return "Z"
    digits = text[1:].replace(":", "")
    return f"{text[0]}{digits[:2]}:{digits[2:] or '00'}"
