"""A file of contacts: what form it has, and its rows, read as often as needed in flat memory."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from contactctl.errors import UsageError
from contactctl.importing.names.contact_list import LIST_COLUMN, is_list
from contactctl.importing.names.own_export import lacks_contact
from contactctl.importing.reading.csv_head import (
    check_header,
    clean_name,
    delimiter_line,
    parse_header,
    to_delimiter,
)
from contactctl.importing.reading.csv_rows import read_csv
from contactctl.importing.reading.decoding import (
    Encoding,
    find_encoding,
    open_text,
    reading,
    unpacked,
)
from contactctl.importing.reading.file_forms import (
    SNIFFED_CHARS,
    FileForm,
    find_delimiter,
    form_by_name,
    form_of,
)
from contactctl.importing.reading.file_kinds import refuse_foreign_bytes, refuse_foreign_text
from contactctl.importing.reading.json_layout import LINES, Layout
from contactctl.importing.reading.json_rows import (
    read_json_array,
    read_json_lines,
    read_json_objects,
)
from contactctl.importing.reading.snapshot import Snapshot
from contactctl.importing.reading.text_faults import check_not_utf_8, check_text
from contactctl.importing.values.fields import ERROR_COLUMNS
from contactctl.safe_text import quoted
from contactctl.wording import shell_word

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO, TextIO

    from contactctl.importing.reading.workbook import Sheet
    from contactctl.importing.row import Row

_NEWLINES: dict[FileForm, str] = {"csv": "", "tsv": "", "jsonl": "\n", "json": "\n"}
_EMPTY_HINT = "there is nothing to import; JSON Lines of no rows are taken with --format jsonl"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
#: A title and what follows it have fewer.
_LOOKED_AT_ROWS = 20


@dataclass(frozen=True, slots=True)
class Source:
    """A regular file that can be read again and again, and how to read it.

    ``snapshot`` holds what it held when it was opened; every reading gives that or fails.
    ``name`` is what to call it. ``columns`` are the CSV header's cells, None for JSON.
    ``allow_newlines`` takes cells whose later lines look like rows. ``preamble`` is what stands
    before the header, ``has_header`` tells whether there is one; ``layout`` is that of JSON, and
    ``sheet`` the one of a workbook that the file was made of. A file that ``only_names`` contacts
    may be a list of them; of all others, rows of a backup that hold no contact are passed over.
    """

    snapshot: Snapshot
    name: str
    form: FileForm
    encoding: Encoding
    delimiter: str
    columns: tuple[str, ...] | None
    allow_newlines: bool = False
    preamble: tuple[str, ...] = ()
    has_header: bool = True
    layout: Layout = LINES
    sheet: Sheet | None = None
    only_names: bool = False

    @property
    def meaning(self) -> str:
        """Return a text that is the same where the same bytes are read as the same rows."""
        text = f"{self.form} {self.delimiter} {self.encoding.name}"
        text += f" behind {len(self.preamble)} lines" if self.preamble else ""
        return text if self.has_header else f"{text} as {self.columns}"

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
        is_passed_over = None if self.only_names else lacks_contact(self.columns)
        with reading(self.name), self._text(_bytes_of(self.snapshot)) as stream:
            for row in self._rows_in(stream):
                count = row.ordinal
                if is_passed_over is None or not is_passed_over(row):
                    yield row
        self._note(count)

    def check_unchanged(self) -> None:
        """Raise as :meth:`Snapshot.check` does when the file is no longer what was opened."""
        with reading(self.name):
            self.snapshot.check()

    def _text(self, file: IO[bytes]) -> TextIO:
        return open_text(file, self.encoding, newline=_NEWLINES[self.form])

    def _rows_in(self, stream: TextIO) -> Iterator[Row]:
        if self.columns is None:
            return self._json_rows_in(stream)
        rows = read_csv(
            stream,
            self.delimiter,
            allow_newlines=self.allow_newlines,
            lines_are_rows=self.sheet is not None,
            skip_lines=len(self.preamble),
            header=None if self.has_header else self.columns,
        )
        next(rows, None)  # the header
        return rows

    def _json_rows_in(self, stream: TextIO) -> Iterator[Row]:
        kind, start, keys = self.layout
        if kind in {"lines", "objects"}:
            return read_json_lines(stream) if kind == "lines" else read_json_objects(stream)
        at, file = start if kind == "wrapped" else None, shell_word(self.name)
        return read_json_array(stream, wrapped_at=at, depth=len(keys), file=file)

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
    skip_lines: int = 0,
    header: str | None = None,
    skip_bad_text: bool = False,
    only_names: bool = False,
) -> Source:
    """Look at a file and return how to read it; what is not given is told from name and content.

    ``skip_lines`` lines stand before the header of a CSV file, or before the rows of one without,
    whose columns ``header`` names; one that ``only_names`` contacts may have one a line and no
    header. Raises :class:`UsageError` for a file that is missing, empty, of another kind, without a
    usable header or not in the encoding (``skip_bad_text`` leaves that to its rows), and
    :class:`MachineError` for one that cannot be read.
    """
    name = name or str(path)
    separator = to_delimiter(delimiter)
    with reading(name):
        snapshot = Snapshot(path, name)
        found = _encoding_of(snapshot, name, encoding, strict=not skip_bad_text)
        # Enough to tell form and delimiter, however large the file is.
        start = _start_of(snapshot, found)
        by_name = form_by_name(path)
        if not start.strip():
            # No lines are no rows. A command that failed before a pipe gives as little, so that
            # what may be CSV, which has a header, is not taken for a list of nobody.
            if (form or by_name) == "jsonl":
                return Source(snapshot, name, "jsonl", found, "", None)
            raise UsageError(f"{quoted(name)} is empty", hint=_EMPTY_HINT)
        refuse_foreign_text(start, name)
        preamble, start = _cut(start, skip_lines)
        form, layout = form_of(start, form, by_name, name)
        if form in {"json", "jsonl"}:
            if skip_lines or header is not None:
                raise UsageError("--skip-lines and --header are for CSV, and the file is JSON")
            source = Source(snapshot, name, form, found, "", None, layout=layout)
            return replace(source, only_names=only_names)
        named = delimiter_line(start)
        if named is not None:
            more, start = _cut(start, 1)
            preamble += more
        separator = separator or named or find_delimiter(start, form)
        source = Source(snapshot, name, form, found, separator, (), allow_newlines, preamble)
        source = replace(source, only_names=only_names)
        names = None if header is None else parse_header(header)
        return _with_columns(source, names)


def _encoding_of(snapshot: Snapshot, name: str, given: str | None, *, strict: bool) -> Encoding:
    """Return the encoding of a text; raise for another file, and for bad text with ``strict``."""
    refuse_foreign_bytes(_bytes_of(snapshot), snapshot.path, name, named=given is not None)
    found = find_encoding(_bytes_of(snapshot), given)
    if strict:
        check_text(_bytes_of(snapshot), found, name)
    if given is not None:
        check_not_utf_8(_bytes_of(snapshot), found, name)
    return found


def _cut(start: str, count: int) -> tuple[tuple[str, ...], str]:
    """Return so many lines, each with its end, and what follows them."""
    lines = tuple(match[0] for match in islice(_LINE.finditer(start), count))
    return lines, start[sum(map(len, lines)) :]


def _bytes_of(snapshot: Snapshot) -> IO[bytes]:
    return unpacked(snapshot.open())


def _start_of(snapshot: Snapshot, encoding: Encoding) -> str:
    with open_text(_bytes_of(snapshot), encoding, newline="") as stream:
        return stream.read(SNIFFED_CHARS)


def _with_columns(source: Source, names: tuple[str, ...] | None) -> Source:
    """Return the source with its columns: of its header, or as ``--header`` names them."""
    with open_text(_bytes_of(source.snapshot), source.encoding, newline="") as stream:
        first = list(islice(_first_rows(source, stream), _LOOKED_AT_ROWS))
    if not first:
        raise UsageError("the file holds nothing but empty lines")
    header = first[0]
    if header.problem:
        raise UsageError(f"the header on line {header.line} cannot be read: {header.problem}")
    found = tuple(map(clean_name, header.cells))
    if names is None and source.only_names and is_list(first):
        return replace(source, columns=(LIST_COLUMN,), has_header=False)
    if names is None:
        check_header(first, source.delimiter, source.name)
        return replace(source, columns=found)
    # A file of rejects of such a file has one, with their reason.
    if found[: len(names)] == names and set(found[len(names) :]) <= set(ERROR_COLUMNS):
        return replace(source, columns=found)
    return replace(source, columns=names, has_header=False)


def _first_rows(source: Source, stream: TextIO) -> Iterator[Row]:
    rows = read_csv(stream, source.delimiter, skip_lines=len(source.preamble))
    try:
        yield from rows
    except UsageError:
        return  # told in its turn, when the rows are read
