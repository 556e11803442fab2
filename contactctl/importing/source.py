"""A file of contacts: what form it has, and its rows, read as often as needed in flat memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from contactctl.errors import UsageError
from contactctl.importing.csv_rows import DELIMITERS, read_csv, sniff_delimiter
from contactctl.importing.decoding import Encoding, find_encoding, open_text, reading, unpacked
from contactctl.importing.file_kinds import refuse_foreign_bytes, refuse_foreign_text
from contactctl.importing.json_rows import read_json_array, read_json_lines
from contactctl.importing.snapshot import Snapshot
from contactctl.importing.text_faults import check_text
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO, TextIO

    from contactctl.importing.row import Row

FileForm = Literal["csv", "tsv", "jsonl", "json"]

_FORMS_BY_SUFFIX: dict[str, FileForm] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_NEWLINES: dict[FileForm, str] = {"csv": "", "tsv": "", "jsonl": "\n", "json": "\n"}
_NAMED_DELIMITERS = {"tab": "\t", r"\t": "\t", "comma": ",", "semicolon": ";"}
_SNIFFED_CHARS = 2**16


@dataclass(frozen=True, slots=True)
class Source:
    """A regular file that can be read again and again, and how to read it.

    ``snapshot`` holds what it held when it was opened; every reading gives that or fails.
    ``name`` is what to call it. ``columns`` are the CSV header's cells, None for JSON.
    ``allow_newlines`` takes cells whose later lines look like rows.
    """

    snapshot: Snapshot
    name: str
    form: FileForm
    encoding: Encoding
    delimiter: str
    columns: tuple[str, ...] | None
    allow_newlines: bool = False

    @property
    def path(self) -> Path:
        """Return where it lies."""
        return self.snapshot.path

    @property
    def digest(self) -> str:
        """Return the digest of its bytes in hex: the same digest, the same content."""
        return self.snapshot.digest

    def rows(self) -> Iterator[Row]:
        """Yield every row of data, in file order.

        Raises :class:`UsageError` where the file can no longer be told into rows,
        :class:`MachineError` where it cannot be read, and as :meth:`Snapshot.check` where it is no
        longer what was opened: no row of what it has become is ever given.
        """
        # The file is read twice, to check and to send: what is sent must be what was checked.
        count = 0
        with reading(self.name), self._text(_bytes_of(self.snapshot)) as stream:
            for row in self._rows_in(stream):
                count = row.ordinal
                yield row
        self._note(count)

    def check_unchanged(self) -> None:
        """Raise as :meth:`Snapshot.check` does when the file is no longer what was opened."""
        with reading(self.name):
            self.snapshot.check()

    def _text(self, file: IO[bytes]) -> TextIO:
        return open_text(file, self.encoding, newline=_NEWLINES[self.form])

    def _rows_in(self, stream: TextIO) -> Iterator[Row]:
        if self.form == "jsonl":
            return read_json_lines(stream)
        if self.form == "json":
            return read_json_array(stream)
        rows = read_csv(stream, self.delimiter, allow_newlines=self.allow_newlines)
        next(rows, None)  # the header
        return rows

    def _note(self, count: int) -> None:
        """Note how many rows there are; a later reading that ends before them has lost some."""
        snapshot = self.snapshot
        if snapshot.rows is None:
            snapshot.rows, snapshot.count_rows = count, self._count_now
        elif snapshot.rows != count:
            snapshot.refuse()

    def _count_now(self) -> int:
        """Return how many rows the file has as it lies there now, whatever they are."""
        with self._text(unpacked(self.path.open("rb"))) as stream:
            return sum(1 for _ in self._rows_in(stream))


def open_source(  # noqa: PLR0913 - how the file is to be read
    path: Path,
    *,
    name: str | None = None,
    form: FileForm | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    allow_newlines: bool = False,
    skip_bad_text: bool = False,
) -> Source:
    """Look at a file and return how to read it; what is not given is told from name and content.

    Raises :class:`UsageError` for a file that is missing, empty, of another kind, without a usable
    header or not in the encoding (``skip_bad_text`` leaves that to its rows), and
    :class:`MachineError` for one that cannot be read.
    """
    name = name or str(path)
    separator = _to_delimiter(delimiter)
    with reading(name):
        snapshot = Snapshot(path, name)
        refuse_foreign_bytes(_bytes_of(snapshot), path, name, named=encoding is not None)
        found = find_encoding(_bytes_of(snapshot), encoding)
        if not skip_bad_text:
            check_text(_bytes_of(snapshot), found, name)
        # Enough to tell form and delimiter, however large the file is.
        start = _start_of(snapshot, found)
        if not start.strip():
            raise UsageError(f"{quoted(name)} is empty", hint="there is nothing to import")
        refuse_foreign_text(start, name)
        form = form or _form_by_name(path) or _form_by_content(start)
        if form in {"json", "jsonl"}:
            return Source(snapshot, name, form, found, "", None)
        separator = separator or ("\t" if form == "tsv" else _sniffed(start))
        columns = _columns(snapshot, found, separator)
    return Source(snapshot, name, form, found, separator, columns, allow_newlines)


def _bytes_of(snapshot: Snapshot) -> IO[bytes]:
    return unpacked(snapshot.open())


def _start_of(snapshot: Snapshot, encoding: Encoding) -> str:
    with open_text(_bytes_of(snapshot), encoding, newline="") as stream:
        return stream.read(_SNIFFED_CHARS)


def _form_by_name(path: Path) -> FileForm | None:
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    return _FORMS_BY_SUFFIX.get(suffixes[-1]) if suffixes else None


def _form_by_content(start: str) -> FileForm:
    forms: dict[str, FileForm] = {"[": "json", "{": "jsonl"}
    return forms.get(start.lstrip()[0], "csv")


def _sniffed(start: str) -> str:
    return sniff_delimiter(start.lstrip().replace("\r", "\n").partition("\n")[0])


def _to_delimiter(given: str | None) -> str | None:
    if given is None:
        return None
    delimiter = _NAMED_DELIMITERS.get(given.lower(), given)
    if len(delimiter) != 1 or delimiter in '"\r\n\0' or delimiter.isalnum():
        raise UsageError(
            f"--delimiter {quoted(given)} cannot separate cells",
            hint=f"give one character; {', '.join(map(repr, DELIMITERS))} are found by themselves",
        )
    return delimiter


def _columns(snapshot: Snapshot, encoding: Encoding, delimiter: str) -> tuple[str, ...]:
    with open_text(_bytes_of(snapshot), encoding, newline="") as stream:
        header = next(read_csv(stream, delimiter), None)
    if header is None:
        raise UsageError("the file holds nothing but empty lines")
    if header.problem:
        raise UsageError(
            f"the header on line {header.line} cannot be read: {header.problem}",
            hint="if the file has another encoding, name it with --encoding, such as utf-16-le",
        )
    return tuple(cell.strip() for cell in header.cells)
