"""What an import would do: planned, limited, told from others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from import_counts import FIELDS, plan_of
from known_account import account_fields

from contactctl.changes.typing_rules import ValueProblem
from contactctl.errors import GuardError
from contactctl.importing.checking.plan import FaultyColumnsError, judge_rows, make_plan
from contactctl.importing.columns.rules import ColumnRules
from contactctl.importing.reading.source import open_source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def test_a_profile_may_forbid_addresses_and_those_that_are_not_known(tmp_path: Path) -> None:
    def check(addresses: Sequence[str | None]) -> None:
        for address in addresses:
            if address is None or not address.endswith("@b.co"):
                raise GuardError("not allowed", hint="elsewhere")

    text = "email,userId\na@b.co,\na@c.co,\n,7\na@b.co,7\n"
    plan = plan_of(tmp_path, text, check_addresses=check)
    assert plan.report.problem_rows == 3
    (group,) = plan.report.problems.groups
    assert group.kind == "an address that may not be written to"
    assert [example.lines for example in group.examples] == [[3], [4], [5]]
    looked_up = plan_of(tmp_path, text, check_addresses=check, looks=True)
    assert looked_up.report.problem_rows == 1
    with pytest.raises(ValueProblem):
        plan.converter.to_change(list(plan.source.rows())[1])


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        ("email,paln,state\na@b.co,x,cancelled\n", "people.csv", False),
        ('{"email":"a@b.co","paln":1}\n{"state":"cancelled"}\n', "people.jsonl", True),
    ],
)
def test_all_columns_that_stop_a_file_are_found_together(
    tmp_path: Path, text: str, name: str, *, told: bool
) -> None:
    """And one that speaks of consent is not among those that are no fields."""
    with pytest.raises(FaultyColumnsError, match="paln") as caught:
        plan_of(tmp_path, text, name)
    assert [column.name for column in caught.value.unknown] == ["paln"]
    assert caught.value.consent is not None
    assert [column.name for column in caught.value.consent.columns] == ["state"]
    assert caught.value.told is told


def test_rows_are_judged_by_rules_that_decide_on_columns(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("email,userId,paln\nada,1,x\nb@b.co,2,\nb@b.co,3,\n")
    source = open_source(path)
    report = judge_rows(source, ColumnRules(ignored=frozenset({"paln"})), FIELDS)
    assert (report.problem_rows, report.rows) == (3, 3)
    assert report.named.contradiction_count == 1


def test_the_same_file_read_another_way_means_something_else(tmp_path: Path) -> None:
    one = plan_of(tmp_path, "email\na@b.co\n").identity
    assert one == plan_of(tmp_path, "email\na@b.co\n").identity
    other = plan_of(tmp_path, '{"email":"a@b.co"}\n', "people.jsonl").identity
    assert one.mapping != other.mapping


@pytest.mark.parametrize(
    ("text", "name"),
    [("email,tier\na@b.co,x\n", "people.csv"), ('{"email":"a@b.co","tier":"x"}\n', "people.jsonl")],
)
def test_what_was_left_out_and_is_a_field_by_now_is_another_import(
    tmp_path: Path, text: str, name: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    rules = ColumnRules(ignore_unknown=True)
    before, after = (
        make_plan(open_source(path), rules, account_fields(declared), "account", name=name)
        for declared in ({"plan": "string"}, {"plan": "string", "tier": "string"})
    )
    assert (list(before.left_out), list(after.left_out)) == (["tier"], [])
    assert before.identity.mapping != after.identity.mapping


def test_a_row_that_opts_out_joins_no_list_and_leaves_those_that_it_says(tmp_path: Path) -> None:
    news, digest = "cm06f5v0e45nf0ml5754o9cix", "cm16k73gq014h0mmj5b6jdi9r"
    lists = f"list:{news},list:{digest}"
    path = tmp_path / "people.csv"
    path.write_text(f"email,subscribed,{lists}\na@b.co,false,true,false\nb@b.co,,true,true\n")
    plan = make_plan(open_source(path), ColumnRules(), FIELDS, "a", name="people.csv")
    found = [job.change.mailing_lists for job in plan.jobs()]
    assert found == [{digest: False}, {news: True, digest: True}]
    assert plan.report.unjoined == 1
