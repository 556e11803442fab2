"""One row to the service: what is repeated, what fails the row, what ends the run."""

from __future__ import annotations

import pytest
from import_sender import REPLY, World, error, exhausted

from contactctl.errors import (
    BadReplyError,
    ConflictError,
    ContactctlError,
    DeadlineError,
    MachineError,
    NoConnectionError,
    Outcome,
    RateLimitedError,
    RedirectedError,
    RefusedError,
    TrustError,
    UnauthorizedError,
    UnavailableError,
)
from contactctl.importing.pacing.limiter import HaltedError
from contactctl.importing.row import Result
from contactctl.importing.sending.sender import MOST_BAD_REPLIES
from contactctl.service.replies import Reply


def test_a_row_that_is_taken_is_done() -> None:
    assert World(REPLY).send() == Result(7, "done", "c1", 1)


@pytest.mark.parametrize(
    "failure",
    [
        error(UnavailableError, 500, Outcome.UNKNOWN),
        error(UnavailableError, 503, Outcome.UNKNOWN),
        error(RateLimitedError, 429),
        error(NoConnectionError, None, Outcome.NOT_SENT),
        error(NoConnectionError, None, Outcome.UNKNOWN),
        error(DeadlineError, None, Outcome.UNKNOWN),
    ],
)
def test_what_may_pass_is_repeated(failure: ContactctlError) -> None:
    world = World(failure, failure, REPLY)
    assert world.send() == Result(7, "done", "c1", 3)
    assert world.sent_at[1] - world.sent_at[0] >= 0.5


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (error(RefusedError, 400), "refused"),
        (error(RefusedError, 404), "refused"),
        (error(ConflictError, 409), "conflict"),
        (error(RefusedError, 200), "refused"),
    ],
)
def test_what_the_service_refuses_fails_the_row_at_once(
    failure: ContactctlError, code: str
) -> None:
    world = World(failure)
    result = world.send()
    assert (result.status, result.attempts) == ("failed", 1)
    assert result.error is not None
    assert result.error[:3] == (code, "no luck", failure.status)
    assert result.error.outcome == "not_applied"


@pytest.mark.parametrize(
    "failure",
    [
        error(UnauthorizedError, 401),
        error(UnauthorizedError, 403),
        error(RedirectedError, 302),
        error(TrustError, None, Outcome.NOT_SENT),
        error(MachineError, None, Outcome.NOT_SENT),
    ],
)
def test_what_no_other_row_would_fare_better_with_ends_the_run_at_once(
    failure: ContactctlError,
) -> None:
    world = World(failure)
    with pytest.raises(type(failure)):
        world.send()
    assert len(world.sent_at) == 1


def test_an_attempt_that_may_have_been_applied_is_not_forgotten_by_a_later_one() -> None:
    world = World(error(UnavailableError, 502, Outcome.UNKNOWN), error(RefusedError, 400))
    result = world.send()
    assert result.error is not None
    assert result.error.outcome == "unknown"
    assert result.attempts == 2


def test_a_429_has_more_patience_and_slows_everybody() -> None:
    refused = [error(RateLimitedError, 429, x_ratelimit_limit="10") for _ in range(6)]
    world = World(*refused, REPLY)
    assert world.send().attempts == 7
    gaps = [
        later - earlier for earlier, later in zip(world.sent_at, world.sent_at[1:], strict=False)
    ]
    assert min(gaps) >= 1.0


@pytest.mark.parametrize("refusals_first", [True, False])
def test_429s_use_up_no_retry_of_the_row(*, refusals_first: bool) -> None:
    """Nothing was wrong with the row when it was refused for the rate alone."""
    refusals = [error(RateLimitedError, 429) for _ in range(4)]
    failures = [error(UnavailableError, 503, Outcome.UNKNOWN) for _ in range(3)]
    before = [*refusals, *failures] if refusals_first else [*failures, *refusals]
    assert World(*before, REPLY, retries=3).send() == Result(7, "done", "c1", 8)


@pytest.mark.parametrize("kind", [RateLimitedError, UnavailableError])
def test_retry_after_is_kept(kind: type[ContactctlError]) -> None:
    status = 429 if kind is RateLimitedError else 503
    world = World(error(kind, status, retry_after="17"), REPLY)
    world.send()
    assert world.sent_at[1] - world.sent_at[0] >= 17


@pytest.mark.parametrize("status", [429, 503])
def test_a_long_retry_after_is_waited_for_within_the_patience(status: int) -> None:
    kind = RateLimitedError if status == 429 else UnavailableError
    world = World(error(kind, status, retry_after="300"), REPLY)
    assert world.send().status == "done"
    assert world.sent_at[1] - world.sent_at[0] >= 300


@pytest.mark.parametrize("others", [True, False])
@pytest.mark.parametrize("status", [429, 503])
def test_a_retry_after_beyond_the_patience_ends_the_run_at_once(
    status: int, *, others: bool
) -> None:
    kind = RateLimitedError if status == 429 else UnavailableError
    failure = error(kind, status, retry_after="3600")
    world = World(failure)
    if others:
        world.others_get_through()
    assert exhausted(world) is failure
    assert len(world.sent_at) == 1
    assert "the service asks to wait 3600 s" in failure.message


def test_a_success_that_is_none_fails_its_row_and_several_end_the_run() -> None:
    bad = [error(BadReplyError, 200, Outcome.UNKNOWN) for _ in range(2 * MOST_BAD_REPLIES)]
    world = World(*bad[:4], REPLY, *bad[4:])
    for _ in range(MOST_BAD_REPLIES - 1):
        assert world.send().status == "failed"
    assert world.send().status == "done"
    for _ in range(MOST_BAD_REPLIES - 1):
        assert world.send().status == "failed"
    assert isinstance(exhausted(world), BadReplyError)


def test_an_answer_without_the_header_does_not_lift_the_limit() -> None:
    limited = Reply(200, {"x-ratelimit-limit": "5"}, REPLY.value)
    world = World(limited, error(UnavailableError, 502, Outcome.UNKNOWN), REPLY, REPLY)
    for _ in range(3):
        world.send()
    assert world.limiter.limit == 5


def test_a_refusal_without_the_header_is_an_answer_of_a_service_that_names_no_limit() -> None:
    world = World(error(RefusedError, 400))
    world.send()
    assert world.limiter.limit is None


def test_a_halted_run_sends_nothing_more() -> None:
    world = World(error(UnavailableError, 500, Outcome.UNKNOWN), REPLY)
    world.limiter.halt()
    with pytest.raises(HaltedError):
        world.send()
    assert world.sent_at == []


def test_a_row_waiting_for_its_repeat_is_let_go_when_the_run_is_halted() -> None:
    world = World(error(UnavailableError, 500, Outcome.UNKNOWN), REPLY)

    def wait(_: float, high: float) -> float:
        world.limiter.halt()
        return high

    world.sender._uniform = wait
    with pytest.raises(HaltedError):
        world.send()
    assert len(world.sent_at) == 1
