"""Whether the cells of a CSV row fit its header, and what the lines are that do not."""

from __future__ import annotations

import re

#: Spaces of every kind, and the mark with which old programs end a file.
BLANK = " \t\r\n\x1a\xa0\ufeff"
_RULE = re.compile(r"[-+=|: ]*[-=]{2}[-+=|: ]*")
_COUNT = re.compile(r"\(?\d[\d.,' ]* (rows?|records?|contacts?)\b.{0,40}", re.IGNORECASE)
_TOTAL = re.compile(
    r"(grand )?(sub)?(totals?|sum|summe|gesamt|count|anzahl|nombre)\b\W*\d.*", re.IGNORECASE
)
_COUNT_TEXT = "is the count of rows that a program puts below its table, not a row"
_AS_CSV = "(remove it; psql --csv and mysql --batch write none)"


def is_blank(cells: list[str]) -> bool:
    """Tell whether a row holds nothing but delimiters and spaces."""
    # The first cell settles it for most rows, and there are many.
    for cell in cells:  # noqa: SIM110 - a generator takes longer than all of this
        if cell and cell.strip(BLANK):
            return False
    return True


class Fit:
    """The header of a file, and how its rows are held against it."""

    def __init__(self, header: list[str]) -> None:
        self._header = header
        self._width = len(header)
        names = [place for place, cell in enumerate(header) if cell.strip(BLANK)]
        self._named = names[-1] + 1 if names else self._width

    def problem(self, cells: list[str]) -> str | None:
        """Say what a row is that does not fit; one that does but for empty cells is made to."""
        count = len(cells)
        if count == 1 and (footer := _footer(cells[0].strip(BLANK))):
            return footer
        if count != self._width:
            if count > self._width and is_blank(cells[self._width :]):
                del cells[self._width :]
            elif self._named <= count < self._width:
                # The header ends with a delimiter, and its rows do not.
                cells += [""] * (self._width - count)
            else:
                header = f"and the header has {self._width}"
                return f"{count} cell{'s' * (count != 1)}, {header}"
        # As in files that were put together from several.
        return "this row repeats the header" if cells == self._header else None


def _footer(text: str) -> str | None:
    if _RULE.fullmatch(text):
        return f"this line is decoration of a table, not a row {_AS_CSV}"
    if _COUNT.fullmatch(text):
        return f'"{text[:40]}" {_COUNT_TEXT} {_AS_CSV}'
    if _TOTAL.fullmatch(text):
        return f'"{text[:40]}" is a total below the table, not a row (remove it)'
    return None
