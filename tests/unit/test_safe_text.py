"""Foreign text on a terminal: nothing in it acts, everything in it shows."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactctl.safe_text import excerpt, mask, quoted, to_safe

FOREIGN_CATEGORIES = {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}
any_text = st.text(st.characters(codec=None))
foreign = st.characters(codec=None, categories=["Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31m", "a\\u{1b}[31m"),
        ("\x1b]0;title\x07", "\\u{1b}]0;title\\u{7}"),
        ("\x9b31m", "\\u{9b}31m"),
        ("a\tb\r\nc\x00", "a\\u{9}b\\u{d}\\u{a}c\\u{0}"),
        ("\x7f", "\\u{7f}"),
        ("\u202egnp.exe", "\\u{202e}gnp.exe"),
        ("\u2066x\u2069", "\\u{2066}x\\u{2069}"),
        ("a\u2028b\u2029c", "a\\u{2028}b\\u{2029}c"),
        ("\ufeffx", "\\u{feff}x"),
        ("\U000e0041", "\\u{e0041}"),
        ("\ue000", "\\u{e000}"),
        ("\U0010ffff", "\\u{10ffff}"),
        ("caf\udce9", "caf\\u{dce9}"),
    ],
)
def test_what_could_act_is_shown(text: str, shown: str) -> None:
    assert to_safe(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ada",
        "Zoë Çelik",
        "李小龍",
        "😀",
        "[red]x[/]",
        "[/]",
        "a b",
        "நன்றி",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "👩\u200d💻",
    ],
)
def test_names_of_every_script_stay_as_they_are(text: str) -> None:
    assert to_safe(text) == text


def test_every_character_there_is_comes_out_safe() -> None:
    """A block at a time; of the planes of one kind all through, a block in each sixteen."""
    planes = [*range(0, 0x20000, 0x100), *range(0x20000, sys.maxunicode + 1, 0x1000)]
    for first in [*planes, *range(0xE0100, 0xE1000, 0x100), sys.maxunicode - 0xFF]:
        block = [chr(code) for code in range(first, first + 0x100)]
        assert to_safe(" ".join(block)) == " ".join(map(shown_as, block))


def shown_as(character: str) -> str:
    """Return what a character alone must come out as."""
    acts = unicodedata.category(character) in FOREIGN_CATEGORIES
    harmless = not acts or character in "\u200c\u200d"
    return character if harmless else f"\\u{{{ord(character):x}}}"


@given(any_text)
def test_no_text_comes_out_with_a_foreign_character(text: str) -> None:
    shown = to_safe(text)
    assert not {unicodedata.category(c) for c in shown if c not in "\u200c\u200d"} & (
        FOREIGN_CATEGORIES
    )
    shown.encode("utf-8")
    assert to_safe(shown) == shown


@given(any_text, foreign)
def test_a_foreign_character_is_found_anywhere(text: str, character: str) -> None:
    found = to_safe(text + character + text)
    assert character in "\u200c\u200d" or character not in found


def test_what_is_to_be_kept_is_kept() -> None:
    assert to_safe("a\n\tb\x1b", keep="\n") == "a\n\\u{9}b\\u{1b}"


@given(any_text)
def test_an_excerpt_is_short_and_safe(text: str) -> None:
    found = excerpt(text)
    assert to_safe(found) == found
    assert quoted(text) == f'"{found}"'
    assert len(found) <= 60 * len("\\u{10ffff}")


def test_an_excerpt_is_cut_only_when_it_must_be() -> None:
    assert excerpt("x" * 60) == "x" * 60
    assert excerpt("x" * 61) == "x" * 59 + "…"


@pytest.mark.parametrize(
    ("key", "shown"),
    [("", "****"), ("short", "****"), ("x" * 11, "****"), ("a" * 8 + "1234", "****1234")],
)
def test_a_key_shows_its_last_four_characters_at_most(key: str, shown: str) -> None:
    assert mask(key) == shown


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None)
@given(any_text)
def test_ten_thousand_texts_come_out_safe(text: str) -> None:
    assert all(
        unicodedata.category(c) not in FOREIGN_CATEGORIES or c in "\u200c\u200d"
        for c in to_safe(text)
    )
