"""How long the sender waits for a service that is away, and whose fault a failure is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from import_sender import REPLY, World, error, exhausted

from contactctl.errors import (
    ContactctlError,
    DeadlineError,
    NoConnectionError,
    Outcome,
    RateLimitedError,
    UnavailableError,
)
from contactctl.importing.row import Result

if TYPE_CHECKING:
    from collections.abc import Sequence


GONE = [
    error(NoConnectionError, None, Outcome.NOT_SENT),
    error(NoConnectionError, None, Outcome.UNKNOWN),
    error(DeadlineError, None, Outcome.UNKNOWN),
    error(UnavailableError, 408, Outcome.UNKNOWN),
    error(UnavailableError, 503, Outcome.UNKNOWN),
    error(RateLimitedError, 429),
]


@pytest.mark.parametrize("failure", GONE, ids=lambda one: f"{type(one).__name__} {one.status}")
@pytest.mark.parametrize("retries", [0, 3])
def test_a_service_that_is_away_is_waited_for_as_long_as_the_patience_lasts(
    failure: ContactctlError, retries: int
) -> None:
    world = World(*[failure] * 500, retries=retries, patience_s=60.0)
    ended = exhausted(world)
    assert ended is failure
    assert ended.attempts == len(world.sent_at) >= 10
    assert 59 <= world.sent_at[-1] - world.sent_at[0] <= 63
    assert "waited 1 min" in ended.message
    failure.message = "no luck"


@pytest.mark.parametrize("failure", GONE, ids=lambda one: f"{type(one).__name__} {one.status}")
@pytest.mark.parametrize("retries", [0, 3])
def test_a_service_that_comes_back_in_time_gets_the_row(
    failure: ContactctlError, retries: int
) -> None:
    world = World(*[failure] * 10, REPLY, retries=retries, patience_s=600.0)
    assert world.send() == Result(7, "done", "c1", 11)


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_without_patience_the_run_ends_after_the_retries(retries: int) -> None:
    lost = error(NoConnectionError, None, Outcome.UNKNOWN)
    world = World(*[lost] * 9, retries=retries, patience_s=0.0)
    failure = exhausted(world)
    assert isinstance(failure, NoConnectionError)
    assert failure.attempts == len(world.sent_at) == retries + 1
    assert failure.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_when_other_rows_get_through_it_is_the_rows_own_fault(retries: int) -> None:
    world = World(*[error(UnavailableError, 500, Outcome.UNKNOWN)] * 9, retries=retries)
    let_others_through(world, after=range(9))
    result = exhausted(world)
    assert not isinstance(result, ContactctlError)
    assert result.status == "failed"
    assert retries + 1 <= result.attempts <= retries + 2
    assert result.error is not None
    assert result.error.outcome == "unknown"


@pytest.mark.parametrize("failure", GONE[:4], ids=lambda one: f"{type(one).__name__} {one.status}")
def test_no_answer_is_never_a_rows_fault_whatever_becomes_of_others(
    failure: ContactctlError,
) -> None:
    world = World(*[failure] * 20, REPLY, retries=0)
    let_others_through(world, after=range(20))
    assert world.send() == Result(7, "done", "c1", 21)


def test_rows_that_got_through_before_and_after_an_outage_clear_nobody() -> None:
    """Only failures with a success of another row around them count against a row."""
    world = World(*[error(UnavailableError, 503, Outcome.UNKNOWN)] * 9, REPLY, retries=1)
    world.others_get_through()
    world.now += 1
    let_others_through(world, after=[8])
    assert world.send() == Result(7, "done", "c1", 10)


def test_looks_that_are_answered_say_nothing_of_writes() -> None:
    world = World(*[error(UnavailableError, 503, Outcome.UNKNOWN)] * 99, patience_s=10.0)
    world.looks_get_through()
    assert isinstance(exhausted(world), UnavailableError)


def let_others_through(world: World, after: Sequence[int]) -> None:
    """Let another row be taken after each of these attempts of the row."""
    uniform = world.sender._uniform

    def wait(low: float, high: float) -> float:
        if len(world.sent_at) - 1 in after:
            world.others_get_through()
            world.limiter.well()
        return uniform(low, high)

    world.sender._uniform = wait
