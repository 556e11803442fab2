"""The file that an import is given: a path, or standard input kept aside in a private file."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, TextIO

from contactctl.errors import MachineError, UsageError
from contactctl.files import PRIVATE_MODE, SPOOL_PREFIX, elsewhere, make_private_folder
from contactctl.importing.reading.byte_lines import stream_of
from contactctl.importing.reading.csv_head import to_delimiter
from contactctl.importing.reading.decoding import reading, unpacked
from contactctl.importing.reading.escapes import delimiter_of, to_csv_lines, to_json_lines
from contactctl.importing.reading.source import open_source
from contactctl.importing.reading.workbook import Sheet, holds_workbook, to_csv
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contactctl.importing.reading.file_forms import FileForm
    from contactctl.importing.reading.source import Source

STDIN = "-"
_STDIN_NAME = "standard input"


@dataclass(slots=True)
class InputFile:
    """An input that can be read again and again.

    ``name`` is what a later call for the same input would say, ``path`` what a resume must say of
    one that ``passes_once``, as what comes through a pipe does. ``kept`` keeps its copy beyond this
    run.
    """

    source: Source
    name: str
    passes_once: bool = False
    kept: bool = False

    @property
    def path(self) -> str:
        """Return the file that holds what is imported."""
        return str(self.source.path)


@contextmanager
def open_input(  # noqa: PLR0913 - how the file is to be read
    file: str,
    stdin: TextIO,
    folder: Path,
    *,
    form: FileForm | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    allow_newlines: bool = False,
    skip_lines: int = 0,
    header: str | None = None,
    skip_bad_text: bool = False,
    sheet: str | None = None,
    backslash_escapes: bool = False,
    only_names: bool = False,
) -> Iterator[InputFile]:
    """Open what ``file`` names; ``-`` and what is no regular file is first copied to ``folder``.

    Of a workbook one ``sheet`` is, as CSV, the first unless it is named. Raises
    :class:`UsageError` and :class:`MachineError` for what cannot be read or kept.
    """
    if not file:
        raise UsageError("the name of the file is empty", hint="give a file, or -")
    shown = _STDIN_NAME if file == STDIN else file
    path, name = _regular(file, stdin, folder)
    passes_once = name != str(path.absolute())
    try:
        found = _sheet_in(path, shown, sheet, folder)
        if found is not None:
            path = found.path
            # A workbook has no quotation marks that could be missing.
            form, delimiter, encoding, allow_newlines = "csv", ",", None, True
        if backslash_escapes:
            separator = to_delimiter(delimiter)
            path, delimiter, told = _without_escapes(path, shown, separator, folder)
            form = form or told
        source = open_source(
            path,
            name=shown,
            form=form,
            delimiter=delimiter,
            encoding=encoding,
            allow_newlines=allow_newlines,
            skip_lines=skip_lines,
            header=header,
            skip_bad_text=skip_bad_text,
            only_names=only_names,
        )
        given = InputFile(replace(source, sheet=found), name, passes_once)
    except BaseException:
        # Nobody can resume what never began.
        remove_spool(path, folder)
        raise
    with _removed_at_end(given, folder, is_made=found is not None or backslash_escapes):
        yield given


@contextmanager
def _removed_at_end(given: InputFile, folder: Path, *, is_made: bool) -> Iterator[None]:
    """Remove the copy of an input that was made of it, unless a run is to go on with it."""
    try:
        yield
    finally:
        # What was converted is there to be read again; what came through a pipe is not.
        if not given.kept or (is_made and not given.passes_once):
            remove_spool(given.source.path, folder)


def _without_escapes(
    path: Path, shown: str, delimiter: str | None, folder: Path
) -> tuple[Path, str | None, FileForm]:
    """Return a file without escapes, for its owner alone, its delimiter and its form."""
    with reading(shown):
        with unpacked(path.open("rb")) as file:
            start = file.read(_CHUNK_BYTES)
        form: FileForm = "jsonl" if start.lstrip().startswith(b"{") else "csv"
        file = unpacked(path.open("rb"))
        if form == "jsonl":
            lines = to_json_lines(file)
        else:
            delimiter = delimiter or delimiter_of(start)
            lines = to_csv_lines(file, delimiter)
    try:
        return save_spool(stream_of(lines), folder, shown), delimiter, form
    finally:
        lines.close()
        remove_spool(path, folder)


def _sheet_in(path: Path, shown: str, sheet: str | None, folder: Path) -> Sheet | None:
    """Return a workbook's sheet as a CSV file for its owner alone; None where it is no workbook."""
    if not holds_workbook(path):
        if sheet is not None:
            raise UsageError(f"--sheet is for workbooks, and {quoted(shown)} is not one")
        return None
    try:
        return to_csv(path, shown, sheet, lambda stream: save_spool(stream, folder, shown))
    finally:
        remove_spool(path, folder)


def _regular(file: str, stdin: TextIO, folder: Path) -> tuple[Path, str]:
    """Return a regular file with what ``file`` names, and the name of that."""
    if file == STDIN:
        return _kept_stdin(stdin, folder), STDIN
    path = Path(file)
    # Read twice, to check and to send, and a pipe gives its text once.
    if path.exists() and not path.is_file() and not path.is_dir():  # a pipe, such as <(command)
        with path.open("rb") as stream:
            return save_spool(stream, folder, file), file
    return path, str(path.absolute())


def _kept_stdin(stdin: TextIO, folder: Path) -> Path:
    if stdin is None or stdin.closed:
        raise UsageError("standard input is closed", hint="name a file instead of -")
    stream = getattr(stdin, "buffer", None)
    if stream is None:  # a stream of text alone
        import io

        stream = io.BytesIO(stdin.read().encode())
    return save_spool(stream, folder, _STDIN_NAME)


_CHUNK_BYTES = 2**20


def save_spool(stream: IO[bytes], folder: Path, name: str) -> Path:
    """Copy a stream into a new file that nobody else can read, and return its path.

    ``name`` is what is copied. Raises :class:`MachineError` when the copy cannot be made, and
    as :func:`reading` does; nothing is left of it then.
    """
    make_private_folder(folder.parent, elsewhere("state"))
    make_private_folder(folder, elsewhere("state"))
    path = folder / f"{SPOOL_PREFIX}{os.urandom(6).hex()}"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            while chunk := _chunk_of(stream, name):
                file.write(chunk)
            # A resume after a power cut needs it whole: it cannot be piped in again.
            file.flush()
            os.fsync(file.fileno())
    except BaseException as error:
        with suppress(OSError):
            path.unlink()
        if not isinstance(error, OSError):
            raise
        raise MachineError(
            f"cannot keep a copy of {name} in {path}: {error.strerror}",
            hint=f"check the free space and the folder's permissions, or {elsewhere('state')}",
        ) from error
    return path


def _chunk_of(stream: IO[bytes], name: str) -> bytes:
    with reading(name):  # or what cannot be read would be told as what cannot be kept
        return stream.read(_CHUNK_BYTES)


def is_spool(path: Path, folder: Path) -> bool:
    """Tell whether a file is a copy that :func:`save_spool` made in this folder."""
    return path.name.startswith(SPOOL_PREFIX) and path.absolute().parent == folder.absolute()


def remove_spool(path: Path, folder: Path) -> None:
    """Remove a copy that is no longer needed; any other file is left alone."""
    if is_spool(path, folder):
        with suppress(OSError):
            path.unlink()
