"""Sheets of workbooks, read as the CSV that they would be."""

from __future__ import annotations

import io
import sys
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest

from contactctl.errors import UsageError
from contactctl.importing.reading.input_file import open_input

if TYPE_CHECKING:
    from pathlib import Path

openpyxl = pytest.importorskip("openpyxl", reason="makes the workbooks of these tests")
pytest.importorskip("python_calamine", reason="the extra excel")

OPEN_DOCUMENT = """<office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
<table:table table:name="People"><table:table-row><table:table-cell office:value-type="string">
<text:p>email</text:p></table:table-cell><table:table-cell office:value-type="string">
<text:p>seats</text:p></table:table-cell></table:table-row><table:table-row>
<table:table-cell office:value-type="string"><text:p>ada@example.com</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="12"><text:p>12,00</text:p>
</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>
</office:document-content>"""


def workbook(path: Path, *rows: list[Any]) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "People"
    for row in rows:
        book.active.append(row)
    book.create_sheet("Others").append(["userId"])
    book.save(path)
    return path


def cells(folder: Path, file: str, stdin: io.TextIOBase | None = None, **flags: str) -> list[Any]:
    """Return the header, and each row with its line."""
    text: Any = stdin or io.StringIO()
    with open_input(file, text, folder / "state", sheet=flags.get("sheet")) as given:
        rows = [(row.line, *row.cells) for row in given.source.rows()]
        return [given.source.columns, *rows]


def test_each_cell_is_text_of_its_own_type(tmp_path: Path) -> None:
    day = datetime(2024, 1, 17, tzinfo=UTC).replace(tzinfo=None)
    moment = day.replace(hour=10, minute=21, second=11)
    file = workbook(
        tmp_path / "people.xlsx",
        ["email", "userId", "seats", "trial", "signupDate", "zip"],
        ["ada@example.com", 7210448301122, 12.5, True, moment, "02134"],
        [],
        ["bob@example.com", 42, 3.0, False, date(2024, 1, 17), None],
        ["cy@example.com", None, -0.1, None, moment.replace(microsecond=250_000), 'say "hi", Cy'],
        ["dy@example.com", None, None, None, day, None],
    )
    assert cells(tmp_path, str(file)) == [
        ("email", "userId", "seats", "trial", "signupDate", "zip"),
        (2, "ada@example.com", "7210448301122", "12.5", "true", "2024-01-17T10:21:11", "02134"),
        (4, "bob@example.com", "42", "3", "false", "2024-01-17", ""),
        (5, "cy@example.com", "", "-0.1", "", "2024-01-17T10:21:11.250", 'say "hi", Cy'),
        (6, "dy@example.com", "", "", "", "2024-01-17", ""),
    ]
    assert list((tmp_path / "state").iterdir()) == []


def test_a_sheet_can_be_named(tmp_path: Path) -> None:
    file = str(workbook(tmp_path / "people.csv", ["email"]))
    assert cells(tmp_path, file, sheet="Others") == [("userId",)]
    with pytest.raises(UsageError, match='no sheet "others"') as caught:
        cells(tmp_path, file, sheet="others")
    assert caught.value.hint == 'it has "People", "Others"'
    assert list((tmp_path / "state").iterdir()) == []


def test_a_workbook_may_come_through_a_pipe(tmp_path: Path) -> None:
    file = workbook(tmp_path / "people.xlsx", ["email"], ["ada@example.com"])
    found = cells(tmp_path, "-", io.TextIOWrapper(io.BytesIO(file.read_bytes())))
    assert found == [("email",), (2, "ada@example.com")]
    assert list((tmp_path / "state").iterdir()) == []


def test_an_open_document_is_read_as_well(tmp_path: Path) -> None:
    file = tmp_path / "people.ods"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    )
    with ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", OPEN_DOCUMENT.replace("\n", ""))
        archive.writestr("META-INF/manifest.xml", manifest)
    assert cells(tmp_path, str(file)) == [("email", "seats"), (2, "ada@example.com", "12")]


def test_a_sheet_of_another_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email\n")
    with pytest.raises(UsageError, match="--sheet is for workbooks"):
        cells(tmp_path, str(file), sheet="People")


def test_a_damaged_workbook_is_told_of(tmp_path: Path) -> None:
    file = tmp_path / "people.xlsx"
    with ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "cut off")
    with pytest.raises(UsageError, match="cannot be read as a workbook"):
        cells(tmp_path, str(file))


def test_without_the_extra_its_installation_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = workbook(tmp_path / "people.xlsx", ["email"])
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(UsageError, match="is not installed") as caught:
        cells(tmp_path, str(file))
    assert "pip install 'contactctl[excel]'" in str(caught.value.hint)
    assert "save the sheet as CSV UTF-8" in str(caught.value.hint)


def test_lines_are_the_rows_of_the_sheet(tmp_path: Path) -> None:
    ada, bob, cy = "ada@example.com", "bob@example.com", "cy@example.com"
    rows = [[], ["email", "note"], [ada, f"one\n{bob},two\nthree"], [], [bob, "one"], [cy, "two"]]
    file = workbook(tmp_path / "people.xlsx", *rows)
    found = cells(tmp_path, str(file))[1:]
    assert [(line, address) for line, address, _ in found] == [(3, ada), (5, bob), (6, cy)]


def test_an_empty_sheet_is_told_with_the_others(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r'the sheet "People" of .* is empty') as caught:
        cells(tmp_path, str(workbook(tmp_path / "people.xlsx")))
    assert caught.value.hint == 'it also has "Others": give --sheet NAME'
