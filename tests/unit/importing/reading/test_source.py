"""Files as they lie on a disk: names, encodings, compression, and what is no such file."""

from __future__ import annotations

import gzip
import os
from typing import TYPE_CHECKING

import pytest

from contactctl.errors import ContactctlError, MachineError, UsageError
from contactctl.importing.reading.source import open_source

if TYPE_CHECKING:
    from pathlib import Path

    from contactctl.importing.reading.source import Source

TEXT = "email;firstName\nzoë@example.com;Zoë\n"


def write(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def cells(source: Source) -> list[list[str]]:
    return [list(row.cells) for row in source.rows()]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), None),
        (TEXT.encode("utf-8-sig"), None),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("utf-16"), None),
        (TEXT.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), None),
        (TEXT.encode("utf-32"), None),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("cp1252"), "cp1252"),
        (TEXT.encode("cp1252"), "Latin-1"),
    ],
)
def test_text_is_found_behind_every_encoding(
    tmp_path: Path, content: bytes, encoding: str | None
) -> None:
    source = open_source(write(tmp_path, "a.csv", content), encoding=encoding)
    assert source.columns == ("email", "firstName")
    assert cells(source) == [["zoë@example.com", "Zoë"]]


def test_bytes_in_another_encoding_are_a_problem_of_their_row(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", b"email\nzo\xeb@x.org\nok@x.org\n")
    source = open_source(path, skip_bad_text=True)
    problems = [row.problem for row in source.rows()]
    assert problems == ["line 2 holds bytes that are not text in the encoding", None]


def test_a_lone_surrogate_in_utf_16_is_a_problem_of_its_row(tmp_path: Path) -> None:
    content = b"\xff\xfe" + "email\n\ud800\n".encode("utf-16-le", "surrogatepass")
    (row,) = open_source(write(tmp_path, "a.csv", content), skip_bad_text=True).rows()
    assert row.problem == "line 2 holds bytes that are not text in the encoding"


def test_utf_16_cut_in_the_middle_of_a_character_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", TEXT.encode("utf-16")[:-1])
    with pytest.raises(UsageError, match="does not hold text in its encoding"):
        cells(open_source(path, skip_bad_text=True))
    with pytest.raises(UsageError, match="is not utf-16-le: line 2 holds the byte 0A"):
        open_source(path)


def test_utf_16_without_a_mark_is_refused_with_the_way_out(tmp_path: Path) -> None:
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        path = write(tmp_path, "a.csv", TEXT.encode(encoding))
        with pytest.raises(UsageError, match=f"is text in {encoding} without a byte order mark"):
            open_source(path)
        assert cells(open_source(path, encoding=encoding)) == [["zoë@example.com", "Zoë"]]


@pytest.mark.parametrize("name", ["no-such-thing", "hex", "rot13", "", "\0"])
def test_an_unknown_encoding_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="--encoding"):
        open_source(write(tmp_path, "a.csv", TEXT), encoding=name)


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("a.csv", "email\n", "csv"),
        ("a.tsv", "email\n", "tsv"),
        ("a.jsonl", '{"email":"a@b.co"}\n', "jsonl"),
        ("a.ndjson", '{"email":"a@b.co"}\n', "jsonl"),
        ("a.json", '[{"email":"a@b.co"}]', "json"),
        ("a.json", '{"email":"a@b.co"}', "jsonl"),
        ("export", ' \n[{"email":"a@b.co"}]', "json"),
        ("export", '{"email":"a@b.co"}', "jsonl"),
        ("export.txt", "email\n", "csv"),
        ("A.CSV", '[email\n{"\n', "csv"),
    ],
)
def test_the_form_is_told_by_name_then_by_content(
    tmp_path: Path, name: str, content: str, form: str
) -> None:
    assert open_source(write(tmp_path, name, content)).form == form
    packed = write(tmp_path, name + ".gz", gzip.compress(content.encode()))
    assert open_source(packed).form == form


def test_a_given_form_and_delimiter_win(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", "email|n;m\na@b.co|1\n")
    source = open_source(path, form="csv", delimiter="|")
    assert source.columns == ("email", "n;m")
    assert cells(source) == [["a@b.co", "1"]]


@pytest.mark.parametrize("given", ["", "ab", '"', "\n", "x"])
def test_a_delimiter_that_cannot_be_one_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(UsageError, match="--delimiter"):
        open_source(write(tmp_path, "a.csv", TEXT), delimiter=given)


@pytest.mark.parametrize("given", ["tab", r"\t", "\t"])
def test_a_tab_can_be_named(tmp_path: Path, given: str) -> None:
    source = open_source(write(tmp_path, "a.csv", "email\tplan\n"), delimiter=given)
    assert source.columns == ("email", "plan")


def test_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    assert cells(open_source(write(tmp_path, "a.csv", "email,plan"))) == []


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"\xff\xfe", b" \t\r\n"])
@pytest.mark.parametrize("name", ["a.csv", "a.json", "-"])
def test_an_empty_file_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(UsageError, match="is empty"):
        open_source(write(tmp_path, name, content))


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_json_lines_of_no_rows_are_an_export_of_nobody(tmp_path: Path, content: bytes) -> None:
    assert list(open_source(write(tmp_path, "a.jsonl", content)).rows()) == []
    assert list(open_source(write(tmp_path, "a", content), form="jsonl").rows()) == []


def test_the_same_content_has_the_same_digest_under_any_name(tmp_path: Path) -> None:
    one = open_source(write(tmp_path, "a.csv", TEXT))
    other = open_source(write(tmp_path, "b.csv", TEXT))
    changed = open_source(write(tmp_path, "c.csv", TEXT + "x;y\n"))
    assert one.digest == other.digest != changed.digest


def test_a_file_that_changes_between_two_readings_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", TEXT)
    source = open_source(path)
    write(tmp_path, "a.csv", TEXT + "a@b.co;A\n")
    with pytest.raises(UsageError, match="grew from 38 bytes to 47 while it was being read"):
        cells(source)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        open_source(tmp_path / "none.csv")
    with pytest.raises(ContactctlError, match="cannot read"):
        open_source(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_an_unreadable_file_is_the_machines_fault(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", TEXT)
    path.chmod(0)
    with pytest.raises(MachineError, match="Permission denied"):
        open_source(path)


@pytest.mark.parametrize("cut", [4, 20, -4])
def test_a_gzip_file_cut_short_is_refused(tmp_path: Path, cut: int) -> None:
    packed = gzip.compress((TEXT * 100).encode())
    with pytest.raises(UsageError, match="not a whole gzip file"):
        cells(open_source(write(tmp_path, "a.csv.gz", packed[:cut])))


def test_gzip_is_told_by_content_not_by_name(tmp_path: Path) -> None:
    for name, content in (("a.csv.gz", TEXT.encode()), ("a.csv", gzip.compress(TEXT.encode()))):
        source = open_source(write(tmp_path, name, content))
        assert cells(source) == [["zoë@example.com", "Zoë"]]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_any_number_of_byte_order_marks_is_passed_over(tmp_path: Path, encoding: str) -> None:
    content = ("\ufeff" + TEXT).encode(encoding)
    source = open_source(write(tmp_path, "a.csv", content))
    assert source.columns == ("email", "firstName")


@pytest.mark.parametrize("stop_after", [0, 1])
def test_rows_left_unread_leave_no_file_open(tmp_path: Path, stop_after: int) -> None:
    """Warnings are errors here: an open file would fail the test."""
    rows = open_source(write(tmp_path, "a.csv", TEXT)).rows()
    for _ in range(stop_after):
        next(rows)
    del rows
