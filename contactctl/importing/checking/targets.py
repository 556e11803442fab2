"""The contacts that a file names, to do the same with each: rows of identifiers, checked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from contactctl.importing.checking.check import check_rows
from contactctl.importing.checking.identities import Permits
from contactctl.importing.checking.plan import LimitedConverter, Plan, file_converter
from contactctl.importing.columns.convert import CsvConverter
from contactctl.importing.keeping.journal_rows import RunIdentity
from contactctl.importing.names.contact_list import LIST_COLUMN, picked_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contactctl.contact import ContactChange
    from contactctl.importing.checking.check import Problem
    from contactctl.importing.checking.plan import CheckAddresses
    from contactctl.importing.columns.convert import Converter, FileConverter
    from contactctl.importing.columns.rules import ColumnRules
    from contactctl.importing.names.naming import AccountFields
    from contactctl.importing.reading.source import Source
    from contactctl.importing.row import Row
    from contactctl.importing.values.spellings import Spellings

#: Of JSON so many keys are looked at: a file may hold new ones in every row.
_MOST_KEYS = 10_000


class ListConverter:
    """Converts the lines of a list: what has an ``@`` is an address, all else is a user id."""

    def __init__(self, source: Source, rules: ColumnRules, fields: AccountFields) -> None:
        columns = source.columns or ()
        self._at = columns.index(LIST_COLUMN)
        self._by_address, self._by_user_id = (
            CsvConverter(
                columns,
                replace(rules, maps={LIST_COLUMN: name}),
                fields,
                delimiter=source.delimiter,
            )
            for name in ("email", "userId")
        )

    @property
    def notes(self) -> Spellings:
        """What is counted of the addresses that are read."""
        return self._by_address.notes

    def to_change(self, row: Row) -> ContactChange:
        """Return whom the line names; raise :class:`ValueProblem` where that is nobody."""
        has_mark = row.problem is None and "@" in row.cells[self._at]
        return (self._by_address if has_mark else self._by_user_id).to_change(row)


def make_target_plan(  # noqa: PLR0913 - what a file, its columns and an account come to
    source: Source,
    rules: ColumnRules,
    fields: AccountFields,
    account: str,
    *,
    name: str,
    doing: str,
    check_addresses: CheckAddresses | None = None,
    on_problem: Callable[[Problem], None] | None = None,
) -> Plan:
    """Look at the whole file and return whom it names.

    ``rules`` say at the most which columns to use, and what is no value; ``doing`` is what is to be
    done with each contact, so that runs of another kind are others. All else is as for
    :func:`make_plan`. Raises :class:`UsageError` for what is wrong with the file or its columns.
    """
    rules = _picked(source, rules)
    read = _converter(source, rules, fields)
    converter: Converter = read
    if check_addresses is not None:
        # Whose address a user id stands for is looked up before anything is done.
        converter = LimitedConverter(read, check_addresses, looks=True)
    # Who is who in the file makes no difference: each row is one contact by one identifier.
    report = check_rows(
        source.rows(),
        converter,
        permits=Permits(replace_user_id=True, change_address=True),
        on_problem=on_problem,
    )
    report.spellings = read.notes.take()
    mapping = f"{doing} {rules.describe()} {source.meaning}"
    identity = RunIdentity(name, source.digest, mapping, account, report.rows)
    return Plan(source, fields, converter, report, identity)


def _picked(source: Source, rules: ColumnRules) -> ColumnRules:
    columns = source.columns
    if columns is not None and LIST_COLUMN in columns and not rules.maps:
        return replace(rules, only=frozenset({LIST_COLUMN}))
    found = picked_columns(_keys_of(source) if columns is None else columns, rules.maps)
    return replace(rules, maps=found, only=frozenset(found))


def _converter(
    source: Source, rules: ColumnRules, fields: AccountFields
) -> ListConverter | FileConverter:
    if LIST_COLUMN in (rules.only or ()) and not rules.maps:
        return ListConverter(source, rules, fields)
    return file_converter(source, rules, fields)


def _keys_of(source: Source) -> Iterator[str]:
    seen: set[str] = set()
    for row in source.rows():
        new = [key for key in row.values or () if key not in seen]
        seen.update(new[: _MOST_KEYS - len(seen)])
        yield from new
