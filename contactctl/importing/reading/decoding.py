"""A file's bytes as text: gzip by content, byte order marks, encodings; every failure named."""

from __future__ import annotations

import codecs
import io
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, TextIO, cast

from contactctl.errors import MachineError, UsageError
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

#: No record of a contact comes near this; what is longer is a file that is not what it seems.
MAX_RECORD_CHARS = 16 * 2**20

# UTF-32 before UTF-16: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LONGEST_MARK = 4
_MOST_MARKS = 4  # programs that put one before a text that has one
_GZIP_MARK = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file spells its text; ``mark`` is all byte order marks that it begins with."""

    name: str
    mark: bytes = b""

    @property
    def errors(self) -> str:
        """Return how undecodable bytes are kept until their row's turn, as lone surrogates."""
        wide = self.name.startswith(("utf-16", "utf-32"))
        return "surrogatepass" if wide else "surrogateescape"


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn whatever reading a file can raise into an error that names the file.

    Raises :class:`UsageError` for a file that is missing, no file, or not what its name says,
    :class:`MachineError` for one that the machine cannot read.
    """
    import zlib
    from gzip import BadGzipFile

    try:
        yield
    except FileNotFoundError as error:
        raise UsageError(
            f"there is no file {quoted(name)}", hint="check its name and its folder"
        ) from error
    except (IsADirectoryError, NotADirectoryError) as error:
        raise UsageError(f"cannot read {quoted(name)}: {error.strerror}") from error
    except (BadGzipFile, EOFError, zlib.error) as error:
        raise UsageError(
            f"{quoted(name)} is not a whole gzip file",
            hint="it was cut off or damaged; copy it again",
        ) from error
    except UnicodeError as error:
        raise UsageError(
            f"{quoted(name)} does not hold text in its encoding",
            hint="name the encoding with --encoding, such as cp1252 or utf-16-le",
        ) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise MachineError(f"cannot read {quoted(name)}: {reason}") from error


def unpacked(file: io.BufferedReader) -> IO[bytes]:
    """Return the bytes of an open file; one that is gzip by its first bytes is unpacked."""
    if not file.peek(len(_GZIP_MARK)).startswith(_GZIP_MARK):
        return file
    import gzip

    found = gzip.GzipFile(fileobj=file)
    found.myfileobj = cast("Any", file)  # to be closed with it, as gzip.open does
    return cast("IO[bytes]", found)


def find_encoding(file: IO[bytes], given: str | None = None) -> Encoding:
    """Return the encoding of a file: as ``given``, by its byte order mark, else UTF-8.

    The file is closed. Raises :class:`UsageError` for a name that is no encoding of text.
    """
    with file:
        start = file.read(_LONGEST_MARK * _MOST_MARKS)
    found = next(
        (_marked(start, mark, name) for mark, name in _MARKS if start.startswith(mark)), None
    )
    if given is None:
        return found or Encoding("utf-8")
    name = _known_name(given)
    # A given utf-16 names no byte order; the mark does.
    if found and found.name.startswith(name):
        return found
    return Encoding(name)


def _marked(start: bytes, mark: bytes, name: str) -> Encoding:
    count = 1
    while count < _MOST_MARKS and start.startswith(mark * (count + 1)):
        count += 1
    return Encoding(name, mark * count)


def open_text(file: IO[bytes], encoding: Encoding, *, newline: str) -> TextIO:
    """Read a file as text behind its byte order mark; ``newline`` is as for :func:`open`."""
    file.read(len(encoding.mark))
    return io.TextIOWrapper(file, encoding.name, errors=encoding.errors, newline=newline)


def _known_name(given: str) -> str:
    try:
        name = codecs.lookup(given).name
        io.TextIOWrapper(io.BytesIO(), name).close()  # refuses codecs that are not of text
    except (LookupError, ValueError):
        raise UsageError(
            f"--encoding {quoted(given)} is not a known encoding",
            hint="such as utf-8, utf-16-le, cp1252 or iso-8859-15",
        ) from None
    return name
