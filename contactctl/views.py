"""The Rich views: pure functions from a result to what a terminal shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from contactctl.exact_json import JsonValue, Number, to_json
from contactctl.output import error_details
from contactctl.safe_text import to_safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import RenderableType

    from contactctl.errors import ContactctlError

_TYPE_WORDS = {str: "string", bool: "boolean", Number: "number", dict: "object", list: "list"}


def error_panel(error: ContactctlError) -> RenderableType:
    """Return an error as a panel: what happened, then status, outcome and the next step."""
    details = Table.grid(padding=(0, 1))
    for name, text in error_details(error):
        details.add_row(Text(f"{name}:", style="dim"), safe(text))
    message = safe(error.message, keep="\n")
    body = Group(message, Text(), details) if details.row_count else message
    return Panel(body, title="error", title_align="left", border_style="red", box=box.ROUNDED)


def headline(words: str, *, style: str = "bold green") -> Text:
    """Return one line that says what was done."""
    return safe(words, style=style)


def fields(payload: Mapping[str, JsonValue]) -> RenderableType:
    """Return the fields of a request or a contact with their values and types."""
    rows = [(name, show_value(value), type_word(value)) for name, value in payload.items()]
    return grid(("field", "value", "type"), rows)


def grid(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> RenderableType:
    """Return a small table of foreign text; long values wrap, nothing in them is interpreted."""
    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(safe(cell) for cell in row))
    return table


def stack(*parts: RenderableType) -> RenderableType:
    """Return parts one below the other."""
    return Group(*parts)


def safe(text: str, *, style: str = "", keep: str = "") -> Text:
    """Return foreign text that can neither move the cursor nor be read as markup."""
    return Text(to_safe(text, keep=keep), style=style)


def show_value(value: JsonValue) -> str:
    """Return a value as a person reads it: a bare string, anything else as JSON."""
    return value if isinstance(value, str) else to_json(value)


def type_word(value: JsonValue) -> str:
    """Return the name of a value's JSON type; null is said to clear."""
    return "cleared" if value is None else _TYPE_WORDS[type(value)]
