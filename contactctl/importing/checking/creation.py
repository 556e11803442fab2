"""Which properties are to be made for the columns of a file, before anything else is looked at."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from contactctl.changes.typing_rules import ValueProblem
from contactctl.importing.checking.plan import file_converter
from contactctl.importing.names.naming import AccountFields, UnknownNameError
from contactctl.importing.names.new_properties import (
    NewProperty,
    WithProperties,
    property_name,
    see_types,
)
from contactctl.importing.names.unknown_columns import UnknownColumnsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from contactctl.importing.columns.rules import ColumnRules
    from contactctl.importing.names.unknown_columns import UnknownColumn
    from contactctl.importing.reading.source import Source


class Creation(NamedTuple):
    """The properties to be made; ``rules`` and ``fields`` are those of an account that has them."""

    properties: tuple[NewProperty, ...]
    rules: ColumnRules
    fields: AccountFields


def plan_creation(source: Source, rules: ColumnRules, fields: AccountFields) -> Creation:
    """Read all rows and return what is to be made for columns that fill no field.

    A column that may be a slip of a field's name, whose name cannot be that of a property, or that
    holds objects is left as it is, to be told of; one without values is left out. Raises
    :class:`UsageError` for what is wrong with the columns as a whole.
    """
    mapped = {column: name for column, name in rules.maps.items() if _is_new(name, fields)}
    # Of any type: only the names count until the values were seen.
    named = [NewProperty(column, name, "string") for column, name in mapped.items()]
    unknown = _unknown_columns(source, rules, _with(fields, named))
    names = _own_names(one.name for one in unknown if not one.reason and _is_no_slip(one))
    seen = see_types(source.rows(), source.columns, [*mapped, *names])
    found = [
        NewProperty(column, name, seen[column].type or "string")
        for column, name in {**names, **mapped}.items()
        if column in mapped or seen[column].type
    ]
    made = {column: name for column, name in names.items() if seen[column].type}
    empty = [column for column in names if not seen[column].is_filled]
    there = fields.account.declared_for([one.name for one in found])
    created = {**made, **dict.fromkeys(empty, "")}
    new = tuple(one for one in found if one.name not in there)
    return Creation(new, replace(rules, created=created), _with(fields, new))


def _with(fields: AccountFields, new: Sequence[NewProperty]) -> AccountFields:
    return AccountFields(WithProperties(fields.account, new), typed=fields.typed)


def _is_new(name: str, fields: AccountFields) -> bool:
    """Tell whether a field that ``--map`` names is a property that could be made."""
    if property_name(name) != name:
        return False
    try:
        fields.find(name)
    except UnknownNameError as error:
        return not error.several
    return False


def _is_no_slip(column: UnknownColumn) -> bool:
    """Tell whether a column is no near miss; of the property made for it once, it is none."""
    return not column.suggestions or property_name(column.name) in column.suggestions


def _own_names(columns: Iterable[str]) -> dict[str, str]:
    """Return the names of properties for these columns, without those that two would share."""
    names = {column: name for column in columns if (name := property_name(column))}
    taken = Counter(names.values())
    return {column: name for column, name in names.items() if taken[name] == 1}


def _unknown_columns(
    source: Source, rules: ColumnRules, fields: AccountFields
) -> Sequence[UnknownColumn]:
    try:
        converter = file_converter(source, rules, fields)
    except UnknownColumnsError as error:
        return error.unknown
    if source.columns is not None:
        return ()
    for row in source.rows():  # the keys of JSON are known when all rows were seen
        with suppress(ValueProblem):
            converter.to_change(row)
    return converter.unknown.unknown if converter.unknown else ()
