"""The gate that every request of an import passes: one pace for all threads, and the stop."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from contactctl.importing.pace import parse_limit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from contactctl.importing.pace import Pacer

_LIMIT_HEADER = "x-ratelimit-limit"


class HaltedError(Exception):
    """The run is being stopped; what has not been sent is not sent any more."""


class Pass(NamedTuple):
    """The leave for one request."""

    number: int
    sent_at: float


class Gate:
    """Lets threads through at the pacer's pace; ``clock`` is in seconds and never runs back."""

    def __init__(self, pacer: Pacer, clock: Callable[[], float] = time.monotonic) -> None:
        self._pacer = pacer
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

    def enter(self) -> Pass:
        """Wait for the time to send, and count the request as sent now.

        Raises :class:`HaltedError` once the run is being stopped.
        """
        with self._changed:
            self._queued += 1
        try:
            with self._turn, self._changed:
                leave = self._wait_for_turn()
        finally:
            with self._changed:
                self._queued -= 1
                empty = not self._queued
        if empty:
            self.when_empty()
        return leave

    def answered(self, leave: Pass, headers: Mapping[str, str]) -> None:
        """Note that the service answered, whatever it said."""
        with self._changed:
            limit = parse_limit(headers.get(_LIMIT_HEADER))
            self._pacer.answered(leave.number, self._clock(), limit)
            self._changed.notify_all()

    def lost(self, leave: Pass) -> None:
        """Note that no answer will come."""
        with self._changed:
            self._pacer.lost(leave.number, self._clock())
            self._changed.notify_all()

    def refused(self, leave: Pass, wait_s: float) -> None:
        """Back off for all threads after a 429 that asked for ``wait_s``."""
        with self._changed:
            self._pacer.refused(leave.sent_at, self._clock(), wait_s)

    def sleep(self, seconds: float) -> None:
        """Wait before a repeat.

        Raises :class:`HaltedError` as soon as the run is being stopped.
        """
        until = self._clock() + seconds
        with self._changed:
            while not self._halted and (left := until - self._clock()) > 0:
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
            at = self._pacer.earliest(now)
            if at is not None and at <= now:
                return Pass(self._pacer.sent(now), now)
            self._changed.wait(None if at is None else at - now)

    def _check(self) -> None:
        if self._halted:
            raise HaltedError
