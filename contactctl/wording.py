"""Numbers and times as a person reads them, and the names that a mistyped one may have meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MINUTE_S = 60
_HOUR_S = 3600
_WHOLE_FROM = 100
_MOST_NAMES = 3
_LONGEST_NAME = 80


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun, such as ``1 row`` or ``1,200 rows``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


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
    """Return up to three known names near ``word``, the nearest first.

    Names that differ only in case, ``_``, ``-`` or spaces are the nearest there are. What means
    the contrary is never near: ``unsubscribed`` must not lead to ``subscribed``.
    """
    import difflib  # 4 ms, and only a mistake needs it

    from contactctl.consent_words import are_opposites

    by_fold: dict[str, list[str]] = {}
    for name in known:
        by_fold.setdefault(_fold(name), []).append(name)
    folds = difflib.get_close_matches(_fold(word), by_fold, n=_MOST_NAMES)
    near = dict.fromkeys(name for fold in folds for name in by_fold[fold])
    return [name for name in near if not are_opposites(word, name)][:_MOST_NAMES]


def _fold(name: str) -> str:
    """Return what is left to compare; cut, for the comparison takes time by the square."""
    kept = (character for character in name[:_LONGEST_NAME] if character not in "_- ")
    return "".join(kept).casefold()
