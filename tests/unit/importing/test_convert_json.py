"""JSON rows to changes."""

from __future__ import annotations

import pytest
from known_account import account_fields

from contactctl.changes.typing_rules import ValueProblem
from contactctl.errors import UsageError
from contactctl.exact_json import parse_json
from contactctl.importing.convert_json import JsonConverter
from contactctl.importing.row import Row
from contactctl.importing.rules import ColumnRules, parse_rules


def resolve(name: str) -> str:
    if name == "nolist":
        raise UsageError("there is no list nolist")
    return name.lower()


DECLARED = {"plan": "string", "seats": "number", "joined": "date"}
FIELDS = account_fields(DECLARED, resolve)


def body(text: str, rules: ColumnRules | None = None) -> str:
    values = parse_json(text)
    assert isinstance(values, dict)
    converter = JsonConverter(rules or ColumnRules(), FIELDS)
    return converter.to_change(Row(1, 1, (), values)).to_body().decode()


def test_values_keep_their_own_types_exactly() -> None:
    text = '{"userId":"7","plan":"null","seats":1.50,"joined":1705486871000,"firstName":""}'
    assert body(text) == text


def test_null_clears_and_is_an_absent_identifier() -> None:
    assert body('{"email":"a@b.co","userId":null,"plan":null,"firstName":null}') == (
        '{"email":"a@b.co","plan":null,"firstName":null}'
    )


def test_lists_come_by_object_or_by_key() -> None:
    assert body('{"userId":"7","mailingLists":{"A":true},"list:B":false}') == (
        '{"userId":"7","mailingLists":{"a":true,"b":false}}'
    )


def test_keys_are_mapped_ignored_and_added() -> None:
    rules = parse_rules(["tier=plan"], ["junk"], ["source=crm"])
    text = '{"user_id":"7","tier":"x","junk":[1],"error":"old reason"}'
    assert body(text, rules) == '{"userId":"7","source":"crm","plan":"x"}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "neither"),
        ('{"email":null}', "neither"),
        ('{"email":""}', "email: this is empty"),
        ('{"email":"ada"}', "not an email address"),
        ('{"userId":7}', "userId: this is a number"),
        ('{"userId":"7","plan":12}', "plan: this is a number"),
        ('{"userId":"7","seats":"12"}', "seats: this is a string"),
        ('{"userId":"7","joined":"soon"}', "joined: .* not a date"),
        ('{"userId":"7","plan":["x"]}', "plan: this is a list"),
        ('{"userId":"7","plan":{"x":1}}', "plan: this is an object"),
        ('{"userId":"7","subscribed":true}', "re-subscribe"),
        ('{"userId":"7","subscribed":null}', "subscribed: null cannot empty"),
        ('{"userId":"7","source":null}', "source: null cannot empty"),
        ('{"userId":"7","list:A":"true"}', "list:A: this is not a boolean"),
        ('{"userId":"7","list:A":null}', "list:A: this is not a boolean"),
        ('{"userId":"7","mailingLists":{"A":true},"list:a":true}', "list:a is given twice"),
        ('{"userId":"7","mailingLists":["A"]}', "mailingLists is not an object"),
        ('{"userId":"7","mailingLists":{"nolist":true}}', "there is no list"),
    ],
)
def test_what_does_not_fit_is_a_problem_of_the_row(text: str, message: str) -> None:
    with pytest.raises(ValueProblem, match=message):
        body(text)


def test_a_row_with_several_bad_keys_tells_of_all_of_them() -> None:
    with pytest.raises(ValueProblem) as caught:
        body('{"userId":"7","plan":12,"seats":"12","source":null}')
    parts = {part.column: part for part in caught.value.parts}
    assert list(parts) == ["plan", "seats", "source"]
    assert parts["plan"].kind == "a number where the property is a string"
    assert parts["source"].hint == "leave the key out instead"
    for part in parts.values():
        assert part.message in caught.value.message


def test_an_object_for_a_property_is_told_with_the_way_to_bring_it_up() -> None:
    with pytest.raises(ValueProblem, match="plan: this is an object") as caught:
        body('{"userId":"7","plan":{"x":1}}')
    assert """jq -c '. + .["plan"] | del(.["plan"])' FILE""" in str(caught.value.hint)
    body('{"userId":"7","plan":{"x":1}}', ColumnRules(ignored=frozenset(["plan"])))


def test_resubscribing_can_be_allowed() -> None:
    rules = ColumnRules(allow_resubscribe=True)
    assert body('{"userId":"7","subscribed":true}', rules) == '{"userId":"7","subscribed":true}'


def test_a_constant_that_a_row_gives_as_well_is_a_problem() -> None:
    with pytest.raises(ValueProblem, match="plan is given twice"):
        body('{"userId":"7","plan":"x"}', parse_rules(constants=["plan=y"]))


def test_a_row_that_was_not_read_keeps_its_problem() -> None:
    with pytest.raises(ValueProblem, match="not JSON: why"):
        JsonConverter(ColumnRules(), FIELDS).to_change(Row(1, 2, ("x",), None, "not JSON: why"))
