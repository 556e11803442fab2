"""The order of rows that share a contact: such rows never overlap and keep the file's order."""

from __future__ import annotations

from collections import OrderedDict
from heapq import heappop, heappush
from itertools import islice
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


class _Chain(Generic[Item]):
    """Rows that are linked by their identifiers, one running at a time.

    ``running`` has the ordinals of those that run, each with how many of all items had ended when
    it was taken; those in ``settled`` may no longer be put back. ``ended`` is how many had ended
    with the last one of this chain.
    """

    __slots__ = ("ended", "keys", "running", "settled", "waiting")

    def __init__(self) -> None:
        self.keys: set[str] = set()
        # No deque, which takes half a kilobyte when it is empty: thousands of chains are kept.
        self.waiting: list[Item] = []
        self.running: dict[int, int] = {}
        self.settled: set[int] = set()
        self.ended = 0


class Ordering(Generic[Item]):
    """Takes items in file order and hands out those that may run, the earliest first.

    Two items run at the same time only if no chain of shared keys, over the items at hand and the
    links of late, leads from one to the other. Not for several threads at once.
    """

    def __init__(self, *, kept_links: int = KEPT_LINKS) -> None:
        self._chains: dict[str, _Chain[Item]] = {}
        self._ready: list[tuple[int, Item]] = []
        self._kept: OrderedDict[int, _Chain[Item]] = OrderedDict()
        self._kept_links = kept_links
        self._ended = 0

    @property
    def has_ready(self) -> bool:
        """Tell whether an item may be there to be taken."""
        return bool(self._ready)

    def link(self, keys: Sequence[str]) -> None:
        """Note that these belong to one contact, by a row that itself is not to run."""
        chain = self._joined(keys)
        if not chain.running and not chain.waiting:
            self._put_aside(chain)

    def add(self, item: Item) -> None:
        """Put an item behind all that it is linked to."""
        # A row with an email and a user id makes one chain of the two that there were: from here on
        # no row of either may overtake one of the other.
        chain = self._joined(item.keys)
        chain.waiting.append(item)
        self._offer(chain)

    def take(self) -> Item | None:
        """Return the earliest item that may run now, or None."""
        while self._ready:
            _, item = heappop(self._ready)
            # A chain that was merged may have been offered twice, or run by now, or be gone: such
            # offers are passed over here, which is cheaper than to look for them in the heap.
            chain = self._chains.get(item.keys[0])
            if chain and not chain.running and chain.waiting and chain.waiting[0] is item:
                chain.waiting.pop(0)
                chain.running[item.ordinal] = self._ended
                return item
        return None

    def widen(self, item: Item, keys: Sequence[str]) -> bool:
        """Link an item that runs to more identifiers, those that its contact was found to have.

        False puts the item back to its place: an earlier one of this contact comes first, or
        another one can no longer be put back itself, or has ended since the item was taken, so that
        what was found may be no longer so. It is handed out again when they have ended.
        """
        chain = self._joined([*item.keys, *keys])
        taken = chain.running.pop(item.ordinal)
        # The waiting ones are in file order, so that the first stands for all of them.
        before = [*chain.running, *[other.ordinal for other in islice(chain.waiting, 1)]]
        is_late = bool(chain.settled) or chain.ended > taken
        if is_late or any(other < item.ordinal for other in before):
            chain.waiting = sorted([*chain.waiting, item], key=_ordinal)
            self._offer(chain)
            return False
        chain.running[item.ordinal] = taken
        chain.settled.add(item.ordinal)
        return True

    def finish(self, item: Item) -> None:
        """Note that an item that was taken has ended."""
        chain = self._chains[item.keys[0]]
        del chain.running[item.ordinal]
        chain.settled.discard(item.ordinal)
        self._ended += 1
        chain.ended = self._ended
        if chain.waiting:
            self._offer(chain)
        elif not chain.running:
            self._put_aside(chain)

    def _offer(self, chain: _Chain[Item]) -> None:
        if not chain.running:
            first = chain.waiting[0]
            heappush(self._ready, (first.ordinal, first))

    def _joined(self, keys: Sequence[str]) -> _Chain[Item]:
        """Return the one chain of all these keys, made of those that there were."""
        found = {id(chain): chain for key in keys if (chain := self._chains.get(key))}
        # The largest takes in the others: however rows chain, a key is moved log n times at most.
        largest = max(found.values(), key=lambda chain: len(chain.keys), default=_Chain())
        for chain in found.values():
            if chain is not largest:
                self._merge(chain, largest)
        for key in keys:
            self._chains[key] = largest
            largest.keys.add(key)
        self._kept.pop(id(largest), None)
        return largest

    def _merge(self, chain: _Chain[Item], into: _Chain[Item]) -> None:
        self._kept.pop(id(chain), None)
        for key in chain.keys:
            self._chains[key] = into
        into.keys |= chain.keys
        # Both may be running, as neither knew of the other: nothing starts until both have ended.
        into.running |= chain.running
        into.settled |= chain.settled
        into.ended = max(into.ended, chain.ended)
        # Each is in file order by itself; together they are not.
        both = sorted([*into.waiting, *chain.waiting], key=_ordinal)
        into.waiting = both
        if both:
            self._offer(into)

    def _put_aside(self, chain: _Chain[Item]) -> None:
        # One key links nothing: the next row with it makes the same chain again.
        if len(chain.keys) == 1:
            self._drop(chain)
            return
        # A later row may have the one identifier, the next one the other, and both be one contact:
        # they must not overlap, so the link outlives the rows that it came from.
        self._kept[id(chain)] = chain
        if len(self._kept) > self._kept_links:
            _, oldest = self._kept.popitem(last=False)
            self._drop(oldest)

    def _drop(self, chain: _Chain[Item]) -> None:
        for key in chain.keys:
            del self._chains[key]


def _ordinal(item: Keyed) -> int:
    return item.ordinal
