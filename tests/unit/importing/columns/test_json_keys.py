"""Keys of JSON objects bound to fields, and told of when all rows were seen."""

from __future__ import annotations

import pytest
from known_account import account_fields

from contactctl.errors import UsageError
from contactctl.exact_json import parse_json
from contactctl.importing.columns.convert_json import JsonConverter
from contactctl.importing.columns.json_keys import JsonKeys
from contactctl.importing.columns.rules import ColumnRules, parse_rules
from contactctl.importing.row import Row

FIELDS = account_fields({"plan": "string", "seats": "number"}, str)
OWN = (
    '{"id":"c1","email":"a@b.co","firstName":null,"source":"API","userGroup":"","userId":null,'
    '"mailingLists":{},"optInStatus":null,"createdAt":"2024-01-17T10:21:11Z","plan":"pro"}'
)


def converted(*rows: str, rules: ColumnRules | None = None) -> tuple[JsonConverter, list[str]]:
    converter = JsonConverter(rules or ColumnRules(), FIELDS)
    bodies = []
    for number, text in enumerate(rows, 1):
        values = parse_json(text)
        assert isinstance(values, dict)
        bodies.append(converter.to_change(Row(number, number, (), values)).to_body().decode())
    return converter, bodies


def unknown(*rows: str, rules: ColumnRules | None = None) -> dict[str, tuple[str, tuple[str, ...]]]:
    error = converted(*rows, rules=rules)[0].unknown
    return {one.name: (one.reason, one.suggestions) for one in error.unknown} if error else {}


def test_keys_that_are_no_fields_are_gathered_over_all_rows() -> None:
    rows = ('{"userId":"1","paln":"a"}', '{"userId":"2","paln":"b","Fax":"x"}', '{"userId":"3"}')
    assert unknown(*rows) == {"paln": ("", ("plan",)), "Fax": ("", ())}
    assert unknown(*rows, rules=parse_rules(["paln=plan"], ["Fax"])) == {}
    left_out, _ = converted(*rows, rules=ColumnRules(ignore_unknown=True))
    assert (left_out.unknown, left_out.left_out) == (None, ("paln", "Fax"))


def test_two_keys_of_one_object_for_one_field_are_told_of() -> None:
    text = '{"user_id":"8","userId":"7"}'
    assert unknown(text) == {"user_id": ('gives userId, as "userId" does', ())}
    assert unknown(text, rules=ColumnRules(ignore_unknown=True))
    assert unknown('{"user_id":"8"}', '{"userId":"7"}') == {}


def test_an_object_under_an_unknown_key_is_told_with_the_way_to_bring_it_up() -> None:
    ((reason, suggestions),) = unknown('{"userId":"7","traits":{"x":1}}').values()
    assert """jq -c '. + .["traits"] | del(.["traits"])' FILE""" in reason
    assert suggestions == ()


def test_what_only_the_service_writes_is_passed_over_in_its_own_answers() -> None:
    converter, (body,) = converted(OWN)
    assert converter.passed_over == ("id", "optInStatus", "createdAt")
    assert converter.unknown is None
    assert body == (
        '{"email":"a@b.co","firstName":null,"source":"API","userGroup":"","plan":"pro"}'
    )
    assert [*unknown('{"id":"c1","email":"a@b.co"}')] == ["id"]


def test_a_flag_that_names_no_field_is_refused_before_any_row() -> None:
    with pytest.raises(UsageError, match="--map 'Tier=paln': the account has no property"):
        JsonConverter(parse_rules(["Tier=paln"]), FIELDS)


def test_a_key_in_every_row_that_no_other_row_has_does_not_fill_the_memory() -> None:
    keys = JsonKeys(ColumnRules(), account_fields(None, str))
    for number in range(3000):
        assert keys.field_of(f"key{number}", ())
    assert len(keys._found) <= 1001
