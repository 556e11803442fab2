"""Which known names a mistyped one may have meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST = 3
_LONGEST = 80


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """Return up to three known names near ``word``, the nearest first.

    Names that differ only in case, ``_``, ``-`` or blanks are the nearest there are.
    """
    import difflib  # 4 ms, and only a mistake needs it

    by_fold: dict[str, list[str]] = {}
    for name in known:
        by_fold.setdefault(_fold(name), []).append(name)
    folds = difflib.get_close_matches(_fold(word), by_fold, n=_MOST)
    return [name for fold in folds for name in by_fold[fold]][:_MOST]


def _fold(name: str) -> str:
    """Return what is left to compare; cut, for the comparison takes time by the square."""
    kept = (character for character in name[:_LONGEST] if character not in "_- ")
    return "".join(kept).casefold()
