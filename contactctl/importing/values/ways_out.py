"""The flag by which a text that does not fit would be a value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from contactctl.changes.typing_rules import ValueProblem, misfit
from contactctl.importing.values.date_formats import EXCEL, SECONDS, likely_formats
from contactctl.importing.values.number_forms import grouped_number
from contactctl.importing.values.problems import IGNORE
from contactctl.importing.values.spellings import says_nothing
from contactctl.shells import shell_quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.contact import PropertyType
    from contactctl.importing.values.number_forms import DecimalMark

#: Databases write it for no value in their text formats, where backslashes are escapes.
NO_VALUE = r"\N"
ESCAPES_WAY = r"--backslash-escapes reads \N as empty, and \n, \t and \\ as what they stand for"
_COMMA, _POINT = "--decimal-comma", "--decimal-point"
_MEANINGS = {EXCEL: "if these are days as Excel counts them", SECONDS: "if these are seconds"}


def with_way_out(
    problem: ValueProblem, column: str, text: str, declared: PropertyType, *, tabs: bool = False
) -> ValueProblem:
    """Return the problem with the flag that helps; as it is where none does.

    ``tabs`` tells that they part the cells, as where Postgres and MySQL write escapes.
    """
    found = placeholder(text, f"a {declared}", tabs=tabs)
    if found:
        return found
    if declared == "date":
        return _date(problem, column, text)
    return _number(problem, column, text) if declared == "number" else problem


def placeholder(text: str, expected: str, *, tabs: bool = False) -> ValueProblem | None:
    """Return the problem of a text that says nothing where something is expected; else None."""
    if not says_nothing(text):
        return None
    escapes = tabs and text == NO_VALUE
    way = f"{_flag('--null-text', text)} takes it as an empty cell"
    found = misfit(text, f"placeholder text, not {expected}", hint=ESCAPES_WAY if escapes else way)
    found.flags = () if escapes else (f"--null-text={text}",)
    return found


def either_number(column: str, text: str) -> ValueProblem:
    """Return the problem of a number that is one of two, as its point may part thousands."""
    point = f"; if they stand before decimals: {_flag(_POINT, column)}"
    hint = f"if points separate thousands: {_flag(_COMMA, column)}"
    found = misfit(
        text,
        "a number that can be read in two ways, as semicolons separate the cells",
        hint=hint + point * (text.count(".") == 1),
    )
    found.flags = (f"{IGNORE}{column}",)
    return found


def empty_flag(texts: Sequence[str]) -> str:
    """Return the flag that takes these texts as empty cells."""
    listed = ",".join(f'"{text}"' if "," in text or '"' in text else text for text in texts)
    return _flag("--null-text", listed)


def _date(problem: ValueProblem, column: str, text: str) -> ValueProblem:
    forms = likely_formats(text)
    if not forms:
        return problem
    flags = " or ".join(_flag("--date-format", f"{column}={form}") for form in forms)
    hint = f"{_MEANINGS.get(forms[0], 'say how it is written')}: {flags}"
    found = misfit(text, problem.kind if forms[0] == SECONDS else "not a date", hint=hint)
    if len(forms) > 1:
        found.flags = (f"{IGNORE}{column}",)
    # Of most numbers nobody knows what they count.
    elif forms[0] not in _MEANINGS or _are_seconds(text, forms[0]):
        found.flags = (f"--date-format={column}={forms[0]}",)
    return found


def _are_seconds(text: str, form: str) -> bool:
    """Tell whether a number can be nothing but seconds: of a day from 2001 to 2286."""
    return form == SECONDS and re.fullmatch(r"[1-9][0-9]{9}(?:\.[0-9]+)?", text) is not None


def _number(problem: ValueProblem, column: str, text: str) -> ValueProblem:
    comma, point = (_reads(text, mark) for mark in _MARKS)
    if not comma and not point:
        return problem
    ways = [f"{_flag(_COMMA, column)} if the comma stands before decimals"] * comma
    ways += [f"{_flag(_POINT, column)} if commas separate thousands"] * point
    found = misfit(text, problem.kind, hint="; ".join(ways))
    flag = f"{_COMMA if comma else _POINT}="
    found.flags = (f"{IGNORE if comma and point else flag}{column}",)
    return found


_MARKS: tuple[DecimalMark, DecimalMark] = (",", ".")


def _reads(text: str, mark: DecimalMark) -> bool:
    try:
        grouped_number(text, mark)
    except ValueProblem:
        return False
    return True


def _flag(name: str, value: str) -> str:
    return f"{name} {shell_quoted(value)}"
