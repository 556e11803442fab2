"""A CSV row's cells to the change that they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.changes.typing_rules import ValueProblem
from contactctl.importing.columns import bind_columns, bind_constants
from contactctl.importing.convert import by_label, located, to_contact_change
from contactctl.importing.fields import LIST_PREFIX, cell_parser

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contactctl.contact import ContactChange
    from contactctl.exact_json import JsonScalar
    from contactctl.importing.columns import ColumnRules
    from contactctl.importing.fields import AccountFields, Field
    from contactctl.importing.row import Row


class CsvConverter:
    """Converts the rows of a file with these columns.

    Making one raises :class:`UsageError` for what is wrong with the columns themselves.
    """

    def __init__(self, columns: Sequence[str], rules: ColumnRules, fields: AccountFields) -> None:
        bound = bind_columns(columns, rules, fields)
        self._constants = by_label(bind_constants(rules, fields, list(bound.values())))
        self._columns = columns
        self._unnamed = [index for index, column in enumerate(columns) if not column]
        self._null = None if rules.literal_null else "null"
        self._empty_clears = rules.empty_clears
        self._bound = [_bind(index, item, rules) for index, item in bound.items()]
        labels = [*self._constants, *(label for _, label, _, _ in self._bound)]
        self._has_lists = any(label.startswith(LIST_PREFIX) for label in labels)

    def to_change(self, row: Row) -> ContactChange:
        """Return what the row asks for; raise :class:`ValueProblem` when it cannot be sent.

        An empty cell leaves its field alone and ``null`` empties it, as in the service's own CSV
        upload (documentation, page "CSV upload"), unless the rules say otherwise.
        """
        if row.problem is not None:
            raise ValueProblem(row.problem)
        if self._unnamed:
            self._refuse_unnamed(row.cells)
        return to_contact_change(self._values(row.cells), may_hold_lists=self._has_lists)

    def _values(self, cells: Sequence[str]) -> dict[str, JsonScalar]:
        values = self._constants.copy()
        index = 0
        try:
            for index, label, parse, is_clearable in self._bound:
                text = cells[index]
                if text == self._null:
                    values[label] = _cleared(is_clearable=is_clearable)
                elif text:
                    values[label] = parse(text)
                elif self._empty_clears and is_clearable:
                    values[label] = None
        except ValueProblem as problem:
            raise located(self._columns[index], problem) from None
        return values

    def _refuse_unnamed(self, cells: Sequence[str]) -> None:
        for index in self._unnamed:
            if cells[index]:
                raise ValueProblem(f"cell {index + 1} stands in a column without a name")


def _cleared(*, is_clearable: bool) -> JsonScalar:
    if not is_clearable:
        raise ValueProblem("null cannot empty this field", hint="leave the cell empty instead")
    return None


def _bind(
    index: int, item: Field, rules: ColumnRules
) -> tuple[int, str, Callable[[str], JsonScalar], bool]:
    parse = cell_parser(item, allow_resubscribe=rules.allow_resubscribe)
    return index, item.label, parse, item.is_clearable
