"""The threads that send: each takes a row, sends it, and records it before it takes another."""

from __future__ import annotations

import math
import sys
import threading
import time
from collections import deque
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Protocol

from contactctl.errors import RowsFailedError
from contactctl.importing.pacing.limiter import HaltedError
from contactctl.importing.row import Finished, Job
from contactctl.importing.sending.heap import share_heap
from contactctl.importing.sending.ordering import KEPT_LINKS, Ordering
from contactctl.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from contactctl.importing.pacing.limiter import Limiter
    from contactctl.importing.row import Result
    from contactctl.importing.sending.sender import MayGoOn

#: Requests in flight: ten fill the service's limit at a latency of a second.
LEAST_IN_FLIGHT = 10
#: With a raised limit more are needed, each with a connection; no limit known asks for more.
MOST_IN_FLIGHT = 50
#: How long to wait at once: nothing ends a wait on Windows, so that a Ctrl-C is heard after it.
_TURN_S = 0.25 if sys.platform == "win32" else threading.TIMEOUT_MAX


class Sends(Protocol):
    """What sends a row."""

    def send(self, job: Job, may_go_on: MayGoOn) -> Result | None:
        """Return what became of the row; None where it may not go on, and has done nothing."""


class Records(Protocol):
    """What keeps a result."""

    def record(self, result: Result) -> None:
        """Return when the result is on disk."""


class Workers:
    """Threads that work off rows in the order of their contacts.

    The threads come one by one, each when all others are waiting for answers; they are daemons, so
    that one that hangs keeps no process from ending. After ``max_failures`` none takes another row,
    and :class:`RowsFailedError` is told.
    """

    def __init__(
        self,
        sender: Sends,
        journal: Records,
        limiter: Limiter,
        *,
        most: int,
        max_failures: int | None = None,
    ) -> None:
        self._most = most
        self._most_failures = math.inf if max_failures is None else max_failures
        self._failures = 0
        self._sender = sender
        self._journal = journal
        self._limiter = limiter
        self._ordering: Ordering[Job] = Ordering()
        self._known: deque[Job] = deque(maxlen=KEPT_LINKS)
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._closed = False
        self._until = math.inf
        self._told: SimpleQueue[Finished | BaseException | None] = SimpleQueue()
        limiter.when_empty = self._grow
        share_heap()

    def add(self, jobs: Iterable[Job]) -> None:
        """Take on the rows that are to be sent, in file order among those that are not."""
        # Rows that are not sent may still say that an email address and a user id are one contact.
        with self._changed:
            for job in jobs:
                if job.known is None:
                    self._link_known()
                    self._ordering.add(job)
                elif job.change.email is not None and job.change.user_id is not None:
                    self._known.append(job)
            self._changed.notify_all()
        self._grow()

    def wait(self, most_s: float | None = None) -> Finished | BaseException | None:
        """Wait for the next row that is finished, in any order.

        An exception is the end of the run; None is a :meth:`wake`, the end of a thread, or of the
        time to wait.
        """
        try:
            return self._told.get(timeout=_TURN_S if most_s is None else min(most_s, _TURN_S))
        except Empty:
            return None

    def wake(self) -> None:
        """End a :meth:`wait`; may be called by a signal handler."""
        self._told.put(None)

    def close(self, grace_s: float) -> list[Finished | BaseException]:
        """Send nothing more, wait for what is in flight, and return what has not been told yet.

        What takes longer than ``grace_s`` is left to itself; a later call allows no more time.
        """
        self._limiter.halt()
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._until = min(time.monotonic() + grace_s, self._until)
        # One deadline for all of them, not one each.
        for thread in self._threads:
            thread.join(max(self._until - time.monotonic(), 0))
        told = []
        while not self._told.empty():
            told.append(self._told.get())
        return [item for item in told if item is not None]

    def _link_known(self) -> None:
        """Link the identifiers of rows that are not sent; only now, as most files need it never."""
        while self._known:
            self._ordering.link(self._known.popleft().keys)

    def _grow(self) -> None:
        """Add a thread when there is a row to send and nobody to send it."""
        # No use in more threads than the service answers in a second, at a latency of a second.
        most = min(max(self._limiter.limit or 0, LEAST_IN_FLIGHT), self._most)
        with self._changed:
            needed = self._ordering.has_ready and not self._idle and not self._closed
            if needed and len(self._threads) < most:
                thread = threading.Thread(target=self._work, daemon=True)
                self._threads.append(thread)
                thread.start()

    def _work(self) -> None:
        try:
            while (job := self._take()) is not None:
                result = self._sender.send(job, partial(self._may_go_on, job))
                if result is None:
                    continue
                # Acknowledged, then on disk, then told: whoever hears of a row can rely on it.
                self._journal.record(result)
                self._told.put(Finished(job, result))  # before a later row of the contact can be
                self._finish(job, result)
        except HaltedError:
            pass
        except BaseException as error:  # noqa: BLE001 - told to the thread that asked
            self._limiter.halt()  # no other row would fare better
            self._told.put(error)
        finally:
            self._told.put(None)

    def _finish(self, job: Job, result: Result) -> None:
        """Let the next row of the contact be taken, unless that was one failure too many.

        Here, since whoever is told of the row may come to it many rows later.
        """
        with self._changed:
            self._failures += result.status == "failed"
            self._ordering.finish(job)
            self._changed.notify_all()
        if self._failures >= self._most_failures:
            failed = counted(int(self._most_failures), "failed row")
            raise RowsFailedError(f"stopped after {failed}, as --max-failures asks")

    def _may_go_on(self, job: Job, keys: Sequence[str]) -> bool:
        """Put a row back that another one of its contact, as was found out now, comes before."""
        with self._changed:
            first = self._ordering.widen(job, keys)
            if not first:
                self._changed.notify_all()
        return first

    def _take(self) -> Job | None:
        with self._changed:
            while not self._closed and self._failures < self._most_failures:
                job = self._ordering.take()
                if job is not None:
                    return job
                self._idle += 1
                self._changed.wait()
                self._idle -= 1
        return None
