"""Failed rows in the input's own form, ready to be fixed and fed back."""

from __future__ import annotations

import gzip
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from known_account import account_fields

from contactctl.errors import MachineError, UsageError
from contactctl.importing.columns.convert import CsvConverter
from contactctl.importing.columns.convert_json import JsonConverter
from contactctl.importing.columns.rules import ColumnRules
from contactctl.importing.keeping.rejects import Rejects
from contactctl.importing.reading.csv_fit import is_blank
from contactctl.importing.reading.source import open_source
from contactctl.importing.row import Result, invalid

if TYPE_CHECKING:
    from pathlib import Path

    from contactctl.importing.reading.source import Source

CSV = b'email;note\r\na@b.co;"x;""y""\nz"\r\nb@b.co;\xc3\xa9\r\n'


def write(folder: Path, content: bytes, name: str = "in.csv") -> Source:
    path = folder / name
    path.write_bytes(content)
    return open_source(path, skip_bad_text=True)


def reject(
    source: Source, path: Path, reason: str = "no", *, has_error_property: bool = False
) -> Source:
    """Reject all rows and return the file of rejects as a source."""
    with Rejects(path, source, has_error_property=has_error_property) as rejects:
        for row in source.rows():
            rejects.add(row, invalid(row.ordinal, reason))
    return open_source(path, skip_bad_text=True)


def cells(source: Source) -> list[list[str]]:
    return [list(row.cells) for row in source.rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_rows_come_back_with_their_cells_and_the_reason(tmp_path: Path, encoding: str) -> None:
    source = write(tmp_path, CSV.decode().encode(encoding))
    back = reject(source, tmp_path / "out.csv", "because;\n“so”")
    assert back.columns == ("email", "note", "error")
    assert back.encoding == source.encoding
    assert [row[:2] for row in cells(back)] == cells(source)
    assert {row[2] for row in cells(back)} == {"because;\n“so”"}


def test_the_input_reads_the_rejects_with_the_same_rules(tmp_path: Path) -> None:
    source = write(tmp_path, CSV)
    back = reject(source, tmp_path / "out.csv")
    fields = account_fields({"note": "string"}, str)

    def bodies(file: Source) -> list[bytes]:
        converter = CsvConverter(file.columns or (), ColumnRules(), fields)
        return [converter.to_change(row).to_body() for row in file.rows()]

    assert bodies(source) == bodies(back)


def test_rejects_of_rejects_have_one_column_for_the_reason(tmp_path: Path) -> None:
    once = reject(write(tmp_path, CSV), tmp_path / "once.csv", "old")
    twice = reject(once, tmp_path / "twice.csv", "new")
    assert twice.columns == once.columns
    assert {row[2] for row in cells(twice)} == {"new"}


def test_a_property_called_error_keeps_its_column(tmp_path: Path) -> None:
    source = write(tmp_path, b"email,error\na@b.co,mine\n")
    back = reject(source, tmp_path / "out.csv", has_error_property=True)
    assert back.columns == ("email", "error", "import_error")
    assert cells(back) == [["a@b.co", "mine", "no"]]


def test_rows_of_another_length_lose_nothing(tmp_path: Path) -> None:
    source = write(tmp_path, b"email,a,b\nx\n1,2,3,4,5\n")
    path = tmp_path / "out.csv"
    reject(source, path)
    assert path.read_bytes() == b"email,a,b,error\r\nx,,,no\r\n1,2,3,no,4,5\r\n"


def test_undecodable_bytes_are_written_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    reject(write(tmp_path, b"email\nzo\xeb@b.co\n"), path)
    assert b"zo\xeb@b.co,no" in path.read_bytes()


def test_a_reason_that_the_encoding_cannot_spell_is_written_out(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes("email\nzoë@b.co\n".encode("cp1252"))
    source = open_source(path, encoding="cp1252")
    with Rejects(tmp_path / "out.csv", source) as rejects:
        for row in source.rows():
            rejects.add(row, invalid(1, "→ bad"))
    back = open_source(tmp_path / "out.csv", encoding="cp1252")
    assert cells(back) == [["zoë@b.co", "\\u2192 bad"]]


def test_what_a_json_file_escapes_is_escaped_again_where_its_encoding_lacks_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b'{"email":"zo\xeb"}\n{"email":"\\u0141\xf3d\\u017a"}\n')
    source = open_source(path, encoding="cp1252")
    with Rejects(tmp_path / "out.jsonl", source) as rejects:
        for row in source.rows():
            rejects.add(row, invalid(1, "no"))
    assert (tmp_path / "out.jsonl").read_bytes().splitlines() == [
        b'{"email":"zo\xeb","error":"no"}',
        b'{"email":"\\u0141\\u00f3d\\u017a","error":"no"}',
    ]


def test_rows_that_did_not_fail_are_passed_over_and_nothing_failed_is_an_empty_file(
    tmp_path: Path,
) -> None:
    for name in ("in.csv", "in.json"):
        source = write(tmp_path, CSV if name == "in.csv" else b'[{"email":"a@b.co"}]', name)
        path = tmp_path / "out"
        with Rejects(path, source) as rejects:
            for row in source.rows():
                rejects.add(row, Result(row.ordinal, "done", "c", 1))
        assert path.read_bytes() == b""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("in.jsonl", b'{"email":"a@b.co","n":0.10}\n\n{"userId":"7"}\n'),
        ("in.json", b'[{"email":"a@b.co","n":0.10}, {"userId":"7"}]'),
    ],
)
def test_json_rows_come_back_exactly(tmp_path: Path, name: str, content: bytes) -> None:
    source = write(tmp_path, content, name)
    path = tmp_path / name.replace("in", "out")
    back = reject(source, path)
    assert back.form == source.form
    assert b'"n":0.10,"error":"no"' in path.read_bytes()
    converter = JsonConverter(ColumnRules(), account_fields({"n": "number"}, str))
    bodies = [
        [converter.to_change(row).to_body() for row in file.rows()] for file in (source, back)
    ]
    assert bodies[0] == bodies[1]


def test_a_json_line_that_could_not_be_read_is_kept_as_text(tmp_path: Path) -> None:
    source = write(tmp_path, b'{"email":\n{"email":"b@b.co"}\n', "in.jsonl")
    path = tmp_path / "out.jsonl"
    reject(source, path)
    assert path.read_bytes().splitlines()[0] == b'{"raw":"{\\"email\\":","error":"no"}'


def test_rejects_can_be_packed(tmp_path: Path) -> None:
    path = tmp_path / "out.csv.gz"
    assert len(cells(reject(write(tmp_path, CSV), path))) == 2
    assert gzip.decompress(path.read_bytes()).startswith(b"email;note;error\r\n")


def test_the_input_itself_is_never_overwritten(tmp_path: Path) -> None:
    source = write(tmp_path, CSV)
    (tmp_path / "link.csv").symlink_to(source.path)
    for path in (source.path, tmp_path / "link.csv"):
        with pytest.raises(UsageError, match="is the file that is read"):
            Rejects(path, source)
    assert source.path.read_bytes() == CSV


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    source = write(tmp_path, CSV)
    with pytest.raises(MachineError, match="cannot write the rejects to"):
        Rejects(tmp_path / "none" / "out.csv", source)


def test_a_disk_that_is_full_is_named(tmp_path: Path) -> None:
    source = write(tmp_path, CSV)
    rejects = Rejects(tmp_path / "out.csv", source)
    row = next(source.rows())

    class Full:
        def write(self, _: str) -> int:
            raise OSError(28, "No space left on device")

    real, rejects._stream = rejects._stream, Full()  # type: ignore[assignment]
    with pytest.raises(MachineError, match="No space left"):
        rejects.add(row, invalid(1, "no"))
    rejects._stream = real
    rejects.close()


_CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)


@given(
    st.lists(st.tuples(_CELL, _CELL, _CELL), min_size=1, max_size=5), _CELL, st.sampled_from(",;\t")
)
def test_any_cells_come_back(
    tmp_path_factory: pytest.TempPathFactory,
    table: list[tuple[str, str, str]],
    reason: str,
    delimiter: str,
) -> None:
    folder = tmp_path_factory.mktemp("rejects")
    lines = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in table]
    (folder / "in.csv").write_bytes("\r\n".join([f"A{delimiter}B{delimiter}C", *lines]).encode())
    source = open_source(folder / "in.csv")
    filled = [row for row in table if not is_blank([*row])]
    assume(filled)
    back = reject(source, folder / "out.csv", reason)
    assert cells(back) == [[*row, reason] for row in filled]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
@pytest.mark.parametrize("name", ["bad.csv", "bad.csv.gz"])
def test_a_new_file_is_for_its_owner_alone_and_one_that_is_there_keeps_its_mode(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "people.csv").write_text("email\n")
    source, path = open_source(tmp_path / "people.csv"), tmp_path / name
    old = os.umask(0)
    try:
        Rejects(path, source).close()
        assert path.stat().st_mode & 0o777 == 0o600
        path.chmod(0o644)
        Rejects(path, source).close()
        assert path.stat().st_mode & 0o777 == 0o644
    finally:
        os.umask(old)
