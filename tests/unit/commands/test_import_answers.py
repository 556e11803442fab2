"""What import says before, on the way, and in the end."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

import pytest
from import_counts import plan_of, tally_of
from rich.console import Console

from contactctl.changes.preview import FieldChange
from contactctl.commands.imports.answers import (
    dry_run,
    dry_run_warnings,
    forecast_lines,
    looked_up,
    summary,
)
from contactctl.contact import ContactChange
from contactctl.importing.checking.report import KEPT_FAILURES, SHOWN_ROWS, DryTally, Forecast
from contactctl.importing.pacing.limiter import Stall
from contactctl.importing.row import (
    KINDS,
    Finished,
    Job,
    Result,
    Row,
    RowChange,
    RowError,
    invalid,
)
from contactctl.progress import Standing
from contactctl.runs.telling import standing

if TYPE_CHECKING:
    from pathlib import Path


def test_a_forecast_says_rows_time_and_what_is_emptied(tmp_path: Path) -> None:
    text = "email,plan\na@b.co,null\nb@b.co,x\nbad,x\nA@b.co,null\n"
    assert forecast_lines(Forecast(plan_of(tmp_path, text), 8.0)) == [
        "people.csv: 4 rows, 2 contacts, 3 to send, about 0 s at 8 a second",
        "1 of 4 rows cannot be sent, and will fail",
        '  email: 1 value is not an email address: "bad" (line 4)',
        "    the service takes ASCII addresses such as ada@example.com",
        "empties plan in 2 of the rows",
        "1 row repeats an email or user id, sent in file order: line 5 after 2",
    ]


def test_a_forecast_of_nothing_and_one_without_a_pace(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "email\n")
    assert forecast_lines(Forecast(plan, 8.0)) == ["people.csv: 0 rows, 0 contacts, 0 to send"]
    assert Forecast(plan_of(tmp_path, "email\na@b.co\n"), math.inf).seconds == 0


def test_what_is_not_known_yet_is_an_upper_bound(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "email\na@b.co\n")
    assert "up to 1 to send" in forecast_lines(Forecast(plan, 8.0, None))[0]
    assert Forecast(plan, 8.0, 1).to_send == 0
    assert "up to 1 to send" in forecast_lines(Forecast(plan, 8.0, looks=1))[0]


def test_what_is_sent_is_said_with_whose_contacts_they_are(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "email\na@b.co\n")
    forecast = Forecast(plan, 8.0, account="team Acme, profile work")
    assert forecast_lines(forecast)[1] == "account: team Acme, profile work"
    assert dry_run(dry_tally("?"), forecast).plain[3] == "account: team Acme, profile work"


def test_a_dry_run_of_some_of_the_rows_does_not_say_how_many_contacts_they_are(
    tmp_path: Path,
) -> None:
    plan = plan_of(tmp_path, "email\na@b.co\nb@b.co\n")
    answer = dry_run(dry_tally("created"), Forecast(plan, 8.0))
    assert answer.plain[1] == "people.csv: 1 row: 1 to create"


def test_looks_take_their_time_and_a_limit_leaves_rows_out(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "email\n" + "".join(f"p{n}@b.co\n" for n in range(100)))
    assert (
        "about 20 s at 10 a second, look-ups included"
        in forecast_lines(Forecast(plan, 10.0, looks=1))[0]
    )
    assert Forecast(plan, 10.0, limit=30).to_send == 30
    assert Forecast(plan, 10.0, limit=300).to_send == 100


def dry_tally(*kinds: str, looks: bool = False) -> DryTally:
    tally = DryTally(len(kinds), looks=looks)
    for number, kind in enumerate(kinds, start=1):
        job = Job(Row(number, number + 1), ContactChange(f"p{number}@b.co"))
        result = Result(number, "done")
        if kind in KINDS:
            fields = {"plan": FieldChange("a", "b"), "note": FieldChange(None, "x\ny")}
            result = result._replace(change=RowChange(kind, fields))
        if kind == "refused":
            result = Result(number, "failed", error=RowError("guarded", "why"))
        tally.add(Finished(job, result))
    return tally


def test_a_dry_run_shows_field_by_field_what_would_change(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "email\n" + "a@b.co\n" * 4)
    tally = dry_tally("created", "unchanged", "refused", "updated")
    answer = dry_run(tally, Forecast(plan, 10.0, 1))
    assert answer.plain == [
        "would\tupdate",
        "people.csv: 4 rows, 1 contact: 1 to create, 1 to update, 1 unchanged, 1 refused",
        "3 to send, unchanged ones too (--lookup skips them), about 0 s at 10 a second",
        answer.plain[3],
        "2\tcreate\tp1@b.co\tplan\ta\tb",
        "2\tcreate\tp1@b.co\tnote\t\tx\\u{a}y",
        "5\tupdate\tp4@b.co\tplan\ta\tb",
        "5\tupdate\tp4@b.co\tnote\t\tx\\u{a}y",
        "line 4: p3@b.co refused: why",
    ]
    assert isinstance(answer.json, dict)
    assert answer.json.keys() == {"summary"}


def test_a_terminal_shows_the_lines_of_a_value_below_each_other(tmp_path: Path) -> None:
    answer = dry_run(dry_tally("created"), Forecast(plan_of(tmp_path, "email\na@b.co\n"), 10.0, 1))
    drawn = io.StringIO()
    assert answer.view is not None
    Console(file=drawn, width=80).print(answer.view())
    first, second = drawn.getvalue().rstrip().splitlines()[-2:]
    assert first.split() == ["note", "x"]
    assert second.split() == ["y"]
    assert second.index("y") == first.index("x")


def test_a_dry_run_that_asks_nobody_shows_the_requests(tmp_path: Path) -> None:
    answer = dry_run(dry_tally("?"), Forecast(plan_of(tmp_path, "email\na@b.co\n"), 10.0))
    assert answer.plain[0] == "would\tunknown"
    assert answer.plain[-1] == '2\tunknown\tp1@b.co\trequest\t\t{"email":"p1@b.co"}'


def test_a_dry_run_says_how_much_it_does_not_show(tmp_path: Path) -> None:
    tally = dry_tally(*["created"] * (SHOWN_ROWS + 3), *["refused"] * (KEPT_FAILURES + 1))
    answer = dry_run(tally, Forecast(plan_of(tmp_path, "email\na@b.co\n"), 10.0))
    assert answer.plain[-1] == "and 4 more rows; -o json shows all"


def test_rows_that_the_check_told_of_are_not_told_again_one_by_one(tmp_path: Path) -> None:
    told, tally = DryTally(2, looks=True), tally_of("done", "failed", rows=3)
    for number in (1, 2):
        finished = Finished(Job(Row(number, number + 1)), invalid(number, "why"))
        told.add(finished)
    tally.add(finished)
    answer = dry_run(told, Forecast(plan_of(tmp_path, "email\na@b.co\n"), 10.0))
    assert answer.plain[-1].startswith("people.csv: 2 rows: 2 refused")
    assert "2 failed" in summary(tally)
    assert summary(tally).splitlines()[1:] == ["line 3: why 2"]


def test_what_an_import_without_a_look_would_do_to_people_is_said() -> None:
    fields = {"userId": FieldChange("1", "2"), "email": FieldChange("a@b.co", "b@b.co")}
    finished = Finished(Job(Row(1, 2)), Result(1, "done", change=RowChange("updated", fields)))
    said = {}
    for looks in (False, True):
        tally = DryTally(1, looks=looks)
        tally.add(finished)
        said[looks] = dry_run_warnings(tally)
    assert said[True] == []
    (line,) = said[False]
    assert line.startswith("1 contact would get another user id, 1 contact would get another add")
    assert "--lookup" in line
    assert dry_run_warnings(dry_tally("created")) == []


def test_a_summary_says_what_became_of_the_rows() -> None:
    assert summary(tally_of("done", "done")) == "2 rows: 2 done, in 2 s (1 a second)"
    assert summary(tally_of("done", "failed", "skipped", "earlier done")) == (
        "4 rows: 2 done, 1 failed, 1 unchanged since last sent, 1 of them in an earlier run, in 2 s"
        " (1.5 a second)\nline 3: why 2"
    )
    assert summary(tally_of("skipped")) == "1 row: 0 done, 1 unchanged since last sent, in 2 s"
    assert summary(tally_of("done", rows=9)).startswith("1 of 9 rows: 1 done")


def test_progress_says_how_long_it_will_take() -> None:
    assert standing(tally_of("done", rows=1201)) == Standing(
        ["1 of 1,201 rows", "0.5 a second", "40 min 0 s left"]
    )
    assert standing(tally_of("done", "failed", rows=4)).words == (
        "2 of 4 rows, 1 a second, 1 failure, 2 s left"
    )


def test_nothing_is_divided_by_nothing() -> None:
    assert standing(tally_of(rows=5, seconds=0)).words == "0 of 5 rows, 0 a second"
    assert standing(tally_of("earlier done", rows=5)).words == "1 of 5 rows, 0 a second"


def test_the_first_failures_are_named() -> None:
    lines = summary(tally_of(*["failed"] * (KEPT_FAILURES + 3))).splitlines()
    assert lines[1] == "line 2: why 1"
    assert lines[KEPT_FAILURES + 1 :] == ["and 3 more"]
    assert len(summary(tally_of("done")).splitlines()) == 1


@pytest.mark.parametrize(
    ("stall", "words"),
    [
        (Stall("", 12.4), ["waiting for an answer for 12 s"]),
        (Stall("no\x1b way", 75.0), ["waiting for the service for 1 min 15 s", "no\\u{1b} way"]),
    ],
)
def test_what_holds_a_run_up_is_told_in_place_of_the_time_left(
    stall: Stall, words: list[str]
) -> None:
    tally = tally_of("done", rows=1201)
    assert standing(tally, stall) == Standing(
        ["1 of 1,201 rows", "0.5 a second", *words], stalled=True
    )
    look = DryTally(3, looks=True)
    assert looked_up(look, stall) == Standing(["0 of 3 rows looked up", *words], stalled=True)
    assert looked_up(look) == Standing(["0 of 3 rows looked up"])
