"""Which rows need no request since nothing about them is new, and what is told to the memory."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from contactctl.contact import Write
from contactctl.errors import ContactctlError, Outcome
from contactctl.files import SENT_FILE_NAME, is_there
from contactctl.importing.keeping.sent_memory import Sent, open_sent_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from contactctl.contact import ContactRef
    from contactctl.importing.keeping.claims import Claim
    from contactctl.importing.keeping.sent_memory import SentMemory
    from contactctl.importing.row import Job, Result

#: Answers that wait for one commit; a killed run sends the rows behind them again.
_MOST_BUFFERED = 500
_FLUSH_S = 1.0


@contextmanager
def other_write(folder: Path, account: str, refs: Sequence[ContactRef]) -> Iterator[Write]:
    """Forget what imports sent for these contacts, while something else is written to them.

    Costs a look at the folder where nothing was ever imported. A write whose outcome is unknown
    may still be on its way: for ten minutes, nothing is remembered of its contact. Raises as
    :func:`open_sent_memory`.
    """
    if not is_there(folder / SENT_FILE_NAME):
        yield Write()
        return
    with open_sent_memory(folder, account) as memory:
        memory.drop_expired()
        write = Write(is_known=len(memory.contacts(refs)) == len({*refs}))
        # Before the write, whatever becomes of it: an import running now must not trust what it
        # knew.
        (claim,) = memory.announce([refs])
        try:
            yield write
        except ContactctlError as error:
            # Only what was surely not applied leaves the contact as it was.
            lost = error.outcome not in {Outcome.NOT_SENT, Outcome.NOT_APPLIED}
            memory.remember([Sent(claim, None, None, lost)])
            raise
        memory.remember([Sent(claim, None, write.contact_id)])
        if write.gone:
            memory.erase(refs, write.contact_id)


class Delta:
    """Keeps the memory of sent rows true at every moment, crashes included.

    What was sent for a contact is forgotten on disk before anything else is sent to it, and
    remembered only when nothing else is on its way to it, from this run or from elsewhere: see
    :class:`SentMemory`. ``clock`` is in seconds. For one thread.
    """

    def __init__(
        self,
        memory: SentMemory,
        *,
        changed_only: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._memory = memory
        self._changed_only = changed_only
        self._clock = clock
        self._claims: dict[int, Claim] = {}
        self._buffer: list[Sent] = []
        self._flushed_at = clock()

    @property
    def due_in_s(self) -> float | None:
        """Return in how many seconds there is something to be flushed; None when there is not."""
        if not self._buffer:
            return None
        return max(self._flushed_at + _FLUSH_S - self._clock(), 0.0)

    def unchanged(self, jobs: Sequence[Job]) -> set[int]:
        """Return the ordinals of the rows that say what was last sent for their contacts.

        A row behind one of the same contact that is to be sent must be sent as well, to have the
        last word again.
        """
        memory = self._memory
        if not self._changed_only or not jobs:
            return set()
        self.flush()
        # A row counts as unchanged when its very request body is the last one that the service
        # acknowledged for a contact, by whatever identifier, within KEPT_DAYS.
        digests = [memory.digest(job.body) for job in jobs]
        known = memory.known(digests)
        pairs = list(zip(jobs, digests, strict=True))
        new = [job for job, digest in pairs if digest not in known]
        if not new:
            return {job.ordinal for job in jobs}
        # Now in file order. A row that is sent touches its contact: all later rows of that contact
        # must be sent too, or an earlier row of the file would have the last word.
        contacts = memory.contacts(ref for job in new for ref in job.change.refs)
        touched: set[int] = set()
        touched_keys: set[str] = set()
        same: set[int] = set()
        for job, digest in pairs:
            contact = known.get(digest)
            # A contact is recognised by its number where the memory knows it, and by the row's own
            # identifiers where it has never been sent.
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
        if not jobs:
            return
        # On disk before anything is sent: a crash in between costs one request too many, the other
        # order would let a later row pass for unchanged that is not.
        self.flush()
        claims = self._memory.announce([job.change.refs for job in jobs])
        self._claims.update(zip((job.ordinal for job in jobs), claims, strict=True))

    def after_sending(self, job: Job, result: Result) -> None:
        """Note what became of a row that was announced by :meth:`before_sending`."""
        claim = self._claims.pop(job.ordinal)
        lost = result.error is not None and result.error.outcome == Outcome.UNKNOWN
        digest = None if result.id is None else self._memory.digest(job.body)
        self._buffer.append(Sent(claim, digest, result.id, lost))

    def flush_due(self) -> None:
        """Flush, a second after the last time at the latest: others wait for it to be known."""
        if len(self._buffer) >= _MOST_BUFFERED or self.due_in_s == 0.0:
            self.flush()

    def flush(self) -> None:
        """Bring to disk what is to be remembered."""
        buffer, self._buffer = self._buffer, []
        self._flushed_at = self._clock()
        self._memory.remember(buffer)
