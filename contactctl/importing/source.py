"""A file of contacts: what form it has, and its rows, read as often as needed in flat memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from contactctl.errors import UsageError
from contactctl.importing.csv_rows import DELIMITERS, read_csv, sniff_delimiter
from contactctl.importing.decoding import Encoding, find_encoding, open_text, reading
from contactctl.importing.json_rows import read_json_array, read_json_lines
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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

    ``name`` is what to call it. ``columns`` are the CSV header's cells, None for JSON. ``digest``
    is the BLAKE2b digest of its bytes in hex: the same digest, the same content.
    """

    path: Path
    name: str
    form: FileForm
    encoding: Encoding
    delimiter: str
    columns: tuple[str, ...] | None
    digest: str
    stamp: tuple[int, int]

    def rows(self) -> Iterator[Row]:
        """Yield every row of data, in file order.

        Raises :class:`UsageError` where the file can no longer be told into rows, and where it has
        changed since it was opened; :class:`MachineError` where it cannot be read.
        """
        # The file is read twice, to check and to send: what is sent must be what was checked.
        self.check_unchanged()
        with (
            reading(self.name),
            open_text(self.path, self.encoding, newline=_NEWLINES[self.form]) as stream,
        ):
            if self.form == "jsonl":
                yield from read_json_lines(stream)
            elif self.form == "json":
                yield from read_json_array(stream)
            else:
                rows = read_csv(stream, self.delimiter)
                next(rows, None)  # the header
                yield from rows

    def check_unchanged(self) -> None:
        """Raise :class:`UsageError` when the file is no longer the one that was opened."""
        with reading(self.name):
            stamp = _stamp(self.path)
        if stamp != self.stamp:
            raise UsageError(
                f"{quoted(self.name)} changed while it was being read",
                hint="wait until it is written, or import a copy",
            )


def open_source(
    path: Path,
    *,
    name: str | None = None,
    form: FileForm | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
) -> Source:
    """Look at a file and return how to read it; what is not given is told from name and content.

    Raises :class:`UsageError` for a file that is missing, empty, without a usable header or not in
    the encoding, and :class:`MachineError` for one that cannot be read.
    """
    name = name or str(path)
    separator = _to_delimiter(delimiter)
    with reading(name):
        stamp = _stamp(path)
        digest = _digest(path)
        found = find_encoding(path, encoding)
        # Enough to tell form and delimiter, however large the file is.
        start = _start_of(path, found)
        if not start.strip():
            raise UsageError(f"{quoted(name)} is empty", hint="there is nothing to import")
        form = form or _form_by_name(path) or _form_by_content(start)
        if form in {"json", "jsonl"}:
            return Source(path, name, form, found, "", None, digest, stamp)
        separator = separator or ("\t" if form == "tsv" else _sniffed(start))
        columns = _columns(path, found, separator)
    return Source(path, name, form, found, separator, columns, digest, stamp)


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _digest(path: Path) -> str:
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:64]


def _start_of(path: Path, encoding: Encoding) -> str:
    with open_text(path, encoding, newline="") as stream:
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


def _columns(path: Path, encoding: Encoding, delimiter: str) -> tuple[str, ...]:
    with open_text(path, encoding, newline="") as stream:
        header = next(read_csv(stream, delimiter), None)
    if header is None:
        raise UsageError("the file holds nothing but empty lines")
    if header.problem:
        raise UsageError(
            f"the header on line {header.line} cannot be read: {header.problem}",
            hint="if the file has another encoding, name it with --encoding, such as utf-16-le",
        )
    return tuple(cell.strip() for cell in header.cells)
