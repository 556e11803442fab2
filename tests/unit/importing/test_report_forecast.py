"""What an import would do: planned, limited, forecast."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from known_account import account_fields

from contactctl.changes.typing_rules import ValueProblem
from contactctl.errors import GuardError
from contactctl.importing.columns import ColumnRules
from contactctl.importing.delta import Delta, Sent, open_sent_memory
from contactctl.importing.plan import Plan, make_plan
from contactctl.importing.report import SHOWN_REQUESTS, Forecast
from contactctl.importing.source import open_source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FIELDS = account_fields({"plan": "string"})


def plan_of(folder: Path, text: str, name: str = "people.csv", **more: object) -> Plan:
    path = folder / name
    path.write_text(text)
    return make_plan(
        open_source(path, name=name),
        ColumnRules(),
        FIELDS,
        "account",
        name=name,
        **more,  # type: ignore[arg-type]
    )


def test_a_forecast_says_rows_time_and_what_is_emptied(tmp_path: Path) -> None:
    text = "email,plan\na@b.co,null\nb@b.co,x\nbad,x\nA@b.co,null\n"
    assert Forecast(plan_of(tmp_path, text), 8.0).lines == [
        "people.csv: 4 rows, 3 to send, about 0 s at 8 a second",
        "1 row cannot be sent",
        "empties plan in 2 of the rows",
        "1 row repeats an email or user id, sent in file order: line 5 after 2",
    ]


def test_a_forecast_of_nothing_and_one_without_a_pace(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "email\n")
    assert Forecast(plan, 8.0).lines == ["people.csv: 0 rows, 0 to send"]
    assert Forecast(plan_of(tmp_path, "email\na@b.co\n"), math.inf).seconds == 0


def test_what_is_not_known_yet_is_an_upper_bound(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "email\na@b.co\n")
    assert "up to 1 to send" in Forecast(plan, 8.0, None).lines[0]
    assert Forecast(plan, 8.0, 1).to_send == 0


def test_the_answer_has_the_first_requests(tmp_path: Path) -> None:
    rows = "".join(f"p{n}@b.co,007\n" for n in range(20))
    answer = Forecast(plan_of(tmp_path, "email,plan\n" + rows), 10.0).answer()
    assert isinstance(answer.json, dict)
    requests = answer.json["requests"]
    assert isinstance(requests, list)
    assert len(requests) == SHOWN_REQUESTS
    assert requests[0]["request"] == {"email": "p0@b.co", "plan": "007"}  # type: ignore[index,call-overload]
    assert answer.plain[0] == "would\tupdate"
    assert answer.plain[-1] == 'line 6\t{"email":"p4@b.co","plan":"007"}'


def test_unchanged_rows_are_counted(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "email,plan\na@b.co,x\nbad,x\nb@b.co,y\n")
    with open_sent_memory(tmp_path, "account") as memory:
        job = next(plan.jobs())
        memory.remember([Sent(memory.digest(job.body), job.change.refs, "c1")])
        assert plan.count_unchanged(Delta(memory, changed_only=True)) == 1


def test_a_profile_may_forbid_addresses_and_those_that_are_not_known(tmp_path: Path) -> None:
    def check(addresses: Sequence[str | None]) -> None:
        for address in addresses:
            if address is None or not address.endswith("@b.co"):
                raise GuardError("not allowed", hint="elsewhere")

    text = "email,userId\na@b.co,\na@c.co,\n,7\na@b.co,7\n"
    plan = plan_of(tmp_path, text, check_addresses=check)
    assert [problem.line for problem in plan.report.problems] == [3, 4, 5]
    assert plan.report.problems[0].text == "not allowed (elsewhere)"
    with pytest.raises(ValueProblem):
        plan.converter.to_change(list(plan.source.rows())[1])


def test_the_same_file_read_another_way_means_something_else(tmp_path: Path) -> None:
    one = plan_of(tmp_path, "email\na@b.co\n").identity
    assert one == plan_of(tmp_path, "email\na@b.co\n").identity
    other = plan_of(tmp_path, '{"email":"a@b.co"}\n', "people.jsonl").identity
    assert one.mapping != other.mapping
