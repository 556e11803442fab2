"""What is left of an API key in a text, hidden; asked for where there is something to hide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_HIDDEN = "****"


def hide_parts(text: str, parts: Iterable[str]) -> str:
    """Return a text with every appearance of the parts hidden; those that overlap, as one."""
    hidden = bytearray(len(text))
    for part in parts:
        at = text.find(part)
        while at >= 0:
            hidden[at : at + len(part)] = b"\x01" * len(part)
            at = text.find(part, at + 1)
    runs = re.finditer(rb"\x01+|\x00+", hidden)
    return "".join(_HIDDEN if run[0][0] else text[run.start() : run.end()] for run in runs)


def hide_word(text: str, word: str, mask: str) -> str:
    """Return a text with a word replaced where it is no part of a longer one, or of an address."""
    return re.sub(rf"(?<![\w@.+-]){re.escape(word)}(?![\w@+-]|\.\w)", mask, text)
