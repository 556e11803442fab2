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
    NoConnectionError,
    Outcome,
    RateLimitedError,
    RedirectedError,
    UnavailableError,
)
from contactctl.importing.pacing.outage import Trouble
from contactctl.importing.row import Result, failed
from contactctl.service.retry_policy import asked_wait_s, bound_s
from contactctl.service.retrying import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contactctl.exact_json import JsonObject
    from contactctl.importing.pacing.limiter import Limiter, Pass
    from contactctl.importing.row import Job
    from contactctl.service.replies import Reply

T = TypeVar("T")

#: So many rows in a row with a success that is none are not the rows' fault.
MOST_BAD_REPLIES = 5

_SERVER_ERRORS = 500
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
    """The attempts of one request of a row; ``own`` of them failed while other rows fared well."""

    def __init__(self, *, writes: bool) -> None:
        super().__init__()
        self.writes = writes
        self.own = 0
        self.judged_from = 0.0
        self.sent_at = 0.0

    def begin(self, sent_at: float) -> None:
        """Count an attempt; what was sent since the one before it shows how others fare."""
        self.attempts += 1
        self.judged_from = self.sent_at if self.attempts > 1 else sent_at
        self.sent_at = sent_at


class Sender:
    """Sends rows; any thread may.

    A service that cannot be connected to, gives no answer or refuses everybody is waited for, as
    long as the limiter's patience lasts: that is never a row's fault. ``retries`` is how often a
    row is repeated that the service fails on (5xx) while other rows get through. ``wall`` is the
    time in seconds since 1970, for ``Retry-After`` dates.
    """

    def __init__(
        self,
        client: Updates,
        limiter: Limiter,
        *,
        retries: int = 3,
        wall: Callable[[], float] = time.time,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._client = client
        self._limiter = limiter
        self._retries = retries
        self._wall = wall
        self._uniform = uniform
        self._health = _Health()

    def send(self, job: Job, _: MayGoOn | None = None) -> Result:
        """Send a row until it is done or refused for good; raises what :meth:`ask` says.

        Without a look-up there is nothing to find out that could keep a row from going on.
        """
        try:
            reply, attempts = self.ask(partial(self._client.update_once, job.body), writes=True)
        except RowFailedError as failure:
            return failed(job.ordinal, failure.error, failure.error.attempts)
        return Result(job.ordinal, "done", str(reply["id"]), attempts)

    def ask(self, make: Callable[[], Reply[T]], *, writes: bool) -> tuple[T, int]:
        """Make a request until it is answered; return what the answer holds, and the attempts.

        ``writes`` tells a write from a look: a service may answer the one and fail on the other.

        Raises :class:`RowFailedError` with what speaks against this row alone, or the error that
        ends the whole run: a key that is not taken, a machine that cannot, a service that was away
        for longer than the patience lasts; and :class:`HaltedError`.
        """
        tries = _Tries(writes=writes)
        while True:
            leave = self._limiter.enter()
            tries.begin(leave.sent_at)
            try:
                reply = make()
            except ContactctlError as error:
                wait_s = self._wait_or_raise(error, tries, leave)
                if wait_s is None:
                    error.outcome, error.attempts = tries.worst, tries.attempts
                    raise RowFailedError(error) from error
                self._limiter.sleep(wait_s)
            else:
                self._limiter.answered(leave, reply.headers)
                self._limiter.well(writes=writes)
                self._health.note_success(leave.sent_at, writes=writes)
                return reply.value, tries.attempts

    def _wait_or_raise(self, error: ContactctlError, tries: _Tries, leave: Pass) -> float | None:
        """Return how long to wait before a repeat; None when this row has failed."""
        tries.note(error.outcome)
        # Any answer, a refusal too, says that the request has arrived, and what the limit is.
        if error.status is None:
            self._limiter.lost(leave)
        else:
            self._limiter.answered(leave, error.pace)
        if isinstance(error, UnavailableError) and not isinstance(error, BadReplyError):
            return self._wait_for_service(error, tries, leave)
        if error.status is not None:
            self._limiter.well(writes=tries.writes)
        if isinstance(error, _FATAL) or self._is_bad_service(error):
            raise _ending(error, tries)
        return None

    def _wait_for_service(
        self, error: UnavailableError, tries: _Tries, leave: Pass
    ) -> float | None:
        asked_s = asked_wait_s(error.pace, self._wall()) or 0.0
        if isinstance(error, RateLimitedError):
            self._limiter.refused(leave, asked_s)
        unreached = isinstance(error, NoConnectionError) and error.outcome is Outcome.NOT_SENT
        # Without "cannot update the contact", which is nothing new in an import.
        reason = error.message.partition(": ")[2] or error.message
        trouble = Trouble(leave.sent_at, reason, unreached, asked_s, tries.writes)
        if self._limiter.trouble(trouble) <= 0 and self._has_waited(tries):
            error.message += self._limiter.waited_words(asked_s)
            raise _ending(error, tries)
        return None if self._is_at_fault(error, tries) else self._pause_s(tries, asked_s)

    def _pause_s(self, tries: _Tries, asked_s: float) -> float:
        return max(self._uniform(0.0, bound_s(tries.attempts)), asked_s)

    def _has_waited(self, tries: _Tries) -> bool:
        """Tell whether a row was tried often enough for a run without patience to end by it."""
        return self._limiter.patience_s > 0 or tries.attempts > self._retries

    def _is_at_fault(self, error: UnavailableError, tries: _Tries) -> bool:
        """Tell whether the service fails on this row again and again, and on no other."""
        if (error.status or 0) < _SERVER_ERRORS:
            return False
        # Counted only where others of its kind got through: an outage is no row's fault.
        tries.own += self._health.succeeded_since(tries.judged_from, writes=tries.writes)
        return tries.own > self._retries

    def _is_bad_service(self, error: ContactctlError) -> bool:
        return (
            isinstance(error, BadReplyError) and self._health.note_bad_reply() >= MOST_BAD_REPLIES
        )


def _ending(error: ContactctlError, tries: _Tries) -> ContactctlError:
    error.outcome, error.attempts = tries.worst, tries.attempts
    return error


class _Health:
    """When what was last answered well had been sent, and how many answers since were bad."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # A service may answer looks and fail on every write.
        self._well_sent_at = {True: float("-inf"), False: float("-inf")}
        self._bad_replies = 0

    def note_success(self, sent_at: float, *, writes: bool) -> None:
        with self._lock:
            self._well_sent_at[writes] = max(self._well_sent_at[writes], sent_at)
            # In a row: one good answer shows that there is a service behind the address.
            self._bad_replies = 0

    def note_bad_reply(self) -> int:
        with self._lock:
            self._bad_replies += 1
            return self._bad_replies

    def succeeded_since(self, moment: float, *, writes: bool) -> bool:
        return self._well_sent_at[writes] >= moment
