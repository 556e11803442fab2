"""What the flags say about how values are written: empty words, forms of dates and numbers."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from contactctl.errors import UsageError
from contactctl.importing.values.date_formats import check_format
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contactctl.exact_json import JsonValue


@dataclass(frozen=True, slots=True)
class ValueRules:
    """What the flags say about values.

    ``null_texts`` are cells that are empty; ``date_formats`` goes from column to forms. In a column
    of ``decimal_commas`` points separate thousands; in one of ``decimal_points`` they never do.
    ``first_address`` takes the first address of a cell that holds more than one address alone.
    """

    null_texts: frozenset[str] = frozenset()
    date_formats: Mapping[str, Sequence[str]] = field(default_factory=dict)
    decimal_commas: frozenset[str] = frozenset()
    decimal_points: frozenset[str] = frozenset()
    first_address: bool = False

    @property
    def columns(self) -> list[str]:
        """The columns that the flags name."""
        return [*self.date_formats, *sorted(self.decimal_commas | self.decimal_points)]

    def describe(self) -> dict[str, JsonValue]:
        """Return what changes the meaning of a cell; nothing where no flag is given."""
        formats = self.date_formats.items()
        found: dict[str, JsonValue] = {
            "nullText": [*sorted(self.null_texts)],
            "dateFormat": {column: ", ".join(forms) for column, forms in sorted(formats)},
            "decimalComma": [*sorted(self.decimal_commas)],
            "firstAddress": self.first_address,
        }
        return {name: value for name, value in found.items() if value}


def parse_value_rules(
    null_texts: Sequence[str] = (),
    date_formats: Sequence[str] = (),
    decimal_commas: Sequence[str] = (),
    decimal_points: Sequence[str] = (),
    *,
    first_address: bool = False,
) -> ValueRules:
    """Read ``--null-text``, ``--date-format``, ``--decimal-comma`` and ``--decimal-point``.

    Raises :class:`UsageError` for what is none of these.
    """
    forms: dict[str, list[str]] = {}
    for text in date_formats:
        column, form = _parted(text)
        if form not in forms.setdefault(column, []):
            forms[column].append(form)
    commas, points = (
        frozenset(map(str.strip, texts)) for texts in (decimal_commas, decimal_points)
    )
    if commas & points:
        raise UsageError(
            f"the column {quoted(min(commas & points))} is given to --decimal-comma and to"
            " --decimal-point",
            hint="give it to one of them",
        )
    return ValueRules(_words(null_texts), forms, commas, points, first_address)


def _words(texts: Sequence[str]) -> frozenset[str]:
    found = [word.strip() for text in texts for word in next(csv.reader([text]), [])]
    if texts and not any(found):
        raise UsageError("--null-text names no text", hint="such as --null-text 'NULL,N/A'")
    return frozenset(filter(None, found))


def _parted(text: str) -> tuple[str, str]:
    column, equals, form = text.rpartition("=")
    if not equals or not column.strip() or not form:
        raise UsageError(
            f"--date-format {quoted(text)} is not COLUMN=FORMAT",
            hint="such as 'Joined=%d.%m.%Y'; COLUMN=excel and COLUMN=seconds for numbers",
        )
    check_format(column.strip(), form)
    return column.strip(), form
