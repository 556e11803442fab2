"""Flags that speak of columns, read and described."""

from __future__ import annotations

import pytest

from contactctl.errors import UsageError
from contactctl.importing.columns.rules import parse_rules


@pytest.mark.parametrize("text", ["plan", "=plan", ""])
def test_map_and_set_need_both_sides(text: str) -> None:
    with pytest.raises(UsageError, match="is not COLUMN=FIELD"):
        parse_rules([text])
    with pytest.raises(UsageError, match="is not FIELD=VALUE"):
        parse_rules(constants=[text])


def test_a_column_is_named_by_one_flag_only() -> None:
    with pytest.raises(UsageError, match='--map gives "a" twice'):
        parse_rules(["a=email", "a=plan"])
    with pytest.raises(UsageError, match="to --map and to --ignore"):
        parse_rules(["a=email"], ["a"])


def test_the_description_is_equal_for_equal_meaning_only() -> None:
    one = parse_rules(["a=email", "b=plan"], ["x", "y"])
    assert one.describe() == parse_rules(["b=plan", "a=email"], ["y", "x"]).describe()
    others = [
        parse_rules(["a=email", "b=seats"], ["x", "y"]),
        parse_rules(["a=email", "b=plan"], ["x"]),
        parse_rules(["a=email", "b=plan"], ["x", "y"], empty_clears=True),
        parse_rules(["a=email", "b=plan"], ["x", "y"], literal_null=True),
        parse_rules(["a=email", "b=plan"], ["x", "y"], ["source=x"]),
    ]
    assert len({rules.describe() for rules in [one, *others]}) == 6
