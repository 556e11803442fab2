"""A call made as often as the retry policy allows, looking first where a repeat could do harm."""

from __future__ import annotations

import itertools
import random
import time
from typing import TYPE_CHECKING

from contactctl.errors import (
    BadReplyError,
    ConflictError,
    ContactctlError,
    DeadlineError,
    NoConnectionError,
    NotFoundError,
    Outcome,
)
from contactctl.service.advice import worded
from contactctl.service.retry_policy import Failure, GiveUp, Kind, decide

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from contactctl.exact_json import JsonObject, JsonValue
    from contactctl.service.endpoints import Call
    from contactctl.service.exchange import Exchange

    #: Looks whether a write arrived: its reply, as far as it can be told now, or None.
    Look: TypeAlias = "Callable[[Tally], JsonObject | None]"


class Tally:
    """What one call has cost and may have done so far."""

    def __init__(self) -> None:
        self.attempts = 0
        self.worst = Outcome.NOT_SENT

    @property
    def unknown(self) -> bool:
        """Tell whether an attempt may have been applied without anybody knowing."""
        return self.worst is Outcome.UNKNOWN

    def note(self, outcome: Outcome) -> None:
        """Take in the outcome of one more failed attempt."""
        if not self.unknown and outcome is not Outcome.NOT_SENT:
            self.worst = outcome


class Attempts:
    """Makes calls through an exchange, and waits between attempts as the policy says.

    ``sleep``, ``uniform`` and ``now`` stand in for the clock and the dice in tests.
    """

    def __init__(
        self,
        exchange: Exchange,
        retries: int,
        *,
        sleep: Callable[[float], None] = time.sleep,
        uniform: Callable[[float, float], float] = random.uniform,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._exchange = exchange
        self._retries = retries
        self._sleep = sleep
        self._uniform = uniform
        self._now = now

    def run(self, call: Call, look: Look | None = None) -> JsonValue:
        """Return the value of a call's reply; with a ``look``, no repeat is made without one.

        Raises the error of the last attempt, with what all of them may have done.
        """
        tally = Tally()
        for attempt in itertools.count(1):
            try:
                return self._attempt(call, tally, look)
            except ContactctlError as error:
                self._wait_or_raise(call, error, tally, attempt)
        raise AssertionError

    def _attempt(self, call: Call, tally: Tally, look: Look | None) -> JsonValue:
        """Send a call, looking first when an earlier attempt may have been applied."""
        found = look(tally) if look is not None and tally.unknown else None
        if found is not None:
            return found
        in_doubt = tally.unknown
        try:
            return self.ask(call, tally)
        except NotFoundError:
            if not (in_doubt and call.path == "contacts/delete"):
                raise
            return {"success": True}
        except ConflictError:
            found = look(tally) if look is not None and in_doubt else None
            if found is None:
                raise
            return found

    def ask(self, call: Call, tally: Tally) -> JsonValue:
        """Send a call once, counted."""
        tally.attempts += 1
        try:
            return self._exchange(call).value
        except ContactctlError as error:
            if call.writes:
                tally.note(error.outcome)
            raise

    def _wait_or_raise(
        self, call: Call, error: ContactctlError, tally: Tally, attempt: int
    ) -> None:
        verdict = decide(
            failure_of(error),
            attempt=attempt,
            retries=self._retries,
            repeatable=True,  # blindly, or after a look
            now=self._now(),
            uniform=self._uniform,
        )
        if isinstance(verdict, GiveUp):
            error.outcome = tally.worst if call.writes else error.outcome
            error.attempts = tally.attempts
            raise worded(call, error, self._exchange.cleaner.mask, verdict.asked_s) from error
        self._exchange.say(
            f"waiting {verdict.seconds:.2f} s before attempt {attempt + 1} of {self._retries + 1}:"
            f" {error.message}"
        )
        self._sleep(verdict.seconds)


def failure_of(error: ContactctlError) -> Failure:
    """Return what the error of one attempt is to the retry policy."""
    if isinstance(error, BadReplyError):
        return Failure(Kind.BAD_REPLY)
    if isinstance(error, (NoConnectionError, DeadlineError)):
        return Failure(Kind.NOT_SENT if error.outcome is Outcome.NOT_SENT else Kind.LOST)
    if error.status is None:
        return Failure(Kind.LOCAL)
    return Failure(Kind.STATUS, error.status, error.pace.get("retry-after"))
