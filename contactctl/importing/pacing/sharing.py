"""The part of a limit that this process takes, where others take theirs: other runs, live traffic.

The rule: a rate grows by the same part of itself in each second, and whoever sees that a second
will be used up takes a part of it back, a larger one of a larger rate. Sends are counted against
the service's own seconds where its answers tell when those begin, else against what remains. Every
process does so for itself, on any host.

The figures were chosen by the simulation of tests/benchmarks/sharing.py. There 30 processes use 98
percent of a fixed window with a quarter of their requests refused; two thirds are where none of
them heeds what remains. pyrate-limiter paces the processes of one host through a SQLite file that
all of them open. It was not taken: it knows nothing of other hosts and of live traffic, of which
the answers tell.
"""

from __future__ import annotations

import math
import random
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from contactctl.importing.pacing.boundaries import Boundaries

if TYPE_CHECKING:
    from collections.abc import Callable

#: Own requests of so long before an answer may be in the second that it tells of.
_OWN_S = 1.1
_KEPT_S = 3.0
#: Answers by which the use of the limit is judged, and for how long at the least.
_ANSWERS = 8
_LEAST_S = 1.1
#: Growth in each second, as a part of the rate, so that many together grow no faster than one.
_GROWTH = 0.006
#: Beyond what nobody uses of a second but one request, growth is so much faster.
_SPARE_GROWTH = 1.0
#: Where nobody else is seen any more, the part of the limit that is won back in a second.
_ALONE_GROWTH = 0.1
#: What a second used up leaves of a rate that is a third of the limit, and what a refusal leaves of
#: it; of a larger one they leave less, and of a smaller one more: so shares become alike, although
#: those that send seldom see less of a second and are refused more often.
_FULL = 0.85
_REFUSED = 0.7
_USUAL_PART = 1 / 3
_MOST_WEIGHT = 2.0
#: Fewer requests than these are expected to remain: the next one waits for the next second.
_LEAST_REMAINING = 0.9
#: Only what was seen to be nearly used up speaks for less; what is merely expected does not, or
#: those who send seldom, and know least, would be slowed down most.
_NEARLY_USED = 0.2
#: A second will be used up where the part of the limit that is gone exceeds that of the second by
#: so much; before so much of it is gone, a few requests side by side would look like that.
_AHEAD = 0.25
_AHEAD_AFTER_S = 0.3
_LEAST_PART = 0.02
_FIRST_PART = 0.1
#: After the beginning of a second, so that not everybody comes at once: a second that fills early
#: is full for long, and refuses live traffic.
_SPREAD_S = (0.002, 0.4)
#: Where no seconds are known, for how long a limit that is used up is left alone.
_BLIND_S = (0.3, 0.9)
_DECAY = 0.8


class _Told(NamedTuple):
    """What an answer said remains, and between which times that was so."""

    sent_at: float
    now: float
    remaining: int


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
        self._last: _Told | None = None
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
        seen_at = self._last.sent_at
        boundary = self._boundaries.next_after(seen_at)
        if boundary is None or at >= boundary:
            return at
        left = self._last.remaining - sum(sent > seen_at for sent in self._own)
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
        if self._last is not None and sent_at < self._last.sent_at:
            return  # a later one has told already
        before, self._last = self._last, _Told(sent_at, now, remaining)
        if before is not None:
            self._compare(before, self._last)
        self._keep(_Seen(sent_at, limit - remaining, limit - remaining - self._own_until(sent_at)))
        if self._is_shared or self._rate is not None:
            passed_s = min(sent_at - before.sent_at, _KEPT_S) if before else 0.0
            self._adapt(passed_s, self._last, limit)

    def refused(self, sent_at: float, now: float, limit: int) -> float | None:
        """Give way after a refusal; return when a new second has begun, None if that is unknown."""
        self._cut(_REFUSED, now, limit)
        boundary = self._boundaries.next_after(sent_at)
        return None if boundary is None else boundary + self._draw(*_SPREAD_S)

    def _own_until(self, sent_at: float) -> int:
        return sum(sent_at - _OWN_S < sent <= sent_at for sent in self._own)

    def _compare(self, before: _Told, last: _Told) -> None:
        """Learn from two answers in a row where seconds begin, and how fast others send."""
        gone = before.remaining - last.remaining
        # Nothing left twice in a row is a refusal in the same second as well as a new second.
        if gone < 0 or gone == 0 < last.remaining:
            self._boundaries.rose(before.sent_at, last.now)
        elif gone > 0 and last.sent_at - before.sent_at < _OWN_S:
            self._boundaries.fell(before.now, last.sent_at)
            own = sum(before.sent_at < sent <= last.sent_at for sent in self._own)
            self._others = self._others * _DECAY + max(gone - own, 0)
            self._others_s = self._others_s * _DECAY + last.sent_at - before.sent_at

    def _keep(self, seen: _Seen) -> None:
        self._answers += 1
        self._seen.append(seen)
        while len(self._seen) > _ANSWERS and self._seen[0].sent_at < seen.sent_at - _LEAST_S:
            self._seen.popleft()

    def _adapt(self, passed_s: float, last: _Told, limit: int) -> None:
        rate = limit if self._rate is None else self._rate
        if not self._is_shared:
            self._rate = min(rate + passed_s * _ALONE_GROWTH * limit, limit)
            return
        spare = limit - max(seen.used for seen in self._seen)
        rate *= 1 + passed_s * _GROWTH * (1 + _SPARE_GROWTH * max(spare - 1, 0))
        if self._answers <= _ANSWERS:
            # Who begins leaves to others what they are seen to take, and not a moment later.
            others = max(seen.by_others for seen in self._seen)
            rate = min(rate, max(limit - others, _FIRST_PART * limit))
        self._rate = min(rate, limit)
        self._give_way(last, limit)

    def _give_way(self, last: _Told, limit: int) -> None:
        """Take less where an answer tells of a second that will be used up before its end."""
        end = self._boundaries.next_after(last.sent_at)
        if end is not None:
            gone_s = 1.0 - (end - last.sent_at)
            used = 1.0 - last.remaining / limit
            if gone_s > _AHEAD_AFTER_S and used - gone_s >= _AHEAD:
                self._cut(_FULL, last.now, limit)
        elif last.remaining <= 0:
            self._held_until = max(self._held_until, last.now + self._draw(*_BLIND_S))
            self._cut(_FULL, last.now, limit)

    def _cut(self, part: float, now: float, limit: int) -> None:
        """Take less, once in a second: all that is seen in one has one cause."""
        if now > self._cut_until:
            rate = limit if self._rate is None else self._rate
            weight = min(math.sqrt(rate / (_USUAL_PART * limit)), _MOST_WEIGHT)
            self._rate = max(rate * (1 - (1 - part) * weight), _LEAST_PART * limit)
            self._cut_until = now + 1.0
