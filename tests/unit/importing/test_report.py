"""Counts and the words for them."""

from __future__ import annotations

import pytest

from contactctl.importing.report import NAMED_FAILURES, Tally
from contactctl.importing.row import Finished, Job, Result, Row, invalid
from contactctl.wording import counted, duration, per_second


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def finished(number: int, status: str, *, earlier: bool = False) -> Finished:
    result = Result(number, "done", "c", 1) if status == "done" else Result(number, "skipped")
    if status == "failed":
        result = invalid(number, f"why {number}")
    return Finished(Job(Row(number, number + 1), earlier=earlier), result)


def tally_of(*statuses: str, rows: int = 0, seconds: float = 2.0) -> Tally:
    clock = Clock()
    tally = Tally(rows or len(statuses), clock)
    for number, status in enumerate(statuses, start=1):
        tally.add(finished(number, status.removeprefix("earlier "), earlier=" " in status))
    clock.now += seconds
    return tally


def test_a_summary_says_what_became_of_the_rows() -> None:
    assert tally_of("done", "done").summary == "2 rows: 2 done, in 2 s (1 a second)"
    assert tally_of("done", "failed", "skipped", "earlier done").summary == (
        "4 rows: 2 done, 1 failed, 1 unchanged, not sent, 1 of them in an earlier run, in 2 s"
        " (1.5 a second)"
    )
    assert tally_of("skipped").summary == "1 row: 0 done, 1 unchanged, not sent, in 2 s"
    assert tally_of("done", rows=9).summary.startswith("1 of 9 rows: 1 done")


def test_progress_says_how_long_it_will_take() -> None:
    assert tally_of("done", rows=1201).progress == (
        "1 of 1,201 rows, 0.5 a second, 40 min 0 s left"
    )
    assert tally_of("done", "failed", rows=4).progress == (
        "2 of 4 rows, 1 a second, 1 failure, 2 s left"
    )


def test_nothing_is_divided_by_nothing() -> None:
    assert tally_of(rows=5, seconds=0).progress == "0 of 5 rows, 0 a second"
    assert tally_of("earlier done", rows=5).left == ""


def test_the_first_failures_are_named() -> None:
    tally = tally_of(*["failed"] * (NAMED_FAILURES + 3))
    assert tally.failure_lines[0] == "line 2: why 1"
    assert tally.failure_lines[NAMED_FAILURES:] == ["and 3 more"]
    assert tally_of("done").failure_lines == []


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.6, "1 min 0 s"),
        (625, "10 min 25 s"),
        (3600, "1 h 0 min"),
        (125_000, "34 h 43 min"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_numbers_with_their_nouns() -> None:
    assert [counted(n, "row") for n in (0, 1, 1200)] == ["0 rows", "1 row", "1,200 rows"]
    assert [per_second(n) for n in (0.5, 8.0, 1270.4)] == [
        "0.5 a second",
        "8 a second",
        "1,270 a second",
    ]
