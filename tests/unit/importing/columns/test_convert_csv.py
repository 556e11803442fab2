"""Cells to changes."""

from __future__ import annotations

import pytest
from known_account import account_fields

from contactctl.changes.typing_rules import ValueProblem
from contactctl.importing.columns.convert import CsvConverter, unread
from contactctl.importing.columns.rules import ColumnRules, parse_rules
from contactctl.importing.row import Row

DECLARED = {"plan": "string", "seats": "number"}
FIELDS = account_fields(DECLARED, str.lower)
COLUMNS = ("email", "userId", "firstName", "plan", "seats", "list:A", "")


def body(*cells: str, rules: ColumnRules | None = None) -> str:
    converter = CsvConverter(COLUMNS, rules or ColumnRules(), FIELDS)
    return converter.to_change(Row(1, 2, (*cells, ""))).to_body().decode()


def test_cells_become_a_payload_with_exact_values() -> None:
    assert body("a@b.co", "7", "Ada", "pro", "1.50", "true") == (
        '{"email":"a@b.co","userId":"7","firstName":"Ada","plan":"pro","seats":1.50,'
        '"mailingLists":{"a":true}}'
    )


def test_an_empty_cell_leaves_alone_and_null_clears() -> None:
    assert body("a@b.co", "", "", "null", "", "") == '{"email":"a@b.co","plan":null}'


def test_empty_can_clear_what_can_be_cleared() -> None:
    assert body("a@b.co", "", "", "x", "", "", rules=ColumnRules(empty_clears=True)) == (
        '{"email":"a@b.co","firstName":null,"plan":"x","seats":null}'
    )


def test_null_can_be_a_text() -> None:
    rules = ColumnRules(literal_null=True)
    assert body("a@b.co", "", "", "null", "", "", rules=rules) == '{"email":"a@b.co","plan":"null"}'


def test_constants_are_in_every_row() -> None:
    rules = parse_rules(constants=["source=crm"])
    assert body("", "7", "", "", "", "", rules=rules) == '{"userId":"7","source":"crm"}'


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (["", "", "Ada", "", "", ""], "neither an email address nor a user id"),
        (["ada", "", "", "", "", ""], "email: .* not an email address"),
        (["a@b.co", "null", "", "", "", ""], "userId: null cannot empty this field"),
        (["a@b.co", "", "", "", "many", ""], "seats: .* is not a number"),
        (["a@b.co", "", "", "", "", "null"], "list:A: null cannot empty"),
        (["a@b.co", "", "", "", "", "perhaps"], "list:A: .* not a boolean"),
    ],
)
def test_a_cell_that_does_not_fit_names_its_column(cells: list[str], message: str) -> None:
    with pytest.raises(ValueProblem, match=message):
        body(*cells)


def test_a_row_that_was_not_read_keeps_its_problem() -> None:
    with pytest.raises(ValueProblem, match="1 cell, and"):
        CsvConverter(COLUMNS, ColumnRules(), FIELDS).to_change(
            Row(1, 2, ("x",), None, "1 cell, and")
        )


def test_a_cell_under_no_name_is_not_dropped_silently() -> None:
    converter = CsvConverter(("email", ""), ColumnRules(), FIELDS)
    with pytest.raises(ValueProblem, match="cell 2 stands in a column without a name"):
        converter.to_change(Row(1, 2, ("a@b.co", "x")))


def test_a_row_with_several_bad_cells_tells_of_all_of_them() -> None:
    fields = account_fields({"seats": "number", "trial": "boolean"}, str)
    converter = CsvConverter(("email", "seats", "trial"), ColumnRules(), fields)
    with pytest.raises(ValueProblem) as caught:
        converter.to_change(Row(1, 2, ("nobody", "many", "maybe")))
    for name in ("email: ", "seats: ", "trial: "):
        assert name in caught.value.message
    found = [(part.column, part.kind, part.value) for part in caught.value.parts]
    assert found == [
        ("email", "not an email address", "nobody"),
        ("seats", "not a number", "many"),
        ("trial", "not a boolean", "maybe"),
    ]


@pytest.mark.parametrize(
    ("problem", "kind", "value"),
    [
        ("line 7 holds a NUL character", "a line holds a NUL character", None),
        ("not JSON: why", "not JSON", "why"),
        ("1 cell, and the header has 2", "1 cell, and the header has 2", None),
    ],
)
def test_rows_that_were_not_read_are_of_one_kind_wherever_they_stand(
    problem: str, kind: str, value: str | None
) -> None:
    found = unread(Row(1, 2, ("x",), None, problem))
    assert (found.message, found.kind, found.value) == (problem, kind, value)
    assert found.is_sentence == (value is None)
