"""The rate limit, and the headers that tell of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


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
        #: In requests a second; None is no limit. It may be set again at any time.
        self.limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._second = -1
        self._taken = 0

    def take(self) -> Budget:
        """Count one request and return where the limit stands then."""
        limit = self.limit
        if limit is None:
            return Budget()
        with self._lock:
            second = int(self._clock())
            if second != self._second:
                self._second, self._taken = second, 0
            exceeded = self._taken >= limit
            self._taken += not exceeded
            return Budget(limit, max(limit - self._taken, 0), exceeded)
