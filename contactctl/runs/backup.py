"""Contacts as they are kept: every field that the account has, in JSON Lines or CSV."""

from __future__ import annotations

import csv
import io
from functools import partial
from typing import TYPE_CHECKING

from contactctl.contact import FIELDS
from contactctl.exact_json import to_json
from contactctl.importing.names.own_export import NOT_FOUND, NOT_READ
from contactctl.importing.values.fields import ERROR_COLUMNS, LIST_PREFIX
from contactctl.safe_text import to_safe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from contactctl.account.account import Account
    from contactctl.exact_json import JsonObject, JsonValue
    from contactctl.importing.row import Finished
    from contactctl.output import Output

#: What the service itself shows of each contact (recorded replies of the service).
_ANSWERED = tuple(one.wire_name for one in FIELDS if one.role not in {"property", "lists"})
#: Names of other fields that are not the team's own: nobody is shown their values.
_NOT_SHOWN = frozenset(one.wire_name for one in FIELDS)
_INTERNAL = "__"
_LISTS = "mailingLists"


class Backup:
    """Makes of each contact a line that an import puts back; a field without a value is null.

    All properties and lists stand in every line, so that what a contact has got since is taken
    away again.
    """

    def __init__(self, account: Account) -> None:
        names = account.properties()
        self._properties = sorted(
            name for name in names if name not in _NOT_SHOWN and not name.startswith(_INTERNAL)
        )
        self._list_ids = [one.id for one in account.lists()]
        self._reason = ERROR_COLUMNS["error" in names]
        self._columns = [*_ANSWERED, *self._properties, *self._list_ids]

    def teller(self, output: Output, *, as_csv: bool) -> Callable[[Finished], None]:
        """Return what prints a row: as JSON, as CSV with a header, else who it is."""
        if as_csv:
            return partial(self._tell_csv, output)
        if output.form == "json":
            return lambda finished: output.write_json(self.to_json_object(finished))
        return partial(self._tell_who, output)

    def _tell_csv(self, output: Output, finished: Finished) -> None:
        # In one write with the first row: a run that goes on with another one prints no header.
        is_first = finished.job.ordinal == 1
        output.write_lines([*([self.header()] if is_first else []), self.to_csv(finished)])

    def _tell_who(self, output: Output, finished: Finished) -> None:
        line = self.to_json_object(finished)
        cells = [to_safe(_cell(line[name])) for name in ("id", "email", "userId")]
        output.write_lines([cells[0] if output.quiet else output.shown("\t".join(cells))])

    def to_json_object(self, finished: Finished) -> JsonObject:
        """Return a contact with all of its fields, or that there is none, and why."""
        job, result = finished
        found = result.answer
        if found is None:
            error = None if result.error is None else result.error.to_json_object()
            if error is not None:
                del error["outcome"]  # nothing was written
            return {
                "id": None,
                "email": job.change.email,
                "userId": job.change.user_id,
                "error": error,
            }
        fields: JsonObject = {name: found.get(name) for name in (*_ANSWERED, *self._properties)}
        joined = found.get(_LISTS)
        on = joined if isinstance(joined, dict) else {}
        lists: JsonObject = {
            each: on.get(each) is True for each in {**dict.fromkeys(self._list_ids), **on}
        }
        return {**fields, **found, _LISTS: lists}

    def header(self) -> str:
        """Return the first line of the CSV form."""
        lists = [LIST_PREFIX + each for each in self._list_ids]
        return _row([*_ANSWERED, *self._properties, *lists, self._reason])

    def to_csv(self, finished: Finished) -> str:
        """Return the line of the CSV form, whose last cell says why there is no contact."""
        line = self.to_json_object(finished)
        lists = line.get(_LISTS)
        values: Mapping[str, JsonValue] = {**line, **(lists if isinstance(lists, dict) else {})}
        reason = _reason(finished)
        return _row([*(_cell(values.get(name)) for name in self._columns), reason])


def _reason(finished: Finished) -> str:
    error = finished.result.error
    if error is None:
        return ""
    return NOT_FOUND if error.code == "not_found" else NOT_READ + error.message


def _cell(value: JsonValue) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else to_json(value)


def _row(cells: Sequence[str]) -> str:
    line = io.StringIO()
    # Cells are quoted for what a line may end with, which is left to whoever writes the line.
    csv.writer(line).writerow(cells)
    return line.getvalue().removesuffix("\r\n")
