"""What stands around the rows of a CSV file: titles, comments, totals, cells without anything."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from contactctl.errors import UsageError
from contactctl.importing.keeping.rejects import Rejects
from contactctl.importing.reading.csv_head import sniff_delimiter
from contactctl.importing.reading.misread import MisreadError
from contactctl.importing.reading.source import open_source
from contactctl.importing.row import invalid

if TYPE_CHECKING:
    from pathlib import Path

    from contactctl.importing.reading.source import Source

HEADER = "email,firstName\n"
ADA = "ada@example.com,Ada\n"
ADA_CELLS = ["ada@example.com", "Ada"]


def opened(
    folder: Path, text: str, name: str = "a.csv", *, skip_lines: int = 0, header: str | None = None
) -> Source:
    path = folder / name
    path.write_bytes(text.encode())
    return open_source(path, skip_lines=skip_lines, header=header)


def cells(source: Source) -> list[list[str]]:
    return [[*row.cells] for row in source.rows() if row.problem is None]


def problems(source: Source) -> list[tuple[int, str]]:
    return [(row.line, row.problem) for row in source.rows() if row.problem]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("email|firstName\na@example.com|Ada\n", "|"),
        ("email;first,last\na@example.com;Ada\nb@example.com;Bob\n", ";"),
        ("email,note\na@example.com,hello; you; two\nb@example.com,x;y;z;a\n", ","),
        ('email\tnote\na@example.com\t"a,b,c\nd,e"\n', "\t"),
        ("People, of us; all\nemail;plan\na@b.co;x\n", ";"),
        ("only\na@b.co\n", ","),
    ],
)
def test_the_delimiter_is_the_one_of_most_lines(text: str, delimiter: str) -> None:
    assert sniff_delimiter(text) == delimiter


@pytest.mark.parametrize("first", ["sep={}", '"sep={}"', "SEP={}", "sep={}\r", "sep={};;;"])
@pytest.mark.parametrize("delimiter", [";", ",", "|", "^"])
def test_the_delimiter_line_of_excel_is_no_header(
    tmp_path: Path, first: str, delimiter: str
) -> None:
    text = first.format(delimiter) + "\n" + (HEADER + ADA).replace(",", delimiter)
    source = opened(tmp_path, text)
    assert source.columns == ("email", "firstName")
    assert [(row.line, row.cells) for row in source.rows()] == [(3, ADA_CELLS)]


def test_a_file_named_tsv_is_read_by_what_it_holds(tmp_path: Path) -> None:
    assert opened(tmp_path, HEADER + ADA, "a.tsv").columns == ("email", "firstName")
    assert opened(tmp_path, "a,b\tc\n1,2\t3\n", "a.tsv").columns == ("a,b", "c")


@pytest.mark.parametrize(
    ("title", "what", "skipped"),
    [
        ("# exported 2024-01-17\n", "a comment", 1),
        ("# exported\n# by hand\n", "a comment", 2),
        ("Subscribers export 2024-01-17,,\n,,\n", "a title", 2),
        ("Subscribers,,\nExported,2024-01-17,\n,,\n", "a title", 3),
        ("Table 1\n\n", "a title", 2),
    ],
)
def test_lines_before_the_header_are_told_and_passed_over(
    tmp_path: Path, title: str, what: str, skipped: int
) -> None:
    text = title + "email,firstName,plan\nada@example.com,Ada,pro\n"
    with pytest.raises(UsageError, match=f"line 1 is {what}, not the header") as caught:
        opened(tmp_path, text)
    assert str(caught.value.hint).endswith(f"on line {skipped + 1}: give --skip-lines {skipped}")
    source = opened(tmp_path, text, skip_lines=skipped)
    assert source.columns == ("email", "firstName", "plan")
    (row,) = source.rows()
    assert (row.line, row.cells) == (skipped + 2, ["ada@example.com", "Ada", "pro"])


@pytest.mark.parametrize(
    "text",
    [
        "#,email\n1,a@example.com\n",
        "#email,plan\na@example.com,pro\n",
        "email,,\n12,,\na@example.com,,\n",
        "userId,email\n12,\n13,a@example.com\n",
    ],
)
def test_a_header_that_looks_a_little_odd_is_one(tmp_path: Path, text: str) -> None:
    assert opened(tmp_path, text).columns


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a@example.com,Ada\nb@example.com,Bob\n", "email,NAME"),
        ("a@example.com\nb@example.com\n", "email"),
        ("Ada;a@example.com\n", "NAME,email"),
    ],
)
def test_a_missing_header_is_told_with_the_flag_that_names_the_columns(
    tmp_path: Path, text: str, names: str
) -> None:
    with pytest.raises(UsageError, match="the file has no header") as caught:
        opened(tmp_path, text)
    assert str(caught.value.hint).endswith(f"--header {names}")
    source = opened(tmp_path, text, header=names)
    assert source.columns == tuple(names.split(","))
    assert len(cells(source)) == len(text.splitlines())
    assert next(source.rows()).line == 1


def test_columns_without_names_can_be_left_out_until_somebody_names_them(tmp_path: Path) -> None:
    with pytest.raises(MisreadError) as caught:
        opened(tmp_path, "Ada;a@example.com;x\n")
    assert caught.value.better == {"header": "column1,email,column3"}
    with pytest.raises(MisreadError) as caught:
        opened(tmp_path, "a@example.com;b@example.com\n")
    assert caught.value.better is None


@pytest.mark.parametrize("mark", ["^", "~", ":", "\N{SECTION SIGN}"])
def test_a_mark_that_few_programs_put_between_cells_is_told(tmp_path: Path, mark: str) -> None:
    text = (HEADER + ADA).replace(",", mark)
    with pytest.raises(MisreadError, match="seems to separate the cells") as caught:
        opened(tmp_path, text)
    assert caught.value.better == {"delimiter": mark}


@pytest.mark.parametrize("text", ["email\na:b@example.com\n", "a:email\nx:y:a@example.com\n"])
def test_a_mark_that_lines_have_by_chance_is_none(tmp_path: Path, text: str) -> None:
    assert len(opened(tmp_path, text).columns or ()) == 1


def test_lines_that_are_quoted_as_a_whole_are_told_with_what_takes_the_marks_off(
    tmp_path: Path,
) -> None:
    with pytest.raises(MisreadError, match="the whole line is in quotation marks") as caught:
        opened(tmp_path, '"email,""firstName"""\r\n"ada@example.com,""Ada"""\r\n')
    other = tmp_path / "b.csv"
    other.write_text("email;plan\nada@example.com;x\n")
    assert open_source(other, delimiter=",").columns == ("email;plan",)
    done = subprocess.run(["/bin/sh", "-c", caught.value.through], capture_output=True, check=True)
    assert done.stdout == b'email,"firstName"\nada@example.com,"Ada"\n'


def test_a_header_that_names_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--header names no column"):
        opened(tmp_path, ADA, header="")
    with pytest.raises(UsageError, match="are for CSV, and the file is JSON"):
        opened(tmp_path, '{"email":"a@example.com"}\n', "a.jsonl", header="email")


@pytest.mark.parametrize("blank", [",\n", ' , " " \n', "\n", "\x1a", '"",""\n', "\xa0,\n", ",,,\n"])
def test_rows_of_delimiters_and_spaces_are_passed_over(tmp_path: Path, blank: str) -> None:
    source = opened(tmp_path, HEADER + ADA + blank)
    assert [(row.ordinal, row.cells, row.problem) for row in source.rows()] == [
        (1, ADA_CELLS, None)
    ]


def test_empty_cells_beyond_the_header_are_passed_over_and_full_ones_are_not(
    tmp_path: Path,
) -> None:
    source = opened(tmp_path, HEADER + "ada@example.com,Ada, ,\nb@example.com,Bob,x\n")
    assert cells(source) == [ADA_CELLS]
    assert problems(source) == [(3, "3 cells, and the header has 2")]


def test_a_delimiter_at_the_end_of_the_header_alone_is_passed_over(tmp_path: Path) -> None:
    source = opened(tmp_path, "email,firstName,\n" + ADA + "b@example.com\n")
    assert cells(source) == [[*ADA_CELLS, ""]]
    assert problems(source) == [(3, "1 cell, and the header has 3")]


@pytest.mark.parametrize(
    ("footer", "what"),
    [
        ("(1 row)", "the count of rows"),
        ("(12,345 rows)", "the count of rows"),
        ("2 rows in set (0.00 sec)", "the count of rows"),
        ("Total: 12", "a total below the table"),
        ("Grand Total 12", "a total below the table"),
        ("-----------------+------------", "decoration of a table"),
        ("+----+", "decoration of a table"),
    ],
)
@pytest.mark.parametrize("header", [HEADER, "email\n"])
def test_what_stands_below_a_table_is_told_as_what_it_is(
    tmp_path: Path, footer: str, what: str, header: str
) -> None:
    source = opened(tmp_path, header + f'"{footer}"\n')
    ((line, problem),) = problems(source)
    assert line == 2
    assert what in problem


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("email\xa0,first\xa0 name\n", ("email", "first  name")),
        ("\u200bemail,first\xadName\ufeff\n", ("email", "firstName")),
        ("email ,\tfirstName\n", ("email", "firstName")),
    ],
)
def test_what_nobody_sees_in_a_header_is_no_part_of_its_names(
    tmp_path: Path, header: str, columns: tuple[str, ...]
) -> None:
    assert opened(tmp_path, header + ADA).columns == columns


@pytest.mark.parametrize(
    ("text", "skip_lines", "header"),
    [
        ("sep=;\nemail;firstName\nada@example.com;Ada\n", 0, None),
        ("Title\r\n\r\nemail,firstName\r\nada@example.com,Ada\r\n", 2, None),
        (ADA, 0, "email,firstName"),
        ("Title\n" + ADA, 1, "email,firstName"),
    ],
)
def test_rejects_are_read_back_with_the_same_flags(
    tmp_path: Path, text: str, skip_lines: int, header: str | None
) -> None:
    path = tmp_path / "out.csv"
    source = opened(tmp_path, text, skip_lines=skip_lines, header=header)
    with Rejects(path, source) as rejects:
        for row in source.rows():
            rejects.add(row, invalid(row.ordinal, "no"))
    back = open_source(path, skip_lines=skip_lines, header=header)
    assert back.columns == ("email", "firstName", "error")
    assert cells(back) == [[*ADA_CELLS, "no"]]


def test_other_flags_of_reading_mean_other_rows(tmp_path: Path) -> None:
    text = "x\n" + HEADER + ADA
    meanings = {
        opened(tmp_path, text, skip_lines=skip, header=names).meaning
        for skip, names in ((1, None), (2, "email,firstName"), (2, "email,lastName"), (0, "x"))
    }
    assert len(meanings) == 4
