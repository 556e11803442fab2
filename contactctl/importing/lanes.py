"""The order of rows that share a contact: such rows never overlap and keep the file's order."""

from __future__ import annotations

from collections import OrderedDict, deque
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Links between an email and a user id that are kept after their rows are done. Rows that share an
#: identifier themselves are kept in order at any distance; this is for chains of both.
KEPT_LINKS = 4096


class Keyed(Protocol):
    """What is put in order: its place in the file, and what it must not share at one time."""

    @property
    def ordinal(self) -> int:
        """Return the place in the file."""

    @property
    def keys(self) -> Sequence[str]:
        """Return the identifiers, each marked as what it is."""


Item = TypeVar("Item", bound=Keyed)


class _Lane(Generic[Item]):
    """Rows that are linked by their identifiers, one running at a time."""

    __slots__ = ("keys", "running", "waiting")

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.waiting: deque[Item] = deque()
        self.running = 0


class Lanes(Generic[Item]):
    """Takes items in file order and hands out those that may run, the earliest first.

    Two items run at the same time only if no chain of shared keys, over the items at hand and the
    links of late, leads from one to the other. Not for several threads at once.
    """

    def __init__(self, *, kept_links: int = KEPT_LINKS) -> None:
        self._lanes: dict[str, _Lane[Item]] = {}
        self._ready: list[tuple[int, Item]] = []
        self._kept: OrderedDict[int, _Lane[Item]] = OrderedDict()
        self._kept_links = kept_links

    @property
    def has_ready(self) -> bool:
        """Tell whether an item may be there to be taken."""
        return bool(self._ready)

    def link(self, keys: Sequence[str]) -> None:
        """Note that these belong to one contact, by a row that itself is not to run."""
        lane = self._joined(keys)
        if not lane.running and not lane.waiting:
            self._put_aside(lane)

    def add(self, item: Item) -> None:
        """Put an item behind all that it is linked to."""
        lane = self._joined(item.keys)
        self._kept.pop(id(lane), None)
        lane.waiting.append(item)
        self._offer(lane)

    def take(self) -> Item | None:
        """Return the earliest item that may run now, or None."""
        while self._ready:
            _, item = heappop(self._ready)
            lane = self._lanes[item.keys[0]]
            if not lane.running and lane.waiting and lane.waiting[0] is item:
                lane.waiting.popleft()
                lane.running += 1
                return item
        return None

    def finish(self, item: Item) -> None:
        """Note that an item that was taken has ended."""
        lane = self._lanes[item.keys[0]]
        lane.running -= 1
        if lane.waiting:
            self._offer(lane)
        elif not lane.running:
            self._put_aside(lane)

    def _offer(self, lane: _Lane[Item]) -> None:
        if not lane.running:
            first = lane.waiting[0]
            heappush(self._ready, (first.ordinal, first))

    def _joined(self, keys: Sequence[str]) -> _Lane[Item]:
        """Return the one lane of all these keys, made of those that there were."""
        found = {id(lane): lane for key in keys if (lane := self._lanes.get(key))}
        largest = max(found.values(), key=lambda lane: len(lane.keys), default=_Lane())
        for lane in found.values():
            if lane is not largest:
                self._merge(lane, largest)
        for key in keys:
            self._lanes[key] = largest
            largest.keys.add(key)
        return largest

    def _merge(self, lane: _Lane[Item], into: _Lane[Item]) -> None:
        self._kept.pop(id(lane), None)
        for key in lane.keys:
            self._lanes[key] = into
        into.keys |= lane.keys
        into.running += lane.running
        both = sorted([*into.waiting, *lane.waiting], key=lambda item: item.ordinal)
        into.waiting = deque(both)
        if both:
            self._offer(into)

    def _put_aside(self, lane: _Lane[Item]) -> None:
        if len(lane.keys) == 1:
            self._drop(lane)
            return
        self._kept[id(lane)] = lane
        if len(self._kept) > self._kept_links:
            _, oldest = self._kept.popitem(last=False)
            self._drop(oldest)

    def _drop(self, lane: _Lane[Item]) -> None:
        for key in lane.keys:
            del self._lanes[key]
