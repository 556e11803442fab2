"""JSON rows to changes."""

from __future__ import annotations

import pytest
from known_account import account_fields

from contactctl.changes.typing_rules import ValueProblem
from contactctl.errors import UsageError
from contactctl.exact_json import parse_json
from contactctl.importing.columns.convert_json import JsonConverter
from contactctl.importing.columns.rules import ColumnRules, parse_rules
from contactctl.importing.row import Row
from contactctl.importing.values.value_rules import parse_value_rules


def resolve(name: str) -> str:
    if name == "nolist":
        raise UsageError("there is no list nolist")
    return name.lower()


DECLARED = {"plan": "string", "seats": "number", "joined": "date", "trial": "boolean"}
FIELDS = account_fields(DECLARED, resolve)


def body(text: str, rules: ColumnRules | None = None) -> str:
    return converted(text, rules)[0]


def converted(text: str, rules: ColumnRules | None = None) -> tuple[str, dict[str, int]]:
    """Return the body of a row, and how many values of each key were respelled."""
    values = parse_json(text, with_constants=True)
    assert isinstance(values, dict)
    converter = JsonConverter(rules or ColumnRules(), FIELDS, name="my people.jsonl")
    sent = converter.to_change(Row(1, 1, (), values)).to_body().decode()
    respelled = converter.notes.respelled.values()
    return sent, {f"{one.column}: {one.kind}": one.count for one in respelled}


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
        ('{"email":""}', "neither"),
        ('{"email":"ada"}', "not an email address"),
        ('{"userId":7.0}', "userId: .* spreadsheet's number format"),
        ('{"userId":true}', "userId: this is a boolean"),
        ('{"userId":"NULL"}', "placeholder"),
        ('{"email":7}', "email: this is a number"),
        ('{"userId":"7","plan":12}', "plan: this is a number"),
        ('{"userId":"7","seats":"twelve"}', "seats: .* not a number"),
        ('{"userId":"7","seats":""}', "seats: this is an empty text"),
        ('{"userId":"7","seats":true}', "seats: this is a boolean"),
        ('{"userId":"7","trial":2}', "trial: this is a number"),
        ('{"userId":"7","trial":"maybe"}', "trial: .* not a boolean"),
        ('{"userId":"7","joined":""}', "joined: this is an empty text"),
        ('{"userId":"7","joined":true}', "joined: this is a boolean"),
        ('{"userId":"7","subscribed":"active"}', "neither yes nor no"),
        ('{"userId":"7","subscribed":1}', "re-subscribe"),
        ('{"userId":"7","plan":NaN}', 'plan: "NaN" is no JSON'),
        ('{"userId":"7","joined":"soon"}', "joined: .* not a date"),
        ('{"userId":"7","plan":["x"]}', "plan: this is a list"),
        ('{"userId":"7","plan":{"x":1}}', "plan: this is an object"),
        ('{"userId":"7","subscribed":true}', "re-subscribe"),
        ('{"userId":"7","list:A":"maybe"}', "list:A: .* not a boolean"),
        ('{"userId":"7","list:A":2}', "list:A: this is a number"),
        ('{"userId":"7","mailingLists":{"A":"maybe"}}', "not a boolean"),
        ('{"userId":"7","mailingLists":7}', "mailingLists is not an object"),
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
        body('{"userId":"7","plan":12,"seats":"x","joined":"17.01.2024"}')
    parts = {part.column: part for part in caught.value.parts}
    assert list(parts) == ["plan", "seats", "joined"]
    assert parts["plan"].kind == "a number where the property is a string"
    command = """jq -c '.["plan"] |= tostring' 'my people.jsonl' | contactctl import -"""
    assert command in str(parts["plan"].hint)
    assert parts["joined"].flags == ("--date-format=joined=%d.%m.%Y",)
    for part in parts.values():
        assert part.message in caught.value.message


def test_an_object_for_a_property_is_told_with_the_way_to_bring_it_up() -> None:
    with pytest.raises(ValueProblem, match="plan: this is an object") as caught:
        body('{"userId":"7","plan":{"x":1}}')
    assert """jq -c '. + .["plan"] | del(.["plan"])' 'my people.jsonl' |""" in str(
        caught.value.hint
    )
    body('{"userId":"7","plan":{"x":1}}', ColumnRules(ignored=frozenset(["plan"])))


@pytest.mark.parametrize(
    ("value", "sent", "respelled"),
    [
        ('"userId":7', '"userId":"7"', {"userId: respelled": 1}),
        ('"user_id":9007199254740993', '"userId":"9007199254740993"', {"user_id: respelled": 1}),
        ('"userId":"7 "', '"userId":"7"', {"userId: trimmed": 1}),
        ('"seats":"12"', '"seats":12', {"seats: respelled": 1}),
        ('"seats":"9007199254740993.10"', '"seats":9007199254740993.10', None),
        ('"trial":"true"', '"trial":true', {"trial: respelled": 1}),
        ('"trial":"f"', '"trial":false', {"trial: respelled": 1}),
        ('"trial":0', '"trial":false', {"trial: respelled": 1}),
        ('"joined":"2024-01-17 10:21:11 UTC"', '"joined":"2024-01-17 10:21:11Z"', None),
        ('"subscribed":0', '"subscribed":false', {"subscribed: respelled": 1}),
        ('"subscribed":"no"', '"subscribed":false', {"subscribed: respelled": 1}),
        ('"subscribed":null', "", {}),
        ('"source":null', "", {"source: left alone": 1}),
        ('"list:A":null', "", {"list:A: left alone": 1}),
        ('"list:A":"true"', '"mailingLists":{"a":true}', {"list:A: respelled": 1}),
        ('"mailingLists":{"A":"true","B":0}', '"mailingLists":{"a":true,"b":false}', None),
        ('"mailingLists":[]', "", {}),
        ('"mailingLists":null', "", {}),
        ('"userId":""', "", {}),
        ('"plan":" "', "", {}),
        ('"plan":"NULL"', '"plan":"NULL"', {}),
    ],
)
def test_a_spelling_of_databases_is_taken_and_counted(
    value: str, sent: str, respelled: dict[str, int] | None
) -> None:
    found, counted = converted('{"email":"a@b.co",' + value + "}")
    assert found == '{"email":"a@b.co"' + f",{sent}" * bool(sent) + "}"
    assert respelled is None or counted == respelled


def test_flags_of_values_hold_for_keys() -> None:
    values = parse_value_rules(["NaN,NULL"], ["joined=seconds"])
    rules = ColumnRules(values=values)
    text = '{"email":"a@b.co","userId":NaN,"plan":"NULL","seats":NaN,"joined":1705486871}'
    assert body(text, rules) == '{"email":"a@b.co","joined":"2024-01-17T10:21:11Z"}'


def test_lists_by_their_ids_are_told_with_the_command_that_joins_them() -> None:
    with pytest.raises(ValueProblem, match="not an object") as caught:
        body('{"userId":"7","mailingLists":["A"]}')
    assert "map({(.): true})" in str(caught.value.hint)


def test_resubscribing_can_be_allowed() -> None:
    rules = ColumnRules(allow_resubscribe=True)
    assert body('{"userId":"7","subscribed":true}', rules) == '{"userId":"7","subscribed":true}'


def test_a_constant_that_a_row_gives_as_well_is_a_problem() -> None:
    with pytest.raises(ValueProblem, match="plan is given twice"):
        body('{"userId":"7","plan":"x"}', parse_rules(constants=["plan=y"]))


def test_a_row_that_was_not_read_keeps_its_problem() -> None:
    with pytest.raises(ValueProblem, match="not JSON: why"):
        JsonConverter(ColumnRules(), FIELDS).to_change(Row(1, 2, ("x",), None, "not JSON: why"))
