"""Foreign text made harmless for a terminal, what an encoding cannot spell, and secrets masked."""

from __future__ import annotations

import codecs
import unicodedata

#: Zero-width joiner and non-joiner: harmless, and needed to spell names in several scripts.
_HARMLESS_FORMATS = frozenset("\u200c\u200d")
_FOREIGN = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
_LONGEST_EXCERPT = 60
_SHOWN_TAIL = 4
_SHORTEST_WITH_TAIL = 12
#: What a stream does with characters that its encoding lacks: the name of a codec error handler.
SPELLED = "contactctl.spelled"
#: Signs that messages of ours use, as people write them where there are none.
_PLAIN_SIGNS = {"…": "...", "→": "->"}


def to_safe(text: str, *, keep: str = "") -> str:
    r"""Return ``text`` with every control, format and unassigned character shown as ``\u{…}``.

    ``keep`` names characters that may stay, such as a line feed in a text of several lines.

    >>> to_safe("a\x1b[31m")
    'a\\u{1b}[31m'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character, keep) for character in text)


def to_spelled(text: str, encoding: str) -> str:
    r"""Return ``text`` as a stream of this encoding shows it: what it lacks as ``\u{…}``.

    >>> to_spelled("Łódź", "latin-1")
    '\\u{141}ód\\u{17a}'
    """
    return text if text.isascii() else text.encode(encoding, SPELLED).decode(encoding)


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
    return _escaped(character) if unicodedata.category(character) in _FOREIGN else character


def _escaped(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"


def _spell(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_PLAIN_SIGNS.get(one) or _escaped(one) for one in lacking), error.end


codecs.register_error(SPELLED, _spell)
