"""A service with a limit, and a sender that obeys a pacer, in virtual time."""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contactctl.importing.pacing.pacer import Pacer


class Limiter(Protocol):
    """Takes a request at a time, or refuses it."""

    def takes(self, at: float) -> bool:
        """Tell whether the request is within the limit."""


class Telling(Limiter, Protocol):
    """Says as well what remains of its limit."""

    @property
    def remaining(self) -> int:
        """What was left after the last request."""


@dataclass
class FixedWindow:
    """Counts anew each second, from a phase that nobody knows."""

    limit: int
    phase: float = 0.0
    window: int = -1
    count: int = 0

    def takes(self, at: float) -> bool:
        window = math.floor(at + self.phase)
        self.count = self.count + 1 if window == self.window else 1
        self.window = window
        return self.count <= self.limit

    @property
    def remaining(self) -> int:
        return max(self.limit - self.count, 0)


@dataclass
class SlidingLog:
    """Counts what it took in the second before."""

    limit: int
    phase: float = 0.0
    taken: deque[float] = field(default_factory=deque)

    def takes(self, at: float) -> bool:
        while self.taken and self.taken[0] <= at - 1:
            self.taken.popleft()
        if len(self.taken) >= self.limit:
            return False
        self.taken.append(at)
        return True

    @property
    def remaining(self) -> int:
        return self.limit - len(self.taken)


@dataclass
class TokenBucket:
    """Holds as many tokens as the limit, and gains that many a second."""

    limit: int
    phase: float = 0.0
    tokens: float = math.inf
    at: float = 0.0

    def takes(self, at: float) -> bool:
        self.tokens = min(self.limit, self.tokens + (at - self.at) * self.limit)
        self.at = at
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    @property
    def remaining(self) -> int:
        return int(self.tokens)


@dataclass(frozen=True)
class Network:
    """The way there and back, each a little different every time; seconds."""

    way_s: float = 0.04
    jitter_s: float = 0.0
    wake_up_s: float = 0.001


@dataclass
class Result:
    """What became of the requests."""

    taken: int
    refused: int
    sends: list[float]


def simulate(  # noqa: PLR0913 - a small world
    pacer: Pacer,
    limiter: Limiter,
    network: Network,
    *,
    seconds: float,
    header: int | None,
    in_flight: int = 10,
    seed: int = 0,
) -> Result:
    """Send as fast as the pacer allows, ``in_flight`` at a time, and return what happened."""
    draw = random.Random(seed)  # noqa: S311 - no secret depends on it
    events: list[tuple[float, int, int, bool]] = []  # time, is an answer, number, was taken
    result = Result(0, 0, [])
    now, flying = 0.0, 0
    while now < seconds:
        at = pacer.earliest(now) if flying < in_flight else None
        if at is not None:
            at = max(at, now) + draw.random() * network.wake_up_s
        if at is not None and (not events or at <= events[0][0]):
            now = at
            number = pacer.sent(now)
            result.sends.append(now)
            flying += 1
            arrival = now + network.way_s + draw.random() * network.jitter_s / 2
            heapq.heappush(events, (arrival, 0, number, False))
            continue
        now, is_answer, number, taken = heapq.heappop(events)
        if not is_answer:
            taken = limiter.takes(now)
            back = now + network.way_s + draw.random() * network.jitter_s / 2
            heapq.heappush(events, (back, 1, number, taken))
            continue
        flying -= 1
        pacer.answered(number, now, header)
        result.taken += taken
        result.refused += not taken
        if not taken:
            pacer.refused(result.sends[number], now)
    return result
