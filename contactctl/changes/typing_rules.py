"""Text and a declared type to an exact JSON value, and JSON values checked against that type."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from contactctl.changes.date_forms import documented_form
from contactctl.contact import MAX_STRING_LENGTH
from contactctl.exact_json import Number, has_surrogate
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from contactctl.contact import PropertyType
    from contactctl.exact_json import JsonScalar

#: Below this a number is no date in milliseconds: it would lie before March 1973, whereas every
#: date in seconds of the next three thousand years is below it.
SMALLEST_DATE_MS = 10**11

_BOOLEANS = {"true": True, "false": False}
_BEGINS_NUMBER = "-0123456789"
# The forms of the documentation's page "Contact properties", section "Dates".
_DATE = (
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ](?P<time>(?:[01][0-9]|2[0-3]):[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{3})?)?))?"
    r"(?P<offset>Z|[+-][0-9]{2}:[0-9]{2})?"
)
_WHOLE_NUMBER = r"-?(?:0|[1-9][0-9]*)"
#: The year 9999 has 15 digits in milliseconds; and there may be a sign.
_LONGEST_TIMESTAMP = 16
_DATE_HINT = "write 2024-01-17, 2024-01-17T10:21:11+02:00, or milliseconds since 1970"


class ValueProblem(ValueError):  # noqa: N818 - a finding about one value; many can be listed
    """A value does not fit: the message says so in the user's words, ``hint`` is the way out.

    ``kind`` says what the value is without naming it, so that many such problems can be counted;
    without one the message stands for it (``is_sentence``). ``value`` is the text that does not
    fit, None where there is none to show. ``column`` is where it stood, ``flags`` are the words
    by which it would fit, where there is no doubt what is meant. ``who`` is the address and the
    user id of the row that it stands in, as far as they could be read.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        kind: str | None = None,
        value: str | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.kind = kind or message
        self.is_sentence = kind is None
        self.value = value
        self.column = column
        self.flags: tuple[str, ...] = ()
        self.who: tuple[str | None, str | None] = (None, None)

    @property
    def text(self) -> str:
        """Return the problem and its way out as one line."""
        return f"{self.message} ({self.hint})" if self.hint else self.message

    @property
    def parts(self) -> Sequence[ValueProblem]:
        """Return the problems that this one is made of."""
        return (self,)


def misfit(text: str, kind: str, *, hint: str | None = None) -> ValueProblem:
    """Return the problem of a text that is what ``kind`` says."""
    return ValueProblem(f"{quoted(text)} is {kind}", hint=hint, kind=kind, value=text)


def infer_value(text: str) -> JsonScalar:
    """Type a text by its look alone, as ``--no-schema`` does.

    ``true`` and ``false`` become booleans, a number as JSON writes it a number with the same
    digits, everything else stays a string. Raises :class:`ValueProblem` as :func:`check_text`.
    """
    # Lower case alone: without a declared type, TRUE may well be a word.
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    # Most texts are none by their first letter; an error for each would take five times as long.
    number = _to_number(text) if text[:1] in _BEGINS_NUMBER else None
    return check_text(text) if number is None else number


def typed_value(text: str, declared: PropertyType) -> JsonScalar:
    """Turn the text of ``KEY=VALUE``, or of a cell, into a value of the declared type.

    Booleans are taken in any case (spreadsheets write ``TRUE``); dates are kept as typed, those in
    digits as numbers, and other spellings that lose nothing (``+00``, `` UTC``, microseconds) as
    the service documents them. Raises :class:`ValueProblem` when the text is none of that type.
    """
    if declared == "string":
        return check_text(text)
    if not text:
        raise ValueProblem(
            f"an empty text is not a {declared}", hint="to empty the property, use --unset"
        )
    if declared == "number":
        return _typed_number(text)
    if declared == "boolean":
        return typed_boolean(text)
    return _typed_date(text)


def typed_boolean(text: str) -> bool:
    """Read ``true`` or ``false`` in any case; anything else raises :class:`ValueProblem`."""
    value = _BOOLEANS.get(text.lower())
    if value is None:
        raise misfit(text, "not a boolean", hint="write true or false")
    return value


def check_value(value: JsonScalar, declared: PropertyType) -> None:
    """Refuse a JSON value whose type is not the declared one; null, which empties, always passes.

    A date may be a string or a number of milliseconds. Raises :class:`ValueProblem`.
    """
    if value is None:
        return
    # Before the types: a date has no JSON type of its own.
    if declared == "date" and isinstance(value, str | Number):
        _check_date(value)
    elif type_of(value) != declared:
        raise ValueProblem(
            f"this is a {type_of(value)}, and the property is a {declared}",
            hint=f"write it as a {declared}",
            kind=f"a {type_of(value)} where the property is a {declared}",
            value=value.text if isinstance(value, Number) else str(value),
        )
    elif isinstance(value, str):
        check_text(value)


def check_text(text: str) -> str:
    """Return the text, or raise :class:`ValueProblem` for what the service cannot take as one.

    That is more than ``MAX_STRING_LENGTH`` characters, or what no UTF-8 can spell.
    """
    if len(text) > MAX_STRING_LENGTH:
        raise ValueProblem(
            f"{quoted(text)} has {len(text)} characters",
            hint=f"the service takes at most {MAX_STRING_LENGTH}",
            kind=f"longer than {MAX_STRING_LENGTH} characters",
            value=text,
        )
    if has_surrogate(text):
        raise misfit(text, "not valid UTF-8", hint="write it as UTF-8")
    return text


def type_of(value: JsonScalar) -> str:
    """Return the name of a value's JSON type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, Number) else "string"


def instant_of(value: JsonScalar) -> datetime | None:
    """Return the UTC instant that a date names; None when the value is no date.

    Takes the service's text forms, without an offset as UTC, and milliseconds since 1970 as a
    number or as a string of digits.
    """
    if isinstance(value, Number):
        return _from_timestamp(value.text)
    if not isinstance(value, str):
        return None
    return _from_timestamp(value) if _is_whole_number(value) else _from_date_text(value)


def _typed_number(text: str) -> Number:
    number = _to_number(text)
    if number is not None:
        return number
    # Only said, not done: 007 may be a code that is no number at all.
    repaired = _to_number(re.sub(r"^\+?0*(?=[0-9])", "", text))
    hint = (
        "write it in digits, such as 12, -0.5 or 1e6"
        if repaired is None
        else f"without the leading + or zeros it is {repaired.text}"
    )
    raise misfit(text, "not a number", hint=hint)


def _typed_date(text: str) -> JsonScalar:
    number = _to_number(text)
    if number is None:
        # What is no number comes in many forms; the two that pass are looked for first.
        for form in (text, documented_form(text)):
            if form is not None and _from_date_text(form) is not None:
                return form
    value = number or text
    _check_date(value)
    return value


def _check_date(value: str | Number) -> None:
    text = value.text if isinstance(value, Number) else value
    whole = _is_whole_number(text)
    # By digits: the text may have more of them than Python reads as a number.
    if whole and (text.startswith("-") or len(text) < len(str(SMALLEST_DATE_MS))):
        raise misfit(text, "too small to be a date in milliseconds", hint=_seconds_hint(text))
    if instant_of(value) is None:
        kind = "past the year 9999, in milliseconds" if whole else "not a date"
        raise misfit(text, kind, hint=_DATE_HINT)


def _seconds_hint(text: str) -> str:
    in_ms = f"{text}000"
    if text.startswith("-") or len(in_ms) < len(str(SMALLEST_DATE_MS)):
        return _DATE_HINT
    return f"if these are seconds, {in_ms} is the same in milliseconds"


def _to_number(text: str) -> Number | None:
    try:
        return Number(text)
    except ValueError:
        return None


def _is_whole_number(text: str) -> bool:
    return re.fullmatch(_WHOLE_NUMBER, text) is not None


def _from_timestamp(text: str) -> datetime | None:
    if not _is_whole_number(text) or len(text) > _LONGEST_TIMESTAMP:
        return None
    from datetime import UTC, datetime, timedelta

    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(text))
    except OverflowError:
        return None


def _from_date_text(text: str) -> datetime | None:
    match = re.fullmatch(_DATE, text)
    if match is None:
        return None
    from datetime import UTC, datetime

    day, time, offset = match.group("day", "time", "offset")
    try:
        # Python reads more forms than the service; the pattern has kept those out.
        found = datetime.fromisoformat(f"{day}T{time or '00:00'}{offset or 'Z'}")
        return found.astimezone(UTC)
    except (ValueError, OverflowError):  # no such day, hour or offset; or before the year 1
        return None
