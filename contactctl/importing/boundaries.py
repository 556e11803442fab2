"""Where the service's seconds begin, if it counts by such, as far as its answers tell."""

from __future__ import annotations

import math

#: So many answers in a row must agree, and leave no more than this part of a second open.
_AGREEING = 3
_NARROW_S = 0.35
#: Two answers further apart may have several boundaries between them.
_MOST_APART_S = 0.9
#: Clocks drift, and what was seen once is not true for ever.
_WIDENING_S = 0.0005


class Boundaries:
    """Narrows down where in each second the service begins to count again; times are seconds.

    What remains of the limit goes up at a boundary alone where fixed seconds are counted. A sliding
    log and a bucket let it go up at any time: then sightings contradict each other, and no boundary
    is known.
    """

    def __init__(self) -> None:
        self._from_s = 0.0
        self._open_s = 1.0
        self._agreeing = 0

    def rose(self, after: float, before: float) -> None:
        """Note that more remained at the later of two times than at the earlier one."""
        apart = before - after
        if apart >= _MOST_APART_S:
            return
        # The two intervals laid over each other, as nothing is known of whole seconds.
        shift = (after - self._from_s) % 1.0
        if shift > (1.0 + self._open_s) / 2:
            shift -= 1.0
        first, last = max(0.0, shift), min(self._open_s, shift + apart)
        if self._open_s >= 1.0 or last <= first:
            self._from_s, self._open_s, self._agreeing = after, apart, 0
        else:
            self._from_s, self._open_s = self._from_s + first, last - first
            self._agreeing += 1
        self._open_s += _WIDENING_S

    def next_after(self, time: float) -> float | None:
        """Return when the second that holds a time is over for sure; None where that is unknown."""
        if self._agreeing < _AGREEING or self._open_s > _NARROW_S:
            return None
        end = self._from_s + self._open_s
        return end + math.ceil(time - end)
