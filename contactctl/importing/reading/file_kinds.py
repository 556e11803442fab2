"""What a file is when it is no text of contacts: told from its first bytes, with the way out."""

from __future__ import annotations

import re
import shlex
from typing import IO, TYPE_CHECKING, NamedTuple

from contactctl.importing.reading.misread import MisreadError, no_rows
from contactctl.safe_text import quoted
from contactctl.wording import shell_word

if TYPE_CHECKING:
    from pathlib import Path

#: So much of a file's beginning tells what it is.
START_BYTES = 2**12
_TAR_MARK = slice(257, 262)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\f\r\x1a\x1b"))
_MOST_CONTROLS = 0.05
_FEW_CONTROLS = 32
_IMPORT = "| contactctl import -"
_AS_CSV = (
    "save it as CSV UTF-8 in the spreadsheet program, or convert it: soffice --headless"
    " --convert-to 'csv:Text - txt - csv (StarCalc):44,34,76' --outdir converted {file}"
)
_DUCKDB = f'duckdb -csv -c "from {{reader}}" {_IMPORT}'
_AGAIN = "export the contacts again, as CSV or JSON Lines"
_PICTURE = ("a picture", _AGAIN)


_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")


class _Kind(NamedTuple):
    """What a file is called, and how contacts are brought out of it; ``{file}`` is its name."""

    what: str
    hint: str


_BY_START: dict[bytes, tuple[str, str]] = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": ("an Excel workbook (.xls, or with a password)", _AS_CSV),
    b"\x09\x08\x10\x00\x00\x06\x05\x00": ("an Excel workbook (.xls)", _AS_CSV),
    b"PAR1\x15": ("a Parquet file", _DUCKDB.format(reader="read_parquet('PATH')")),
    b"ARROW1\0": ("an Arrow file", "write it as CSV: pandas.read_feather(PATH).to_csv(…, index=0)"),
    b"Obj\x01": ("an Avro file", f"avro cat --format csv --print-schema {{file}} {_IMPORT}"),
    b"\x89HDF": ("an HDF5 file", "write it as CSV: pandas.read_hdf(PATH).to_csv(…, index=0)"),
    b"SQLite format 3\0": (
        "a SQLite database",
        "sqlite3 -header -csv {file} 'select * from TABLE' | contactctl import -",
    ),
    b"PGDMP": (
        "a dump of a Postgres database",
        f'restore it, then: psql -c "copy TABLE to stdout csv header" {_IMPORT}',
    ),
    b"7z\xbc\xaf'\x1c": ("a 7z archive", f"7z x -so {{file}} {_IMPORT}"),
    b"Rar!\x1a\x07": ("a RAR archive", f"unrar p -inul {{file}} {_IMPORT}"),
    b"\xfd7zXZ\0": ("compressed with xz", f"xz -dc {{file}} {_IMPORT}"),
    b"\x28\xb5\x2f\xfd": ("compressed with zstd", f"zstd -dc {{file}} {_IMPORT}"),
    b"\x04\x22\x4d\x18": ("compressed with lz4", f"lz4 -dc {{file}} {_IMPORT}"),
    b"\x1f\x9d": ("compressed with compress", f"uncompress -c {{file}} {_IMPORT}"),
    b"\x1f\x8b": ("compressed with gzip twice", f"zcat {{file}} {_IMPORT}"),
    b"%PDF-": ("a PDF document", _AGAIN),
    b"{\\rtf": ("an RTF document", "save it as plain text"),
    b"\x89PNG": _PICTURE,
    b"\xff\xd8\xff": _PICTURE,
    b"GIF89a": _PICTURE,
}
_BZIP2 = re.compile(rb"BZh[1-9]1AY&SY")

_PAGE = "it may be a page to sign in on, or an error; download the file again, signed in"
_BY_TEXT: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r"<\?xml[^>]*>.{0,400}urn:schemas-microsoft-com:office:spreadsheet", re.DOTALL),
        "an Excel workbook (XML)",
        _AS_CSV,
    ),
    (
        re.compile(r"(<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(!doctype\s+html|html|head|body|table)\b"),
        "an HTML page",
        _PAGE,
    ),
    (re.compile(r"<\?xml\b"), "an XML file", _AGAIN),
    (re.compile(r"begin:vcard"), "a vCard file", "export the address book as CSV"),
    (re.compile(r"dn:+ \S"), "an LDIF file", "export the directory as CSV"),
    (
        re.compile(
            r"(--[^\n]*\n|/\*.*?\*/;?|set [^\n]*;|\s)*(insert into|create table|copy \S+ \()"
        ),
        "an SQL script",
        "run it in its database, and write the table from there as CSV",
    ),
)


def refuse_foreign_bytes(file: IO[bytes], path: Path, name: str, *, named: bool = False) -> None:
    """Raise :class:`UsageError` for a file that is no text at all, by its first bytes.

    ``file`` is what the one at ``path`` holds, unpacked; an archive is asked there for its
    names. UTF-16 and UTF-32 are text; where somebody has ``named`` the encoding, so is whatever
    bears no mark of another kind. The file is closed.
    """
    with file:
        start = file.read(START_BYTES)
        kind = _kind_of(start, path)
    if kind is None and not named:
        _refuse_unmarked(start, name)
        kind = _kind_by_controls(start)
    if kind is not None:
        _refuse(kind, name)


def is_workbook(start: bytes, path: Path) -> bool:
    """Tell whether a file that begins so is a workbook of a spreadsheet program."""
    kind = _kind_of(start, path)
    return kind is not None and kind.hint == _AS_CSV


def refuse_foreign_text(start: str, name: str) -> None:
    """Raise :class:`UsageError` for text that holds no rows: a page, a script, an address book."""
    # A file of rows is told from its first letter.
    lowered = start[:START_BYTES].lstrip("\ufeff \t\r\n").lower()
    if lowered[:1] not in {"<", "b", "d", "-", "/", "i", "c", "s"}:
        return
    for pattern, what, hint in _BY_TEXT:
        if pattern.match(lowered):
            _refuse(_Kind(what, hint), name)


def wide_encoding(start: bytes) -> str | None:
    """Return the encoding whose zero bytes a file without a mark has; None where it has none."""
    sample = start[: len(start) // 4 * 4]
    if not sample or b"\0" not in sample:
        return None
    zeros = [sample[place::4].count(0) / (len(sample) // 4) for place in range(4)]
    # Most characters of a file of contacts are ASCII, whatever its language.
    found = tuple(share > 1 / 2 for share in zeros)
    names: dict[tuple[bool, ...], str] = {
        (False, True, False, True): "utf-16-le",
        (True, False, True, False): "utf-16-be",
        (False, True, True, True): "utf-32-le",
        (True, True, True, False): "utf-32-be",
    }
    return names.get(found)


def _kind_of(start: bytes, path: Path) -> _Kind | None:
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _kind_of_zip(path, start)
    for mark, kind in _BY_START.items():
        if start.startswith(mark):
            return _Kind(*kind)
    # Behind the name of its first file, so that no beginning tells it.
    if start[_TAR_MARK] == b"ustar":
        return _Kind("a tar archive", f"tar -xOf {{file}} NAME {_IMPORT}")
    if _BZIP2.match(start):
        return _Kind("compressed with bzip2", f"bzip2 -dc {{file}} {_IMPORT}")
    return None


def _kind_of_zip(path: Path, start: bytes) -> _Kind:
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(path) as archive:
            names = archive.namelist()
    except (BadZipFile, OSError, ValueError, NotImplementedError):
        names = []
    # One that is cut off has lost its table of contents; the first name stands in front.
    first = start.decode("latin-1")
    if any(name.startswith("word/") for name in names) or "opendocument.text" in first:
        return _Kind("a text document", "save its table as CSV")
    if any(name.startswith("xl/") for name in names) or "[Content_Types].xml" in first:
        return _Kind("an Excel workbook", _AS_CSV)
    if "opendocument.spreadsheet" in first:
        return _Kind("an OpenDocument spreadsheet", _AS_CSV)
    if any(name.endswith(".iwa") for name in names):
        return _Kind("a Numbers spreadsheet", "export it as CSV, with the text encoding UTF-8")
    files = [name for name in names if not name.endswith("/") and "__MACOSX" not in name]
    inner = f" {shlex.quote(files[0])}" if len(files) == 1 and files[0].isprintable() else " NAME"
    return _Kind("a zip archive", f"unzip -p {{file}}{inner} {_IMPORT}")


def _refuse_unmarked(start: bytes, name: str) -> None:
    wide = None if start.startswith(_WIDE_MARKS) else wide_encoding(start)
    if wide:
        raise MisreadError(
            f"{quoted(name)} is text in {wide} without a byte order mark",
            hint=f"give --encoding {wide}",
        ).with_better(f"read as {wide}", encoding=wide)


def _kind_by_controls(start: bytes) -> _Kind | None:
    if start.startswith(_WIDE_MARKS):
        return None
    controls = len(start) - len(start.translate(None, _CONTROLS))
    if controls > max(_MOST_CONTROLS * len(start), _FEW_CONTROLS):
        return _Kind("in a program's own format, not text", _AGAIN)
    return None


def _refuse(kind: _Kind, name: str) -> None:
    file = shell_word(name)
    way = kind.hint.replace("{file}", file).replace("PATH", file.strip("'"))
    raise no_rows(f"{quoted(name)} is {kind.what}", way)
