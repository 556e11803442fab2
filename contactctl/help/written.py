"""The pages of --help as written down: to show one takes no parser, and half the time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contactctl.help.drawing import Page, Section

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Written by ``python tests/support/make_completion_table.py``; a test holds it equal to the tree.
PAGES = Path(__file__).with_name("pages.json")


def written_page(words: Sequence[str]) -> Page | None:
    """Return the page of the command or group that words name; None where they name none."""
    name = " ".join(words)
    # One word with a space in it names nothing.
    if name.split() != [*words]:
        return None
    found = json.loads(PAGES.read_text("utf-8")).get(name)
    return None if found is None else _to_page(found)


def to_written(page: Page) -> dict[str, Any]:
    """Return a page as it is written down."""
    return {**page._asdict(), "sections": [one._asdict() for one in page.sections]}


def _to_page(written: Mapping[str, Any]) -> Page:
    sections = [Section(**one) for one in written["sections"]]
    return Page(**{**written, "sections": sections})
