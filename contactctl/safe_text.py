"""Foreign text made harmless for a terminal, and secrets masked."""

from __future__ import annotations

import unicodedata

#: Zero-width joiner and non-joiner: harmless, and needed to spell names in several scripts.
_HARMLESS_FORMATS = frozenset("\u200c\u200d")
_FOREIGN = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
_LONGEST_EXCERPT = 60
_SHOWN_TAIL = 4
_SHORTEST_WITH_TAIL = 12


def to_safe(text: str, *, keep: str = "") -> str:
    r"""Return ``text`` with every control, format and unassigned character shown as ``\u{…}``.

    ``keep`` names characters that may stay, such as a line feed in a text of several lines.

    >>> to_safe("a\x1b[31m")
    'a\\u{1b}[31m'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character, keep) for character in text)


def excerpt(text: str, *, keep: str = "") -> str:
    """Return ``text`` as a message may repeat it: safe but for ``keep``, and cut when long."""
    if len(text) > _LONGEST_EXCERPT:
        text = text[: _LONGEST_EXCERPT - 1] + "…"
    return to_safe(text, keep=keep)


def quoted(text: str) -> str:
    """Return :func:`excerpt` of ``text`` in quotation marks."""
    return f'"{excerpt(text)}"'


def mask(key: str) -> str:
    """Return an API key with all but its last four characters hidden; short keys hide whole."""
    return "****" + (key[-_SHOWN_TAIL:] if len(key) >= _SHORTEST_WITH_TAIL else "")


def _shown(character: str, keep: str) -> str:
    if character in keep or character in _HARMLESS_FORMATS:
        return character
    if unicodedata.category(character) in _FOREIGN:
        return f"\\u{{{ord(character):x}}}"
    return character
