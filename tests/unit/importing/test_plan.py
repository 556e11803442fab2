"""What an import would do: planned, limited, told from others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from import_counts import plan_of

from contactctl.changes.typing_rules import ValueProblem
from contactctl.errors import GuardError
from contactctl.importing.plan import JudgedColumnsError
from contactctl.importing.unknown_columns import UnknownColumnsError

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
    assert group.kind == "an address that the profile may not write to"
    assert [example.lines for example in group.examples] == [[3], [4], [5]]
    looked_up = plan_of(tmp_path, text, check_addresses=check, looks=True)
    assert looked_up.report.problem_rows == 1
    with pytest.raises(ValueProblem):
        plan.converter.to_change(list(plan.source.rows())[1])


def test_unknown_columns_and_bad_rows_are_found_together(tmp_path: Path) -> None:
    with pytest.raises(JudgedColumnsError, match="paln") as caught:
        plan_of(tmp_path, "email,paln\nada,x\nb@b.co,\n")
    assert (caught.value.report.problem_rows, caught.value.report.rows) == (1, 2)
    assert caught.value.columns == ("paln",)
    for text in ("email,paln\na@b.co,x\n", "nobody,paln\nada,x\n"):
        with pytest.raises(UnknownColumnsError) as plain:
            plan_of(tmp_path, text)
        assert not isinstance(plain.value, JudgedColumnsError)


def test_the_same_file_read_another_way_means_something_else(tmp_path: Path) -> None:
    one = plan_of(tmp_path, "email\na@b.co\n").identity
    assert one == plan_of(tmp_path, "email\na@b.co\n").identity
    other = plan_of(tmp_path, '{"email":"a@b.co"}\n', "people.jsonl").identity
    assert one.mapping != other.mapping
