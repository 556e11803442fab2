"""When the next request may be sent: one pace and one patience for all threads, and the stop."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from contactctl.importing.pacing.outage import Outage
from contactctl.importing.pacing.pacer import parse_limit, parse_remaining
from contactctl.wording import duration

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from contactctl.importing.pacing.outage import Trouble
    from contactctl.importing.pacing.pacer import Pacer

#: A request without an answer for so long is worth a word.
_SLOW_S = 1.0
_LIMIT_HEADER = "x-ratelimit-limit"
_REMAINING_HEADER = "x-ratelimit-remaining"


class HaltedError(Exception):
    """The run is being stopped; what has not been sent is not sent any more."""


class Pass(NamedTuple):
    """The leave for one request."""

    number: int
    sent_at: float


class Stall(NamedTuple):
    """What holds all requests up, and since how many seconds; "" for an answer that is awaited."""

    reason: str
    seconds: float


class Limiter:
    """Lets threads through at the pacer's pace; ``clock`` is in seconds and never runs back.

    While the service is away, which is what the outage tells, one request at a time tries it.
    """

    def __init__(
        self,
        pacer: Pacer,
        clock: Callable[[], float] = time.monotonic,
        outage: Outage | None = None,
    ) -> None:
        self._pacer = pacer
        self._outage = outage or Outage()
        self._clock = clock
        self._turn = threading.Lock()
        self._changed = threading.Condition()
        self._halted = False
        self._queued = 0
        #: Called by a thread that leaves nobody waiting behind it.
        self.when_empty: Callable[[], None] = lambda: None

    @property
    def limit(self) -> int | None:
        """Return the service's limit as last seen."""
        return self._pacer.limit

    @property
    def stall(self) -> Stall | None:
        """What keeps the run from moving, and how long that has been so; None while it moves."""
        with self._changed:
            now = self._clock()
            away_s = self._outage.seconds(now)
            if away_s >= _SLOW_S:
                return Stall(self._outage.reason, away_s)
            waiting_s = self._pacer.unanswered_s(now)
            return Stall("", waiting_s) if waiting_s >= _SLOW_S else None

    @property
    def patience_s(self) -> float:
        """How long a service that is away is waited for."""
        return self._outage.patience_s

    def waited_words(self, asked_s: float) -> str:
        """Return how long was waited in vain, and how long the service asks to wait, as words."""
        waited_s = self._outage.seconds(self._clock())
        words = f"; waited {duration(waited_s)} for the service" if waited_s >= _SLOW_S else ""
        return words + (f"; the service asks to wait {asked_s:.0f} s" if asked_s else "")

    def enter(self) -> Pass:
        """Wait for the time to send, and count the request as sent now.

        Raises :class:`HaltedError` once the run is being stopped.
        """
        with self._changed:
            self._queued += 1
        try:
            # One at a time, and in turn: a thread that waits for the pace holds the turn, and all
            # others wait for that lock instead of waking at every answer.
            with self._turn, self._changed:
                leave = self._wait_for_turn()
        finally:
            with self._changed:
                self._queued -= 1
                empty = not self._queued
        # Outside of the lock: what is called may start a thread, which comes straight back here.
        if empty:
            self.when_empty()
        return leave

    def answered(self, leave: Pass, headers: Mapping[str, str]) -> None:
        """Note that the service answered, whatever it said."""
        with self._changed:
            limit = parse_limit(headers.get(_LIMIT_HEADER))
            remaining = parse_remaining(headers.get(_REMAINING_HEADER))
            self._pacer.answered(leave.number, self._clock(), limit, remaining)
            self._changed.notify_all()

    def lost(self, leave: Pass) -> None:
        """Note that no answer will come."""
        with self._changed:
            self._pacer.lost(leave.number, self._clock())
            self._changed.notify_all()

    def well(self, *, writes: bool = True) -> None:
        """Note that the service is there, whatever it said to the row."""
        with self._changed:
            self._outage.over(writes=writes)
            self._changed.notify_all()

    def trouble(self, trouble: Trouble) -> float:
        """Note a request without a good answer; return the seconds that are left of the patience.

        They are zero or less where it is used up, or would be before the service may be asked
        again.
        """
        with self._changed:
            now = self._clock()
            self._outage.note(trouble, now)
            self._changed.notify_all()
            # To wait longer than the patience lasts is to give up late: better to say so now.
            return self._outage.left_s(now) - trouble.asked_s

    def refused(self, leave: Pass, wait_s: float) -> None:
        """Back off for all threads after a 429 that asked for ``wait_s``."""
        with self._changed:
            self._pacer.refused(leave.sent_at, self._clock(), wait_s)

    def sleep(self, seconds: float) -> None:
        """Wait before a repeat; where the service is away, :meth:`enter` waits for it instead.

        Raises :class:`HaltedError` as soon as the run is being stopped.
        """
        until = self._clock() + seconds
        with self._changed:
            while not self._is_over() and (left := until - self._clock()) > 0:
                self._changed.wait(left)
            self._check()

    def halt(self) -> None:
        """Let nobody through any more."""
        with self._changed:
            self._halted = True
            self._changed.notify_all()

    def _wait_for_turn(self) -> Pass:
        while True:
            self._check()
            now = self._clock()
            paced, tried = self._pacer.earliest(now), self._outage.earliest()
            # Both must agree; None is a time that only an answer can tell.
            at = None if paced is None or tried is None else max(paced, tried)
            if at is not None and at <= now:
                self._outage.sent()
                return Pass(self._pacer.sent(now), now)
            self._changed.wait(None if at is None else at - now)

    def _is_over(self) -> bool:
        return self._halted or self._outage.is_away

    def _check(self) -> None:
        if self._halted:
            raise HaltedError
