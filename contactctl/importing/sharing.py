"""The part of a limit that this process takes, where others take theirs: other runs, live traffic.

Additive increase and multiplicative decrease on what the answers say remains: every process for
itself, on any host. Its figures were chosen by the simulation of tests/benchmarks/sharing.py. No
library is behind it: those that pace the processes of one host through a file, as pyrate-limiter
can, know nothing of other hosts and of live traffic, and need a store.
"""

from __future__ import annotations

import math
import random
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from contactctl.importing.boundaries import Boundaries

if TYPE_CHECKING:
    from collections.abc import Callable

#: Own requests of so long before an answer may be in the second that it tells of.
_OWN_S = 1.1
_KEPT_S = 3.0
#: Answers by which the use of the limit is judged, and for how long at the least.
_ANSWERS = 8
_LEAST_S = 1.1
#: Growth in each second, as a part of the limit, times the root of the part that is taken: with
#: more processes each grows more slowly, and those that have less still gain on the others.
_GROWTH = 0.004
#: Beyond what nobody uses of a second but one request, growth is so much faster.
_SPARE_GROWTH = 1.0
#: Where nobody else is seen any more, the part of the limit that is won back in a second.
_ALONE_GROWTH = 0.1
#: What a second used up leaves of a rate that is a third of the limit or less, and what a refusal
#: leaves of it; of a larger one they leave less.
_FULL = 0.8
_REFUSED = 0.7
_USUAL_PART = 1 / 3
_MOST_WEIGHT = 2.0
#: Fewer requests than these are expected to remain: the next one waits for the next second.
_LEAST_REMAINING = 0.75
#: Only what was seen to be nearly used up speaks for less; what is merely expected does not, or
#: those who send seldom, and know least, would be slowed down most.
_NEARLY_USED = 0.2
_LEAST_PART = 0.02
_FIRST_PART = 0.1
#: After the beginning of a second, so that not everybody comes at once.
_SPREAD_S = (0.002, 0.1)
#: Where no seconds are known, for how long a limit that is used up is left alone.
_BLIND_S = (0.3, 0.9)
_DECAY = 0.8


class _Seen(NamedTuple):
    """What an answer told: how much of the limit was used, and by others at the least."""

    sent_at: float
    used: int
    by_others: int


class Share:
    """How fast to send beside others; times are seconds of one clock, rates requests a second."""

    def __init__(self, draw: Callable[[float, float], float] = random.uniform) -> None:
        self._draw = draw
        self._rate: float | None = None
        self._own: deque[float] = deque()
        self._seen: deque[_Seen] = deque()
        self._answers = 0
        self._last: tuple[float, int] | None = None  # when it was sent, and what remained then
        self._boundaries = Boundaries()
        self._others, self._others_s = 0.0, 0.0
        self._held_until = 0.0
        self._cut_until = 0.0
        self._waits: tuple[float, float] | None = None  # for which boundary, and until when

    @property
    def knows(self) -> bool:
        """Tell whether the service says what remains."""
        return self._last is not None

    @property
    def _is_shared(self) -> bool:
        return any(seen.by_others > 0 for seen in self._seen)

    def rate(self, target: float) -> float:
        """Return the rate, which is ``target`` at the most."""
        return target if self._rate is None else min(self._rate, target)

    def earliest(self, at: float, limit: int) -> float:
        """Return when a request may be sent that is due at a time; that time, or a later one."""
        at = max(at, self._held_until)
        if self._last is None or not self._is_shared:
            return at
        seen_at, remaining = self._last
        boundary = self._boundaries.next_after(seen_at)
        if boundary is None or at >= boundary:
            return at
        left = remaining - sum(sent > seen_at for sent in self._own)
        by_others = self._others / self._others_s if self._others_s else 0.0
        if left - by_others * (at - seen_at) >= _LEAST_REMAINING:
            return at
        if self._waits is None or self._waits[0] != boundary:
            self._waits = (boundary, boundary + self._draw(*_SPREAD_S))
            if left <= _NEARLY_USED * limit:
                self._cut(_FULL, at, limit)
        return max(at, self._waits[1])

    def sent(self, now: float) -> None:
        """Note a send."""
        self._own.append(now)
        while self._own[0] < now - _KEPT_S:
            self._own.popleft()

    def answered(self, sent_at: float, now: float, *, limit: int, remaining: int) -> None:
        """Note what an answer says; the rate that is taken grows, or gives way."""
        if self._last is not None and sent_at < self._last[0]:
            return  # a later one has told already
        self._compare(sent_at, now, remaining)
        before, self._last = self._last, (sent_at, remaining)
        self._keep(_Seen(sent_at, limit - remaining, limit - remaining - self._own_until(sent_at)))
        if self._is_shared or self._rate is not None:
            passed = min(sent_at - before[0], _KEPT_S) if before else 0.0
            self._adapt(passed, now, limit, remaining)

    def refused(self, sent_at: float, now: float, limit: int) -> float | None:
        """Give way after a refusal; return when a new second has begun, None if that is unknown."""
        self._cut(_REFUSED, now, limit)
        boundary = self._boundaries.next_after(sent_at)
        return None if boundary is None else boundary + self._draw(*_SPREAD_S)

    def _own_until(self, sent_at: float) -> int:
        return sum(sent_at - _OWN_S < sent <= sent_at for sent in self._own)

    def _compare(self, sent_at: float, now: float, remaining: int) -> None:
        """Learn from two answers in a row where seconds begin, and how fast others send."""
        if self._last is None:
            return
        before, remained = self._last
        if remaining >= remained:
            self._boundaries.rose(before, now)
        elif sent_at - before < _OWN_S:
            own = sum(before < sent <= sent_at for sent in self._own)
            self._others = self._others * _DECAY + max(remained - remaining - own, 0)
            self._others_s = self._others_s * _DECAY + sent_at - before

    def _keep(self, seen: _Seen) -> None:
        self._answers += 1
        self._seen.append(seen)
        while len(self._seen) > _ANSWERS and self._seen[0].sent_at < seen.sent_at - _LEAST_S:
            self._seen.popleft()

    def _adapt(self, passed_s: float, now: float, limit: int, remaining: int) -> None:
        rate = limit if self._rate is None else self._rate
        if not self._is_shared:
            self._rate = min(rate + passed_s * _ALONE_GROWTH * limit, limit)
            return
        spare = limit - max(seen.used for seen in self._seen)
        growth = _GROWTH * limit * (rate / limit) ** 0.5
        rate += passed_s * growth * (1 + _SPARE_GROWTH * max(spare - 1, 0))
        if self._answers <= _ANSWERS:
            # Who begins leaves to others what they are seen to take, and not a moment later.
            others = max(seen.by_others for seen in self._seen)
            rate = min(rate, max(limit - others, _FIRST_PART * limit))
        self._rate = min(rate, limit)
        if remaining <= 0 and self._boundaries.next_after(now) is None:
            self._held_until = max(self._held_until, now + self._draw(*_BLIND_S))
            self._cut(_FULL, now, limit)

    def _cut(self, part: float, now: float, limit: int) -> None:
        """Take less, once in a second: all that is seen in one has one cause."""
        if now > self._cut_until:
            rate = limit if self._rate is None else self._rate
            # Who takes more gives way more, so that shares grow alike.
            weight = min(max(math.sqrt(rate / (_USUAL_PART * limit)), 1.0), _MOST_WEIGHT)
            self._rate = max(rate * (1 - (1 - part) * weight), _LEAST_PART * limit)
            self._cut_until = now + 1.0
