"""What the text of a cell becomes, and what is counted on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from known_account import account_fields

from contactctl.changes.typing_rules import ValueProblem, instant_of
from contactctl.errors import UsageError
from contactctl.exact_json import Number, to_json
from contactctl.importing.values.cells import EMPTY, CellReaders
from contactctl.importing.values.value_rules import ValueRules, parse_value_rules

if TYPE_CHECKING:
    from contactctl.importing.values.cells import CellValue

FIELDS = account_fields(
    {"plan": "string", "seats": "number", "trial": "boolean", "joined": "date", "zip": "string"}
)
ZWSP, NBSP = "\N{ZERO WIDTH SPACE}", "\N{NO-BREAK SPACE}"


def read(
    name: str, text: str, rules: ValueRules | None = None, *, delimiter: str = ","
) -> CellValue:
    return CellReaders(rules, delimiter=delimiter).reader(FIELDS.find(name), name)(text)


def refusal(name: str, text: str, *, delimiter: str = ",") -> ValueProblem:
    with pytest.raises(ValueProblem) as caught:
        read(name, text, delimiter=delimiter)
    return caught.value


def counted(name: str, *texts: str, rules: ValueRules | None = None) -> list[tuple[str, int]]:
    """Return how the texts of a column were respelled, and how often."""
    readers = CellReaders(rules)
    reader = readers.reader(FIELDS.find(name), "C")
    for text in texts:
        reader(text)
    return [(one.kind, one.count) for one in readers.notes.respelled.values()]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("email", "ada@example.com"),
        ("email", "o'brien@example.com"),
        ("userId", "user-42"),
        ("userId", "042"),
        ("userId", "cus_NffrFeUfNV2Hib"),
        ("userId", "4c1e64f2-8c0a-4b8e-9f56-2f1f2f3f4f5f"),
        ("userId", "Ädä"),
        ("firstName", "Zoë"),
        ("plan", "pro "),
        ("zip", "02134"),
        ("plan", "-5"),
        ("plan", "none of these"),
        ("joined", "2024-01-17"),
    ],
)
def test_a_clean_cell_is_taken_to_the_letter(name: str, text: str) -> None:
    assert read(name, text) == text
    assert counted(name, text) == []


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("email", " ada@example.com", "ada@example.com"),
        ("email", f"{ZWSP}ada@example.com{NBSP}", "ada@example.com"),
        ("email", "mailto:ada@example.com", "ada@example.com"),
        ("email", " MAILTO:ada@example.com ", "ada@example.com"),
        ("userId", "42 ", "42"),
        ("userId", f"\ufeff42{NBSP} ", "42"),
        ("seats", f" 12{NBSP}", Number("12")),
        ("seats", ".5", Number("0.5")),
        ("seats", "-.50", Number("-0.50")),
        ("seats", "5.", Number("5")),
        ("seats", "+5", Number("5")),
        ("trial", "t", True),
        ("trial", "F", False),
        ("trial", "yes", True),
        ("trial", "0", False),
        ("trial", "1.0", True),
        ("trial", " true", True),
        ("list:x", "no", False),
        ("joined", "2024-01-17 10:21:11.123456+00", "2024-01-17 10:21:11.123Z"),
        ("joined", " 2024-01-17 ", "2024-01-17"),
        ("joined", " 1705486871000", Number("1705486871000")),
    ],
)
def test_a_spelling_that_loses_nothing_is_taken_and_counted(
    name: str, text: str, value: object
) -> None:
    found = read(name, text)
    assert found == value
    assert type(found) is type(value)
    assert [count for _, count in counted(name, text, text, text)] == [3]


@pytest.mark.parametrize("text", [" ", "\t", NBSP, ZWSP, f" {ZWSP}{NBSP}"])
@pytest.mark.parametrize("name", ["email", "userId", "firstName", "plan", "seats", "trial"])
def test_a_cell_of_spaces_alone_is_empty(name: str, text: str) -> None:
    assert read(name, text) is EMPTY
    assert counted(name, text) == []


@pytest.mark.parametrize("name", ["email", "userId", "firstName", "plan", "seats", "joined"])
def test_a_null_text_makes_a_cell_empty(name: str) -> None:
    rules = parse_value_rules([r"NULL,\N", "n.v."])
    for text in ("NULL", r"\N", "n.v.", " NULL "):
        assert read(name, text, rules) is EMPTY
    if name in {"firstName", "plan"}:
        assert read(name, "null", rules) == "null"


@pytest.mark.parametrize(
    "text",
    [
        "NULL",
        r"\N",
        "nan",
        "NaN",
        "NaT",
        "None",
        "N/A",
        "#N/A",
        "#REF!",
        "undefined",
        "####",
        "-",
        "<null>",
        "#NV",
    ],
)
def test_a_cell_that_says_nothing_is_sent_as_text_and_counted(text: str) -> None:
    readers = CellReaders()
    reader = readers.reader(FIELDS.find("plan"), "Plan")
    assert [reader(text), reader(f"{text} "), reader("pro")] == [text, f"{text} ", "pro"]
    assert readers.notes.empty_words == {"Plan": {text: 2}}


def test_marks_of_a_spreadsheet_are_counted_under_the_first() -> None:
    readers = CellReaders()
    reader = readers.reader(FIELDS.find("zip"), "zip")
    for text in ("'02134", "'02135", '="02134"', "O'Brien", "'tis"):
        assert reader(text) == text
    assert readers.notes.empty_words == {"zip": {"'02134": 2, '="02134"': 1}}


def test_a_literal_null_says_something() -> None:
    readers = CellReaders(literal_null=True)
    readers.reader(FIELDS.find("plan"), "plan")("null")
    assert readers.notes.empty_words == {}


@pytest.mark.parametrize(
    ("name", "text", "kind", "hint", "flags"),
    [
        ("joined", "NaT", "placeholder text, not a date", "--null-text NaT", ["--null-text=NaT"]),
        ("seats", r"\N", "placeholder text", r"--null-text '\N'", [r"--null-text=\N"]),
        (
            "joined",
            "0000-00-00 00:00:00",
            "placeholder text, not a date",
            "--null-text '0000-00-00 00:00:00'",
            ["--null-text=0000-00-00 00:00:00"],
        ),
        ("trial", "N/A", "placeholder text", "--null-text N/A", ["--null-text=N/A"]),
        ("userId", "NULL", "placeholder text", "--null-text", ["--null-text=NULL"]),
        ("joined", "17.01.2024", "not a date", "%d.%m.%Y", ["--date-format=joined=%d.%m.%Y"]),
        ("joined", "01/02/2024", "not a date", "%d/%m/%Y or ", ["--ignore=joined"]),
        ("joined", "45308", "not a date", "joined=excel", []),
        (
            *("joined", "1705486871", "too small", "joined=seconds"),
            ["--date-format=joined=seconds"],
        ),
        ("joined", "soon", "not a date", "2024-01-17", []),
        ("seats", "1,000", "not a number", "--decimal-comma seats if", ["--ignore=seats"]),
        ("seats", "1.234,5", "not a number", "--decimal-comma", ["--decimal-comma=seats"]),
        ("seats", "1,234.5", "not a number", "--decimal-point", ["--decimal-point=seats"]),
        ("seats", "twelve", "not a number", "in digits", []),
        ("seats", "007", "not a number", "it is 7", []),
        ("trial", "maybe", "not a boolean", "true or false", []),
        ("trial", "x", "not a boolean", "true or false", []),
        ("userId", " 42.0", "a spreadsheet's number format", "the id is 42", []),
        ("userId", "x" * 499, "longer", "498", []),
        (
            *("email", "Ada <ada@example.com>", "more than an email address", "ada@example.com"),
            ["--first-address"],
        ),
    ],
)
def test_what_is_not_lossless_is_refused_with_the_flag_that_says_how(
    name: str, text: str, kind: str, hint: str, flags: list[str]
) -> None:
    problem = refusal(name, text)
    assert kind in problem.kind
    assert hint in str(problem.hint)
    assert [*problem.flags] == flags


def test_between_semicolons_a_point_may_part_thousands() -> None:
    problem = refusal("seats", "1.200", delimiter=";")
    assert "--decimal-comma seats" in str(problem.hint)
    assert "--decimal-point seats" in str(problem.hint)
    assert "--decimal-point" not in str(refusal("seats", "1.200.300", delimiter=";").hint)
    for text in ("1200", "1.20", "0.200", "12.5", "1234.500"):
        assert read("seats", text, delimiter=";") == Number(text)
    for flag, value in (("decimal_commas", "1200"), ("decimal_points", "1.200")):
        rules = parse_value_rules(**{flag: ["seats"]})  # type: ignore[arg-type] # of lists
        assert read("seats", "1.200", rules, delimiter=";") == Number(value)
    assert read("seats", "1.200") == Number("1.200")


def test_between_tabs_no_value_of_a_database_comes_with_escapes() -> None:
    problem = refusal("seats", r"\N", delimiter="\t")
    assert "--backslash-escapes" in str(problem.hint)
    assert problem.flags == ()


def test_flags_of_a_column_read_its_values_and_are_counted() -> None:
    rules = parse_value_rules(date_formats=["C=%d.%m.%Y"], decimal_commas=["D"])
    assert counted("joined", "17.01.2024", "18.01.2024", rules=rules) == [("read as %d.%m.%Y", 2)]
    readers = CellReaders(rules)
    assert readers.reader(FIELDS.find("seats"), "D")("1.234,50") == Number("1234.50")
    assert readers.reader(FIELDS.find("seats"), "D")("12") == Number("12")
    assert [one.count for one in readers.notes.respelled.values()] == [1]


@pytest.mark.parametrize(
    ("flags", "name", "message"),
    [
        ({"date_formats": ["plan=%d.%m.%Y"]}, "plan", "plan is a string, not a date"),
        ({"date_formats": ["email=excel"]}, "email", "email is a string, not a date"),
        ({"decimal_commas": ["joined"]}, "joined", "joined is a date, not a number"),
        ({"decimal_points": ["list:x"]}, "list:x", "is a boolean, not a number"),
    ],
)
def test_a_flag_for_values_of_another_type_is_refused(
    flags: dict[str, Any], name: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        read(name, "x", parse_value_rules(**flags))


def test_without_declared_types_the_look_decides_and_placeholders_are_counted() -> None:
    readers = CellReaders()
    reader = readers.reader(account_fields(None).find("any"), "any")
    assert [reader("12"), reader("true"), reader("02134")] == [Number("12"), True, "02134"]
    assert [reader("NULL"), reader("NULL")] == ["NULL", "NULL"]
    assert readers.notes.empty_words == {"any": {"NULL": 2}}


def test_no_more_texts_than_some_thousands_are_kept() -> None:
    readers = CellReaders()
    reader = readers.reader(FIELDS.find("seats"), "seats")
    assert [reader(f"{n}") for n in range(10_000)] == [Number(f"{n}") for n in range(10_000)]
    assert [reader(f" {n}") for n in range(10_000)] == [Number(f"{n}") for n in range(10_000)]
    assert readers.notes.respelled["seats", "trimmed"].count == 10_000


@given(
    st.sampled_from(["email", "userId", "plan", "seats", "trial", "joined"]),
    st.text("0123456789.,+-eE:TZ /tfnyNULa@x\N{ZERO WIDTH SPACE}'=\"", max_size=24),
)
def test_any_text_is_taken_counted_or_refused(name: str, text: str) -> None:
    readers = CellReaders()
    try:
        value = readers.reader(FIELDS.find(name), name)(text) if text else EMPTY
    except ValueProblem:
        return
    if value is EMPTY:
        assert not text.strip(" \N{ZERO WIDTH SPACE}")
    elif isinstance(value, str | Number) and (value if isinstance(value, str) else value.text) == (
        text
    ):
        assert not readers.notes.respelled
    else:
        same = isinstance(value, bool) and text.lower() == to_json(value)
        assert same or len(readers.notes.respelled) == 1
    if name == "joined" and value is not EMPTY:
        assert instant_of(value) is not None
