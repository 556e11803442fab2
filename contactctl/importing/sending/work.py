"""A run put together: its rows, what is done with each, its journal and its pace."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

from contactctl.files import JOURNAL_FOLDER, elsewhere, make_private_folder
from contactctl.importing.keeping.delta import Delta
from contactctl.importing.keeping.journal_rows import State
from contactctl.importing.keeping.journals import Journals
from contactctl.importing.keeping.sent_memory import open_sent_memory
from contactctl.importing.keeping.unkept import OnlyRead, Unrecorded
from contactctl.importing.pacing.limiter import Limiter
from contactctl.importing.pacing.outage import PATIENCE_S, Outage
from contactctl.importing.pacing.pacer import Pacer, Rate
from contactctl.importing.sending.engine import ImportRun
from contactctl.importing.sending.intake import Intake
from contactctl.importing.sending.look import (
    Finds,
    Guards,
    LookingSender,
    PacedFinder,
    write_looked,
)
from contactctl.importing.sending.sender import Sender, Updates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from contactctl.importing.checking.plan import Plan
    from contactctl.importing.columns.convert import Converter
    from contactctl.importing.keeping.journal import Journal
    from contactctl.importing.keeping.journal_rows import RunIdentity
    from contactctl.importing.keeping.open_run import OpenRun
    from contactctl.importing.keeping.sent_memory import SentMemory
    from contactctl.importing.row import Row
    from contactctl.importing.sending.intake import Record, SentRows
    from contactctl.importing.sending.look import Opposites
    from contactctl.importing.sending.workers import Sends


class Client(Updates, Finds, Protocol):
    """What an import needs of the client."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run an import; ``guards`` look each contact up before its write.

    ``limit`` is how many rows of the file are taken, None for all of them. ``opposites`` opens what
    keeps the way back of each write; it needs the guards.
    """

    rate: Rate
    retries: int
    patience_s: float = PATIENCE_S
    max_failures: int | None = None
    changed_only: bool = False
    resume: bool = False
    guards: Guards | None = None
    limit: int | None = None
    opposites: Callable[[], AbstractContextManager[Opposites]] | None = None


class Work(NamedTuple):
    """What is done with the rows of a run.

    ``sends`` makes what does it with one row, of a paced sender and of what keeps the way back of
    writes. ``remembers`` makes what is told of rows that are sent, of the memory of them; None
    leaves that memory alone. ``begin`` opens the journal, ``record`` says what of it is kept.
    """

    rows: Iterable[Row]
    converter: Converter
    watch: Callable[[], None]
    account: str
    begin: Callable[[Journals], OpenRun]
    sends: Callable[[Sender, Opposites | None], Sends]
    remembers: Callable[[SentMemory], SentRows] | None
    record: Callable[[Journal], Record] = lambda journal: journal


@contextmanager
def open_work(work: Work, client: Updates, state: Path, options: RunOptions) -> Iterator[ImportRun]:
    """Open a run, new or resumed as ``work`` has it; what it opened is closed at the end.

    Raises :class:`UsageError` when there is nothing to resume, :class:`MachineError` and
    :class:`DamagedFileError` where the state folder cannot be used.
    """
    make_private_folder(state, elsewhere("state"))
    # Here and not at the end: an import that is killed cleans up all the same, the next time.
    with ExitStack() as stack:
        opened = work.begin(Journals(state / JOURNAL_FOLDER))
        # First on the stack, so closed last: its lock keeps another call out until all else is
        # closed.
        stack.callback(opened.close)
        journal, record = opened.journal, work.record(opened.journal)
        with opened.unless_begun():
            sent = _sent_rows(work, journal, state, stack)
            # A finished run has closed its undo file with a last line, and writes nothing more.
            keeps = options.opposites if not journal.state.finished else None
            opposites = None if keeps is None else stack.enter_context(keeps())
        limiter = Limiter(Pacer(options.rate), outage=Outage(options.patience_s))
        sender = Sender(client, limiter, retries=options.retries)
        yield ImportRun(
            Intake(work.rows, work.converter, record, sent, watch=work.watch, limit=options.limit),
            work.sends(sender, opposites),
            limiter,
            record,
            sent,
            max_failures=options.max_failures,
        )
        # Behind the yield: only a run that ended by itself may be called whole.
        if opposites is not None and journal.state.finished:
            opposites.finish()


def _sent_rows(work: Work, journal: Journal, state: Path, stack: ExitStack) -> SentRows:
    """Return what is told of rows that are sent; closed with the stack."""
    if work.remembers is None:
        return OnlyRead()
    writer = journal.path.stem  # a killed run's claims are those of the one resumed
    memory = stack.enter_context(open_sent_memory(state, work.account, writer=writer))
    memory.drop_expired()
    return work.remembers(memory)


@contextmanager
def open_look(
    work: Work, identity: RunIdentity, client: Updates, options: RunOptions
) -> Iterator[ImportRun]:
    """Open a run whose sender only looks: it has no journal, and leaves nothing behind."""
    journal, sent = Unrecorded(State(identity)), OnlyRead()
    limiter = Limiter(Pacer(options.rate), outage=Outage(options.patience_s))
    yield ImportRun(
        Intake(work.rows, work.converter, journal, sent, watch=work.watch, limit=options.limit),
        work.sends(Sender(client, limiter, retries=options.retries), None),
        limiter,
        journal,
        sent,
        max_failures=options.max_failures,
    )


@contextmanager
def open_run(plan: Plan, client: Client, state: Path, options: RunOptions) -> Iterator[ImportRun]:
    """Open a new run of an import, or the one to resume; raises as :func:`open_work`."""

    def begin(journals: Journals) -> OpenRun:
        begin = journals.resume if options.resume else journals.begin
        return begin(plan.identity)

    def sends(sender: Sender, opposites: Opposites | None) -> Sends:
        if options.guards is None:
            return sender
        write = partial(write_looked, sender, opposites=opposites)
        return LookingSender(PacedFinder(client, sender), options.guards, write, plan.declared)

    work = Work(
        plan.source.rows(),
        plan.converter,
        plan.source.check_unchanged,
        plan.identity.account,
        begin,
        sends,
        partial(Delta, changed_only=options.changed_only),
    )
    with open_work(work, client, state, options) as run:
        yield run
