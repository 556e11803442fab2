"""Numbers and times as a person reads them, and the names that a mistyped one may have meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MINUTE_S = 60
_HOUR_S = 3600
_WHOLE_FROM = 100
_MOST_NAMES = 3
_LONGEST_NAME = 80
_NAMELESS = ("", "standard input")
#: Names of fewer letters have no slips: ``zip`` is not ``zap``. One letter for another counts from
#: ``_EXCHANGE_FROM`` letters on (``state`` is not ``stage``), two slips count from ``_LONG`` on.
_SHORT, _EXCHANGE_FROM, _LONG = 4, 6, 10
_MOST_SLIPS = 2
_FAR = 99
_LETTER_BITS = 61


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun, such as ``1 row`` or ``1,200 rows``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def shell_word(name: str) -> str:
    """Return the name of a file as a word of a command; FILE where it has none to type."""
    import shlex

    return shlex.quote(name) if name.isprintable() and name not in _NAMELESS else "FILE"


def flag_words(flag: str, value: str) -> list[str]:
    """Return a flag and its value as words of a call; one where the value looks like a flag."""
    return [f"{flag}={value}"] if value.startswith("-") else [flag, value]


def duration(seconds: float) -> str:
    """Return a time as its two largest parts, such as ``10 min 25 s``."""
    whole = round(seconds)
    hours, minutes, rest = whole // _HOUR_S, whole % _HOUR_S // _MINUTE_S, whole % _MINUTE_S
    if hours:
        return f"{hours:,} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def per_second(rate: float) -> str:
    """Return a rate with one digit after the point where that says anything."""
    if rate >= _WHOLE_FROM:
        return f"{rate:,.0f} a second"
    return f"{rate:.1f} a second".replace(".0 ", " ")


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """Return up to three known names near ``word``, the nearest first; see :func:`near_finder`."""
    return near_finder(known)(word)


def near_finder(known: Iterable[str]) -> Callable[[str], list[str]]:
    """Return what finds up to three of the known names that a word may be a slip of.

    Names that differ only in case, ``_``, ``-`` or spaces are the nearest there are. Others have
    one letter too many, too few or out of place, or another one where the name is not short, or
    two such slips where it is long. What means the contrary is never near: ``unsubscribed`` must
    not lead to ``subscribed``.
    """
    by_fold: dict[str, list[str]] = {}
    for name in known:
        by_fold.setdefault(_fold(name), []).append(name)
    by_length: dict[int, list[tuple[str, int]]] = {}
    for one in by_fold:
        by_length.setdefault(len(one), []).append((one, _letters(one)))

    def find(word: str) -> list[str]:
        folded = _fold(word)
        letters = _letters(folded)
        near = sorted(
            (slips, one)
            for length in range(len(folded) - _MOST_SLIPS, len(folded) + _MOST_SLIPS + 1)
            for one, others in by_length.get(length, ())
            # A cheap test first: a file may have thousands of columns.
            if (letters & ~others).bit_count() <= _MOST_SLIPS
            and (slips := _slips(folded, one)) <= _MOST_SLIPS
        )
        return _not_opposite(word, [name for _, one in near for name in by_fold[one]])

    return find


def _letters(text: str) -> int:
    """Return which letters a text has, a bit for each; rare letters may share one."""
    bits = 0
    for letter in text:
        bits |= 1 << ord(letter) % _LETTER_BITS
    return bits


def _not_opposite(word: str, near: list[str]) -> list[str]:
    if not near:
        return []
    from contactctl.consent_words import are_opposites

    return [name for name in dict.fromkeys(near) if not are_opposites(word, name)][:_MOST_NAMES]


def _slips(one: str, other: str) -> int:
    """Return how many slips lead from one name to another; ``_FAR`` where it is more than fit."""
    if one == other:
        return 0
    shortest = min(len(one), len(other))
    most = 0 if shortest < _SHORT else 1 if shortest < _LONG else _MOST_SLIPS
    if abs(len(one) - len(other)) > most:
        return _FAR
    if shortest < _EXCHANGE_FROM and not _is_small_slip(one, other):
        return _FAR
    slips = _distance(one, other)
    return slips if slips <= most else _FAR


def _is_small_slip(word: str, known: str) -> bool:
    """Tell whether short names may be one: ``plane`` is not ``plan``; ``plans``, ``plann`` are."""
    if len(word) == len(known):
        return sorted(word) == sorted(known)
    longer, shorter = sorted((word, known), key=len, reverse=True)
    doubled = (shorter[:at] + shorter[at - 1 :] for at in range(1, len(shorter) + 1))
    return longer == shorter + "s" or len(known) > _SHORT or longer in doubled


def _distance(one: str, other: str) -> int:
    """Return how many letters must be put in, left out, exchanged or swapped with the next."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        line = [i]
        for j, against in enumerate(other, 1):
            cost = min(last[j] + 1, line[j - 1] + 1, last[j - 1] + (letter != against))
            if min(i, j) > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, before[j - 2] + 1)
            line.append(cost)
        before, last = last, line
    return last[-1]


def _fold(name: str) -> str:
    """Return what is left to compare; cut, for the comparison takes time by the square."""
    kept = (character for character in name[:_LONGEST_NAME] if character not in "_- ")
    return "".join(kept).casefold()
