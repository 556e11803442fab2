"""Text formats of Postgres and MySQL, whose escapes become the text that they stand for."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactctl.errors import UsageError
from contactctl.importing.reading.escapes import delimiter_of, escaped, to_csv_lines


def cells(text: str, delimiter: str = "\t") -> list[list[str]]:
    """Return the cells of each row, read from the CSV that is made."""
    made = b"".join(to_csv_lines(io.BytesIO(text.encode()), delimiter)).decode()
    return list(csv.reader(io.StringIO(made, newline=""), delimiter=delimiter, strict=True))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\tb\nc\td\n", [["a", "b"], ["c", "d"]]),
        ("a\tb\r\nc\td", [["a", "b"], ["c", "d"]]),
        ("a\\nb\t\\tc\td\\\\e\n", [["a\nb", "\tc", "d\\e"]]),
        ("\\N\t\\\\N\tx\\N\n", [["", "\\N", "xN"]]),
        ('say "hi"\t"quoted"\n', [['say "hi"', '"quoted"']]),
        ("two\\\nlines\tb\n", [["two\nlines", "b"]]),
        ("a\\\tb\tc\n", [["a\tb", "c"]]),
        ("Zoë\t\n", [["Zoë", ""]]),
        ("a\tb\n\\.\nrest\n", [["a", "b"]]),
        ("a\\\\\nb\\\\\n", [["a\\"], ["b\\"]]),
    ],
)
def test_between_tabs_escapes_are_read(text: str, found: list[list[str]]) -> None:
    assert cells(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('a,"Ada \\"the\\" Byron"\n', [["a", 'Ada "the" Byron']]),
        ('"say ""hi""","two\nlines"\n', [['say "hi"', "two\nlines"]]),
        ('"a, b",\\N,"N"\n', [["a, b", "", "N"]]),
        ("a\\,b,c\n", [["a,b", "c"]]),
        ('5" pipe,x\n', [['5" pipe', "x"]]),
    ],
)
def test_between_commas_cells_may_stand_in_quotation_marks(
    text: str, found: list[list[str]]
) -> None:
    assert cells(text, ",") == found


@pytest.mark.parametrize("text", ["a\\", 'b,"open\n', 'a,"b" c\n'])
def test_a_record_without_an_end_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="row on line 1"):
        cells(text, ",")


@pytest.mark.parametrize(("rows", "mark"), [('"Ada,x\n', ","), ("C:\\\tx\\\n", "\t")])
def test_a_record_of_very_many_lines_is_not_read_over_and_over(rows: str, mark: str) -> None:
    """By the square, this would take ten minutes."""
    text = "a\n" + rows + rows.lstrip('"') * 20_000
    with pytest.raises(UsageError, match="the row on line 2 has no end"):
        cells(text, mark)
    closed = f'{text}"\n' if mark == "," else f"{text}\n"
    last = "b\n" * 1000
    _, long, *others = cells(closed + last, mark)
    assert ("".join(long).count("\n"), others) == (20_001, [["b"]] * 1000)


@pytest.mark.parametrize(("start", "delimiter"), [("a\tb,c", "\t"), ("a,b", ","), ("a;b;c,d", ";")])
def test_the_delimiter_is_seen_in_the_first_line(start: str, delimiter: str) -> None:
    assert delimiter_of(f"{start}\n1,2,3,4,5,6\n".encode()) == delimiter


@given(
    st.lists(
        st.lists(st.text('ab\\\n\t\r",;N.é', max_size=6), min_size=2, max_size=3),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from("\t,;"),
)
def test_what_is_written_with_escapes_reads_as_it_was(rows: list[list[str]], mark: str) -> None:
    text = "".join(escaped(row, mark) + "\n" for row in rows)
    assert cells(text, mark) == rows
