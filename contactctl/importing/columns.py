"""Which column fills which field: by name, by ``--map``, ``--ignore`` and ``--set``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from contactctl.changes.typing_rules import ValueProblem
from contactctl.errors import UsageError
from contactctl.exact_json import to_json
from contactctl.importing.consent import (
    NEGATED,
    RESUBSCRIBES,
    check_words,
    gives_consent,
    parse_words,
    stops_by_name,
)
from contactctl.importing.fields import (
    ERROR_COLUMNS,
    IDENTIFIERS,
    SUBSCRIBED,
    Kind,
    cell_parser,
    standard_kind,
)
from contactctl.safe_text import excerpt, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contactctl.exact_json import JsonScalar, JsonValue
    from contactctl.importing.fields import AccountFields, Field

_COLUMN_HINT = "name its field with --map 'COLUMN=FIELD', or leave it out with --ignore COLUMN"


@dataclass(frozen=True, slots=True)
class ColumnRules:
    """What the flags say about columns.

    ``maps`` goes from column to field, ``constants`` from field to text. ``empty_clears`` empties
    on an empty cell, ``literal_null`` takes a cell ``null`` as text. ``subscribed_when`` and
    ``unsubscribed_when`` go from column to folded words. Where neither ``allow_resubscribe`` nor
    ``never_resubscribe``, which leaves it out, ``subscribed`` may not be true.
    """

    maps: Mapping[str, str] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    constants: Mapping[str, str] = field(default_factory=dict)
    empty_clears: bool = False
    literal_null: bool = False
    allow_resubscribe: bool = False
    never_resubscribe: bool = False
    subscribed_when: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unsubscribed_when: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def describe(self) -> str:
        """Return a text that is the same for the same meaning of a file's cells."""
        return to_json(
            {
                "map": dict(sorted(self.maps.items())),
                "ignore": [*sorted(self.ignored)],
                "set": dict(sorted(self.constants.items())),
                "emptyClears": self.empty_clears,
                "literalNull": self.literal_null,
                "neverResubscribe": self.never_resubscribe,
                "subscribedWhen": _listed(self.subscribed_when),
                "unsubscribedWhen": _listed(self.unsubscribed_when),
            }
        )


def parse_rules(  # noqa: PLR0913 - one for each flag
    maps: Sequence[str] = (),
    ignored: Sequence[str] = (),
    constants: Sequence[str] = (),
    *,
    empty_clears: bool = False,
    literal_null: bool = False,
    allow_resubscribe: bool = False,
    never_resubscribe: bool = False,
    subscribed_when: Sequence[str] = (),
    unsubscribed_when: Sequence[str] = (),
) -> ColumnRules:
    """Read ``--map COLUMN=FIELD`` (split at the last ``=``) and ``--set FIELD=VALUE`` (the first).

    Raises :class:`UsageError` for a text without ``=``, for a column or field given twice, and for
    flags that contradict each other.
    """
    found_maps: dict[str, str] = {}
    for text in maps:
        # A column's name may hold "=" itself; a field's name does not.
        column, equals, name = text.rpartition("=")
        pair = (column.strip(), _mapped(name.strip()))
        _put(found_maps, "--map", text, pair, well_formed=bool(equals))
    found_constants: dict[str, str] = {}
    for text in constants:
        name, equals, value = text.partition("=")
        _put(found_constants, "--set", text, (name.strip(), value), well_formed=bool(equals))
    names = frozenset(name.strip() for name in ignored)
    both = sorted(names & found_maps.keys())
    if both:
        raise UsageError(f"the column {quoted(both[0])} is given to --map and to --ignore")
    rules = ColumnRules(
        found_maps,
        names,
        found_constants,
        empty_clears,
        literal_null,
        allow_resubscribe,
        never_resubscribe,
        parse_words("--subscribed-when", subscribed_when),
        parse_words("--unsubscribed-when", unsubscribed_when),
    )
    check_words(rules)
    if allow_resubscribe and never_resubscribe:
        raise UsageError(
            "--allow-resubscribe and --never-resubscribe contradict each other",
            hint="give --never-resubscribe alone when in doubt",
        )
    return rules


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
    _check_known(columns, [name for names in named for name in names])
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
    if unknown:
        refusal = _all_unknown(list(unknown.values()))
        refusal.columns = list(unknown)
        raise refusal
    _check_once(columns, bound)
    if not any(item.kind in IDENTIFIERS for item in bound.values()):
        raise UsageError(
            "no column gives an email address or a user id",
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


def _mapped(name: str) -> str:
    """Return the field that ``--map`` names; only ``subscribed`` can be turned round."""
    if not name.startswith("!"):
        return name
    if standard_kind(name.removeprefix("!")) is not Kind.SUBSCRIBED:
        raise UsageError(
            f"--map has {quoted(name)}, and only subscribed can be turned round",
            hint=f"write {NEGATED} for a column in which yes means opted out",
        )
    return NEGATED


def _listed(words: Mapping[str, frozenset[str]]) -> dict[str, JsonValue]:
    return {column: [*sorted(words[column])] for column in sorted(words)}


def _put(
    found: dict[str, str], flag: str, text: str, pair: tuple[str, str], *, well_formed: bool
) -> None:
    if not well_formed or not pair[0]:
        form = "COLUMN=FIELD" if flag == "--map" else "FIELD=VALUE"
        raise UsageError(f"{flag} {quoted(text)} is not {form}")
    if pair[0] in found:
        raise UsageError(f"{flag} gives {quoted(pair[0])} twice", hint="give it once")
    found[pair[0]] = pair[1]


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
