"""An import that looks and does not write: the engine with a sender of its own, or no engine."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from contactctl.changes.update import Wish
from contactctl.importing.keeping.delta import Delta
from contactctl.importing.keeping.journal_rows import State
from contactctl.importing.keeping.sent_memory import open_sent_memory
from contactctl.importing.keeping.unkept import OnlyRead, Unrecorded
from contactctl.importing.pacing.limiter import Limiter
from contactctl.importing.pacing.outage import Outage
from contactctl.importing.pacing.pacer import Pacer
from contactctl.importing.row import Finished, Result
from contactctl.importing.sending.engine import LOOK_AHEAD_ROWS, ImportRun
from contactctl.importing.sending.intake import Intake
from contactctl.importing.sending.look import Guards, LookingSender, PacedFinder
from contactctl.importing.sending.overlay import Named, Overlay
from contactctl.importing.sending.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from contactctl.importing.checking.plan import Plan
    from contactctl.importing.pacing.limiter import Stall
    from contactctl.importing.sending.work import Client, RunOptions
    from contactctl.importing.sending.workers import Sends

#: What a run without a look-up does to the contacts of its rows: whatever they ask for.
UNGUARDED = Guards(Wish(replace_user_id=True))


class DryRun(Protocol):
    """A run that tells of every row what it would do."""

    @property
    def stopped(self) -> bool:
        """Tell whether the run ended before it came to its last row."""

    @property
    def stall(self) -> Stall | None:
        """What keeps the run from moving, None while it moves."""

    def request_stop(self, *, at_once: bool = False) -> None:
        """Ask the run to end soon."""

    def results(self) -> Generator[Finished, None, None]:
        """Yield every row with its result, in file order; to be used once."""


class _Unasked:
    """A run that asks nobody, so that nothing is known of any row that can be sent.

    It needs none of the engine's threads, and goes through a file ten times as fast without.
    """

    stall = None

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._stop_asked = False
        self.stopped = True

    def request_stop(self, *, at_once: bool = False) -> None:  # noqa: ARG002 - nothing is waited for
        self._stop_asked = True

    def results(self) -> Generator[Finished, None, None]:
        while not self._stop_asked:
            self._intake.watch()
            found = self._intake.read(LOOK_AHEAD_ROWS)
            for job in found:
                yield Finished(job, job.known or Result(job.ordinal, "done"))
            if not found:
                self.stopped = False
                return


@contextmanager
def open_dry_run(
    plan: Plan, client: Client | None, state: Path, options: RunOptions
) -> Iterator[DryRun]:
    """Open a run that tells of every row what it would do; without a client it asks nobody.

    Raises :class:`MachineError` and :class:`DamagedFileError` where the memory of sent rows is
    needed and cannot be used.
    """
    journal = Unrecorded(State(plan.identity))
    with ExitStack() as stack:
        delta = None
        if options.changed_only:
            memory = stack.enter_context(open_sent_memory(state, plan.identity.account))
            delta = Delta(memory, changed_only=True)
        sent = OnlyRead(delta)
        intake = Intake(
            plan.source.rows(),
            plan.converter,
            journal,
            sent,
            watch=plan.source.check_unchanged,
            limit=options.limit,
        )
        if client is None:
            yield _Unasked(intake)
            return
        limiter = Limiter(Pacer(options.rate), outage=Outage(options.patience_s))
        sender = _sender(plan, client, limiter, options)
        failures = options.max_failures
        yield ImportRun(intake, sender, limiter, journal, sent, max_failures=failures)


def _sender(plan: Plan, client: Client, limiter: Limiter, options: RunOptions) -> Sends:
    named = Named(plan.report.rows)
    # Once through ahead: what is kept of a contact depends on whether a later row names it.
    for job in islice(plan.jobs(), options.limit):
        named.add(job.keys)
    finder = PacedFinder(client, Sender(client, limiter, retries=options.retries))
    overlay = Overlay(finder, named)
    return LookingSender(overlay, options.guards or UNGUARDED, overlay.write, plan.declared)
