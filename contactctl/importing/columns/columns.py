"""Which column fills which field: by name, by ``--map``, ``--ignore`` and ``--set``."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from contactctl.changes.typing_rules import ValueProblem
from contactctl.errors import UsageError
from contactctl.importing.consent.consent import RESUBSCRIBES, gives_consent, stops_by_name
from contactctl.importing.names.naming import UnknownNameError
from contactctl.importing.names.own_export import answered_only
from contactctl.importing.names.unknown_columns import UnknownColumn, UnknownColumnsError, settle
from contactctl.importing.values.cells import EMPTY, CellReaders
from contactctl.importing.values.fields import (
    ERROR_COLUMNS,
    IDENTIFIERS,
    SUBSCRIBED,
    cell_parser,
    fold,
)
from contactctl.safe_text import excerpt, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.exact_json import JsonScalar
    from contactctl.importing.columns.rules import ColumnRules
    from contactctl.importing.names.naming import AccountFields
    from contactctl.importing.values.fields import Field


class Binding(NamedTuple):
    """What the columns of a file come to.

    ``fields`` has the field that each column fills, by the column's place. ``passed_over`` are the
    columns of the service's own export that only the service writes.
    """

    fields: dict[int, Field]
    passed_over: tuple[str, ...] = ()


def bind_columns(columns: Sequence[str], rules: ColumnRules, fields: AccountFields) -> Binding:
    """Return the field that each column fills; ignored ones are absent.

    Columns without a name are absent too; a cell in one is a problem of its row. So are columns
    whose name speaks of consent until somebody decides on them: the file stops at those, whatever
    a flag says of unknown columns. Raises :class:`UnknownColumnsError` with the near misses, and
    :class:`UsageError` for a flag that names no column or no field, for two columns that cannot be
    told apart, and for a file without an identifier.
    """
    named = (rules.maps, rules.ignored, rules.subscribed_when, rules.unsubscribed_when)
    given = [
        name for names in (*named, sorted(rules.only or ()), rules.values.columns) for name in names
    ]
    _check_known(columns, given)
    answered = answered_only(columns).difference(*named)
    bound: dict[int, Field] = {}
    unknown: list[UnknownColumn] = []
    for index, column in enumerate(columns):
        if not column or column in answered or is_left_out(column, rules, fields):
            continue
        try:
            bound[index] = find_field(column, rules, fields)
        except UnknownNameError as error:
            unknown.append(
                UnknownColumn(column, error.reason, error.suggestions, several=error.several)
            )
    unknown += _take_rivals(columns, bound, rules)
    if rules.ignore_unknown:  # which leaves no choice between two meanings to chance
        unknown = [column for column in unknown if column.several]
    has_identifier = any(item.kind in IDENTIFIERS for item in bound.values())
    if unknown:
        filled = {item.label: columns[at] for at, item in bound.items()}
        raise UnknownColumnsError(settle(unknown, filled), has_identifier=has_identifier)
    if not has_identifier:
        more = " (--only leaves all others out)" if rules.only else ""
        raise UsageError(
            f"no column gives an email address or a user id{more}",
            hint="name it: --map 'COLUMN=email' or --map 'COLUMN=userId'",
        )
    return Binding(bound, tuple(name for name in columns if name in answered))


def find_field(column: str, rules: ColumnRules, fields: AccountFields) -> Field:
    """Return the field that a column fills, as the flags have it or by its name.

    Raises :class:`UnknownNameError` for a column that no flag speaks of, and
    :class:`UsageError` for a flag that names no field.
    """
    if gives_consent(column, rules):
        return SUBSCRIBED
    if column not in rules.maps:
        return fields.find(rules.created.get(column, column))
    pair = excerpt(f"{column}={rules.maps[column]}")
    return _field_named(rules.maps[column], f"--map '{pair}'", fields)


def _field_named(name: str, flag: str, fields: AccountFields) -> Field:
    """Return the field that a flag names; raise :class:`UsageError` where it names none."""
    try:
        return fields.find(name)
    except UnknownNameError as error:
        raise UsageError(f"{flag}: {error.message}", hint=error.hint) from None


def is_left_out(column: str, rules: ColumnRules, fields: AccountFields) -> bool:
    """Tell whether a column fills no field, and none is to be looked for."""
    if gives_consent(column, rules):
        return False
    return is_passed_over(column, rules, fields) or stops_by_name(column, rules, fields)


def bind_constants(
    rules: ColumnRules, fields: AccountFields, taken: Sequence[Field] = ()
) -> dict[Field, JsonScalar]:
    """Return the value that ``--set`` gives each field of every row.

    Raises :class:`UsageError` for an identifier, for a field that a column fills as well, and for
    a value that the field does not take.
    """
    found: dict[Field, JsonScalar] = {}
    for name, text in rules.constants.items():
        item = _field_named(name, f"--set '{excerpt(name)}={excerpt(text)}'", fields)
        if item.kind in IDENTIFIERS:
            raise UsageError(f"--set {item.label} would make all rows one contact")
        if item in found or item in taken:
            raise UsageError(
                f"--set gives {quoted(item.label)}, and so does "
                + ("another --set" if item in found else "a column"),
                hint="give it once, or leave the column out with --ignore",
            )
        found[item] = _constant(item, text, rules)
    return found


def is_passed_over(column: str, rules: ColumnRules, fields: AccountFields) -> bool:
    """Tell whether a column is to be left out: told so, or a rejects file's reason column."""
    return rules.is_outside(column) or is_ignored(column, rules, fields)


def is_ignored(column: str, rules: ColumnRules, fields: AccountFields) -> bool:
    """Tell whether a column is left out without a word: by its name, or as a reason column."""
    if column in rules.maps:
        return False
    return column in rules.ignored or (column in ERROR_COLUMNS and not fields.is_property(column))


def _constant(item: Field, text: str, rules: ColumnRules) -> JsonScalar:
    if text == "null" and not rules.literal_null:
        if not item.is_clearable:
            raise UsageError(f"--set {excerpt(item.label)}: it cannot be emptied")
        return None
    try:
        value = _read_as_cell(item, text)
    except ValueProblem as problem:
        raise UsageError(
            f"--set {excerpt(item.label)}: {problem.message}", hint=problem.hint
        ) from None
    if item == SUBSCRIBED and value is True and not rules.allow_resubscribe:
        hint = "--allow-resubscribe permits it; new contacts are subscribed without it"
        raise UsageError(f"--set subscribed: {RESUBSCRIBES}", hint=hint)
    return value


def _read_as_cell(item: Field, text: str) -> JsonScalar:
    """Return the value that a cell has, so that ``--set`` and a column mean the same.

    What does not fit is told without the flags of columns, which would not help.
    """
    with suppress(ValueProblem):
        value = CellReaders().reader(item, item.label)(text) if text.strip() else EMPTY
        if value is not EMPTY:
            return value
    return cell_parser(item)(text)


def _check_known(columns: Sequence[str], named: Sequence[str]) -> None:
    missing = next((name for name in named if name not in columns), None)
    if missing is None:
        return
    from contactctl.wording import nearest

    near = nearest(missing, columns)
    raise UsageError(
        f"the file has no column {quoted(missing)}",
        hint=f"did you mean {', '.join(map(quoted, near))}?"
        if near
        else f"its columns are {', '.join(map(quoted, columns))}",
    )


def _take_rivals(
    columns: Sequence[str], bound: dict[int, Field], rules: ColumnRules
) -> list[UnknownColumn]:
    """Take the columns that give what a column of a better name gives, and return them.

    Raises :class:`UsageError` where no flag could tell them apart.
    """
    places: dict[Field, list[int]] = {}
    for index, item in bound.items():
        if item != SUBSCRIBED:  # there, one no is enough
            places.setdefault(item, []).append(index)
    rivals: list[UnknownColumn] = []
    for item, found in places.items():
        if len(found) == 1:
            continue
        first, *others = sorted(found, key=lambda at: name_rank(columns[at], item, rules))
        for at in others:
            is_twin = columns[at] == columns[first]
            if columns[at] in rules.maps or (is_twin and item.kind in IDENTIFIERS):
                raise _same_field(columns, first, at, item)
            del bound[at]
            if is_twin:
                bound.pop(first, None)
            other = twin(columns, first, at) if is_twin else None
            rivals.append(other or rival(columns[at], columns[first], item))
    return rivals


def twin(columns: Sequence[str], first: int, other: int) -> UnknownColumn:
    """Return a name that two columns have, so that no flag can tell one from the other."""
    reason = (
        f"is the name of column {first + 1} and of column {other + 1}; to keep them, rename one in"
        " the file"
    )
    return UnknownColumn(columns[first], reason, several=True)


def rival(column: str, other: str, item: Field) -> UnknownColumn:
    """Return a column that gives what another one gives, whose name is the better one."""
    reason = f"gives {excerpt(item.label)}, as {quoted(other)} does"
    return UnknownColumn(column, reason, several=True)


def name_rank(column: str, item: Field, rules: ColumnRules) -> int:
    """Return how little a column's name is the field's: a flag says 0, the very name 1."""
    if column in rules.maps:
        return 0
    if column in {item.name, item.label}:
        return 1
    return 2 if fold(column) == fold(item.name) else 3


def _same_field(columns: Sequence[str], first: int, other: int, item: Field) -> UsageError:
    is_twin = columns[first] == columns[other]
    return UsageError(
        f"the columns {quoted(columns[first])} (number {first + 1}) and"
        f" {quoted(columns[other])} (number {other + 1}) both give {quoted(item.label)}",
        hint="rename one of them in the file: a flag would name both"
        if is_twin
        else "leave one out with --ignore, or rename it in the file",
    )
