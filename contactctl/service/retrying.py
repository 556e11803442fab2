"""A call made as often as the retry policy allows, and the error that ends it, in a person's words.

Where a repeat could do harm, it is looked first whether the write was made after all.
"""

from __future__ import annotations

import itertools
import random
import time
from typing import TYPE_CHECKING, TypeVar

from contactctl.errors import (
    BadReplyError,
    ConflictError,
    ContactctlError,
    DeadlineError,
    NoConnectionError,
    NotFoundError,
    Outcome,
    RateLimitedError,
    RedirectedError,
    RefusedError,
    UnauthorizedError,
    UnavailableError,
)
from contactctl.service.endpoints import OtherFoundError
from contactctl.service.retry_policy import Failure, GiveUp, Kind, decide

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from typing import TypeAlias

    from contactctl.service.endpoints import Call, Look
    from contactctl.service.exchange import Exchange

    #: Notes that an attempt failed: which one comes next, why, and the seconds until then.
    Tell: TypeAlias = Callable[[str, str, float], None]
    #: Shows somebody that a call is waited for, by what it does, while it lasts.
    Watch: TypeAlias = Callable[[str], AbstractContextManager[Tell]]

T = TypeVar("T")
S = TypeVar("S")

_WRONG_PLACE = "check the address with `contactctl profile show`"
#: The next step by kind of error, where the call has no advice of its own: the first that fits; a
#: more special kind stands before its base.
_HINTS: tuple[tuple[type[ContactctlError], str], ...] = (
    (UnauthorizedError, "check the key with `contactctl profile check`"),
    (NotFoundError, "look for the contact with `contactctl find`"),
    (RateLimitedError, "wait, then run it again; everything the team runs shares the limit"),
    (DeadlineError, "run it again, or allow more time with --timeout"),
    (NoConnectionError, "check network and address with `contactctl doctor`"),
    (BadReplyError, _WRONG_PLACE),
    (UnavailableError, "run it again later; https://status.loops.so says what is known"),
)
_NOT_FOUND = 404


class Tally:
    """What one call has cost and may have done so far.

    ``doubt`` is the error of the last attempt that may have been applied, if there was one.
    """

    def __init__(self) -> None:
        self.attempts = 0
        self.worst = Outcome.NOT_SENT
        self.doubt: ContactctlError | None = None

    @property
    def unknown(self) -> bool:
        """Tell whether an attempt may have been applied without anybody knowing."""
        return self.worst is Outcome.UNKNOWN

    def note(self, outcome: Outcome) -> None:
        """Take in the outcome of one more failed attempt."""
        if not self.unknown and outcome is not Outcome.NOT_SENT:
            self.worst = outcome


class Retrying:
    """Makes calls through an exchange, and waits between attempts as the policy says.

    ``sleep``, ``uniform`` and ``now`` stand in for the clock and the dice in tests; ``watch`` shows
    a person what is waited for.
    """

    def __init__(  # noqa: PLR0913 - the seams of the tests are parameters
        self,
        exchange: Exchange,
        retries: int,
        *,
        sleep: Callable[[float], None] = time.sleep,
        uniform: Callable[[float, float], float] = random.uniform,
        now: Callable[[], float] = time.time,
        watch: Watch | None = None,
    ) -> None:
        self._watch = watch
        self._exchange = exchange
        self.retries = retries
        self._sleep = sleep
        self._uniform = uniform
        self._now = now

    def run(self, call: Call[T]) -> T:
        """Return what the reply to a call holds.

        Raises the error of the last attempt, with what all of them may have done.
        """
        if self._watch is None:
            return self._repeat(call, lambda *_: None)
        with self._watch(self._exchange.cleaner.mask(call.words)) as tell:
            return self._repeat(call, tell)

    def _repeat(self, call: Call[T], tell: Tell) -> T:
        tally = Tally()
        for attempt in itertools.count(1):
            try:
                return self._attempt(call, tally)
            except OtherFoundError as other:
                raise self._final(call, _with_found(tally, other), tally) from other
            except ContactctlError as error:
                wait_s = self._wait_before_next(call, error, tally, attempt)
                which = f"attempt {attempt + 1} of {self.retries + 1}"
                tell(which, self._exchange.cleaner.mask(error.message), wait_s)
                self._exchange.say(f"waiting {wait_s:.2f} s before {which}: {error.message}")
                self._sleep(wait_s)
        raise AssertionError  # not reached: the count has no end

    def _attempt(self, call: Call[T], tally: Tally) -> T:
        """Send a call, looking first when an earlier attempt may have been applied."""
        in_doubt = tally.unknown  # as it stands before this attempt, which may bring doubt itself
        look = call.look if in_doubt else None
        found = self._look(look, tally)
        if found is not None:
            return found
        try:
            return self._ask(call, tally)
        except NotFoundError:
            if not in_doubt or call.when_gone is None:
                raise
            return call.when_gone
        except ConflictError:
            # In doubt, it is perhaps our own lost attempt that took the address.
            found = self._look(look, tally)
            if found is None:
                raise
            return found

    def _look(self, look: Look[S, T] | None, tally: Tally) -> T | None:
        return None if look is None else look.reply_in(self._ask(look.call, tally))

    def _ask(self, call: Call[T], tally: Tally) -> T:
        """Send a call once, counted."""
        # A look is a request as well, and the rate limit counts it.
        tally.attempts += 1
        try:
            return self._exchange(call).value
        except ContactctlError as error:
            if call.writes:
                tally.note(error.outcome)
                tally.doubt = error if error.outcome is Outcome.UNKNOWN else tally.doubt
            raise

    def _wait_before_next(
        self, call: Call[T], error: ContactctlError, tally: Tally, attempt: int
    ) -> float:
        """Return the seconds until the next attempt, or raise the error that ends the call."""
        verdict = decide(
            failure_of(error),
            attempt=attempt,
            retries=self.retries,
            now=self._now(),
            uniform=self._uniform,
        )
        if isinstance(verdict, GiveUp):
            raise self._final(call, error, tally, verdict.asked_s) from error
        return verdict.seconds

    def _final(
        self, call: Call[T], error: ContactctlError, tally: Tally, asked_s: float | None = None
    ) -> ContactctlError:
        # That the last attempt changed nothing says nothing of those before it.
        error.outcome = tally.worst if call.writes else error.outcome
        error.attempts = tally.attempts
        return worded(call, error, self._exchange.cleaner.mask, asked_s)


def _with_found(tally: Tally, other: OtherFoundError) -> ContactctlError:
    """Return the error that brought the doubt, with what a look-up has found since."""
    error = tally.doubt
    if error is None:
        raise AssertionError from other  # nothing is looked for without a doubt
    error.message = f"{error.message}; {other}"
    return error


def failure_of(error: ContactctlError) -> Failure:
    """Return what the error of one attempt is to the retry policy."""
    if isinstance(error, BadReplyError):
        return Failure(Kind.BAD_REPLY)
    if isinstance(error, (NoConnectionError, DeadlineError)):
        return Failure(Kind.NOT_SENT if error.outcome is Outcome.NOT_SENT else Kind.LOST)
    if error.status is None:
        return Failure(Kind.LOCAL)
    return Failure(Kind.STATUS, error.status, error.pace)


def worded(
    call: Call[T], error: ContactctlError, mask: Callable[[str], str], asked_s: float | None = None
) -> ContactctlError:
    """Return the error that ends a call, in the user's words, with everything known of it.

    ``mask`` hides the key; ``asked_s`` is how long the service asked to be left alone, where that
    was too long to wait.
    """
    message = f"cannot {call.words}: {error.message}"
    # First, whatever was asked: nothing else can work until it is right.
    if isinstance(error, UnauthorizedError):
        message = f"the API key was refused: {message}"
    if asked_s is not None:
        message += f"; the service asks to wait {asked_s:.0f} s"
    if error.outcome is Outcome.UNKNOWN:
        message += "; it may have been applied"
    final = type(error)(
        mask(message),
        hint=error.hint or _hint(call, error),
        status=error.status,
        outcome=error.outcome,
        attempts=error.attempts,
    )
    final.pace = error.pace
    return final


def _hint(call: Call[T], error: ContactctlError) -> str | None:
    if error.outcome is Outcome.UNKNOWN and call.doubt is not None:
        return call.doubt
    # A redirect says nothing of what the call asked for, so it counts before the call's own advice.
    advice = ((RedirectedError, _WRONG_PLACE), *call.advice, *_HINTS)
    hint = next((hint for kind, hint in advice if isinstance(error, kind)), None)
    if hint is None and isinstance(error, RefusedError):
        return _refusal_hint(call, error)
    return hint


def _refusal_hint(call: Call[T], error: RefusedError) -> str:
    if error.status == _NOT_FOUND:
        return "this may not be the service's address: see `contactctl profile show`"
    if call.body is not None:
        return (
            "see what is sent with --dry-run; `contactctl lists` and `contactctl properties list`"
            " show what the account has"
        )
    return "check the address or user id"
