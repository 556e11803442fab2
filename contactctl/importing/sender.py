"""One row to the service: paced, repeated where that may help, its end told as a result."""

from __future__ import annotations

import random
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from contactctl.errors import (
    BadReplyError,
    ContactctlError,
    CredentialsError,
    MachineError,
    RateLimitedError,
    RedirectedError,
    UnavailableError,
)
from contactctl.importing.row import Result, failed
from contactctl.service.retry_policy import GiveUp, Wait, asked_wait_s, decide
from contactctl.service.retrying import Tally, failure_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contactctl.exact_json import JsonObject
    from contactctl.importing.limiter import Limiter, Pass
    from contactctl.importing.row import Job
    from contactctl.service.replies import Reply

T = TypeVar("T")

#: Repeats after a 429: nothing is wrong with the row, and the pace is being slowed already.
PATIENCE_AFTER_429 = 20
#: So many rows in a row with a success that is none are not the rows' fault.
MOST_BAD_REPLIES = 5

_JUDGED_ATTEMPT = 2
#: What no other row would fare better with: the run stops, to be resumed.
_FATAL = (CredentialsError, MachineError, RedirectedError)


#: Tells whether a row may go on, given the identifiers of the contact that it was found to be of.
MayGoOn: TypeAlias = "Callable[[Sequence[str]], bool]"


class Updates(Protocol):
    """What an import needs of the client."""

    def update_once(self, body: bytes) -> Reply[JsonObject]:
        """Send one update, once."""


class RowFailedError(Exception):
    """A request of one row has failed for good, while other rows may fare better."""

    def __init__(self, error: ContactctlError) -> None:
        super().__init__(error.message)
        self.error = error


class _Tries(Tally):
    """The attempts of one row."""

    def __init__(self) -> None:
        super().__init__()
        self.refusals = 0
        self.judged_from = 0.0

    def begin(self, sent_at: float) -> None:
        """Count an attempt; the service is judged from the second one, or the only one, on."""
        self.attempts += 1
        if self.attempts <= _JUDGED_ATTEMPT:
            self.judged_from = sent_at


class Sender:
    """Sends rows; any thread may.

    ``retries`` is how often a row is repeated after a failure that may pass. ``wall`` is the time
    in seconds since 1970, for ``Retry-After`` dates.
    """

    def __init__(  # noqa: PLR0913 - the seams of the tests are parameters
        self,
        client: Updates,
        limiter: Limiter,
        *,
        retries: int = 3,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._client = client
        self._limiter = limiter
        self._retries = retries
        self._wall = wall
        self._uniform = uniform
        self._health = _Health(clock)

    def send(self, job: Job, _: MayGoOn | None = None) -> Result:
        """Send a row until it is done or refused for good; raises what :meth:`ask` says.

        Without a look there is nothing to find out that could keep a row from going on.
        """
        try:
            reply, attempts = self.ask(partial(self._client.update_once, job.body))
        except RowFailedError as failure:
            return failed(job.ordinal, failure.error, failure.error.attempts)
        return Result(job.ordinal, "done", str(reply["id"]), attempts)

    def ask(self, make: Callable[[], Reply[T]]) -> tuple[T, int]:
        """Make a request until it is answered; return what the answer holds, and the attempts.

        Raises :class:`RowFailedError` with what speaks against this row alone, or the error that
        ends the whole run: a key that is not taken, a machine that cannot, a service that is away
        or asks to be left alone; and :class:`HaltedError`.
        """
        tries = _Tries()
        while True:
            leave = self._limiter.enter()
            tries.begin(leave.sent_at)
            try:
                reply = make()
            except ContactctlError as error:
                self._tell_limiter(leave, error)
                wait_s = self._wait_or_raise(error, tries)
                if wait_s is None:
                    error.outcome, error.attempts = tries.worst, tries.attempts
                    raise RowFailedError(error) from error
                self._limiter.sleep(wait_s)
            else:
                self._limiter.answered(leave, reply.headers)
                self._health.note_success()
                return reply.value, tries.attempts

    def _tell_limiter(self, leave: Pass, error: ContactctlError) -> None:
        # Any answer, a refusal too, says that the request has arrived, and what the limit is.
        if error.status is not None:
            self._limiter.answered(leave, error.pace)
        else:
            self._limiter.lost(leave)
        if isinstance(error, RateLimitedError):
            asked_s = asked_wait_s(error.pace.get("retry-after"), self._wall())
            self._limiter.refused(leave, asked_s or 0.0)

    def _wait_or_raise(self, error: ContactctlError, tries: _Tries) -> float | None:
        """Return how long to wait before a repeat; None when this row has failed."""
        tries.note(error.outcome)
        tries.refusals += isinstance(error, RateLimitedError)
        verdict = self._decide(error, tries)
        if isinstance(verdict, Wait):
            return verdict.seconds
        if isinstance(error, _FATAL) or self._ends_run(error, verdict, tries):
            error.attempts = tries.attempts
            error.outcome = tries.worst
            raise error
        return None

    def _decide(self, error: ContactctlError, tries: _Tries) -> Wait | GiveUp:
        # Refusals have a count of their own: the pace was wrong, not the row, and a row's repeats
        # are kept for what may really be wrong with it.
        refused = isinstance(error, RateLimitedError)
        patience = PATIENCE_AFTER_429 if self._retries else 0
        return decide(
            failure_of(error),
            attempt=tries.refusals if refused else tries.attempts - tries.refusals,
            retries=patience if refused else self._retries,
            now=self._wall(),
            uniform=self._uniform,
        )

    def _ends_run(self, error: ContactctlError, verdict: GiveUp, tries: _Tries) -> bool:
        """Tell whether the service is away for all rows, not just unhappy with this one."""
        if not isinstance(error, UnavailableError):
            return False
        if isinstance(error, BadReplyError):
            return self._health.note_bad_reply() >= MOST_BAD_REPLIES
        # As long as others succeed, a row that fails again and again is at fault itself.
        away = not self._health.succeeded_since(tries.judged_from)
        return away or verdict.asked_s is not None or isinstance(error, RateLimitedError)


class _Health:
    """When the service last answered well, and how often since it did so badly."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._succeeded_at = float("-inf")
        self._bad_replies = 0

    def note_success(self) -> None:
        with self._lock:
            self._succeeded_at = self._clock()
            self._bad_replies = 0

    def note_bad_reply(self) -> int:
        with self._lock:
            self._bad_replies += 1
            return self._bad_replies

    def succeeded_since(self, moment: float) -> bool:
        return self._succeeded_at >= moment
