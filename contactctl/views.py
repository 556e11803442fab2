"""The Rich views: pure functions from a result to what a terminal shows."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, TextIO

from rich import box
from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Column, Table
from rich.text import Text

from contactctl import masking
from contactctl.changes.typing_rules import instant_of
from contactctl.exact_json import JsonValue, Number, to_json
from contactctl.failures import PANEL_SIDES
from contactctl.safe_text import to_safe
from contactctl.tables import Fitting, SpelledText, change_line, records
from contactctl.wrapping import fitted, is_size

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from rich.console import RenderableType

    from contactctl.changes.preview import FieldChange, Preview
    from contactctl.contact import PropertyType
    from contactctl.errors import Ending

_TYPE_WORDS: dict[type, str] = {
    str: "string",
    bool: "boolean",
    Number: "number",
    dict: "lists",
}
_LIST_FIELD = "mailingLists."
_SIZES = {"COLUMNS", "LINES"}
#: Creations and deletions stand out; whatever keeps a contact from being written is yellow.
_WOULD_STYLES = {"create": "bold green", "update": "", "delete": "bold red"}
_STATUS_STYLES = {"ok": "green", "warn": "yellow", "fail": "red"}


def open_console(
    stream: TextIO, env: Mapping[str, str], *, colored: bool, is_terminal: bool
) -> Console:
    """Return a console that interprets nothing in what it prints."""
    return Console(
        file=stream,
        markup=False,
        emoji=False,
        highlight=False,
        no_color=None if colored else True,
        force_terminal=is_terminal,
        # Rich looks into the process's environment else, which need not be the run's, and takes
        # COLUMNS=0, and any number at all, for a width.
        _environ={n: v for n, v in env.items() if n not in _SIZES or is_size(v)},
    )


def error_panel(error: Ending, width: int) -> RenderableType:
    """Return an error as a panel: what happened, then status, outcome and attempts."""
    details = Table.grid(padding=(0, 1))
    for name, text in error.details:
        details.add_row(Text(f"{name}:", style="dim"), safe(text))
    text = masking.in_view(to_safe(error.message, keep="\n"))
    message = SpelledText(fitted(text, width - PANEL_SIDES, hanging=""))
    body = Group(message, Text(), details) if details.row_count else message
    return Panel(body, title="error", title_align="left", border_style="red", box=box.ROUNDED)


def marked_lines(lines: Iterable[tuple[str, str]]) -> RenderableType:
    """Return lines that are broken already; a heading or a name in front of each stands out."""
    parts = [
        Text.assemble((marked, "bold" if marked.endswith(":") else "cyan"), rest)
        for marked, rest in lines
    ]
    text = Text("\n").join(parts)
    text.no_wrap, text.overflow = True, "ignore"
    return text


def json_text(value: JsonValue) -> Text:
    """Return a JSON value indented and coloured; in ASCII, whatever the terminal can show."""
    text = Text()
    _add_json(text, value, "\n")
    return text


def _add_json(text: Text, value: JsonValue, line: str) -> None:
    """Append a value; ``line`` is what begins a line at its depth."""
    if not isinstance(value, dict | list) or not value:
        text.append(
            to_json(value, ascii_only=True), "green" if isinstance(value, str) else "yellow"
        )
        return
    inner = f"{line}  "
    is_object = isinstance(value, dict)
    text.append("{" if is_object else "[")
    for at, item in enumerate(value):
        text.append(f",{inner}" if at else inner)
        if isinstance(value, dict):
            text.append(to_json(item, ascii_only=True), "cyan")
            text.append(": ")
            item = value[str(item)]  # noqa: PLW2901 - the value behind the name
        _add_json(text, item, inner)
    text.append(line + ("}" if is_object else "]"))


def headline(words: str, *, style: str = "bold green") -> Text:
    """Return one line that says what was done."""
    return safe(words, style=style)


def account_line(text: str) -> Text:
    """Return the line that says for which account something was done."""
    return safe(text, style="dim")


def fields(
    payload: Mapping[str, JsonValue],
    declared: Mapping[str, PropertyType | None],
    lists: Mapping[str, str] = MappingProxyType({}),
) -> RenderableType:
    """Return the fields of a request with their values and types; ``lists`` names their ids."""
    rows = [
        (name, show_value(value, declared.get(name), lists), type_word(value, declared.get(name)))
        for name, value in payload.items()
    ]
    return grid(("field", "value", "type"), rows)


def preview(
    heading: RenderableType,
    found: Preview,
    declared: Mapping[str, PropertyType | None],
    lists: Mapping[str, str] = MappingProxyType({}),
) -> RenderableType:
    """Return what would change, or where nothing is known of that, the request alone."""
    if not found.changes:
        return stack(heading, fields(found.request, declared, lists))
    return stack(heading, changes(found.changes, declared, lists))


def changes(
    found: Mapping[str, FieldChange],
    declared: Mapping[str, PropertyType | None],
    lists: Mapping[str, str] = MappingProxyType({}),
) -> RenderableType:
    """Return each field before and after; a list by its name, with its id below it."""
    rows = [
        (
            field_word(name, lists),
            _side(item.before, declared.get(name), "red"),
            _side(item.after, declared.get(name), "green"),
        )
        for name, item in found.items()
    ]
    return Fitting(
        ("field", "before", "after"),
        rows,
        lambda: Group(*(change_line(*row) for row in rows)),
    )


def _side(value: JsonValue, declared: PropertyType | None, style: str) -> Text:
    return value_text("" if value is None else show_value(value, declared), style=style)


def field_word(name: str, lists: Mapping[str, str]) -> Text:
    """Return what a field is called: a mailing list by its name, with its id on a second line."""
    list_id = name.removeprefix(_LIST_FIELD)
    if list_id == name:
        return safe(name)
    known = lists.get(list_id)
    if not known:
        return safe(f"list {list_id}")
    return SpelledText(f"list {to_safe(known)}\n{to_safe(list_id)}")


def contact(
    standard: Mapping[str, JsonValue],
    custom: Mapping[str, JsonValue],
    declared: Mapping[str, PropertyType | None],
    lists: Mapping[str, str] = MappingProxyType({}),
) -> RenderableType:
    """Return a contact: standard fields first, custom properties apart."""
    shown = [(name, show_value(v, lists=lists)) for name, v in standard.items()]
    parts = [grid(("field", "value"), shown)]
    if custom:
        rows = [(name, show_value(v, declared.get(name))) for name, v in custom.items()]
        parts += [Text(), grid(("property", "value"), rows)]
    return stack(*parts)


def grid(
    columns: Sequence[str], rows: Iterable[Sequence[str | Text]], *, whole: Collection[str] = ()
) -> RenderableType:
    """Return a small table of foreign text; long values wrap, nothing in them is interpreted.

    A cell that is a ``Text`` is drawn as it is. No word is broken in the first column, which people
    look for and copy, nor in those named in ``whole``.
    """
    cells = [[one if isinstance(one, Text) else value_text(one) for one in row] for row in rows]
    kept = {0, *(at for at, name in enumerate(columns) if name in whole)}
    return Fitting(columns, cells, lambda: records(columns, cells), whole=kept)


def plan(
    columns: Sequence[str], rows: Iterable[Sequence[str]], lists: Mapping[str, str]
) -> RenderableType:
    """Return the fields of a plan: what was in red, what will be in green; who comes or goes bold.

    The columns are line, what happens, who, field, before and after. ``lists`` has names of mailing
    lists by id. A contact is named once, above the first of its fields.
    """
    drawn: list[Sequence[Text]] = []
    below: list[RenderableType] = []
    above: Sequence[str] = ()
    for row in rows:
        *head, field, before, after = row
        style = _WOULD_STYLES.get(row[1], "yellow")
        is_named = head == [*above[:3]]
        who = [safe("" if is_named else cell, style=style) for cell in head]
        change = (
            field_word(field, lists),
            value_text(before, style="red"),
            value_text(after, style="green"),
        )
        drawn.append((*who, *change))
        below += [] if is_named else [safe(_who(head), style=style or "bold")]
        below += [Padding(change_line(*change), (0, 0, 0, 2))] if field else []
        above = row
    return Fitting(columns, drawn, lambda: Group(*below), whole=(0, 1, 2))


def _who(head: Sequence[str]) -> str:
    line, would, who = head
    return f"line {line}: {would} {who}" if line else f"{would} {who}"


def findings(rows: Iterable[tuple[str, str, str, str | None]]) -> RenderableType:
    """Return the doctor's lines: status, name and detail, and below it what to do."""
    table = Table.grid("", "", Column(overflow="fold"), padding=(0, 2))
    for status, name, detail, hint in rows:
        table.add_row(Text(status, style=_STATUS_STYLES[status]), safe(name), safe(detail))
        if hint is not None:
            table.add_row("", "", safe(f"→ {hint}"))
    return table


def height(view: RenderableType, console: Console) -> int:
    """Return how many lines a view takes on a terminal."""
    return len(console.render_lines(view, pad=False))


def stack(*parts: RenderableType) -> RenderableType:
    """Return parts one below the other."""
    return Group(*parts)


def value_text(text: str, *, style: str = "") -> Text:
    """Return a value for a cell of a table, which keeps its lines within the cell."""
    return safe(text, style=style, keep="\n")


def safe(text: str, *, style: str = "", keep: str = "") -> Text:
    """Return foreign text that can neither move the cursor nor be read as markup."""
    return SpelledText(masking.in_view(to_safe(text, keep=keep)), style=style)


def show_value(
    value: JsonValue,
    declared: PropertyType | None = None,
    lists: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return a value as a person reads it; a date that is no UTC instant yet shows it beside.

    Mailing lists have a line each; one whose name is known has its id below that.
    """
    if isinstance(value, dict) and lists:
        wanted = ((key, to_json(item)) for key, item in value.items())
        return "\n".join(
            f"{lists[key]}: {word}\n{key}" if key in lists else f"{key}: {word}"
            for key, word in wanted
        )
    text = value if isinstance(value, str) else "none" if value == {} else to_json(value)
    if declared != "date" or isinstance(value, list | dict):
        return text
    instant = instant_of(value)
    shown = instant and instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return text if shown in {None, text} else f"{text} ({shown})"


def type_word(value: JsonValue, declared: PropertyType | None = None) -> str:
    """Return the name of a value's type; null is said to clear."""
    if value is None:
        return "cleared"
    return declared or _TYPE_WORDS[type(value)]
