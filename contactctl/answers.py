"""Results in each of their forms: JSON, lines for a pipe, and what a terminal shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.exact_json import JsonObject, JsonValue, to_json
from contactctl.output import Answer
from contactctl.safe_text import to_safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import RenderableType

    from contactctl.typing_rules import PropertyType

#: Contact fields in the order in which they are shown; custom properties come after them.
CONTACT_FIELDS = (
    "id",
    "email",
    "userId",
    "firstName",
    "lastName",
    "userGroup",
    "source",
    "subscribed",
    "optInStatus",
    "mailingLists",
)


def written(
    words: str,
    reply: JsonObject,
    payload: JsonObject,
    declared: Mapping[str, PropertyType | None] | None = None,
) -> Answer:
    """Return the answer to a write: what was done to whom, or the bare id."""

    def view() -> RenderableType:
        from contactctl import views

        fields = views.fields(payload, declared or {})
        return views.stack(views.headline(words), fields)

    return Answer(json=reply, plain=[str(reply["id"])], view=view, applied=True)


def done(words: str, reply: JsonObject, *, plain: Sequence[str] = ()) -> Answer:
    """Return the answer to a write that has no id: one line that says what was done."""

    def view() -> RenderableType:
        from contactctl import views

        return views.headline(words)

    return Answer(json=reply, plain=plain or [words], quiet=[], view=view, applied=True)


def contact(found: JsonObject, declared: Mapping[str, PropertyType | None] | None = None) -> Answer:
    """Return one contact: its fields in a fixed order, custom ones apart."""
    standard = {name: found[name] for name in CONTACT_FIELDS if name in found}
    custom = {name: value for name, value in sorted(found.items()) if name not in standard}

    def view() -> RenderableType:
        from contactctl import views

        return views.contact(standard, custom, declared or {})

    pairs = {**standard, **custom}.items()
    plain = [f"{to_safe(name)}\t{to_safe(_cell(value))}" for name, value in pairs]
    return Answer(json=found, plain=plain, quiet=[_cell(found.get("id"))], view=view)


def bare(value: JsonValue) -> Answer:
    """Return one value as it is: a string without quotes, null as an empty line."""
    return Answer(json=value, plain=["" if value is None else _cell(value)])


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[JsonValue]],
    *,
    json: JsonValue,
    quiet_column: int = 0,
    empty: str = "nothing",
) -> Answer:
    """Return a table; piped it is tab-separated without a heading, and ``-q`` prints one column."""
    cells = [[_cell(value) for value in row] for row in rows]

    def view() -> RenderableType:
        from contactctl import views

        return views.grid(columns, cells) if cells else views.safe(empty, style="dim")

    plain = ["\t".join(to_safe(cell) for cell in row) for row in cells]
    return Answer(json=json, plain=plain, quiet=[row[quiet_column] for row in cells], view=view)


def _cell(value: JsonValue) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else to_json(value)
