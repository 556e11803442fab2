"""Objects in every layout that programs give them are rows; what holds none is named."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from contactctl.errors import UsageError
from contactctl.exact_json import Number
from contactctl.importing.reading.source import open_source

if TYPE_CHECKING:
    from pathlib import Path

    from contactctl.importing.reading.source import Source

A, B = {"email": "a@example.com"}, {"email": "b@example.com"}
ONE, TWO = json.dumps(A), json.dumps(B)
LAYOUTS = {
    "lines": f"{ONE}\n{TWO}\n",
    "array": f"[{ONE},{TWO}]",
    "array over lines": json.dumps([A, B], indent=2),
    "concatenated": ONE + TWO,
    "pretty": json.dumps(A, indent=2) + "\n" + json.dumps(B, indent=2),
    "comma at each line's end": f"{ONE},\n{TWO},\n",
    "wrapped": json.dumps({"users": [A, B]}),
    "wrapped with counts": json.dumps(
        {"total": 2, "page": {"n": 1}, "users": [A, B], "next": None}
    ),
    "wrapped over lines": "\n" + json.dumps({"count": 2, "users": [A, B]}, indent=1) + "\n",
    "wrapped in several objects": json.dumps(
        {"meta": {"n": 2}, "data": {"page": {"users": [A, B], "next": None}}, "took": 1}
    ),
    "wrapped beside an empty list": json.dumps({"users": [A, B], "tags": ["x"]}),
}


def opened(folder: Path, text: str, name: str = "a.json") -> Source:
    path = folder / name
    path.write_text(text)
    return open_source(path)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl", "a", "a.txt.gz"])
def test_objects_are_rows_in_every_layout(tmp_path: Path, layout: str, name: str) -> None:
    path = tmp_path / name
    text = LAYOUTS[layout].encode()
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    rows = list(open_source(path).rows())
    assert [row.values for row in rows] == [A, B]
    assert [row.ordinal for row in rows] == [1, 2]
    assert {row.problem for row in rows} == {None}


def test_lines_are_counted_in_what_is_spread_over_them(tmp_path: Path) -> None:
    pretty = opened(tmp_path, LAYOUTS["pretty"])
    assert [row.line for row in pretty.rows()] == [1, 4]
    wrapped = opened(tmp_path, LAYOUTS["wrapped over lines"])
    assert [row.line for row in wrapped.rows()] == [5, 8]


@pytest.mark.parametrize("layout", ["wrapped", "pretty"])
def test_a_large_file_is_seen_from_its_beginning(tmp_path: Path, layout: str) -> None:
    people = [{"email": f"{number}@example.com", "note": "x" * 40} for number in range(5000)]
    if layout == "wrapped":
        text = json.dumps({"total": 5000, "users": people})
    else:
        text = "\n".join(json.dumps(one, indent=1) for one in people)
    assert [row.values for row in opened(tmp_path, text).rows()] == people


def test_one_object_with_an_address_is_a_row_whatever_lists_it_has(tmp_path: Path) -> None:
    person = A | {"orders": [{"id": "1"}]}
    for indent in (None, 2):
        (row,) = opened(tmp_path, json.dumps(person, indent=indent)).rows()
        assert row.values == person


@pytest.mark.parametrize(
    ("content", "what", "way"),
    [
        ([["email"], ["a@example.com"]], "holds lists", "jq -r '.[] | @csv' "),
        (["a@example.com"], "list of strings", "--header email"),
        (
            {"columns": ["email"], "index": [0], "data": [["a@example.com"]]},
            "orient=split",
            "jq -r '.columns, .data[] | @csv' ",
        ),
        (
            {"columns": ["email"], "rows": [["a@example.com"]]},
            "JSON of a table",
            "jq -r '.columns, .rows[] | @csv' ",
        ),
        ({"email": {"0": "a@example.com"}, "plan": {"0": "pro"}}, "by columns", "lines=True"),
        ({"users": {"u1": A, "u2": B}}, "keys stand for its rows", "jq -c '.[\"users\"][]' "),
        (
            {"Items": [{"email": {"S": "a@example.com"}, "seats": {"N": "3"}}], "Count": 1},
            "DynamoDB",
            "jq -c '.[\"Items\"][] | map_values(.[])' ",
        ),
        ({"Item": {"email": {"S": "a@example.com"}}}, "DynamoDB", "'.[] | map_values(.[])' "),
        ({"u1": A, "u2": B}, "keys stand for its rows", "jq -c '.[]' "),
        ({"users": [A], "others": [B]}, 'several lists: "users", "others"', "jq '.[\"NAME\"]' "),
        (
            {"documents": [{"fields": {"email": {"stringValue": "a@example.com"}}}]},
            "Firestore",
            "map_values(.[])",
        ),
    ],
)
def test_a_layout_that_holds_no_rows_is_named_with_the_way_out(
    tmp_path: Path, content: object, what: str, way: str
) -> None:
    with pytest.raises(UsageError, match=what) as caught:
        opened(tmp_path, json.dumps(content))
    assert way in str(caught.value.hint)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n"email": "a@example.com"\n', "last object is not closed; it begins on line 1"),
        (f"{ONE}{TWO}\nx", "the text on line 2 is not a JSON object"),
        ('{"users":[' + ONE + "]", "around the array is not closed"),
        ('{"users":[' + ONE + '],"x":[{"a":' + '"' + "x" * 70_000 + '"}]}', "several lists"),
    ],
)
def test_a_file_that_is_cut_or_holds_more_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    if message.startswith(("around", "several")):
        # Too long to be seen whole when it is opened.
        text = text.replace('"users":[', '"users":[' + f"{TWO}," * 3000)
    with pytest.raises(UsageError, match=message):
        list(opened(tmp_path, text).rows())


def test_a_bad_first_line_is_a_problem_of_its_row(tmp_path: Path) -> None:
    rows = list(opened(tmp_path, "{'email': 'x'}\n" + TWO + "\n", "a.jsonl").rows())
    assert [row.problem is None for row in rows] == [False, True]


@pytest.mark.parametrize("text", ["[email,plan\n", "{x,email\n", "email,plan\n"])
@pytest.mark.parametrize("name", ["a.json", "a.csv"])
def test_csv_is_read_as_csv_under_any_name(tmp_path: Path, text: str, name: str) -> None:
    if name == "a.json" and text[0] in "[{":
        return  # there it may as well be JSON that is damaged
    assert opened(tmp_path, text, name).columns == tuple(text.strip().split(","))


def test_extended_json_of_mongodb_means_the_values_in_it(tmp_path: Path) -> None:
    text = (
        '{"email":"a@example.com","_id":{"$oid":"65a7"},"seats":{"$numberLong":"12"},"at":{"$date":"2024-01-17T10:21:11Z"},'
        '"then":{"$date":{"$numberLong":"1705486871000"}},"rate":{"$numberDouble":"NaN"},'
        '"was":{"$date":1705486871000},"odd":{"$numberLong":"x"},"own":{"oid":"1"}}'
    )
    (row,) = opened(tmp_path, text).rows()
    assert row.values == A | {
        "_id": "65a7",
        "seats": Number("12"),
        "at": "2024-01-17T10:21:11Z",
        "then": Number("1705486871000"),
        "rate": "NaN",
        "was": Number("1705486871000"),
        "odd": {"$numberLong": "x"},
        "own": {"oid": "1"},
    }
