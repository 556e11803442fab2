"""Runs that share a limit, each for itself, in virtual time; the figures of one are a bound."""

from __future__ import annotations

from statistics import mean

import pytest
from limiters import FixedWindow, SlidingLog, TokenBucket
from shared_limit import Outcome, World, run_together

from contactctl.importing.pacing.boundaries import Boundaries
from contactctl.importing.pacing.pacer import Pacer, Rate, parse_remaining
from contactctl.importing.pacing.sharing import Share

KINDS = [FixedWindow, SlidingLog, TokenBucket]
SEEDS = range(3)


def outcomes(kind: type[FixedWindow], world: World) -> list[Outcome]:
    return [run_together(world, kind(10, seed / 3), seed=seed) for seed in SEEDS]


def test_three_runs_use_a_window_up_and_share_it() -> None:
    found = outcomes(FixedWindow, World(3))
    assert mean(one.used for one in found) >= 0.95
    assert mean(one.refusals for one in found) <= 0.01
    assert mean(one.unfairness for one in found) <= 1.3


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("runs", [1, 3])
def test_a_live_client_is_left_its_part(kind: type[FixedWindow], runs: int) -> None:
    """One of fifty of its requests at the most; 5 of 50 where nobody heeds what remains."""
    found = outcomes(kind, World(runs, client=2.0))
    assert mean(one.client_refusals for one in found) <= 0.02
    assert mean(one.refusals for one in found) <= 0.02
    assert mean(one.used for one in found) >= 0.72
    if kind is FixedWindow:
        assert mean(one.unfairness for one in found) <= 1.3


@pytest.mark.parametrize("kind", KINDS)
def test_the_more_there_are_the_less_each_sends(kind: type[FixedWindow]) -> None:
    found = run_together(World(8, 150), kind(10, 0.4))
    unheeding = run_together(World(8, 150, tells=False), kind(10, 0.4))
    assert found.refusals <= 0.05
    assert unheeding.refusals >= 0.2
    assert found.used >= 0.75


@pytest.mark.parametrize("kind", KINDS)
def test_alone_nothing_is_held_back(kind: type[FixedWindow]) -> None:
    for rate, least in ((Rate(), 0.79), (Rate(share=1.0), 0.98)):
        found = run_together(World(1, 600, rate=rate), kind(10, 0.7))
        assert found.refused.total() == 0
        assert found.used >= least


def test_when_others_are_gone_the_rate_comes_back() -> None:
    share, now = Share(), 0.0
    for remaining in (4, 2, 0, 0):
        now += 0.3
        share.sent(now)
        share.answered(now, now + 0.01, limit=10, remaining=remaining)
    assert share.rate(8.0) < 3
    for _ in range(100):
        now += 0.2
        share.sent(now)
        share.answered(now, now + 0.01, limit=10, remaining=9)
    assert share.rate(8.0) == 8.0


def test_what_came_before_the_run_is_no_reason_to_be_slow_for_long() -> None:
    """The questions about the account are in the first second as well."""
    share, now = Share(), 0.0
    share.sent(now)
    share.answered(now, 0.01, limit=10, remaining=6)
    assert share.rate(8.0) == 7.0
    for _ in range(20):
        now += 0.14
        share.sent(now)
        share.answered(now, now + 0.01, limit=10, remaining=9)
    assert share.rate(8.0) == 8.0


def test_a_refusal_waits_for_the_next_second_where_that_is_known() -> None:
    share = Share(lambda low, _: low)
    for second in range(12):
        for part, remaining in ((0.05, 9), (0.95, 1)):
            now = 4.0 + second + part
            share.sent(now)
            share.answered(now, now + 0.01, limit=10, remaining=remaining)
    until = share.refused(15.96, 15.97, 10)
    assert until == pytest.approx(16.06, abs=0.02)
    assert Share().refused(15.96, 15.97, 10) is None


def test_what_is_used_up_is_not_asked_for_before_the_next_second() -> None:
    share = Share(lambda low, _: low)
    for second in range(12):
        for part, remaining in ((0.05, 6), (0.45, 4), (0.85, 0)):
            now = 4.0 + second + part
            share.sent(now)
            share.answered(now, now + 0.01, limit=10, remaining=remaining)
    assert share.earliest(15.9, 10) == pytest.approx(16.06, abs=0.02)
    assert share.earliest(16.5, 10) == 16.5


def test_boundaries_are_known_where_all_sightings_agree() -> None:
    found = Boundaries()
    assert found.next_after(3.0) is None
    for second, (after, before) in enumerate(
        2 * [(0.9, 1.4), (0.8, 1.3), (0.95, 1.2), (0.7, 1.25)]
    ):
        assert found.next_after(3.0) is None
        found.rose(5 * second + after, 5 * second + before)
    end = found.next_after(50.0)
    assert end == pytest.approx(50.2, abs=0.02)
    assert found.next_after(50.3) == pytest.approx(51.2, abs=0.02)


def test_where_less_remained_at_the_end_no_boundary_is() -> None:
    """Two requests wide apart narrow it down as well, or those who send seldom never learn it."""
    found = Boundaries()
    for second in range(8):
        found.rose(second + 0.5, second + 1.4)
    assert found.next_after(9.0) is None
    found.fell(9.5, 9.9)
    found.fell(11.2, 11.6)
    assert found.next_after(12.0) == pytest.approx(12.2, abs=0.02)


def test_a_boundary_that_is_seen_elsewhere_is_not_known_any_more() -> None:
    for forget in (Boundaries.rose, Boundaries.fell):
        found = Boundaries()
        for second in range(8):
            found.rose(second + 0.9, second + 1.1)
        assert found.next_after(9.5) == pytest.approx(10.1, abs=0.02)
        forget(found, *((12.3, 12.6) if forget is Boundaries.rose else (12.8, 13.2)))
        assert found.next_after(13.5) is None


def test_sightings_that_contradict_each_other_make_no_boundary() -> None:
    found = Boundaries()
    for at in (0.1, 1.4, 2.7, 3.05, 4.3, 5.6, 6.9, 7.2, 8.5):
        found.rose(at, at + 0.2)
        assert found.next_after(at) is None


def test_two_answers_far_apart_say_nothing_of_boundaries() -> None:
    found = Boundaries()
    for second in range(10):
        found.rose(second, second + 0.95)
    assert found.next_after(1.0) is None


def test_a_second_that_fills_too_early_speaks_for_less() -> None:
    """For it at its middle, and not at its beginning, when a few came side by side."""
    for part, remaining, gives_way in ((0.5, 2, True), (0.5, 4, False), (0.2, 5, False)):
        share = Share(lambda low, _: low)
        for second in range(12):
            for at, left in ((0.05, 9), (0.95, 5)):
                share.sent(second + at)
                share.answered(second + at, second + at + 0.01, limit=10, remaining=left)
        rate = share.rate(10.0)
        share.sent(12 + part)
        share.answered(12 + part, 12.01 + part, limit=10, remaining=remaining)
        assert (share.rate(10.0) < rate) is gives_way


def test_nothing_left_twice_in_a_row_is_no_new_second() -> None:
    share = Share(lambda low, _: low)
    for second in range(12):
        for part, remaining in ((0.05, 9), (0.8, 0), (0.9, 0)):
            now = second + part
            share.sent(now)
            share.answered(now, now + 0.01, limit=10, remaining=remaining)
    assert share.refused(11.9, 11.91, 10) == pytest.approx(12.06, abs=0.02)


def test_answers_within_one_second_tell_as_well_where_no_new_one_begins() -> None:
    share = Share(lambda low, _: low)
    for start in range(0, 30, 3):
        for at, remaining in ((0.1, 9), (0.45, 6), (1.1, 9), (1.95, 3)):
            share.sent(start + at)
            share.answered(start + at, start + at + 0.01, limit=10, remaining=remaining)
    assert share.refused(29.5, 29.51, 10) == pytest.approx(30.11, abs=0.02)


def test_an_older_answer_that_comes_late_tells_nothing() -> None:
    share = Share()
    for sent_at in (0.0, 0.1):
        share.sent(sent_at)
    share.answered(0.1, 0.2, limit=10, remaining=8)
    share.answered(0.0, 0.9, limit=10, remaining=0)
    assert share.rate(8.0) == 8.0


def test_without_that_header_a_refusal_slows_down_as_before() -> None:
    pacer = Pacer(Rate(5.0))
    pacer.answered(pacer.sent(0.0), 0.01, 10, None)
    pacer.refused(0.0, 0.01)
    assert pacer.earliest(0.02) == pytest.approx(1.01)


@pytest.mark.parametrize(
    ("text", "remaining"),
    [("0", 0), (" 9 ", 9), ("9, 10;w=1", 9), (None, None), ("", None), ("-1", None), ("x", None)],
)
def test_what_remains_is_read_from_a_header_that_may_hold_anything(
    text: str | None, remaining: int | None
) -> None:
    assert parse_remaining(text) == remaining
