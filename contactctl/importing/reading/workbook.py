"""A sheet of a workbook to the CSV file that is imported: each cell as text of its own type."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from contactctl.errors import UsageError
from contactctl.importing.reading.byte_lines import stream_of
from contactctl.importing.reading.file_kinds import START_BYTES, is_workbook
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import IO

_SHOWN_SHEETS = 5
_INSTALL = "pip install 'contactctl[excel]'; with pipx: pipx inject contactctl python-calamine"


def holds_workbook(path: Path) -> bool:
    """Tell whether a file is a workbook, by its first bytes."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return is_workbook(file.read(START_BYTES), path)


class Sheet(NamedTuple):
    """A sheet of a workbook as a CSV file; ``others`` are those that nobody asked for."""

    path: Path
    name: str
    others: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """Return which sheet it is, and which it is not."""
        others = ", ".join(map(quoted, self.others[:_SHOWN_SHEETS]))
        more = ", …" * (len(self.others) > _SHOWN_SHEETS)
        return f"the sheet {quoted(self.name)}; not {others}{more} (--sheet NAME reads one)"


def to_csv(path: Path, name: str, sheet: str | None, save: Callable[[IO[bytes]], Path]) -> Sheet:
    """Write a sheet, the first unless it is named, by ``save``; return it.

    A row of the sheet is a row of the file. Raises :class:`UsageError` for a workbook that cannot
    be read, or has no such sheet, and where the library that reads workbooks is not installed.
    """
    library = _library(name)
    try:
        with library.CalamineWorkbook.from_path(str(path)) as book:
            found = _sheet_name(book.sheet_names, sheet, name)
            opened = book.get_sheet_by_name(found)
            if opened.end is None:
                _refuse_empty(found, book.sheet_names, name)
            lines = _lines(opened)
            others = () if sheet else tuple(one for one in book.sheet_names if one != found)
            return Sheet(save(stream_of(lines)), found, others)
    except library.PasswordError:
        raise UsageError(
            f"{quoted(name)} has a password", hint="save it without one, or as CSV"
        ) from None
    except library.CalamineError as error:
        raise UsageError(
            f"{quoted(name)} cannot be read as a workbook: {error}", hint="save it as CSV UTF-8"
        ) from None


def _library(name: str) -> Any:  # noqa: ANN401 - it has no types
    try:
        import python_calamine
    except ModuleNotFoundError:
        raise UsageError(
            f"{quoted(name)} is a workbook, and what reads those is not installed",
            hint=f"{_INSTALL}; or save the sheet as CSV UTF-8",
        ) from None
    return python_calamine


def _sheet_name(names: list[str], wanted: str | None, name: str) -> str:
    if not names:
        raise UsageError(f"{quoted(name)} has no sheets")
    if wanted is None:
        return names[0]
    if wanted not in names:
        listed = ", ".join(map(quoted, names))
        raise UsageError(f"{quoted(name)} has no sheet {quoted(wanted)}", hint=f"it has {listed}")
    return wanted


def _refuse_empty(sheet: str, names: list[str], name: str) -> NoReturn:
    others = ", ".join(quoted(one) for one in names if one != sheet)
    hint = f"it also has {others}: give --sheet NAME" if others else "there is nothing to import"
    raise UsageError(f"the sheet {quoted(sheet)} of {quoted(name)} is empty", hint=hint)


def _lines(sheet: Any) -> Iterator[bytes]:  # noqa: ANN401 - the library's own
    text = io.StringIO()
    writer = csv.writer(text)
    for row in sheet.iter_rows():
        writer.writerow([_text(cell) for cell in row])
        yield text.getvalue().encode("utf-8", "surrogatepass")
        text.seek(0)
        text.truncate()


def _text(cell: Any) -> str:  # noqa: ANN401 - of whatever type the sheet has
    """Return a cell as its type is written in CSV: whole numbers without ``.0``, days as days."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        if (cell.hour, cell.minute, cell.second, cell.microsecond) == (0, 0, 0, 0):
            return cell.date().isoformat()
        return cell.isoformat(timespec="milliseconds" if cell.microsecond else "seconds")
    return cell.isoformat() if isinstance(cell, date) else str(cell)
