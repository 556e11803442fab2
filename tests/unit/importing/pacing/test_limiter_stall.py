"""What keeps a run from moving, as its progress tells it."""

from __future__ import annotations

from contactctl.importing.pacing.limiter import Limiter, Stall
from contactctl.importing.pacing.outage import Trouble
from contactctl.importing.pacing.pacer import Pacer, Rate


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def stall_of(limiter: Limiter) -> Stall | None:
    return limiter.stall


def test_while_requests_are_answered_nothing_does() -> None:
    clock = Clock()
    limiter = Limiter(Pacer(Rate(1000.0)), clock)
    limiter.answered(limiter.enter(), {})
    clock.now = 60.0
    assert stall_of(limiter) is None


def test_an_answer_that_does_not_come_is_told_after_a_second() -> None:
    clock = Clock()
    limiter = Limiter(Pacer(Rate(1000.0)), clock)
    leave = limiter.enter()
    clock.now = 0.9
    assert stall_of(limiter) is None
    clock.now = 3.0
    assert stall_of(limiter) == Stall("", 3.0)
    limiter.lost(leave)
    assert stall_of(limiter) is None


def test_a_service_that_is_away_is_told_with_the_reason_until_it_answers() -> None:
    clock = Clock()
    limiter = Limiter(Pacer(Rate(1000.0)), clock)
    limiter.lost(limiter.enter())
    limiter.trouble(Trouble(0.0, "refused", unreached=True))
    assert stall_of(limiter) is None
    clock.now = 12.0
    assert stall_of(limiter) == Stall("refused", 12.0)
    limiter.well()
    assert stall_of(limiter) is None
