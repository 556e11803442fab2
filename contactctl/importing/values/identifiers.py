"""What picks a contact, as files spell it; placeholders and spreadsheet dress do not."""

from __future__ import annotations

import re
import unicodedata

from contactctl.changes.typing_rules import ValueProblem, check_text, misfit
from contactctl.contact import is_address
from contactctl.safe_text import excerpt

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
            "<null>",
            "(none)",
            "(empty)",
            "(blank)",
            "(leer)",
            "(vide)",
            # By which MySQL means no date.
            "0000-00-00",
            "0000-00-00 00:00:00",
            # A spreadsheet's errors in German, French, Spanish and Italian.
            "#nv",
            "#bezug!",
            "#wert!",
            "#nom?",
            "#valeur!",
            "#¡ref!",
            "#¡valor!",
            "#¿nombre?",
            "#n/d",
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
_CANDIDATE = re.compile(r"(?<!\w)[A-Za-z0-9!#$%&*+/=?^_{}~.`'|-]+@[A-Za-z0-9.-]++(?!\w)")
#: So much of a cell is looked through for an address.
_LOOKED_AT_CHARS = 1000
_QUOTES = ('""', "''")
#: The flag for cells with more in them than an address.
FIRST_ADDRESS = "--first-address"
_ADDRESS_HINT = "the service takes ASCII addresses such as ada@example.com"
_HINT_EMPTY = "leave the cell empty where there is none; --null-text takes such texts as empty"


def parse_address(text: str, *, first: bool = False) -> str:
    """Return an address as the service takes it; raise :class:`ValueProblem` for anything else.

    With ``first`` the first one that stands in the text is taken.
    """
    # A leading apostrophe is a spreadsheet's mark of text: an address might have one, nobody's has.
    if is_address(text) and text[0] != "'":
        return text
    if _is_placeholder(text):
        raise _placeholder(text)
    candidates = (found.strip("'`.-|=") for found in _CANDIDATE.findall(text[:_LOOKED_AT_CHARS]))
    inside: list[str] = [found for found in candidates if is_address(found)]
    # A link and its text are one address.
    different = dict.fromkeys(found.lower() for found in inside)
    if inside and first:
        return inside[0]
    if inside:
        raise _more_than_one(text, inside[0], several=len(different) > 1)
    raise misfit(text, "not an email address", hint=_ADDRESS_HINT)


def _more_than_one(text: str, first: str, *, several: bool) -> ValueProblem:
    """Return the problem of a cell with an address in it, and more than that."""
    kind = "more than one email address" if several else "more than an email address"
    left = "keep one of them" if several else f"put nothing but {excerpt(first)}"
    takes = f"the first, {excerpt(first)}" if several else "it from there"
    found = misfit(text, kind, hint=f"{left} in the cell; {FIRST_ADDRESS} takes {takes}")
    found.flags = (FIRST_ADDRESS,)
    return found


def parse_user_id(text: str) -> str:
    """Return a user id to the letter; raise :class:`ValueProblem` for what can be none.

    There are no spaces around it; see :func:`trimmed`.
    """
    # Nearly all ids are letters and digits, and only those with a letter may be placeholders.
    if not (text.isdecimal() and text.isascii()):
        if _is_placeholder(text):
            raise _placeholder(text)
        _refuse_dress(text)
    return check_text(text)


def float_problem(number: str) -> ValueProblem | None:
    """Return why a JSON number is no user id when it is a float; None for a whole number."""
    try:
        _refuse_dress(number)
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
    found = misfit(text, "placeholder text, which identifies nobody", hint=_HINT_EMPTY)
    found.flags = (f"--null-text={text}",)
    return found


def _refuse_dress(text: str) -> None:
    """Raise for a user id as a spreadsheet or a data frame writes one, with the id that it is."""
    inner = _undressed(text)
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
                "rounded, with digits of the id lost",
                hint="export the column as text",
            )
    if meant != text:
        raise misfit(text, "in a spreadsheet's number format", hint=f"the id is {excerpt(meant)}")


def _whole(found: re.Match[str]) -> str:
    """Return the whole number that is meant, "" where its digits are lost or it is none."""
    sign, whole, fraction, exponent = found[1], found[2], found[3] or "", int(found[4])
    # 7.21045E+12 stands for thirteen digits of which six are left. 4.2E+1 has them all.
    if exponent > _MOST_EXPONENT or exponent != len(fraction):
        return ""
    return sign + (whole + fraction).lstrip("0")
