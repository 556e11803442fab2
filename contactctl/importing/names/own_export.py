"""The service's own export, keys or labels, and what of it only the service writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.importing.values.fields import ERROR_COLUMNS, fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from contactctl.importing.row import Row

#: No other program's file has an address beside these two.
_MARKS = frozenset({"email", "usergroup"})
_MORE_MARKS = frozenset({"source", "userid", "subscribed"})
#: What the service answers with, and nobody can write.
_ANSWERED = frozenset({"id", "createdat", "updatedat", "optinstatus"})


def answered_only(names: Iterable[str]) -> frozenset[str]:
    """Return which columns, or keys, of the service's own export only the service writes.

    Nothing of any other file: there an ``id`` may be anything.
    """
    folded = {name: fold(name) for name in names}
    seen = {*folded.values()}
    if not seen >= _MARKS or not seen & _MORE_MARKS:
        return frozenset()
    return frozenset(name for name, one in folded.items() if one in _ANSWERED)


def may_be_answered(name: str) -> bool:
    """Tell whether a name is that of something that only the service writes."""
    return fold(name) in _ANSWERED


#: How the reason begins where a backup in CSV has no contact: nobody is there, or it was not read.
NOT_FOUND, NOT_READ = "not found", "not read: "
_REASONS = (NOT_FOUND, NOT_READ)


def lacks_contact(columns: Sequence[str] | None) -> Callable[[Row], bool] | None:
    """Return what tells whether a row of a backup only says that it holds no contact.

    ``columns`` are those of CSV; None where none of its rows can be such a one. Nothing but a
    backup has such rows: an id is what each contact has.
    """
    if columns is None:
        return _is_told_object
    reason = next((columns.index(name) for name in ERROR_COLUMNS if name in columns), None)
    if reason is None or "id" not in answered_only(columns):
        return None
    at, last = columns.index("id"), len(columns)

    def is_told(row: Row) -> bool:
        cells = row.cells
        return len(cells) == last and not cells[at] and cells[reason].startswith(_REASONS)

    return is_told


def _is_told_object(row: Row) -> bool:
    values = row.values or {}
    return values.get("id", "") is None and isinstance(values.get("error"), dict)
