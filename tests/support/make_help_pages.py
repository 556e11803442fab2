"""Writes contactctl/help/pages.json anew from the command tree; run it when a command changes.

python tests/support/make_help_pages.py
"""

from __future__ import annotations

import json

from contactctl.cli import PROG_NAME, root_group
from contactctl.help.written import PAGES, to_written
from contactctl.menu import COMMANDS, Branch, Leaf
from contactctl.tree import find_command


def make_pages() -> str:
    """Return the page of every command and group, by the words that name it."""
    root = root_group()
    pages = {
        " ".join(words): to_written(find_command(root, words).page(" ".join([PROG_NAME, *words])))
        for words in _paths(COMMANDS)
    }
    return json.dumps(pages, indent=1, ensure_ascii=False) + "\n"


def _paths(node: Branch | Leaf, *above: str) -> list[tuple[str, ...]]:
    children = node.children.items() if isinstance(node, Branch) else ()
    return [above, *(path for name, child in children for path in _paths(child, *above, name))]


if __name__ == "__main__":
    PAGES.write_text(make_pages(), encoding="utf-8")
