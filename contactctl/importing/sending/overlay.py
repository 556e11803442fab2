"""Contacts as earlier rows of a file would have left them, for a run that writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.changes.preview import applied
from contactctl.importing.row import Result, contact_keys, ref_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contactctl.changes.lookup import Finder
    from contactctl.contact import ContactRef
    from contactctl.exact_json import JsonObject
    from contactctl.importing.row import Job
    from contactctl.importing.sending.look import Look

_LEAST_BITS = 1 << 16
_MOST_BITS = 1 << 26
#: For rows of two identifiers each: then a fifth of the bits is set, and all of a key's seldom.
_BITS_A_ROW = 32
_PLACES = 3
_STEP_BITS = 32


class Named:
    """How often the rows of a file name an identifier, kept in a few bytes a row.

    Each identifier has a few bits, which it shares with others: where all of them are set by
    others, it seems to be named more often than it is: one in two hundred, at the most.
    """

    def __init__(self, rows: int) -> None:
        # A power of two, so that a mask finds the place; 8 MiB for each of the two at the most.
        wanted = min(max(rows * _BITS_A_ROW, _LEAST_BITS), _MOST_BITS)
        self._bits = 1 << (wanted - 1).bit_length()
        self._once = bytearray(self._bits // 8)
        self._twice = bytearray(self._bits // 8)

    def add(self, keys: Iterable[str]) -> None:
        """Note the identifiers of one row."""
        for key in keys:
            for place, bit in self._places(key):
                if self._once[place] & bit:
                    self._twice[place] |= bit
                self._once[place] |= bit

    def by_another(self, key: str, job: Job) -> bool:
        """Tell whether a row other than this one names the identifier."""
        seen = self._twice if key in job.keys else self._once
        return all(seen[place] & bit for place, bit in self._places(key))

    def _places(self, key: str) -> Iterator[tuple[int, int]]:
        number = hash(key)
        # Odd, so that no two of the places are one.
        step = (number >> _STEP_BITS) | 1
        for count in range(_PLACES):
            place = (number + count * step) & (self._bits - 1)
            yield place >> 3, 1 << (place & 7)


class Overlay:
    """Stands before the contacts that there are, and shows those that rows would have changed.

    Only what another row of the file may ask for is kept, so that a large file needs little memory.
    Rows of one contact come here one after the other, in file order; see ``Ordering``.
    """

    def __init__(self, finder: Finder, named: Named) -> None:
        self._finder = finder
        self._named = named
        self._contacts: dict[str, JsonObject | None] = {}

    def find(self, ref: ContactRef) -> list[JsonObject]:
        """Return the contacts that would be under one address or user id by now."""
        key = ref_key(ref)
        if key not in self._contacts:
            return self._finder.find(ref)
        contact = self._contacts[key]
        return [] if contact is None else [contact]

    def write(self, job: Job, look: Look) -> Result:
        """Change nothing but what later rows will find."""
        if look.would != "nothing":
            after = None if look.would == "delete" else applied(job.change, look.contact)
            keys = contact_keys(after or {})
            gone = [key for key in contact_keys(look.contact or {}) if key not in keys]
            # First the identifiers that the contact loses, then those that it keeps or gets.
            self._keep(job, gone, None)
            self._keep(job, keys, after)
        return Result(job.ordinal, "done", look.id, change=look.change)

    def _keep(self, job: Job, keys: Iterable[str], contact: JsonObject | None) -> None:
        for key in keys:
            if self._named.by_another(key, job):
                self._contacts[key] = contact
