"""Whom a file names: how many contacts, in which rows again, and where rows contradict others."""

from __future__ import annotations

from array import array
from bisect import insort
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Literal, NamedTuple

from contactctl.contact import fold_address

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from contactctl.contact import ContactChange

_SHARES = 128
#: Of each share in memory. All of them together fit into a processor's cache: four times as many
#: take half as long again.
_BLOCK_ITEMS = 64
_MOST_EXAMPLES = 20
#: Contradictions that are kept with their lines, and the lines of each; the rest is counted.
_MOST_GROUPS = 1000
_MOST_LINES = 200
_LOW = 2**32 - 1


class Permits(NamedTuple):
    """Which contradictions are meant: one address of several user ids, one id of several."""

    replace_user_id: bool = False
    change_address: bool = False


class Contradiction(NamedTuple):
    """Rows that give one identifier several partners; ``others`` is how many of them."""

    name: Literal["email", "userId"]
    lines: Sequence[int]
    rows: int
    others: int

    @property
    def flag(self) -> str:
        """Return the flag that permits it."""
        return "--replace-user-id" if self.name == "email" else "--change-address"

    def __str__(self) -> str:
        one, many = ("address", "user ids") if self.name == "email" else ("user id", "addresses")
        lines = ", ".join(f"{line}" for line in self.lines)
        more = ", …" if self.rows > len(self.lines) else ""
        return f"one {one} with {self.others:,} {many} (lines {lines}{more})"


@dataclass(slots=True)
class Named:
    """What the identifiers of a file come to.

    ``refused`` has a bit for the ordinal of each row that contradicts another one.
    """

    contacts: int = 0
    repeating_rows: int = 0
    repeats: list[tuple[int, int]] = field(default_factory=list)
    contradictions: list[Contradiction] = field(default_factory=list)
    contradiction_count: int = 0
    refused: bytearray = field(default_factory=bytearray)

    def is_refused(self, ordinal: int) -> bool:
        """Tell whether a row contradicts another one."""
        index = ordinal // 8
        return index < len(self.refused) and bool(self.refused[index] & 1 << ordinal % 8)


class Identities:
    """Takes each row's identifiers in file order, in memory that does not grow with the file."""

    def __init__(self, permits: Permits, *, block_items: int = _BLOCK_ITEMS) -> None:
        self._permits = permits
        # In turn a key, the key that it came with (0 for none), and where. 128 parts by hash: each
        # fits into memory when its turn comes, however large the file is.
        self._shares: list[list[int]] = [[] for _ in range(_SHARES)]
        self._block_numbers = 3 * block_items
        self._blocks: list[list[int]] = [[] for _ in range(_SHARES)]
        self._file: IO[bytes] | None = None
        self._keys = self._pairs = 0

    def add(self, change: ContactChange, line: int, ordinal: int) -> None:
        """Note whom a row names."""
        place = line << 32 | ordinal
        # Of 63 bits: in one of twenty million files with a million identifiers each, two would be
        # taken for one. The last bit tells addresses from user ids, and 0 is nobody's.
        address = 0 if change.email is None else hash(fold_address(change.email)) & ~1
        user_id = 0 if change.user_id is None else hash(change.user_id) | 1
        if address:
            self._put(address, user_id, place)
        if user_id:
            self._put(user_id, address, place)
            self._pairs += address != 0

    def finish(self) -> Named:
        """Return what was found.

        Contacts are counted as identifiers that pairs link. That is exact where nobody has two
        addresses or two user ids, which is what is refused unless it is permitted; where it is,
        each pair beyond the first is taken to link one more.
        """
        named = Named()
        repeating = bytearray()  # a bit for each row: they may be many
        keys, pairs = self._keys, self._pairs
        # A share holds all rows of its identifiers, so that one at a time is enough.
        for share in range(_SHARES):
            for key, others, places in self._groups(share):
                _note_repeats(named, repeating, places)
                keys -= len(places) - 1
                partners = set(others) - {0}
                if not key & 1:
                    pairs -= sum(1 for other in others if other) - len(partners)
                if len(partners) > 1:
                    self._contradict(named, key, len(partners), places)
        self.close()
        named.contacts = max(keys - pairs, 1 if keys else 0)
        named.repeating_rows = int.from_bytes(repeating, "little").bit_count()
        return named

    def close(self) -> None:
        """Give the temporary file back."""
        if self._file is not None:
            self._file.close()

    def _contradict(self, named: Named, key: int, others: int, places: list[int]) -> None:
        name: Literal["email", "userId"] = "userId" if key & 1 else "email"
        if self._permits.change_address if key & 1 else self._permits.replace_user_id:
            return
        for place in places:
            _set_bit(named.refused, place & _LOW)
        named.contradiction_count += 1
        lines = array("L", (place >> 32 for place in places[:_MOST_LINES]))
        found = Contradiction(name, lines, len(places), others)
        insort(named.contradictions, found, key=lambda one: one.lines[0])
        del named.contradictions[_MOST_GROUPS:]

    def _put(self, key: int, other: int, place: int) -> None:
        self._keys += 1
        share = self._shares[key >> 1 & _SHARES - 1]
        share += (key, other, place)
        if len(share) >= self._block_numbers:
            self._move_out(key >> 1 & _SHARES - 1)

    def _groups(self, share: int) -> Iterator[tuple[int, list[int], list[int]]]:
        """Yield each key that comes more than once, with its partners and places in file order."""
        numbers = self._collected(share)
        keys, others, places = numbers[::3], numbers[1::3], numbers[2::3]
        # Most files repeat nothing, and a set is built faster than the loops below run.
        if len(set(keys)) == len(keys):
            return
        found: dict[int, list[int]] = {}
        for index, key in enumerate(keys):
            found.setdefault(key, []).append(index)
        for key, indexes in found.items():
            if len(indexes) > 1:
                yield key, [others[at] for at in indexes], [places[at] for at in indexes]

    def _collected(self, share: int) -> array[int]:
        found = array("q")
        for offset in self._blocks[share]:
            assert self._file is not None  # noqa: S101 - blocks are in it
            self._file.seek(offset)
            found.fromfile(self._file, self._block_numbers)
        found.extend(self._shares[share])
        return found

    def _move_out(self, share: int) -> None:
        if self._file is None:
            from tempfile import TemporaryFile

            self._file = TemporaryFile()  # noqa: SIM115 - closed by close()
        self._blocks[share].append(self._file.tell())
        array("q", self._shares[share]).tofile(self._file)
        self._shares[share].clear()


def _note_repeats(named: Named, repeating: bytearray, places: list[int]) -> None:
    for place in places[1:]:
        _set_bit(repeating, place & _LOW)
    first = places[0] >> 32
    named.repeats += [(place >> 32, first) for place in places[1 : 1 + _MOST_EXAMPLES]]
    named.repeats = sorted(set(named.repeats))[:_MOST_EXAMPLES]


def _set_bit(bits: bytearray, place: int) -> None:
    index = place // 8
    if index >= len(bits):
        bits.extend(bytes(index + 1 - len(bits)))
    bits[index] |= 1 << place % 8
