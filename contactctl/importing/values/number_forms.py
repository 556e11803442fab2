"""Numbers as people and programs write them, told from what could be read in two ways."""

from __future__ import annotations

import re
from typing import Literal

from contactctl.changes.typing_rules import misfit
from contactctl.exact_json import Number

DecimalMark = Literal[",", "."]

_PLAIN = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?")
_LEADING_ZERO = re.compile(r"[+-]?0[0-9]")
_POINT_GROUPS = re.compile(r"-?[1-9][0-9]{0,2}(?:\.[0-9]{3})+")
_SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
_GROUPED = {
    mark: re.compile(
        rf"([+-]?)(0|[1-9][0-9]{{0,2}}(?:(?:{other}[0-9]{{3}})+|(?:[{_SPACES}][0-9]{{3}})+"
        rf"|(?:['\N{{RIGHT SINGLE QUOTATION MARK}}][0-9]{{3}})+)|[1-9][0-9]*)(?:\{mark}([0-9]+))?"
    )
    for mark, other in ((",", r"\."), (".", ","))
}
_NOT_OF: dict[DecimalMark, tuple[str, str]] = {
    ",": (
        "not a number with a decimal comma",
        "such as 1234,5 or 1.234,50: points separate thousands",
    ),
    ".": (
        "not a number with a decimal point",
        "such as 1234.5 or 1,234.50: commas separate thousands",
    ),
}


def lossless_number(text: str) -> Number | None:
    """Return the number that ``.5``, ``5.`` and ``+5`` are; None for all that may be a code."""
    found = _PLAIN.fullmatch(text)
    if found is None or not (found[2] or found[3]) or _LEADING_ZERO.match(text):
        return None
    return _made(found)


def has_point_groups(text: str) -> bool:
    """Tell whether the points of a number may part thousands: ``1.200`` is 1.2 or 1200."""
    return _POINT_GROUPS.fullmatch(text) is not None


def grouped_number(text: str, mark: DecimalMark) -> Number:
    """Return a number with that mark before its decimals, whose thousands may be parted.

    What is not parted in threes is refused: there the mark may be the other one. Raises
    :class:`ValueProblem`.

    >>> grouped_number("1.234,50", ",")
    Number('1234.50')
    """
    found = _GROUPED[mark].fullmatch(text)
    if found is None:
        kind, hint = _NOT_OF[mark]
        raise misfit(text, kind, hint=hint)
    return _made(found)


def _made(found: re.Match[str]) -> Number:
    sign, whole, fraction = found[1], re.sub("[^0-9]", "", found[2]), found[3]
    return Number(sign.strip("+") + (whole or "0") + (f".{fraction}" if fraction else ""))
