"""The pages of help that are written down: those of the command tree, asked for in either way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from help_texts import command_lines
from make_help_pages import make_pages

from contactctl.help.written import PAGES, written_page

if TYPE_CHECKING:
    from conftest import Cli


def test_the_pages_are_those_of_the_command_tree() -> None:
    """Where they differ: python tests/support/make_completion_table.py."""
    assert PAGES.read_text(encoding="utf-8") == make_pages()


def test_each_command_shows_the_page_that_its_parser_would_show(cli: Cli) -> None:
    for line in command_lines():
        words = line.split()
        written = cli(*words, "--help")
        parsed = cli("-q", *words, "--help")  # any other word leads to the parser
        assert written == parsed == cli(*words, "-h")
        assert (written.code, written.err) == (0, "")
        assert f"\nUsage: {' '.join(['contactctl', *words])}" in written.out


def test_what_names_no_command_has_no_page() -> None:
    for words in (["updaet"], ["profile add"], ["profile", "add", "x"], [""], [" update"]):
        assert written_page(words) is None
