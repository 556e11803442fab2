"""How many rows of a file say something new, known before the first of them is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.importing.keeping.known_digests import COUNTED_ROWS

if TYPE_CHECKING:
    from contactctl.contact import ContactChange
    from contactctl.importing.keeping.known_digests import Digest
    from contactctl.importing.keeping.sent_memory import SentMemory


class NewRows:
    """Counts the rows whose request bodies are not the last ones sent for a contact.

    A few more may be sent than were counted: those behind a new one of the same contact. Where
    there is no new one, there are none of those either (see :meth:`Delta.unchanged`).
    """

    def __init__(self, memory: SentMemory) -> None:
        self._memory = memory
        self._digests: list[Digest] = []
        self._count = 0

    def add(self, change: ContactChange) -> None:
        """Take a row that can be sent; raises as :meth:`SentMemory.count_known`."""
        self._digests.append(self._memory.digest(change.to_body()))
        if len(self._digests) == COUNTED_ROWS:
            self._look_up()

    def finish(self) -> int:
        """Return how many there are; raises as :meth:`add`."""
        self._look_up()
        return self._count

    def _look_up(self) -> None:
        self._count += len(self._digests) - self._memory.count_known(self._digests)
        self._digests.clear()
