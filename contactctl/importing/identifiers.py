"""What picks a contact, as files spell it; placeholders and spreadsheet dress do not."""

from __future__ import annotations

import re
import unicodedata

from contactctl.changes.typing_rules import ValueProblem, check_text, misfit
from contactctl.contact import is_address
from contactctl.safe_text import excerpt, quoted

#: What programs write where there is nothing, in lower case. As a user id, each would make one
#: contact of everybody who has none.
PLACEHOLDERS = frozenset(
    (
        *("null", "(null)", "nil", "none", "nan", "-nan", "nat", "na", "n/a"),
        *("<na>", "n.a.", "#n/a", "#na", "#null!", "#ref!", "#name?", "#value!"),
        *(
            "#num!",
            "#div/0!",
            "undefined",
            "[null]",
            "-",
            "--",
            "---",
            "\N{EN DASH}",
            "\N{EM DASH}",
            ".",
        ),
        *(
            "?",
            "unknown",
            "empty",
            "[object]",
            r"\n",
            r"\\n",
            "[object object]",
            "not available",
            "not set",
        ),
    )
)
_OVERFLOW = re.compile("#{2,}")  # a spreadsheet's column that is too narrow
_FLOAT = re.compile(r"(-?[0-9]+)\.0+")
_SCIENTIFIC = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?[eE]\+?([0-9]{1,3})")
_SIGNED_EXPONENT = re.compile(r"[eE]\+|\.")
#: Digits that a spreadsheet shows of a long number; the rest are gone.
_MOST_EXPONENT = 30
_APOSTROPHE = re.compile(r"['\N{RIGHT SINGLE QUOTATION MARK}](-?[0-9]+)")
_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
_QUOTES = ('""', "''")
_HINT_EMPTY = "leave the cell empty where there is none"


def parse_address(text: str) -> str:
    """Return an address as the service takes it; raise :class:`ValueProblem` for anything else."""
    # A leading apostrophe is a spreadsheet's mark of text: an address might have one, nobody's has.
    if is_address(text) and text[0] != "'":
        return text
    if _is_placeholder(text):
        raise _placeholder(text)
    raise misfit(text, "not an email address", hint=_address_hint(text))


def parse_user_id(text: str) -> str:
    """Return a user id to the letter; raise :class:`ValueProblem` for what can be none."""
    # Nearly all ids are letters and digits, and only those with a letter may be placeholders.
    if text.isdecimal() and text.isascii():
        return check_text(text)
    bare = trimmed(text)
    if not bare:
        raise ValueProblem("there is nothing but spaces", hint="leave it empty or give an id")
    if _is_placeholder(bare):
        raise _placeholder(text)
    _refuse_dress(text, bare)
    if bare != text:
        raise ValueProblem(
            f"{quoted(text)} has spaces or invisible characters around it",
            hint=f"the id is {excerpt(bare)}",
            kind="an id with spaces or invisible characters around it",
            value=text,
        )
    return check_text(text)


def float_problem(number: str) -> ValueProblem | None:
    """Return why a JSON number is no user id when it is a float; None for a whole number."""
    try:
        _refuse_dress(number, number)
    except ValueProblem as problem:
        return problem
    return None


def trimmed(text: str) -> str:
    """Return a text without spaces, control and invisible characters at its ends."""
    if text.isascii():
        return text.strip()
    begin, end = 0, len(text)
    while begin < end and _is_invisible(text[begin]):
        begin += 1
    while begin < end and _is_invisible(text[end - 1]):
        end -= 1
    return text[begin:end]


def _is_invisible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in {"Cc", "Cf"}


def _undressed(text: str) -> str:
    """Return what stands inside quotation marks or a formula that keeps a text a text."""
    formula = _FORMULA.fullmatch(text)
    if formula:
        return trimmed(formula[1])
    if len(text) > 1 and text[0] + text[-1] in _QUOTES:
        return trimmed(text[1:-1])
    return text


def _is_placeholder(text: str) -> bool:
    bare = _undressed(trimmed(text)).lstrip("'")
    return bare.lower() in PLACEHOLDERS or not bare or _OVERFLOW.fullmatch(bare) is not None


def _placeholder(text: str) -> ValueProblem:
    return misfit(text, "a placeholder and picks nobody", hint=_HINT_EMPTY)


def _refuse_dress(text: str, bare: str) -> None:
    """Raise for a user id as a spreadsheet or a data frame writes one, with the id that it is."""
    inner = _undressed(bare)
    apostrophe = _APOSTROPHE.fullmatch(inner)
    meant = apostrophe[1] if apostrophe else inner
    if found := _FLOAT.fullmatch(meant):
        meant = found[1]
    # Only with a sign or a point: 12e5 may well be somebody's id.
    elif (found := _SCIENTIFIC.fullmatch(meant)) and _SIGNED_EXPONENT.search(meant):
        meant = _whole(found)
        if not meant:
            raise misfit(
                text,
                "a rounded number, and the id's digits are lost",
                hint="export the column as text",
            )
    if meant != bare:
        raise misfit(text, "an id in spreadsheet dress", hint=f"the id is {excerpt(meant)}")


def _whole(found: re.Match[str]) -> str:
    """Return the whole number that is meant, "" where its digits are lost or it is none."""
    sign, whole, fraction, exponent = found[1], found[2], found[3] or "", int(found[4])
    # 7.21045E+12 stands for thirteen digits of which six are left. 4.2E+1 has them all.
    if exponent > _MOST_EXPONENT or exponent != len(fraction):
        return ""
    return sign + (whole + fraction).lstrip("0")


def _address_hint(text: str) -> str:
    bare = _undressed(trimmed(text)).lstrip("'")
    if bare != text and is_address(bare):
        spaces = bare == text.strip()
        return f"without the {'spaces' if spaces else 'marks'} around it, it is"
    return "the service takes ASCII addresses such as ada@example.com"
