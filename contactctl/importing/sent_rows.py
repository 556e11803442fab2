"""Which rows of a run need no request, and what the run leaves behind for the next one to know."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from contactctl.importing.sent import Sent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.importing.job import Job
    from contactctl.importing.outcome import Result
    from contactctl.importing.sent import SentMemory

_MOST_BUFFERED = 500


class SentRows:
    """Keeps the memory of sent rows true at every moment, crashes included.

    What was sent for a contact is forgotten on disk before anything else is sent to it, and
    remembered only when nothing more of this run is on its way to it. Without a memory nothing is
    ever unchanged. For one thread.
    """

    def __init__(self, memory: SentMemory | None, *, changed_only: bool = False) -> None:
        self._memory = memory
        self._changed_only = changed_only and memory is not None
        self._under_way: Counter[str] = Counter()
        self._buffer: list[Sent] = []

    def unchanged(self, jobs: Sequence[Job]) -> set[int]:
        """Return the ordinals of the rows that say what was last sent for their contacts.

        A row behind one of the same contact that is to be sent must be sent as well, to have the
        last word again.
        """
        memory = self._memory
        if memory is None or not self._changed_only or not jobs:
            return set()
        self.flush()
        digests = [memory.digest(job.body) for job in jobs]
        known = memory.known(digests)
        pairs = list(zip(jobs, digests, strict=True))
        new = [job for job, digest in pairs if digest not in known]
        if not new:
            return {job.ordinal for job in jobs}
        contacts = memory.contacts(ref for job in new for ref in job.change.refs)
        touched: set[int] = set()
        touched_keys: set[str] = set()
        same: set[int] = set()
        for job, digest in pairs:
            contact = known.get(digest)
            if contact is None:
                touched.update(contacts[ref] for ref in job.change.refs if ref in contacts)
            elif contact not in touched and touched_keys.isdisjoint(job.keys):
                same.add(job.ordinal)
                continue
            else:
                touched.add(contact)
            touched_keys.update(job.keys)
        return same

    def before_sending(self, jobs: Sequence[Job]) -> None:
        """Forget what was sent before for the contacts of these rows."""
        if self._memory is None or not jobs:
            return
        self.flush()
        self._memory.forget(ref for job in jobs for ref in job.change.refs)
        self._under_way.update(key for job in jobs for key in job.keys)

    def after_sending(self, job: Job, result: Result) -> None:
        """Note what became of a row that was announced by :meth:`before_sending`."""
        if self._memory is None:
            return
        self._under_way.subtract(job.keys)
        is_last = not any(self._under_way[key] for key in job.keys)
        for key in job.keys:
            if not self._under_way[key]:
                del self._under_way[key]
        if result.id is not None:
            digest = self._memory.digest(job.body) if is_last else None
            self._buffer.append(Sent(digest, job.change.refs, result.id))
            if len(self._buffer) >= _MOST_BUFFERED:
                self.flush()

    def flush(self) -> None:
        """Bring to disk what is to be remembered."""
        if self._memory is not None:
            buffer, self._buffer = self._buffer, []
            self._memory.remember(buffer)
