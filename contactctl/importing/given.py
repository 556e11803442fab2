"""The file that an import is given: a path, or standard input kept aside."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from contactctl.errors import UsageError
from contactctl.importing.rows import open_source
from contactctl.importing.spool import remove_spool, save_spool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contactctl.importing.rows import FileForm, Source

STDIN = "-"


@dataclass(slots=True)
class Given:
    """An input that can be read again and again.

    ``name`` is what a later call for the same input would say, ``path`` what a resume must say.
    ``kept`` keeps a copy of standard input beyond this run.
    """

    source: Source
    name: str
    kept: bool = False

    @property
    def path(self) -> str:
        """Return the file that holds what is imported."""
        return str(self.source.path)


@contextmanager
def open_given(  # noqa: PLR0913 - how the file is to be read
    file: str,
    stdin: TextIO,
    folder: Path,
    *,
    form: FileForm | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
) -> Iterator[Given]:
    """Open what ``file`` names; ``-`` and what is no regular file is first copied to ``folder``.

    Raises :class:`UsageError` and :class:`MachineError` for what cannot be read or kept.
    """
    if not file:
        raise UsageError("the name of the file is empty", hint="give a file, or -")
    path, name = _regular(file, stdin, folder)
    try:
        shown = "standard input" if file == STDIN else file
        source = open_source(path, name=shown, form=form, delimiter=delimiter, encoding=encoding)
        given = Given(source, name)
    except BaseException:
        remove_spool(path, folder)
        raise
    try:
        yield given
    finally:
        if not given.kept:
            remove_spool(path, folder)


def _regular(file: str, stdin: TextIO, folder: Path) -> tuple[Path, str]:
    """Return a regular file with what ``file`` names, and the name of that."""
    if file == STDIN:
        return _kept_stdin(stdin, folder), STDIN
    path = Path(file)
    if path.exists() and not path.is_file() and not path.is_dir():  # a pipe, such as <(command)
        with path.open("rb") as stream:
            return save_spool(stream, folder), file
    return path, str(path.absolute())


def _kept_stdin(stdin: TextIO, folder: Path) -> Path:
    if stdin is None or stdin.closed:
        raise UsageError("standard input is closed", hint="name a file instead of -")
    stream = getattr(stdin, "buffer", None)
    if stream is None:  # a stream of text alone
        import io

        stream = io.BytesIO(stdin.read().encode())
    return save_spool(stream, folder)
