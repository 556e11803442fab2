"""Where the service's seconds begin, if it counts by such, as far as its answers tell."""

from __future__ import annotations

import math

#: A second in so many parts, each of which may hold the boundary or not; the bits of a number.
_PARTS = 64
_ALL = (1 << _PARTS) - 1
#: So many sightings must agree, and leave no more than this part of a second open. Of fewer, the
#: even pace of a few senders makes boundaries where there are none.
_AGREEING = 8
_NARROW_S = 0.35


class Boundaries:
    """Narrows down where in each second the service begins to count again; times are seconds.

    What remains of the limit goes up at a boundary alone where fixed seconds are counted. A sliding
    log and a bucket let it go up at any time: then sightings contradict each other, and no boundary
    is known.
    """

    def __init__(self) -> None:
        self._possible = _ALL
        self._agreeing = 0
        self._end_s, self._open_s = 0.0, 1.0

    def rose(self, after: float, before: float) -> None:
        """Note that more remained at the later of two times than at the earlier one."""
        # Further apart, there may be several boundaries between them.
        if before - after < 1.0:
            within = _parts(math.floor(after * _PARTS), math.ceil(before * _PARTS))
            agrees = bool(self._possible & within)
            self._agreeing = self._agreeing + 1 if agrees else 0
            self._narrow(self._possible & within if agrees else within)

    def fell(self, after: float, before: float) -> None:
        """Note that less remained at the later of two times, so that no boundary is between."""
        if before - after < 1.0:
            within = _parts(math.ceil(after * _PARTS), math.floor(before * _PARTS))
            if not self._possible & ~within:
                self._agreeing = 0
            self._narrow(self._possible & ~within or _ALL)

    def next_after(self, time: float) -> float | None:
        """Return when the second that holds a time is over for sure; None where that is unknown."""
        if self._agreeing < _AGREEING or self._open_s > _NARROW_S:
            return None
        return self._end_s + math.ceil(time - self._end_s)

    def _narrow(self, possible: int) -> None:
        if possible != self._possible:
            self._possible = possible
            # The longest way round the second on which nothing is possible; what is left is open.
            parts = f"{possible:0{_PARTS}b}"[::-1] * 2
            longest = max(parts.split("1"), key=len)
            self._end_s = parts.index(longest) % _PARTS / _PARTS
            self._open_s = 1.0 - len(longest) / _PARTS


def _parts(first: int, end: int) -> int:
    """Return those parts of a second, each one's bit set; counted on over the seconds."""
    if end <= first:
        return 0
    bits = ((1 << (end - first)) - 1) << (first % _PARTS)
    return (bits | bits >> _PARTS) & _ALL
