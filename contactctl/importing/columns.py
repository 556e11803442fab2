"""Which column fills which field: by name, by ``--map``, ``--ignore`` and ``--set``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.changes.typing_rules import ValueProblem
from contactctl.errors import UsageError
from contactctl.importing.consent import RESUBSCRIBES, gives_consent, stops_by_name
from contactctl.importing.fields import ERROR_COLUMNS, IDENTIFIERS, SUBSCRIBED, cell_parser
from contactctl.safe_text import excerpt, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contactctl.exact_json import JsonScalar
    from contactctl.importing.fields import Field
    from contactctl.importing.naming import AccountFields
    from contactctl.importing.rules import ColumnRules

_COLUMN_HINT = "name its field with --map 'COLUMN=FIELD', or leave it out with --ignore COLUMN"


def bind_columns(
    columns: Sequence[str], rules: ColumnRules, fields: AccountFields
) -> dict[int, Field]:
    """Return the field that each column fills, by the column's place; ignored ones are absent.

    Columns without a name are absent too; a cell in one is a problem of its row. So are columns
    whose name speaks of consent until somebody decides on them: the file stops at those, whatever
    a flag says of unknown columns. Raises :class:`UnknownColumnsError` with the near misses, and
    :class:`UsageError` for two columns of one field and for a file without an identifier.
    """
    named = (rules.maps, rules.ignored, rules.subscribed_when, rules.unsubscribed_when)
    given = [name for names in (*named, sorted(rules.only or ())) for name in names]
    _check_known(columns, given)
    bound: dict[int, Field] = {}
    unknown: dict[str, UsageError] = {}
    for index, column in enumerate(columns):
        if not column or is_passed_over(column, rules, fields):
            continue
        if gives_consent(column, rules):
            bound[index] = SUBSCRIBED
            continue
        if stops_by_name(column, rules, fields):
            continue
        try:
            bound[index] = fields.find(rules.maps.get(column, column))
        except UsageError as error:
            unknown[column] = error
    if unknown and not rules.ignore_unknown:
        refusal = _all_unknown(list(unknown.values()))
        refusal.columns = list(unknown)
        raise refusal
    _check_once(columns, bound)
    if not any(item.kind in IDENTIFIERS for item in bound.values()):
        more = " (--only leaves all others out)" if rules.only else ""
        raise UsageError(
            f"no column gives an email address or a user id{more}",
            hint="name it: --map 'COLUMN=email' or --map 'COLUMN=userId'",
        )
    return bound


def bind_constants(
    rules: ColumnRules, fields: AccountFields, taken: Sequence[Field] = ()
) -> dict[Field, JsonScalar]:
    """Return the value that ``--set`` gives each field of every row.

    Raises :class:`UsageError` for an identifier, for a field that a column fills as well, and for
    a value that the field does not take.
    """
    found: dict[Field, JsonScalar] = {}
    for name, text in rules.constants.items():
        item = fields.find(name)
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
    # As a cell would be read, so that --set and a column mean the same.
    if text == "null" and not rules.literal_null:
        if not item.is_clearable:
            raise UsageError(f"--set {excerpt(item.label)}: it cannot be emptied")
        return None
    try:
        value = cell_parser(item)(text)
    except ValueProblem as problem:
        raise UsageError(
            f"--set {excerpt(item.label)}: {problem.message}", hint=problem.hint
        ) from None
    if item == SUBSCRIBED and value is True and not rules.allow_resubscribe:
        hint = "--allow-resubscribe permits it; new contacts are subscribed without it"
        raise UsageError(f"--set subscribed: {RESUBSCRIBES}", hint=hint)
    return value


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


def _check_once(columns: Sequence[str], bound: Mapping[int, Field]) -> None:
    seen: dict[Field, int] = {}
    for index, item in bound.items():
        if item in seen and item != SUBSCRIBED:  # there, one no is enough
            raise UsageError(
                f"the columns {quoted(columns[seen[item]])} (number {seen[item] + 1}) and"
                f" {quoted(columns[index])} (number {index + 1}) both give {quoted(item.label)}",
                hint="leave one out with --ignore, or rename it in the file",
            )
        seen[item] = index


class UnknownColumnsError(UsageError):
    """Columns are no fields of the account; ``columns`` are their names."""

    columns: Sequence[str] = ()


def _all_unknown(errors: Sequence[UsageError]) -> UnknownColumnsError:
    hints = [error.hint for error in errors if error.hint]
    if len(errors) == 1:
        return UnknownColumnsError(errors[0].message, hint="; ".join([*hints, _COLUMN_HINT]))
    lines = [f"{error.message} ({error.hint})" if error.hint else error.message for error in errors]
    return UnknownColumnsError(
        f"{len(errors)} columns cannot be used:\n" + "\n".join(lines), hint=_COLUMN_HINT
    )
