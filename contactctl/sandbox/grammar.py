"""How the service reads addresses, dates, numbers and lengths: the sandbox's own reading of it.

Nothing of it is shared with the client, so that a fault of the client is not also its judge's.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

from contactctl.exact_json import Number

PropertyType: TypeAlias = Literal["string", "number", "boolean", "date"]
PROPERTY_TYPES: tuple[PropertyType, ...] = ("string", "number", "boolean", "date")

#: Of a text as JSON has it, its quotation marks too (documentation, introduction page).
MAX_SERIALISED_LENGTH = 500
#: What is below is a day in 1973 or before as milliseconds, and likely was meant as seconds.
SMALLEST_MILLISECONDS = 10**11

_MAX_ADDRESS_LENGTH = 254
_MAX_LOCAL_LENGTH = 64
_MAX_LABEL_LENGTH = 63
_SHORTEST_LAST_LABEL = 2
_LETTERS_AND_DIGITS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_IN_LOCAL_PARTS = _LETTERS_AND_DIGITS | frozenset("!#$%&'*+/=?^_`{|}~-")
_IN_LABELS = _LETTERS_AND_DIGITS | {"-"}

_DATE = re.compile(
    r"(?a:(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{3}))?)?)?"
    r"(?:(Z)|([+-])(\d\d):(\d\d))?)"
)
_MILLISECONDS = re.compile(r"-?[0-9]{1,17}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_HOURS, _MOST_MINUTES = 23, 59

#: How JavaScript writes numbers: beyond these exponents with an ``e``.
_MOST_PLAIN_DIGITS = 21
_FEWEST_PLAIN_ZEROS = -6


def folded(address: str) -> str:
    """Return an address as it is compared and stored.

    That the service trims and lower-cases is a choice: what it does is not known, and integrators
    do both themselves.
    """
    return address.strip(" \t\r\n").lower()


def is_address(text: str) -> bool:
    """Tell whether a folded text is an address that the service would take.

    ASCII alone, and a last label of two characters or more (seen by integrators, early 2025).
    """
    local, at, domain = text.rpartition("@")
    labels = domain.split(".")
    return (
        bool(at)
        and len(text) <= _MAX_ADDRESS_LENGTH
        and len(local) <= _MAX_LOCAL_LENGTH
        and all(part and _IN_LOCAL_PARTS.issuperset(part) for part in local.split("."))
        and len(labels) > 1
        and all(map(_is_label, labels))
        and len(labels[-1]) >= _SHORTEST_LAST_LABEL
        and labels[-1][0].isalpha()
    )


def _is_label(text: str) -> bool:
    return (
        0 < len(text) <= _MAX_LABEL_LENGTH
        and _IN_LABELS.issuperset(text)
        and not text.startswith("-")
        and not text.endswith("-")
    )


def to_instant(text: str) -> datetime | None:
    """Return the moment that a text stands for, None for none.

    Milliseconds since 1970, or one of the documented forms (page "Contact properties"): a date,
    perhaps a time to the minute, second or millisecond, perhaps an offset; without one it is UTC.
    """
    try:
        if _MILLISECONDS.fullmatch(text):
            return _EPOCH + timedelta(milliseconds=int(text))
        return _from_form(text)
    except (ValueError, OverflowError):  # such as a 30th of February, or the year 0
        return None


def _from_form(text: str) -> datetime | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    *parts, _, sign, hours, minutes = found.groups(default="0")
    year, month, day, hour, minute, second, millisecond = map(int, parts)
    if int(hours) > _MOST_HOURS or int(minutes) > _MOST_MINUTES:
        return None
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    local = datetime(year, month, day, hour, minute, second, millisecond * 1000, tzinfo=UTC)
    return local - offset


def to_shown(instant: datetime) -> str:
    """Return a moment as answers show it, in UTC; how the service shows one is not known."""
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_double(number: Number) -> Number | None:
    """Return a number as the service keeps it, a double written as JavaScript writes it.

    None for one that no double can hold. ``9007199254740993`` becomes ``9007199254740992``, and
    ``0.1000`` becomes ``0.1``: the service looks like a JavaScript stack, so this is a choice.
    """
    double = float(number.text)
    if double in {float("inf"), float("-inf")}:
        return None
    return Number(("-" if double < 0 else "") + _written(*_digits_of(abs(double))))


def _digits_of(double: float) -> tuple[str, int]:
    """Return the shortest digits that mean this double, and where their point stands."""
    mantissa, _, exponent = repr(double).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    return digits or "0", point if digits else 1


def _written(digits: str, point: int) -> str:
    if len(digits) <= point <= _MOST_PLAIN_DIGITS:
        return digits.ljust(point, "0")
    if 0 < point <= _MOST_PLAIN_DIGITS:
        return f"{digits[:point]}.{digits[point:]}"
    if _FEWEST_PLAIN_ZEROS < point <= 0:
        return "0." + "0" * -point + digits
    mantissa = digits if len(digits) == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{mantissa}e{point - 1:+d}"


def serialised_length(text: str) -> int:
    """Return how long a text is as JSON, in the units of UTF-16, with its quotation marks.

    That the service counts so is a choice: its documentation says that the marks count.
    """
    length = len(text.encode("utf-16-le", "surrogatepass")) // 2 + 2
    if text.isprintable() and '"' not in text and "\\" not in text:
        return length
    return length + sum(map(_more_when_escaped, text))


def _more_when_escaped(character: str) -> int:
    if character in '"\\\b\f\n\r\t':
        return 1
    return 5 if character < " " else 0
