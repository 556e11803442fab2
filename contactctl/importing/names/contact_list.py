"""Which of a file's columns name contacts, and the plain list that has no columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from contactctl.errors import UsageError
from contactctl.importing.names.usual_names import usual_meaning
from contactctl.importing.values.fields import Kind, fold, standard_field
from contactctl.safe_text import excerpt, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from contactctl.importing.row import Row

    Identifier = Literal["email", "userId"]

#: Stands for the header of a list; a file of rejects of one has it.
LIST_COLUMN = "email or user id"
_HINT = "name it: --map 'COLUMN=email' or --map 'COLUMN=userId'"


def is_list(rows: Sequence[Row]) -> bool:
    """Tell whether a file without commas that begins so has one contact a line, and no header."""
    cells = [row.cells[0].strip() for row in rows if len(row.cells) == 1]
    if len(cells) < len(rows) or cells[0] == LIST_COLUMN or meaning_of(cells[0]) is not None:
        return False
    # What no address looks like stands above addresses as their header does.
    return "@" in cells[0] or not any("@" in cell for cell in cells)


def meaning_of(column: str) -> Identifier | None:
    """Return which identifier a column gives by its name; None for all others."""
    standard = standard_field(column)
    name = usual_meaning(column) if standard is None else standard.name
    if name == "email":
        return "email"
    return "userId" if name == "userId" else None


def picked_columns(columns: Iterable[str], maps: Mapping[str, str]) -> dict[str, str]:
    """Return the columns that name contacts, each with its identifier: one for each at the most.

    ``maps`` is what ``--map`` says; then no column is picked by its name. Raises
    :class:`UsageError` where there is none, or where two are as good.
    """
    if maps:
        return _mapped(maps)
    found: dict[str, list[str]] = {}
    for column in columns:
        name = meaning_of(column)
        if name is not None:
            found.setdefault(name, []).append(column)
    if not found:
        raise UsageError("no column gives an email address or a user id", hint=_HINT)
    return {_best(name, rivals): name for name, rivals in found.items()}


def _mapped(maps: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for column, text in maps.items():
        standard = standard_field(text)
        if standard is None or standard.kind not in {Kind.EMAIL, Kind.USER_ID}:
            raise UsageError(
                f"--map names {quoted(text)}, and contacts are picked by email or userId",
                hint=_HINT,
            )
        if standard.name in found.values():
            raise UsageError(f"two columns are mapped to {standard.name}", hint="map one of them")
        found[column] = standard.name
    return found


def _best(name: str, rivals: Sequence[str]) -> str:
    """Return the column whose name is most like the field's."""
    ranked = sorted(rivals, key=lambda column: _rank(column, name))
    if len(ranked) > 1 and _rank(ranked[0], name) == _rank(ranked[1], name):
        raise UsageError(
            f"the columns {quoted(ranked[0])} and {quoted(ranked[1])} both give {name}",
            hint=f"say which: --map '{excerpt(ranked[0])}={name}'",
        )
    return ranked[0]


def _rank(column: str, name: str) -> int:
    if column == name:
        return 0
    return 1 if fold(column) == fold(name) else 2
