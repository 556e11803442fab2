"""Texts that would move a cursor, colour a screen, hide a word or run something, if let."""

from __future__ import annotations

import unicodedata

ESC, CSI_C1, OSC_C1, BEL = "\x1b", "\x9b", "\x9d", "\x07"
#: Enough of each kind; none is empty, and none holds a NUL, which no argument can carry.
HOSTILE: tuple[str, ...] = (
    # escape sequences
    f"{ESC}[31mred{ESC}[0m",
    f"{ESC}[2J{ESC}[H",
    f"{ESC}[1A{ESC}[2Kgone",
    f"{ESC}[?25l",
    f"{ESC}[?1049h",
    f"{ESC}[6n",
    f"{ESC}[5i",
    f"{ESC}c",
    f"{ESC}(0lqqk",
    f"{ESC}7{ESC}8",
    f"{ESC}#8",
    f"{ESC}P$q{ESC}\\",
    f"{ESC}_payload{ESC}\\",
    f"{ESC}^payload{ESC}\\",
    f"{ESC}]0;title{BEL}",
    f"{ESC}]52;c;ZXZpbA=={BEL}",
    f"{ESC}]8;;https://evil.example{ESC}\\click{ESC}]8;;{ESC}\\",
    f"{ESC}]1337;File=inline=1:AAAA{BEL}",
    f"{ESC}",
    f"tail{ESC}",
    # C1 forms of the same
    f"{CSI_C1}31mred",
    f"{CSI_C1}2J",
    f"{OSC_C1}0;title\x9c",
    "\x90q\x9c",
    "\x85next line",
    "\x84\x88\x8d",
    # other controls
    "bell\x07",
    "back\x08\x08\x08over",
    "line\rover",
    "line\nfeed",
    "line\r\nfeed",
    "tab\tstop",
    "\x0b\x0c",
    "\x0e\x0f",
    "delete\x7f",
    "\x01\x02\x03",
    "\x1a\x1c\x1d\x1e\x1f",
    # lines of Unicode
    "line\u2028separator",
    "paragraph\u2029separator",
    # directions
    "\u202egpj.exe\u202c",
    "\u202dover\u202c",
    "\u2066isolate\u2069",
    "\u2067right\u2069",
    "\u2068first\u2069",
    "\u200e\u200f\u061c",
    # unseen
    "ad\u200bmin",
    "ad\u2060min",
    "\ufeffmark",
    "soft\u00adhyphen",
    "\U000e0041\U000e0042\U000e007f",
    "\U000e0001",
    "\ufff9a\ufffab\ufffb",
    "\u180e",
    "\ue000\uf8ff",
    "\U0010ffff",
    "\ufdd0",
    # markup
    "[red]",
    "[/]",
    "[/red]",
    "[bold red]x[/]",
    "[link=https://evil.example]x[/link]",
    "[@click=app.quit]x[/]",
    "\\[red]",
    ":smile:",
    "{0} %s %(x)s ${HOME} $(id) `id`",
)
#: Messages repeat this much of a text at least.
_EXCERPT = 55


def _joined() -> list[str]:
    """Return the texts in as few words as show each of them whole."""
    words = [""]
    for text in HOSTILE:
        if len(words[-1]) + len(text) > _EXCERPT:
            words.append("")
        words[-1] += text
    return words


#: All of them again, several in a word.
JOINED = tuple(_joined())
#: What belongs to no text of ours; the sequences that Rich writes for its own styles go first.
_FOREIGN = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
_MAY_STAY = frozenset("\n\t\u200c\u200d")


def foreign_in(shown: str) -> list[str]:
    """Return the control and format characters in what a terminal was sent."""
    return [
        character
        for character in shown
        if character not in _MAY_STAY and unicodedata.category(character) in _FOREIGN
    ]
