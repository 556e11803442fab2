"""Results in each of their forms: JSON, lines for a pipe, and what a terminal shows."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from contactctl.contact import FIELDS
from contactctl.exact_json import JsonObject, JsonValue, to_json
from contactctl.output import Answer
from contactctl.safe_text import to_safe

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from rich.console import RenderableType

    from contactctl.changes.draft import DeclaredTypes
    from contactctl.changes.preview import FieldChange, Preview

#: Contact fields in the order in which they are shown; properties come after them.
CONTACT_FIELDS = tuple(one.wire_name for one in FIELDS if one.role != "property")
#: By what a person tells whether it is the one that is meant.
_WHO = ("email", "userId", "firstName", "lastName", "subscribed", "mailingLists")
_WOULD_WORDS = {
    "create": "would create a NEW {noun}: {who}",
    "update": "would update {who}",
    "delete": "would delete {who}",
    "remove": "would remove {who} from the suppression list",
    "nothing": "nothing would change: {who}",
    "refused": "this would be refused: {who}",
    "unknown": "not looked up; this would be sent for {who}",
}


class Shown(NamedTuple):
    """What the views need besides the answer: declared types, names of lists, and the account."""

    declared: DeclaredTypes | None = None
    lists: Mapping[str, str] = MappingProxyType({})
    account: str = ""


def written(
    words: str,
    reply: JsonObject,
    payload: JsonObject,
    shown: Shown,
    changes: Mapping[str, FieldChange] | None = None,
) -> Answer:
    """Return the answer to a write: what was done to whom, or the bare id.

    A person sees the fields that were sent, or after a look-up ``changes``: before and after.
    """

    def view() -> RenderableType:
        from contactctl import views

        heading = views.stack(
            views.headline(words), views.account_line(f"id {reply['id']}, {shown.account}")
        )
        types = shown.declared or {}
        if changes is None:
            return views.stack(heading, views.fields(payload, types, shown.lists))
        return views.stack(heading, views.changes(changes, types, shown.lists))

    return Answer(json=reply, plain=[to_safe(str(reply["id"]))], view=view, applied=True)


def unchanged(who: str, contact_id: JsonValue, account: str) -> Answer:
    """Return the answer to an update that would change nothing, so that nothing was sent."""

    def view() -> RenderableType:
        from contactctl import views

        words = views.headline(f"nothing changed: {who}", style="bold")
        return views.stack(words, views.account_line(f"id {contact_id}, {account}"))

    return Answer(json={"success": True, "id": contact_id}, plain=[_cell(contact_id)], view=view)


def done(words: str, reply: JsonObject, *, plain: Sequence[str] = (), account: str = "") -> Answer:
    """Return the answer to a write that has no id: one line that says what was done."""

    def view() -> RenderableType:
        from contactctl import views

        headline = views.headline(words)
        return views.stack(headline, views.account_line(account)) if account else headline

    # With -q nothing: there is no id, and the exit code says that it was done.
    return Answer(json=reply, plain=plain or [words], quiet=[], view=view, applied=True)


def preview(found: Preview, who: str, noun: str = "contact", shown: Shown | None = None) -> Answer:
    """Return what a write would do: field by field, before and after."""
    rows = [(name, _cell(item.before), _cell(item.after)) for name, item in found.changes.items()]
    words = _WOULD_WORDS[found.would].format(who=who, noun=noun)

    def view() -> RenderableType:
        from contactctl import views

        style = "bold yellow" if found.would == "create" else "bold"
        heading: RenderableType = views.headline(words, style=style)
        if shown is not None and shown.account:
            heading = views.stack(heading, views.account_line(shown.account))
        known = shown or Shown()
        return views.preview(heading, found, known.declared or {}, known.lists)

    request = f"request\t{to_safe(to_json(found.request))}"
    plain = [f"would\t{found.would}", request, *("\t".join(map(to_safe, row)) for row in rows)]
    return Answer(json=found.to_json_object(), plain=plain, quiet=[found.would], view=view)


def contact(found: JsonObject, shown: Shown) -> Answer:
    """Return one contact: its fields in a fixed order, custom ones apart."""
    # A person looks for a field at its place, whatever the order of the answer.
    standard = {name: found[name] for name in CONTACT_FIELDS if name in found}
    custom = {name: value for name, value in sorted(found.items()) if name not in standard}

    def view() -> RenderableType:
        from contactctl import views

        return views.contact(standard, custom, shown.declared or {}, shown.lists)

    pairs = {**standard, **custom}.items()
    plain = [f"{to_safe(name)}\t{to_safe(_cell(value))}" for name, value in pairs]
    return Answer(json=found, plain=plain, quiet=[to_safe(_cell(found.get("id")))], view=view)


def whom(found: JsonObject, shown: Shown) -> RenderableType:
    """Return what a question about a contact shows of it."""
    from contactctl import views

    picked = {name: found[name] for name in _WHO if found.get(name) not in (None, "", {})}
    return views.contact(picked, {}, {}, shown.lists)


def named(name: str, text: str) -> Answer:
    """Return one text: an object with one name in JSON, elsewhere the text itself."""
    return Answer(json={name: text}, plain=[text], exact=True)


def bare(value: JsonValue, lines: Sequence[JsonValue]) -> Answer:
    """Return values as they are, one a line: a string without quotes, null as an empty line."""
    return Answer(json=value, plain=[_cell(line) for line in lines], exact=True)


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[JsonValue]],
    *,
    json: JsonValue,
    empty: str = "nothing",
    whole: Collection[str] = (),
) -> Answer:
    """Return a table; piped it is tab-separated without a heading, ``-q`` prints column one.

    A terminal breaks no word in the columns named in ``whole``, nor in the first one.
    """
    cells = [[_cell(value) for value in row] for row in rows]

    def view() -> RenderableType:
        from contactctl import views

        drawn = views.grid(columns, cells, whole=whole) if cells else None
        return drawn or views.safe(empty, style="dim")

    plain = ["\t".join(to_safe(cell) for cell in row) for row in cells]
    quiet = [to_safe(row[0]) for row in cells]
    return Answer(json=json, plain=plain, quiet=quiet, view=view)


def _cell(value: JsonValue) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else to_json(value)
