"""The pacer against limiters of three kinds, in virtual time."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limiters import FixedWindow, Limiter, Network, SlidingLog, TokenBucket, simulate

from contactctl.importing.pacing.pacer import Pacer, Rate, parse_limit

KINDS = [FixedWindow, SlidingLog, TokenBucket]
MAX = Rate(share=1.0)


@given(
    st.sampled_from(KINDS),
    st.floats(0, 1),
    st.sampled_from([0.0, 0.02]),
    st.floats(0.001, 0.2),
    st.integers(0, 2**16),
)
def test_full_rate_reaches_the_limit_without_a_refusal(
    kind: type[FixedWindow], phase: float, jitter_s: float, way_s: float, seed: int
) -> None:
    network = Network(way_s, jitter_s)
    limiter = kind(10, phase)
    result = simulate(Pacer(MAX), limiter, network, seconds=20, header=10, seed=seed)
    assert result.refused == 0
    assert result.taken >= 0.975 * 10 * (20 - 4 * way_s)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_at_60_ms_of_jitter_96_percent_are_reached(kind: type[FixedWindow], seed: int) -> None:
    """The figure of the best pacer known: 80 ms away, 96.0 to 99.5 percent, no refusal."""
    limiter = kind(10, seed / 3)
    result = simulate(Pacer(MAX), limiter, Network(0.04, 0.06), seconds=300, header=10, seed=seed)
    assert result.refused == 0
    assert result.taken / 3000 >= 0.96


@pytest.mark.parametrize("kind", KINDS)
def test_without_jitter_99_percent_are_reached(kind: type[FixedWindow]) -> None:
    result = simulate(Pacer(MAX), kind(10, 0.3), Network(), seconds=120, header=10)
    assert result.refused == 0
    assert result.taken / 1200 >= 0.99


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_other_limits_are_learned_from_the_headers(kind: type[FixedWindow], limit: int) -> None:
    """The first second may begin at the assumed limit; after it there are no refusals."""
    pacer = Pacer(MAX)
    simulate(pacer, kind(limit), Network(0.02), seconds=5, header=limit, in_flight=limit)
    assert pacer.limit == limit
    pacer = Pacer(MAX)
    number = pacer.sent(-10)
    pacer.answered(number, -9.96, limit)
    result = simulate_more(pacer, kind(limit), limit)
    assert result >= 0.95 * limit


def simulate_more(pacer: Pacer, limiter: Limiter, limit: int) -> float:
    """Go on with a pacer that has seen one answer; return requests a second."""
    renumbered = _Shifted(pacer)
    result = simulate(renumbered, limiter, Network(0.02), seconds=30, header=limit, in_flight=limit)
    assert result.refused == 0
    return result.taken / 30


class _Shifted(Pacer):
    """Numbers from 0 for a simulation whose pacer has counted before."""

    def __init__(self, pacer: Pacer) -> None:
        self.__dict__ = pacer.__dict__
        self._shift = pacer._count

    def sent(self, now: float) -> int:
        return super().sent(now) - self._shift

    def answered(
        self, number: int, now: float, limit: int | None, remaining: int | None = None
    ) -> None:
        super().answered(number + self._shift, now, limit, remaining)


def test_by_default_80_percent_are_taken_evenly() -> None:
    result = simulate(Pacer(Rate()), SlidingLog(10), Network(0.04, 0.06), seconds=60, header=10)
    assert result.refused == 0
    assert 0.96 * 8 <= result.taken / 60 <= 8
    gaps = [later - earlier for earlier, later in pairwise(result.sends)]
    assert min(gaps) >= 0.125 - 1e-9


@pytest.mark.parametrize(("asked", "reached"), [(3, 3), (0.5, 0.5), (9.5, 9.5), (25, 10)])
def test_a_given_rate_is_kept_and_never_above_the_limit(asked: float, reached: float) -> None:
    result = simulate(Pacer(Rate(asked)), SlidingLog(10), Network(), seconds=60, header=10)
    assert result.refused == 0
    assert 0.95 * reached <= (result.taken - 1) / 60 <= reached


def test_ten_in_flight_fill_the_limit_at_a_latency_of_a_second() -> None:
    result = simulate(Pacer(MAX), SlidingLog(10), Network(0.49), seconds=60, header=10)
    assert result.refused == 0
    assert result.taken >= 0.96 * 10 * 59


def test_a_delay_is_never_caught_up_with() -> None:
    pacer = Pacer(Rate(5.0))
    number = pacer.sent(0.0)
    pacer.answered(number, 0.01, 10)
    pacer.sent(3.0)
    assert pacer.earliest(3.0) == pytest.approx(3.2)


def test_until_an_answer_that_is_needed_has_come_nothing_can_be_said() -> None:
    pacer = Pacer(MAX)
    for number in range(10):
        assert pacer.sent(number / 10) == number
    assert pacer.earliest(5.0) is None
    pacer.lost(0, 6.0)
    at = pacer.earliest(6.0)
    assert at is not None
    assert at > 7.0


def test_a_service_that_names_no_limit() -> None:
    """Then the share is of the assumed limit, a given rate is kept, and max is not paced."""
    for rate, reached in [(Rate(), 8.0), (Rate(30.0), 30.0), (MAX, 480.0)]:
        result = simulate(Pacer(rate), TokenBucket(10**6), Network(0.01), seconds=10, header=None)
        assert result.taken / 10 == pytest.approx(reached, rel=0.12)


def test_a_refusal_stops_everybody_for_a_second_then_slows_and_recovers() -> None:
    pacer = Pacer(Rate(5.0))
    pacer.answered(pacer.sent(0.0), 0.01, 10)
    pacer.refused(0.0, 0.01)
    assert pacer.earliest(0.02) == pytest.approx(1.01)
    pacer.answered(pacer.sent(1.02), 1.03, 10)
    slowed = pacer.earliest(1.03)
    assert slowed is not None
    assert slowed - 1.02 > 0.27
    pacer.answered(pacer.sent(10.0), 10.01, 10)
    assert pacer.earliest(10.02) == pytest.approx(10.2)


def test_refusals_of_one_burst_count_once_and_a_longer_wait_is_kept() -> None:
    pacer = Pacer(Rate(5.0))
    for sent_at in (0.0, 0.2, 0.4):
        pacer.sent(sent_at)
    for number, sent_at in enumerate((0.0, 0.2, 0.4)):
        pacer.answered(number, 0.5, 10)
        pacer.refused(sent_at, 0.5, wait_s=7.0)
    assert pacer.earliest(0.5) == pytest.approx(7.5)
    pacer.answered(pacer.sent(7.5), 7.6, 10)
    at = pacer.earliest(7.6)
    assert at is not None
    assert at - 7.5 < 0.3


def test_refusals_without_end_slow_down_to_a_tenth_and_no_further() -> None:
    pacer, now = Pacer(Rate(10.0)), 0.0
    for _ in range(30):
        at = pacer.earliest(now)
        assert at is not None
        now = max(at, now)
        number = pacer.sent(now)
        pacer.answered(number, now + 0.01, 10)
        pacer.refused(now, now + 0.01)
    held = pacer.earliest(now + 0.02)
    assert held is not None
    assert held == pytest.approx(now + 1.01)
    number = pacer.sent(held)
    pacer.answered(number, held + 0.01, 10)
    at = pacer.earliest(held + 0.01)
    assert at is not None
    assert at - held == pytest.approx(1.0, rel=0.05)


def test_a_later_refusal_does_not_shorten_the_wait_that_an_earlier_one_asked_for() -> None:
    pacer = Pacer(Rate(5.0))
    for number, sent_at in enumerate((0.0, 0.2)):
        pacer.sent(sent_at)
        pacer.answered(number, 0.5, 10)
    pacer.refused(0.0, 0.5, wait_s=7.0)
    pacer.refused(0.2, 0.6)
    pacer.refused(0.2, 0.7, wait_s=2.0)
    assert pacer.earliest(0.7) == pytest.approx(7.5)


@pytest.mark.parametrize("kind", KINDS)
def test_beside_others_on_the_same_limit_work_goes_on(kind: type[FixedWindow]) -> None:
    """Another process takes half of the limit; what is left is used, with few refusals."""

    class Shared:
        def __init__(self) -> None:
            self.limiter = kind(10)
            self.other = 0.0

        def takes(self, at: float) -> bool:
            while self.other <= at:
                self.limiter.takes(self.other)
                self.other += 0.2
            return self.limiter.takes(at)

    result = simulate(Pacer(MAX), Shared(), Network(0.04, 0.02), seconds=120, header=10)
    assert result.taken / 120 >= 2.5
    assert result.refused <= 0.15 * result.taken


def test_what_is_remembered_does_not_grow() -> None:
    for rate, header in [
        (MAX, None),
        (MAX, 10),
        (Rate(), 10),
        (Rate(50.0), None),
        (Rate(100_000.0), None),
    ]:
        pacer = Pacer(rate)
        simulate(pacer, TokenBucket(10**6), Network(0.001), seconds=15, header=header)
        assert len(pacer._answered_at) + len(pacer._sent_at) <= 1100


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("10", 10),
        (" 25 ", 25),
        ("10, 10;w=1", 10),
        ("10;w=1", 10),
        ("1000", 1000),
        (None, None),
        ("", None),
        ("0", None),
        ("-5", None),
        ("1.5", None),
        ("many", None),
        ("²", None),
        ("9" * 5000, None),
        ("1001", None),
    ],
)
def test_the_limit_is_read_from_a_header_that_may_hold_anything(
    text: str | None, limit: int | None
) -> None:
    assert parse_limit(text) == limit


def test_the_target_tells_how_long_a_file_takes() -> None:
    assert Rate().target(10) == 8
    assert Rate().target(None) == 8
    assert Rate(3.0).target(10) == 3
    assert Rate(30.0).target(10) == 10
    assert MAX.target(25) == 25
    assert math.isinf(MAX.target(None))
