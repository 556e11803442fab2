"""JSON Lines and JSON arrays to numbered rows."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactctl.errors import UsageError
from contactctl.exact_json import Number, to_json
from contactctl.importing.reading.json_rows import read_json_array, read_json_lines

if TYPE_CHECKING:
    from contactctl.importing.row import Row


class Trickle(io.StringIO):
    """Gives a few characters at a time, so that every boundary falls everywhere."""

    step = 1

    def read(self, size: int | None = -1) -> str:
        return super().read(min(size or 0, self.step) if size and size > 0 else size)


def lines(text: str) -> list[Row]:
    return list(read_json_lines(io.StringIO(text, newline="\n")))


def array(text: str) -> list[Row]:
    return list(read_json_array(io.StringIO(text, newline="\n")))


def test_a_line_is_a_row_and_blank_lines_are_counted() -> None:
    assert [(row.ordinal, row.line, row.values) for row in lines('{"a":1}\r\n\n {"b":"2"} ')] == [
        (1, 1, {"a": Number("1")}),
        (2, 3, {"b": "2"}),
    ]


def test_numbers_keep_their_digits() -> None:
    (row,) = lines('{"big": 9007199254740993, "small": 0.1000}')
    assert row.values is not None
    assert to_json(row.values) == '{"big":9007199254740993,"small":0.1000}'


def test_a_line_separator_character_is_data() -> None:
    assert [row.values for row in lines('{"a":"x\u2028y\u0085z"}')] == [{"a": "x\u2028y\u0085z"}]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"a"}', "not JSON: "),
        ("[1]", "not a JSON object"),
        ("NaN", "not a JSON object"),
        ('{"a":1,"a":2}', "given twice"),
        (r'{"a":"\ud800"}', "lone surrogate"),
        ('{"a":"\udcff"}', "not text in the file's encoding"),
        ('{"a":' + "[" * 10_000 + "]" * 10_000 + "}", "too deep"),
        ('{"a":1} {"b":2}', "not JSON: Extra data"),
    ],
)
@pytest.mark.parametrize("form", ["lines", "array"])
def test_what_is_no_object_is_a_problem_of_its_row(form: str, text: str, problem: str) -> None:
    if form == "lines":
        rows = lines(f'{{"x":1}}\n{text}\n{{"y":2}}\n')
    else:
        rows = array(f'[{{"x":1}},\n{text},\n{{"y":2}}]')
    assert [row.line for row in rows] == [1, 2, 3]
    assert problem in str(rows[1].problem)
    assert rows[1].cells == (text,)
    assert rows[2].values == {"y": Number("2")}


def test_a_line_may_be_as_long_as_the_limit() -> None:
    line = '{"a":"' + "x" * 991 + '"}'
    (row,) = read_json_lines(io.StringIO(f"{line}\n"), longest=1000)
    assert (len(line) + 1, row.problem) == (1000, None)
    with pytest.raises(UsageError, match="row on line 1 is longer"):
        list(read_json_lines(io.StringIO(f"{line} \n"), longest=1000))


def test_a_line_that_is_too_long_ends_the_reading() -> None:
    text = io.StringIO('{"a":1}\n{"a":"' + "x" * 1000 + '"}\n')
    with pytest.raises(UsageError, match="row on line 2 is longer"):
        list(read_json_lines(text, longest=1000))


@pytest.mark.parametrize("text", ["[]", " [ ] ", "\n[\n]\n"])
def test_an_empty_array_has_no_rows(text: str) -> None:
    assert array(text) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a JSON array"),
        ('{"a":1}', "not a JSON array"),
        ("[", "not closed; its last element begins on line 1"),
        ('[{"a":1},\n\n{"b', "not closed; its last element begins on line 3"),
        ('[{"a":"]}', "not closed"),
        ("[]\n\nx", "something follows the array on line 3"),
        ('[{"a":1}]]', "something follows the array on line 1"),
    ],
)
def test_an_array_that_is_none_is_refused_with_a_line(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        array(text)


def test_a_missing_or_trailing_element_is_a_problem() -> None:
    rows = array('[{"a":1},,{"b":2},]')
    assert [row.problem is None for row in rows] == [True, False, True, False]


def test_an_element_without_end_is_refused() -> None:
    text = io.StringIO('[{"a":1},\n{"a":"' + "x" * 400_000 + '"}]')
    with pytest.raises(UsageError, match="row on line 2 is longer"):
        list(read_json_array(text, longest=100_000))


def test_a_long_element_is_read_in_time_that_grows_with_its_length() -> None:
    rows = array('[{"a":"' + "x" * 3_000_000 + r"\"" + '"},{"b":1}]')
    assert [row.problem for row in rows] == [None, None]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('a"\\[]{},\n\u2028é', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('k"]', max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
_OBJECTS = st.lists(
    st.dictionaries(st.text('abc"\\]', max_size=4), _VALUES, max_size=4), max_size=5
)


@given(_OBJECTS, st.integers(1, 9), st.sampled_from([None, 1]), st.booleans())
def test_objects_are_read_back_from_both_forms_however_the_text_is_cut(
    objects: list[dict[str, object]],
    step: int,
    indent: int | None,
    ascii_only: bool,  # noqa: FBT001
) -> None:
    text = json.dumps(objects, indent=indent, ensure_ascii=ascii_only)
    stream = Trickle(text, newline="\n")
    stream.step = step
    from_array = [row.values for row in read_json_array(stream)]
    one_a_line = "".join(json.dumps(item, ensure_ascii=ascii_only) + "\n" for item in objects)
    assert from_array == [row.values for row in lines(one_a_line)]
    assert [json.loads(to_json(item or {})) for item in from_array] == objects


@given(st.text('[]{},:"\\ \n1atrue', max_size=40))
def test_any_text_gives_rows_or_a_usage_error(text: str) -> None:
    with suppress(UsageError):
        rows = array("[" + text)
        assert [row.ordinal for row in rows] == list(range(1, len(rows) + 1))


def test_several_lists_are_told_with_the_name_of_the_file() -> None:
    text = '{"a": [{"email": "ada@example.com"}], "b": [{"email": "bob@example.com"}]}'
    rows = read_json_array(io.StringIO(text), wrapped_at=text.index("["), file="'my people.json'")
    with pytest.raises(UsageError) as caught:
        list(rows)
    assert """'.["NAME"]' 'my people.json' | contactctl import -""" in str(caught.value.hint)
