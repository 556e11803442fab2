"""A file that is no text of contacts is named as what it is, whatever its name says."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sqlite3
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from contactctl.errors import UsageError
from contactctl.importing.reading.source import open_source

if TYPE_CHECKING:
    from pathlib import Path

TEXT = b"email,firstName\na@example.com,Ada\n"


def zipped(*names: str) -> bytes:
    """Return a zip archive of files with these names."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            mime = "application/vnd.oasis.opendocument.spreadsheet"
            archive.writestr(name, mime if name == "mimetype" else TEXT)
    return file.getvalue()


def tarred() -> bytes:
    """Return a tar archive of one file."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo("people.csv")
        member.size = len(TEXT)
        archive.addfile(member, io.BytesIO(TEXT))
    return file.getvalue()


def database(folder: Path) -> bytes:
    """Return a SQLite database."""
    path = folder / "people.db"
    connection = sqlite3.connect(path)
    connection.execute("create table people (email text)")
    connection.commit()
    connection.close()
    return path.read_bytes()


WORKBOOK = zipped("[Content_Types].xml", "xl/workbook.xml")
KINDS: dict[str, tuple[bytes, str, str]] = {
    "xlsx": (WORKBOOK, "an Excel workbook", "soffice --headless"),
    "xlsx cut off": (WORKBOOK[:90], "an Excel workbook", "CSV UTF-8"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "an Excel workbook", "soffice"),
    "ods": (zipped("mimetype", "content.xml"), "an OpenDocument spreadsheet", "soffice"),
    "numbers": (zipped("Index/Document.iwa"), "a Numbers spreadsheet", "export it as CSV"),
    "docx": (zipped("[Content_Types].xml", "word/document.xml"), "a text document", "table"),
    "zip of one": (zipped("my people.csv"), "a zip archive", "'my people.csv' | contactctl"),
    "zip of two": (zipped("a.csv", "b.csv"), "a zip archive", "unzip -p "),
    "tar": (tarred(), "a tar archive", "tar -xOf "),
    "tar.gz": (gzip.compress(tarred()), "a tar archive", "tar -xOf "),
    "gzip twice": (gzip.compress(gzip.compress(TEXT)), "compressed with gzip twice", "zcat "),
    "bzip2": (bz2.compress(TEXT), "compressed with bzip2", "bzip2 -dc "),
    "xz": (lzma.compress(TEXT), "compressed with xz", "xz -dc "),
    "zstd": (b"\x28\xb5\x2f\xfd\x24" + TEXT, "compressed with zstd", "zstd -dc "),
    "7z": (b"7z\xbc\xaf'\x1c\0\x04", "a 7z archive", "7z x -so "),
    "parquet": (b"PAR1\x15\x04" + bytes(40), "a Parquet file", "duckdb -csv"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\n", "a PDF document", "as CSV"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(40), "a picture", "as CSV"),
    "html": (b"\n<!DOCTYPE html><html><body>Sign in</body></html>\n", "an HTML page", "sign"),
    "html in utf-16": ("<html><body>".encode("utf-16"), "an HTML page", "sign"),
    "html table": (b"<table><tr><td>email</td></tr></table>", "an HTML page", "sign"),
    "spreadsheet xml": (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        "an Excel workbook",
        "soffice",
    ),
    "xml": (b'<?xml version="1.0"?><people/>', "an XML file", "JSON Lines"),
    "rtf": (b"{\\rtf1\\ansi email}", "an RTF document", "plain text"),
    "vcard": (b"BEGIN:VCARD\r\nVERSION:3.0\r\n", "a vCard file", "as CSV"),
    "sql": (b"-- a dump\n\nINSERT INTO people VALUES (1);\n", "an SQL script", "in its database"),
    "postgres dump": (b"PGDMP\x01\x0e", "a dump of a Postgres database", "psql -c"),
    "anything": (bytes(range(1, 32)) * 8, "in a program's own format", "as CSV"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["people.csv", "people.json"])
def test_another_kind_of_file_is_named_with_the_way_to_convert_it(
    tmp_path: Path, kind: str, name: str
) -> None:
    content, what, way_out = KINDS[kind]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UsageError, match=f" is {what}") as caught:
        open_source(path, skip_bad_text=True)
    assert way_out in str(caught.value.hint)


def test_a_database_is_named_with_the_command_that_writes_a_table(tmp_path: Path) -> None:
    path = tmp_path / "my people.csv"
    path.write_bytes(database(tmp_path))
    with pytest.raises(UsageError, match="is a SQLite database") as caught:
        open_source(path)
    assert f"sqlite3 -header -csv '{path}' " in str(caught.value.hint)


@pytest.mark.parametrize(
    "text",
    [
        "ORCID,email\n1,a@example.com\n",
        "PK,email\n1,a@example.com\n",
        "copy,email\n1,a@example.com\n",
        "body,email\n<html>,a@example.com\n",
        "dn,email\n1,a@example.com\n",
        "BZh,email\n1,a@example.com\n",
        "-,email\n1,a@example.com\n",
        "email,note\na@example.com,\x01\x02\x03\n",
    ],
)
def test_text_that_begins_alike_is_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "people.csv"
    path.write_text(text)
    assert len(list(open_source(path).rows())) == 1


def test_a_named_encoding_is_believed_where_bytes_look_like_no_text(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(("email,firstName\n" + "a@example.com,Ada\n" * 99).encode("utf-16-be"))
    assert len(list(open_source(path, encoding="utf-16-be").rows())) == 99
