"""Whether the service is away, when to try it again, and how long that has gone on."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

#: How long a run waits for a service that is away: by itself, and with somebody at the terminal.
PATIENCE_S = 600.0
PATIENCE_AT_TERMINAL_S = 120.0

#: The first try comes within this; the wait doubles with each that fails, up to the cap.
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 5.0
#: So many failures without a good answer in between are no single row's doing.
_MOST_FAILURES = 3
_MOST_DOUBLINGS = 10


class Trouble(NamedTuple):
    """One request that got no good answer; times are seconds of the run's clock.

    ``unreached`` says that there was no connection, which no row can be the cause of; ``asked_s``
    is how long the service asked to be left alone; ``writes`` tells a write from a look-up.
    """

    sent_at: float
    reason: str
    unreached: bool = False
    asked_s: float = 0.0
    writes: bool = True


class Outage:
    """Told of every trouble and every good answer; times are seconds of one clock.

    While the service is away one request at a time finds out whether it is back: whose turn it is
    changes from row to row, so that no row that is at fault itself stands in for all. One patience
    counts for the whole run, from the first trouble after the last good answer.
    """

    def __init__(
        self,
        patience_s: float = PATIENCE_S,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self.patience_s = patience_s
        self._uniform = uniform
        self._since: float | None = None
        self._failures = 0
        self._closed_at = math.inf
        self._tries = 0
        self._next_at = -math.inf
        self._trying = False
        self._of_writes = False
        #: Why the last request failed; "" while all is well.
        self.reason = ""

    @property
    def is_away(self) -> bool:
        """Tell whether requests are held back for one that tries."""
        return not math.isinf(self._closed_at)

    def seconds(self, now: float) -> float:
        """Return how long there has been no good answer since the first trouble."""
        return 0.0 if self._since is None else now - self._since

    def left_s(self, now: float) -> float:
        """Return what is left of the patience."""
        return self.patience_s - self.seconds(now)

    def earliest(self) -> float | None:
        """Return when the next request may be sent; None while one is finding out."""
        if not self.is_away:
            return -math.inf
        return None if self._trying else self._next_at

    def sent(self) -> None:
        """Note that a request leaves."""
        self._trying = self.is_away

    def over(self, *, writes: bool = True) -> None:
        """Note a good answer: the service is there, whatever it says to the row.

        A look that is answered says nothing of writes that are not.
        """
        # The next request may try at once; all others go on waiting for it.
        if self._of_writes and not writes:
            self._trying, self._next_at = False, -math.inf
        elif self._since is not None:
            self._of_writes = False
            self._since, self._failures, self.reason = None, 0, ""
            self._closed_at, self._tries, self._trying = math.inf, 0, False

    def note(self, trouble: Trouble, now: float) -> None:
        """Note a request that got no good answer."""
        self.reason = trouble.reason
        self._of_writes = self._of_writes or trouble.writes
        self._since = now if self._since is None else self._since
        self._failures += 1
        if not self.is_away:
            if not trouble.unreached and self._failures < _MOST_FAILURES:
                return
            self._closed_at = now
        # What was under way when the service went says nothing new when it fails as well.
        elif trouble.sent_at < self._closed_at:
            return
        self._trying = False
        self._put_off(trouble.asked_s, now)

    def _put_off(self, asked_s: float, now: float) -> None:
        bound = _FIRST_WAIT_S * 2.0 ** min(self._tries, _MOST_DOUBLINGS)
        bound = min(bound, _LONGEST_WAIT_S)
        self._tries += 1
        # At least half the bound: one request at a time tries, so that there is no crowd to spread.
        wait_s = max(self._uniform(bound / 2, bound), asked_s)
        # The last try comes when the patience ends, not long before and not after it.
        self._next_at = now + min(wait_s, max(self.left_s(now), bound / 2))
