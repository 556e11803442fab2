"""Failed rows in the input's own form and columns, with the reason: to be fixed and fed back."""

from __future__ import annotations

import csv
import io
import os
from typing import IO, TYPE_CHECKING, Any, Self, TextIO, cast

from contactctl.errors import MachineError, UsageError
from contactctl.exact_json import to_json
from contactctl.importing.reading.escapes import escaped, escaped_json
from contactctl.importing.values.fields import ERROR_COLUMNS
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from contactctl.exact_json import JsonObject
    from contactctl.importing.reading.source import Source
    from contactctl.importing.row import Result, Row


class Rejects:
    """An open rejects file; it stays empty until the first row fails.

    The reason goes into a column ``error``, which an import passes over unless the account has a
    property of that name; then the column is ``import_error``. Delimiter, encoding and byte order
    mark are those of the input, so that the same flags read it.
    """

    def __init__(
        self,
        path: Path,
        source: Source,
        *,
        has_error_property: bool = False,
        backslash_escapes: bool = False,
    ) -> None:
        """Make the file, or empty it; with ``backslash_escapes`` as the input was written.

        Raises :class:`UsageError` when it is the input itself, :class:`MachineError` when it
        cannot be written.
        """
        # To open it would empty it before its rows are sent.
        if path.exists() and path.samefile(source.path):
            raise UsageError(
                f"--rejects {quoted(str(path))} is the file that is read",
                hint="give the rejects another name",
            )
        self._path = path
        self._source = source
        self._escapes = backslash_escapes
        self._reason = ERROR_COLUMNS[1 if has_error_property else 0]
        self._count = 0
        try:
            self._stream = _open(path, source)
        except OSError as error:
            raise self._unwritable(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, row: Row, result: Result) -> None:
        """Write a failed row; any other is passed over. Raises :class:`MachineError`."""
        error = result.error
        if error is None:
            return
        try:
            # With the first row only: a run without failures leaves an empty file.
            if not self._count:
                self._stream.write(self._source.encoding.mark.decode(self._source.encoding.name))
            if self._source.columns is None:
                self._write_object(row, error.message)
            else:
                self._write_cells(self._source.columns, row, error.message)
        except OSError as failure:
            raise self._unwritable(failure) from failure
        self._count += 1

    def close(self) -> None:
        """Finish the file. Raises :class:`MachineError` when that fails."""
        try:
            if self._source.form == "json" and self._count:
                self._stream.write("\n]\n")
            self._stream.close()
        except OSError as error:
            raise self._unwritable(error) from error

    def _write_cells(self, columns: Sequence[str], row: Row, reason: str) -> None:
        # A rejects file that is fed back has the column already; its reasons are replaced.
        place = columns.index(self._reason) if self._reason in columns else len(columns)
        if not self._count:
            # The same flags pass over as many lines.
            self._stream.write("".join(self._source.preamble))
            self._write_row(_with_cell(columns, place, self._reason, len(columns)))
        self._write_row(_with_cell(row.cells, place, self._fitting(reason), len(columns)))

    def _write_row(self, cells: Sequence[str]) -> None:
        delimiter = self._source.delimiter
        if self._escapes:
            self._stream.write(escaped(cells, delimiter) + "\n")
        else:
            csv.writer(self._stream, delimiter=delimiter).writerow(cells)

    def _write_object(self, row: Row, reason: str) -> None:
        values: JsonObject = {"raw": row.cells[0]} if row.values is None else dict(row.values)
        values[self._reason] = self._fitting(reason)
        if self._source.form == "json":
            self._stream.write(",\n" if self._count else "[\n")
        text = self._spelled(values)
        text = escaped_json(text) if self._escapes else text
        self._stream.write(text + "\n" * (self._source.form == "jsonl"))

    def _spelled(self, values: JsonObject) -> str:
        """Return an object as the file's encoding can spell it: its own escapes say the rest."""
        text, encoding = to_json(values), self._source.encoding
        try:
            text.encode(encoding.name, encoding.errors)
        except UnicodeEncodeError:
            return to_json(values, ascii_only=True)
        return text

    def _fitting(self, text: str) -> str:
        """Return a text with what the file's encoding cannot spell written out."""
        name = self._source.encoding.name
        return text.encode(name, "backslashreplace").decode(name)

    def _unwritable(self, error: OSError) -> MachineError:
        return MachineError(
            f"cannot write the rejects to {quoted(str(self._path))}: {error.strerror}",
            hint="check the folder and the free space, then resume the import",
        )


def _open(path: Path, source: Source) -> TextIO:
    # For its owner alone when it is new; one that is there keeps the mode that somebody chose.
    file: IO[bytes] = open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600))  # noqa: SIM115 - the path's own has no opener, and close() closes it
    if path.suffix.lower() == ".gz":
        import gzip

        packed = gzip.GzipFile(path.name, "wb", fileobj=file)
        packed.myfileobj = cast("Any", file)  # to be closed with it, as gzip.open does
        file = cast("IO[bytes]", packed)
    encoding = source.encoding
    return io.TextIOWrapper(file, encoding.name, errors=encoding.errors, newline="")


def _with_cell(cells: Sequence[str], place: int, cell: str, width: int) -> list[str]:
    """Return a row with a cell at its place; cells beyond the header's come after it."""
    padded = [*cells, *[""] * (width - len(cells))]
    if place < width:
        return [*padded[:place], cell, *padded[place + 1 :]]
    # Cells beyond the header's stay, behind the reason, for whoever fixes the row.
    return [*padded[:width], cell, *padded[width:]]
