"""Rows that opt a contact out, whose lists it therefore cannot join."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contactctl.contact import ContactChange
    from contactctl.importing.columns.convert import Converter
    from contactctl.importing.row import Row


class OptedOutConverter:
    """Converts rows as another converter does, and joins no list of who is opted out by the row.

    Such a contact can join none, and the service may refuse all of the row (documentation, page
    "Mailing lists"); a backup has the lists that it was on. ``count`` is of the rows that lost any.
    """

    def __init__(self, converter: Converter) -> None:
        self._converter = converter
        self.count = 0

    def to_change(self, row: Row) -> ContactChange:
        """Return what the row asks for; raise :class:`ValueProblem` when it cannot be sent."""
        change = self._converter.to_change(row)
        lists = change.mailing_lists
        if not lists or change.values.get("subscribed") is not False or True not in lists.values():
            return change
        self.count += 1
        return change._replace(mailing_lists={name: on for name, on in lists.items() if not on})
