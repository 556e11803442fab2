"""Bytes that do not fit the encoding: where they stand, and which encoding does fit."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from contactctl.errors import UsageError
from contactctl.importing.reading.decoding import Encoding
from contactctl.importing.reading.source import open_source
from contactctl.importing.reading.text_faults import check_text

if TYPE_CHECKING:
    from pathlib import Path


def refused(content: bytes, encoding: str = "utf-8") -> UsageError:
    """Return the error of a file with this content."""
    with pytest.raises(UsageError) as caught:
        check_text(io.BytesIO(content), Encoding(encoding), "people.csv")
    return caught.value


def test_no_encoding_is_named_that_damages_the_other_lines() -> None:
    error = refused(b"email,name\na@b.co,Zo\xc3\xab\nb@b.co,M\xfcller\nc@b.co,J\xfcrgen\n")
    assert (
        error.hint == "some lines are UTF-8 and others cp1252: save the whole file in one of them"
    )
    assert getattr(error, "better", None) is None


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1252", "Zoë Müller"),
        ("cp1252", "GROSSMANN É Größe"),
        ("cp1252", "D\u2019Arcy \u201cSeñor\u201d"),
        ("cp1250", "Łukasz Żółkiewski, Kraków, Świętokrzyska"),
        ("cp1250", "Ľubomír Šťastný, Tomáš Dvořák"),
        ("iso8859-2", "Jaś Fasola, Gdańsk, Świętokrzyska"),
        ("iso8859-2", "Tomáš Dvořák, Žižkov"),
        ("cp1252", "«bonjour», Zoë, ±5"),
        ("mac_roman", "Zoë Müller, José, Besançon"),
        ("cp850", "Jürgen Größe, José"),
        ("cp1251", "Анна Каренина, Москва"),
        ("shift_jis", "山田 太郎 やまだ たろう"),
    ],
)
def test_the_encoding_that_fits_is_named(encoding: str, name: str) -> None:
    error = refused(f"email,name\na@example.com,{name}\n".encode(encoding))
    assert error.hint is not None
    assert error.hint.startswith(f"give --encoding {encoding}, with which it reads")
    assert "--skip-invalid" not in error.hint


def test_line_and_bytes_are_told_and_how_the_word_reads() -> None:
    error = refused(b"email,name\na@example.com,Ada\nz@example.com,Zo\xeb Byron\n")
    assert error.message == '"people.csv" is not utf-8: line 3 holds the byte EB'
    assert error.hint == 'give --encoding cp1252, with which it reads "Zoë"'


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_through_any_number_of_bytes(end: str) -> None:
    start = f"é{end}".encode() * 50_000
    assert "line 50001 holds the byte FF" in refused(start + b"\xff\n").message


def test_a_single_line_at_fault_in_utf_8_is_for_correction() -> None:
    text = "".join(f"{name},1\n" for name in ("Zoë", "Jürgen", "José"))
    error = refused(text.encode() + b"M\xfcller,1\n" + text.encode())
    assert "fix that line" in str(error.hint)


def test_utf_8_under_another_name_is_told() -> None:
    assert refused("Zoë\n".encode(), "ascii").hint == "it is UTF-8: leave --encoding out"


def test_a_file_that_ends_in_the_middle_of_a_letter_is_told() -> None:
    assert "line 2 holds the byte C3" in refused(b"email\nZo\xc3").message


def test_text_in_its_encoding_is_no_fault() -> None:
    for encoding in ("utf-8", "cp1252", "utf-16-le"):
        check_text(io.BytesIO("Zoë\n".encode(encoding) * 9), Encoding(encoding), "people.csv")


def test_a_header_in_another_encoding_is_told_the_same(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"email,Pr\xe9nom\na@example.com,Ada\n")
    with pytest.raises(UsageError, match="line 1 holds the byte E9") as caught:
        open_source(path)
    assert caught.value.hint == 'give --encoding cp1252, with which it reads "Prénom"'


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "mac_roman"])
def test_utf_8_is_not_read_with_a_byte_a_letter(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "people.csv"
    path.write_text(
        "email,firstName\n" + "a@example.com,Ada\n" * 9999 + "z@example.com,Zoë\n", "utf-8"
    )
    with pytest.raises(UsageError, match=r'is UTF-8; as .*, "Zoë" becomes') as caught:
        open_source(path, encoding=encoding)
    assert caught.value.hint == "leave --encoding out"


@pytest.mark.parametrize("content", [b"email\nada@example.com\n", b"email\nZo\xeb \xc3\xab\n"])
def test_what_is_ascii_or_no_utf_8_is_read_as_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    assert len(list(open_source(path, encoding="cp1252").rows())) == 1
