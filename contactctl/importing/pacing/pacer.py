"""At what pace requests are sent, so that the service's limit is kept and shared."""

from __future__ import annotations

import math
from dataclasses import dataclass

from contactctl.importing.pacing.sharing import Share

#: The service's limit until its headers name another (documentation, introduction: ten a second).
ASSUMED_LIMIT = 10
#: The part of the limit that an import takes by default: the team's live systems share it.
DEFAULT_SHARE = 0.8

_WINDOW_S = 1.0
#: What a send is put off by beyond the window, for clocks and schedulers.
_MARGIN_S = 0.003
#: Smallest gap at full rate, as a part of the even one: a late answer may be made up for a little
#: within the window, which keeps 96 percent of the limit at 60 ms of jitter.
_TIGHT = 0.8
#: With so many deviations of caution, no refusal was seen in 60 s at 60 ms of jitter.
_CAUTION = 3.0
_FEW_ANSWERS = 20
_HOLD_S = 1.0
#: Three refusals in a row bring the rate to a third; it is whole again within seven seconds.
_SLOWER = 0.7
_SLOWEST = 0.1
_RECOVERY_PER_S = 0.1
_HIGHEST_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast to send: ``per_second`` when given, else a share of the service's limit.

    ``Rate(share=1.0)`` is ``--rate max``: all of the limit, and no pacing where the service names
    none.
    """

    per_second: float | None = None
    share: float = DEFAULT_SHARE

    def target(self, limit: int | None) -> float:
        """Return requests a second under a limit; None is a service that names none."""
        if limit is None:
            unpaced = math.inf if self.share >= 1 else self.share * ASSUMED_LIMIT
            return self.per_second or unpaced
        return min(self.per_second or self.share * limit, limit)


def parse_limit(text: str | None) -> int | None:
    """Read ``x-ratelimit-limit``; nonsense, and more than any client could use, is no limit."""
    return _whole(text) or None


def parse_remaining(text: str | None) -> int | None:
    """Read ``x-ratelimit-remaining``; nonsense says nothing."""
    return _whole(text)


def _whole(text: str | None) -> int | None:
    digits = (text or "").split(",")[0].split(";")[0].strip()
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > len(str(_HIGHEST_LIMIT)):
        return None
    return int(digits) if int(digits) <= _HIGHEST_LIMIT else None


class Pacer:
    """Says when to send, told of every send, answer and refusal; times are seconds of one clock.

    Send number i comes no earlier than the answer to number i - limit, minus the smallest round
    trip seen, plus one second: then no second holds more than the limit wherever it is counted,
    by fixed windows, a sliding log or a bucket. Gaps are measured from the send before as it
    really happened, so that a delay is never caught up with. Where others use the limit too,
    ``share`` says how much of it is left to this process.
    """

    def __init__(self, rate: Rate, share: Share | None = None) -> None:
        self._rate = rate
        self._share = share or Share()
        self._limit: int | None = ASSUMED_LIMIT
        self._limit_seen = False
        self._count = 0
        self._answered = 0
        self._last_sent = -math.inf
        self._sent_at: dict[int, float] = {}
        self._answered_at: dict[int, float] = {}
        # Answers come in any order; they are taken in by send number, so that _latest is the latest
        # answer to any of the sends that must have left the window.
        self._folded = 0  # answers of sends before this one are in _latest
        self._latest = -math.inf
        self._shortest_trip = math.inf
        self._trips_s = 0.0
        self._held_until = -math.inf
        self._factor = 1.0

    @property
    def limit(self) -> int | None:
        """Return the service's limit as last seen; None when it names none."""
        return self._limit

    @property
    def target(self) -> float:
        """Return the requests a second that are aimed at, refusals aside."""
        return self._rate.target(self._limit)

    def unanswered_s(self, now: float) -> float:
        """Return for how long the oldest request under way has had no answer."""
        return now - min(self._sent_at.values(), default=now)

    def earliest(self, now: float) -> float | None:
        """Return when the next request may be sent; None while that depends on an answer to come.

        A time in the past means at once.
        """
        factor = self._factor_at(now)
        target = self._share.rate(self.target) * factor
        at = max(self._last_sent + self._gap(target), self._held_until)
        if self._limit is not None:
            at = self._share.earliest(max(at, now), self._limit)
        if target > _HIGHEST_LIMIT:
            # More than is ever sent needs no window, which would keep an answer a send until then.
            self._fold(self._count - _HIGHEST_LIMIT)
            return at
        # Beside the even gap, the window of one second. A refusal makes that smaller as well, or
        # the burst that was refused would be followed by another one.
        limit = self._limit or max(ASSUMED_LIMIT, math.ceil(target))
        if not self._fold(self._count - max(1, int(limit * factor))):
            return None
        # An old request arrived before its answer came back, the new one needs its way there: that
        # makes one round trip, of which only the shortest is certain.
        return max(at, self._latest - self._trip() + _WINDOW_S + _MARGIN_S)

    def sent(self, now: float) -> int:
        """Note a send; return its number, to be handed to :meth:`answered`."""
        number = self._count
        self._count += 1
        self._last_sent = now
        self._share.sent(now)
        self._sent_at[number] = now
        return number

    def answered(
        self, number: int, now: float, limit: int | None, remaining: int | None = None
    ) -> None:
        """Note an answer, and what its headers say of the limit and of what remains of it.

        Without a limit, what was seen before holds.
        """
        sent_at = self._sent_at[number]
        trip = now - sent_at
        # The shortest, as only that is sure to be the way there and back without a queue.
        self._shortest_trip = min(self._shortest_trip, trip)
        self._trips_s += trip
        self._answered += 1
        # A proxy's error page has no such header, and the limit is still there.
        if limit is not None or not self._limit_seen:
            self._limit = limit
            self._limit_seen = limit is not None
        self.lost(number, now)
        if limit is not None and remaining is not None:
            self._share.answered(sent_at, now, limit=limit, remaining=min(remaining, limit))

    def lost(self, number: int, now: float) -> None:
        """Note that no answer will come: the request arrived now at the latest, if at all."""
        del self._sent_at[number]
        self._answered_at[number] = now

    def refused(self, sent_at: float, now: float, wait_s: float = 0.0) -> None:
        """Back off for everybody after a 429 to a request sent at ``sent_at``.

        Nothing is sent for a second, or for ``wait_s`` if longer, and then more slowly, back to
        the full rate within a few seconds. Refusals of what was sent before the last one are of
        the same burst and count once.
        """
        hold_s = _HOLD_S
        if self._share.knows:
            until = self._share.refused(sent_at, now, self._limit or ASSUMED_LIMIT)
            hold_s = _HOLD_S if until is None else max(until - now, 0.0)
        # Ten threads are refused at once for one mistake of the pace.
        elif sent_at >= self._held_until - _HOLD_S:
            self._factor = max(self._factor_at(now) * _SLOWER, _SLOWEST)
        self._held_until = max(self._held_until, now + max(wait_s, hold_s))

    def _factor_at(self, now: float) -> float:
        if self._factor == 1.0:
            return 1.0
        recovered = max(now - self._held_until, 0.0) * _RECOVERY_PER_S
        return min(1.0, self._factor + recovered)

    def _gap(self, target: float) -> float:
        if math.isinf(target):
            return 0.0
        # Only at full rate is there anything to make up for; and only once round trips are known
        # does the window hold back what a tighter gap lets through.
        full = self._limit is not None and target >= self._limit * 0.99
        settled = self._answered >= _FEW_ANSWERS
        return (_TIGHT if full and settled else 1.0) / target

    def _fold(self, last: int) -> bool:
        """Take the answers up to send number ``last`` into account; False when one is to come."""
        while self._folded <= last:
            answered_at = self._answered_at.pop(self._folded, None)
            if answered_at is None:
                return False
            self._latest = max(self._latest, answered_at)
            self._folded += 1
        return True

    def _trip(self) -> float:
        """Return the shortest round trip there can be, judged with caution while few are known."""
        # Half: the few that were seen may all have been slow, and too long a trip sends too early.
        if self._answered < _FEW_ANSWERS:
            return self._shortest_trip / 2 if self._answered else 0.0
        beyond = self._trips_s / self._answered - self._shortest_trip
        return max(self._shortest_trip - _CAUTION * beyond / math.sqrt(self._answered), 0.0)
