"""An import that looks and does not write: the engine, with a sender and a journal of its own."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from contactctl.changes.update import Wish
from contactctl.importing.delta import Delta
from contactctl.importing.engine import ImportRun
from contactctl.importing.intake import Intake
from contactctl.importing.journal_rows import State
from contactctl.importing.limiter import Limiter
from contactctl.importing.look import Guards, LookingSender, PacedFinder
from contactctl.importing.outage import Outage
from contactctl.importing.overlay import Named, Overlay
from contactctl.importing.pacer import Pacer
from contactctl.importing.row import Result
from contactctl.importing.sender import Sender
from contactctl.importing.sent_memory import open_sent_memory
from contactctl.importing.unkept import OnlyRead, Unrecorded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from contactctl.importing.plan import Plan
    from contactctl.importing.row import Job
    from contactctl.importing.sender import MayGoOn
    from contactctl.importing.work import Client, RunOptions
    from contactctl.importing.workers import Sends

#: What a run without a look-up does to the contacts of its rows: whatever they ask for.
UNGUARDED = Guards(Wish(replace_user_id=True))


@dataclass(frozen=True, slots=True)
class _Unasked:
    """Asks nobody, so that nothing is known of any row."""

    def send(self, job: Job, _: MayGoOn) -> Result:
        return Result(job.ordinal, "done")


@contextmanager
def open_dry_run(
    plan: Plan, client: Client | None, state: Path, options: RunOptions
) -> Iterator[ImportRun]:
    """Open a run that tells of every row what it would do; without a client it asks nobody.

    Raises :class:`MachineError` and :class:`DamagedFileError` where the memory of sent rows is
    needed and cannot be used.
    """
    journal = Unrecorded(State(plan.identity))
    limiter = Limiter(Pacer(options.rate), outage=Outage(options.patience_s))
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
        sender = _sender(plan, client, limiter, options)
        failures = options.max_failures
        yield ImportRun(intake, sender, limiter, journal, sent, max_failures=failures)


def _sender(plan: Plan, client: Client | None, limiter: Limiter, options: RunOptions) -> Sends:
    if client is None:
        return _Unasked()
    named = Named(plan.report.rows)
    # Once through ahead: what is kept of a contact depends on whether a later row names it.
    for job in islice(plan.jobs(), options.limit):
        named.add(job.keys)
    finder = PacedFinder(client, Sender(client, limiter, retries=options.retries))
    overlay = Overlay(finder, named)
    return LookingSender(overlay, options.guards or UNGUARDED, overlay.write, plan.declared)
