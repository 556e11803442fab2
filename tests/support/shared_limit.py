"""Several imports at once on one limit, beside a live client or alone, in virtual time."""

from __future__ import annotations

import heapq
import math
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from contactctl.importing.pacing.pacer import Pacer, Rate
from contactctl.importing.pacing.sharing import Share

if TYPE_CHECKING:
    from collections.abc import Callable

    from limiters import Telling

_IN_FLIGHT = 10
_CLIENT = -1


class World(NamedTuple):
    """What runs: how many imports of how many rows, and a client of so many requests a second.

    ``tells`` says whether the pacers are told what remains: what they know of others is all in it.
    """

    runs: int
    rows: int = 600
    client: float = 0.0
    rate: Rate = Rate()
    way_s: float = 0.002
    jitter_s: float = 0.003
    tells: bool = True


@dataclass
class Outcome:
    """What came of it, counted from when all had begun until the first was done."""

    limit: int
    began: float
    ended: float = math.inf
    taken: Counter[int] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)
    asked: Counter[int] = field(default_factory=Counter)

    @property
    def used(self) -> float:
        """The part of the limit that was used by all of them."""
        return self.taken.total() / (self.ended - self.began) / self.limit

    @property
    def refusals(self) -> float:
        """The part of the imports' requests that was refused."""
        mine = {who: count for who, count in self.asked.items() if who != _CLIENT}
        return sum(self.refused[who] for who in mine) / sum(mine.values())

    @property
    def client_refusals(self) -> float:
        """The part of the client's requests that was refused."""
        return self.refused[_CLIENT] / max(self.asked[_CLIENT], 1)

    @property
    def unfairness(self) -> float:
        """How many times as much the fastest import got as the slowest."""
        shares = [self.taken[who] for who in self.taken if who != _CLIENT]
        return max(shares) / min(shares)


@dataclass
class _Run:
    pacer: Pacer
    left: int
    flying: int = 0
    sent_at: dict[int, float] = field(default_factory=dict)
    turn: int = 0

    @property
    def is_done(self) -> bool:
        return not self.left and not self.flying


class _Simulation:
    """Events in the order of their times; each is a function to be called then."""

    def __init__(self, world: World, limiter: Telling, limit: int, seed: int) -> None:
        self._draw = random.Random(seed)  # noqa: S311 - no secret depends on it
        self._world, self._limiter, self._limit = world, limiter, limit
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self.now = 0.0
        self._runs = [
            _Run(Pacer(world.rate, Share(self._draw.uniform)), world.rows)
            for _ in range(world.runs)
        ]
        starts = [self._draw.random() * 0.3 for _ in self._runs]
        self.outcome = Outcome(limit, max(starts))
        for who, start in enumerate(starts):
            self._at(start, lambda who=who: self._plan(who))  # type: ignore[misc] # bound now
        if world.client:
            self._at(self._draw.random(), self._ask_as_client)

    def run(self) -> Outcome:
        while self._events and self.now < self.outcome.ended:
            self.now, _, event = heapq.heappop(self._events)
            event()
        return self.outcome

    def _at(self, time: float, event: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._events, (time, self._count, event))

    def _way_s(self) -> float:
        return self._world.way_s + self._draw.random() * self._world.jitter_s

    def _plan(self, who: int) -> None:
        run = self._runs[who]
        at = run.pacer.earliest(self.now)
        if at is None or not run.left or run.flying >= _IN_FLIGHT:
            return
        run.turn = turn = run.turn + 1
        # Whoever wakes up does so a little late.
        due = max(at, self.now) + self._draw.random() * 0.001
        self._at(due, lambda: self._send(who, turn))

    def _send(self, who: int, turn: int) -> None:
        run = self._runs[who]
        if turn != run.turn:
            return
        at = run.pacer.earliest(self.now)
        if at is not None and at <= self.now and run.left and run.flying < _IN_FLIGHT:
            number = run.pacer.sent(self.now)
            run.sent_at[number] = self.now
            run.flying, run.left = run.flying + 1, run.left - 1
            self._at(self.now + self._way_s(), lambda: self._arrive(who, number))
        self._plan(who)

    def _arrive(self, who: int, number: int) -> None:
        taken, remaining = self._take(who)
        self._at(self.now + self._way_s(), lambda: self._answer(who, number, taken, remaining))

    def _answer(self, who: int, number: int, taken: bool, remaining: int) -> None:  # noqa: FBT001
        run = self._runs[who]
        told = remaining if self._world.tells else None
        run.pacer.answered(number, self.now, self._limit, told)
        run.flying -= 1
        if not taken:
            run.left += 1
            run.pacer.refused(run.sent_at[number], self.now)
        if run.is_done:
            self.outcome.ended = min(self.outcome.ended, self.now)
        self._plan(who)

    def _ask_as_client(self) -> None:
        self._take(_CLIENT)
        self._at(
            self.now + self._draw.uniform(0.98, 1.02) / self._world.client, self._ask_as_client
        )

    def _take(self, who: int) -> tuple[bool, int]:
        taken = self._limiter.takes(self.now)
        if self.now >= self.outcome.began:
            self.outcome.asked[who] += 1
            self.outcome.taken[who] += taken
            self.outcome.refused[who] += not taken
        return taken, self._limiter.remaining


def run_together(world: World, limiter: Telling, *, limit: int = 10, seed: int = 0) -> Outcome:
    """Let all of them run until the first import is done."""
    return _Simulation(world, limiter, limit, seed).run()
