"""What an import would do: planned, limited, told from others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from import_counts import plan_of

from contactctl.changes.typing_rules import ValueProblem
from contactctl.errors import GuardError

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
    assert [problem.line for problem in plan.report.problems] == [3, 4, 5]
    assert plan.report.problems[0].text == "not allowed (elsewhere)"
    looked_up = plan_of(tmp_path, text, check_addresses=check, looks=True)
    assert [problem.line for problem in looked_up.report.problems] == [3]
    with pytest.raises(ValueProblem):
        plan.converter.to_change(list(plan.source.rows())[1])


def test_the_same_file_read_another_way_means_something_else(tmp_path: Path) -> None:
    one = plan_of(tmp_path, "email\na@b.co\n").identity
    assert one == plan_of(tmp_path, "email\na@b.co\n").identity
    other = plan_of(tmp_path, '{"email":"a@b.co"}\n', "people.jsonl").identity
    assert one.mapping != other.mapping
