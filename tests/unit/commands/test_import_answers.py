"""What import says before, on the way, and in the end."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from import_counts import plan_of, tally_of

from contactctl.commands.imports.answers import dry_run, forecast_lines, progress_line, summary
from contactctl.importing.report import KEPT_FAILURES, SHOWN_REQUESTS, Forecast

if TYPE_CHECKING:
    from pathlib import Path


def test_a_forecast_says_rows_time_and_what_is_emptied(tmp_path: Path) -> None:
    text = "email,plan\na@b.co,null\nb@b.co,x\nbad,x\nA@b.co,null\n"
    assert forecast_lines(Forecast(plan_of(tmp_path, text), 8.0)) == [
        "people.csv: 4 rows, 3 to send, about 0 s at 8 a second",
        "1 row cannot be sent",
        "empties plan in 2 of the rows",
        "1 row repeats an email or user id, sent in file order: line 5 after 2",
    ]


def test_a_forecast_of_nothing_and_one_without_a_pace(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "email\n")
    assert forecast_lines(Forecast(plan, 8.0)) == ["people.csv: 0 rows, 0 to send"]
    assert Forecast(plan_of(tmp_path, "email\na@b.co\n"), math.inf).seconds == 0


def test_what_is_not_known_yet_is_an_upper_bound(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "email\na@b.co\n")
    assert "up to 1 to send" in forecast_lines(Forecast(plan, 8.0, None))[0]
    assert Forecast(plan, 8.0, 1).to_send == 0


def test_the_answer_has_the_first_requests(tmp_path: Path) -> None:
    rows = "".join(f"p{n}@b.co,007\n" for n in range(20))
    answer = dry_run(Forecast(plan_of(tmp_path, "email,plan\n" + rows), 10.0))
    assert isinstance(answer.json, dict)
    requests = answer.json["requests"]
    assert isinstance(requests, list)
    assert len(requests) == SHOWN_REQUESTS
    assert requests[0]["request"] == {"email": "p0@b.co", "plan": "007"}  # type: ignore[index,call-overload]
    assert answer.plain[0] == "would\tupdate"
    assert answer.plain[-1] == 'line 6\t{"email":"p4@b.co","plan":"007"}'


def test_a_summary_says_what_became_of_the_rows() -> None:
    assert summary(tally_of("done", "done")) == "2 rows: 2 done, in 2 s (1 a second)"
    assert summary(tally_of("done", "failed", "skipped", "earlier done")) == (
        "4 rows: 2 done, 1 failed, 1 unchanged since last sent, 1 of them in an earlier run, in 2 s"
        " (1.5 a second)\nline 3: why 2"
    )
    assert summary(tally_of("skipped")) == "1 row: 0 done, 1 unchanged since last sent, in 2 s"
    assert summary(tally_of("done", rows=9)).startswith("1 of 9 rows: 1 done")


def test_progress_says_how_long_it_will_take() -> None:
    assert progress_line(tally_of("done", rows=1201)) == (
        "1 of 1,201 rows, 0.5 a second, 40 min 0 s left"
    )
    assert progress_line(tally_of("done", "failed", rows=4)) == (
        "2 of 4 rows, 1 a second, 1 failure, 2 s left"
    )


def test_nothing_is_divided_by_nothing() -> None:
    assert progress_line(tally_of(rows=5, seconds=0)) == "0 of 5 rows, 0 a second"
    assert progress_line(tally_of("earlier done", rows=5)) == "1 of 5 rows, 0 a second"


def test_the_first_failures_are_named() -> None:
    lines = summary(tally_of(*["failed"] * (KEPT_FAILURES + 3))).splitlines()
    assert lines[1] == "line 2: why 1"
    assert lines[KEPT_FAILURES + 1 :] == ["and 3 more"]
    assert len(summary(tally_of("done")).splitlines()) == 1
