"""Trouble on purpose: the rate limit with its headers, and failures injected by chance."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contactctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_LOWEST_FAILURE = 400
_HIGHEST_FAILURE = 599


@dataclass(frozen=True, slots=True)
class Budget:
    """Where the limit stands after a request; ``limit`` None is no limit, and no headers."""

    limit: int | None = None
    remaining: int = 0
    exceeded: bool = False

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers of every answer (documentation, introduction page)."""
        if self.limit is None:
            return ()
        return (
            ("x-ratelimit-limit", str(self.limit)),
            ("x-ratelimit-remaining", str(self.remaining)),
        )


class RateLimit:
    """So many requests in each second of the clock.

    That the seconds are fixed ones, and that a request over the limit spends nothing, are choices:
    the service's own way is not known.
    """

    def __init__(self, limit: int | None, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._second = -1
        self._taken = 0

    def peek(self) -> Budget:
        """Return where the limit stands; takes nothing."""
        return self._budget(0)

    def take(self) -> Budget:
        """Count one request and return where the limit stands then."""
        return self._budget(1)

    def _budget(self, count: int) -> Budget:
        if self._limit is None:
            return Budget()
        with self._lock:
            second = int(self._clock())
            if second != self._second:
                self._second, self._taken = second, 0
            exceeded = self._taken + count > self._limit
            self._taken += 0 if exceeded else count
            return Budget(self._limit, self._limit - self._taken, exceeded)


@dataclass(frozen=True, slots=True)
class Fault:
    """A share of all requests, from 0 to 1, that fails with a status."""

    status: int
    share: float


def parse_fault(text: str) -> Fault:
    """Read ``STATUS:SHARE``, such as ``503:0.1``; raises :class:`UsageError`."""
    status, _, share = text.partition(":")
    try:
        fault = Fault(int(status), float(share))
    except ValueError:
        fault = Fault(0, 0)
    if not (_LOWEST_FAILURE <= fault.status <= _HIGHEST_FAILURE and 0 < fault.share <= 1):
        raise UsageError(
            "this is not a failure to inject",
            hint="give a status from 400 to 599 and a share up to 1, such as 503:0.1",
        )
    return fault


def drawn_fault(faults: Iterable[Fault], draw: float) -> Fault | None:
    """Return the fault that a random number from 0 to 1 falls on, if any.

    >>> drawn_fault([Fault(503, 0.1), Fault(429, 0.2)], 0.25)
    Fault(status=429, share=0.2)
    """
    edge = 0.0
    for fault in faults:
        edge += fault.share
        if draw < edge:
            return fault
    return None
