"""Dates whose form has to be named: ``--date-format``, and which form a text seems to have."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from contactctl.changes.typing_rules import SMALLEST_DATE_MS, ValueProblem, misfit
from contactctl.errors import UsageError
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

#: Forms that are numbers: days since 1900 or 1904 as Excel counts them, seconds since 1970.
EXCEL, EXCEL_1904, SECONDS = "excel", "excel1904", "seconds"
_NUMBERS = re.compile(r"([0-9]{1,12})(?:\.([0-9]+))?")
# Excel takes 1900 for a leap year: before its March, days are off by one.
_FIRST_SERIAL, _LAST_SERIAL = 61, 2958465
_MS_A_DAY = 86_400_000
_DIRECTIVE = re.compile(r"%(.)", re.DOTALL)
_KNOWN = frozenset("aAwdbBmyYHIMSfpzj%")
#: Parts of which a form needs one each: a date without them is a guess.
_NEEDED = {"a day": "dj", "a month": "mbBj", "a year": "yY"}

_CLOCK = r"(?P<clock>(?P<gap>,? |T)\d{1,2}:\d{2}(?P<seconds>:\d{2})?(?P<half> ?[AaPp][Mm])?)?"
_NUMERIC = re.compile(
    r"(?P<first>\d{1,4})(?P<mark>[./-])(?P<second>\d{1,2})(?P=mark)(?P<third>\d{4}|\d{1,2})"
    + _CLOCK
)
_NAMED = tuple(
    (re.compile(pattern + _CLOCK), form)
    for pattern, form in (
        (r"[A-Z][a-z]{2} \d{1,2}, \d{4}", "%b %d, %Y"),
        (r"[A-Z][a-z]{3,8} \d{1,2}, \d{4}", "%B %d, %Y"),
        (r"\d{1,2} [A-Z][a-z]{2} \d{4}", "%d %b %Y"),
        (r"\d{1,2} [A-Z][a-z]{3,8} \d{4}", "%d %B %Y"),
        (r"\d{1,2}-[A-Za-z]{3}-\d{4}", "%d-%b-%Y"),
        (r"\d{1,2}-[A-Za-z]{3}-\d{2}", "%d-%b-%y"),
    )
)
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_COMPACT = re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])")
_LARGEST_DAY, _LARGEST_MONTH = 31, 12


def check_format(column: str, form: str) -> None:
    """Raise :class:`UsageError` for a form by which no date could be told."""
    if form in {EXCEL, EXCEL_1904, SECONDS}:
        return
    found = _DIRECTIVE.findall(form)
    unknown = next((letter for letter in found if letter not in _KNOWN), None)
    text = quoted(f"{column}={form}")
    if unknown is not None or form.replace("%%", "").endswith("%"):
        raise UsageError(
            f"--date-format {text} has %{unknown or ''}, which is not known here",
            hint="such as %d.%m.%Y, %m/%d/%Y %H:%M, %d %b %Y; or excel, seconds",
        )
    lacking = next((part for part, needed in _NEEDED.items() if not {*needed} & {*found}), None)
    if lacking is not None:
        raise UsageError(
            f"--date-format {text} names no form of a date: it has not {lacking}",
            hint="such as %d.%m.%Y, %m/%d/%Y %H:%M, %d %b %Y; or excel, seconds",
        )


def read_date(text: str, form: str) -> str:
    """Return a date of that form as the service documents it; raise :class:`ValueProblem`."""
    if form in {EXCEL, EXCEL_1904, SECONDS}:
        return _from_number(text, form)
    from datetime import datetime

    try:
        found = datetime.strptime(text, form)  # noqa: DTZ007 - without a zone it is UTC, as there
    except ValueError:
        raise _not_of(text, form) from None
    if not _DIRECTIVE.search(re.sub("%[^HIMSf]", "", form)):
        return found.date().isoformat()
    return _documented(found)


def read_as_one_of(text: str, forms: Sequence[str]) -> tuple[str, str | None]:
    """Return a date that has one of these forms, and that form; None for one as ISO 8601 has it.

    Raises :class:`ValueProblem` for a text of none of them, and for one that two forms take for
    different days.
    """
    found: dict[str, str] = {}
    for form in forms:
        with suppress(ValueProblem):
            found.setdefault(read_date(text, form), form)
    if len(found) > 1:
        both = " and ".join(found.values())
        raise misfit(text, f"a date by both {both}", hint="give the form that it has")
    # Beside forms that begin with the year, this one would be a guess as well.
    if not found and _ISO.fullmatch(text) and not any(form.startswith("%Y") for form in forms):
        return read_date(text, "%Y-%m-%d"), None
    if not found:
        raise _not_of(text, " or ".join(forms))
    return next(iter(found.items()))


def likely_formats(text: str) -> list[str]:
    """Return the forms that a text may have; none where no form would help."""
    if _COMPACT.fullmatch(text):
        return ["%Y%m%d"]
    number = _NUMBERS.fullmatch(text)
    if number is not None:
        return _likely_numbers(number[1])
    found = _NUMERIC.fullmatch(text)
    if found is not None:
        return [form + _clock_form(found) for form in _orders(found)]
    for pattern, form in _NAMED:
        named = pattern.fullmatch(text)
        if named is not None:
            return [form + _clock_form(named)]
    return []


def _likely_numbers(whole: str) -> list[str]:
    value = int(whole)
    if len(whole) == 5 and _FIRST_SERIAL <= value <= _LAST_SERIAL:  # noqa: PLR2004 - 1927 to 2173
        return [EXCEL]
    # Seconds from 1970-04 on, as milliseconds still no date that is taken.
    return [SECONDS] if 10**7 <= value < SMALLEST_DATE_MS else []


def _orders(found: re.Match[str]) -> list[str]:
    mark, year = found["mark"], "%Y" if len(found["third"]) > 2 else "%y"  # noqa: PLR2004 - digits
    first, second = int(found["first"]), int(found["second"])
    if len(found["first"]) > 2:  # noqa: PLR2004 - digits of a year
        return [f"%Y{mark}%m{mark}%d"]
    forms = []
    if first <= _LARGEST_DAY and second <= _LARGEST_MONTH:
        forms.append(f"%d{mark}%m{mark}{year}")
    if first <= _LARGEST_MONTH and second <= _LARGEST_DAY and mark != ".":
        forms.append(f"%m{mark}%d{mark}{year}")
    return forms


def _clock_form(found: re.Match[str]) -> str:
    if not found["clock"]:
        return ""
    half, seconds = found["half"] or "", ":%S" if found["seconds"] else ""
    clock = f"%I:%M{seconds}{half[:-2]}%p" if half else f"%H:%M{seconds}"
    return found["gap"] + clock


def _from_number(text: str, form: str) -> str:
    found = _NUMBERS.fullmatch(text)
    if found is None:
        raise _not_of(text, form)
    from datetime import UTC, datetime, timedelta

    if form == SECONDS:
        start, size = datetime(1970, 1, 1, tzinfo=UTC), 1000
    else:
        start = datetime(1899, 12, 30, tzinfo=UTC)
        start += timedelta(days=1462 * (form == EXCEL_1904))
        size = _MS_A_DAY
        if not _FIRST_SERIAL <= int(found[1]) <= _LAST_SERIAL:
            raise _not_of(text, form)
    share = int((found[2] or "0")[:15]) / 10 ** len((found[2] or "0")[:15])
    try:
        moment = start + timedelta(milliseconds=int(found[1]) * size + round(share * size))
    except OverflowError:
        raise _not_of(text, form) from None
    if form != SECONDS and moment.timetuple()[3:6] == (0, 0, 0) and not moment.microsecond:
        return moment.date().isoformat()
    return _documented(moment if form == SECONDS else moment.replace(tzinfo=None))


def _documented(moment: datetime) -> str:
    parts = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=parts).replace("+00:00", "Z")


def _not_of(text: str, form: str) -> Exception:
    kinds = {SECONDS: "not a number of seconds", EXCEL: "not a day as Excel counts them"}
    kind = kinds.get(form.removesuffix("1904"), f"not written as {form}")
    return misfit(text, kind, hint="--date-format names one form for the whole column")
