"""A plan or an undo file carried out by the engine of imports, or only looked at again."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contactctl.importing.keeping.delta import Delta
from contactctl.importing.keeping.journal_rows import RunIdentity
from contactctl.importing.row import Result, identifier_keys
from contactctl.importing.sending.look import PacedFinder
from contactctl.importing.sending.overlay import Named, Overlay
from contactctl.importing.sending.work import Work, open_look, open_work
from contactctl.plans.carrying import Applies, ApplyingSender, Writer
from contactctl.plans.drift import to_change
from contactctl.plans.plan_file import planned_of
from contactctl.plans.undoing import UndoingSender, UndoLooks, UndoWriter, result_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from contactctl.changes.draft import DeclaredTypes
    from contactctl.contact import ContactChange
    from contactctl.exact_json import JsonObject
    from contactctl.importing.keeping.journals import Journals
    from contactctl.importing.keeping.open_run import OpenRun
    from contactctl.importing.keeping.sent_memory import SentMemory
    from contactctl.importing.row import Job, Row
    from contactctl.importing.sending.engine import ImportRun
    from contactctl.importing.sending.look import Look, Opposites
    from contactctl.importing.sending.sender import Sender
    from contactctl.importing.sending.work import RunOptions
    from contactctl.importing.sending.workers import Sends
    from contactctl.plans.lines import Planned
    from contactctl.plans.plan_file import PlanFile
    from contactctl.plans.undoing import Due

#: Stands where an import has what its columns mean; lines that are read again get a new number.
MAPPING = "plan 1"


@dataclass(frozen=True, slots=True)
class Application:
    """A plan, whose account it is carried out for, and what may be written there.

    ``check_addresses`` refuses addresses that may not be written to; it raises
    :class:`GuardError`.
    """

    file: PlanFile
    account: str
    declared: DeclaredTypes | None = None
    check_addresses: Callable[[Sequence[str | None]], None] | None = None

    @property
    def identity(self) -> RunIdentity:
        """Return what the journal of its run is found by."""
        file = self.file
        # By the file's own words: applied with a profile, it is applied with its key as well.
        account = file.header.account.digest
        return RunIdentity(str(file.path), file.digest, MAPPING, account, file.count)

    @property
    def changes(self) -> int:
        """Return how many lines write something."""
        counts = self.file.header.counts
        return self.file.count - (counts["nothing"] if counts is not None else 0)

    def rows(self) -> Iterator[Row]:
        """Yield the lines in the order in which they are carried out; an undo file's backwards."""
        file = self.file
        return file.rows() if file.header.kind == "plan" else file.rows_backwards()


class PlanConverter:
    """Makes of each line the change that it asks for."""

    def to_change(self, row: Row) -> ContactChange:
        """Return what is sent for a line."""
        return to_change(planned_of(row))


class Forgetting:
    """Has the memory of sent rows forget every contact that a plan writes to."""

    def __init__(self, memory: SentMemory) -> None:
        self._memory = memory
        self._delta = Delta(memory, changed_only=False)

    @property
    def due_in_s(self) -> float | None:
        """Return in how many seconds something must reach the disk; None for nothing."""
        return self._delta.due_in_s

    def unchanged(self, _: Sequence[Job]) -> set[int]:
        """Return what need not be sent: nothing, that is told from the contact itself."""
        return set()

    def before_sending(self, jobs: Sequence[Job]) -> None:
        """Forget what was sent before for the contacts of these lines."""
        self._delta.before_sending(jobs)

    def after_sending(self, job: Job, result: Result) -> None:
        """Let go of a line, and remember nothing of it: it says only what has changed."""
        self._delta.after_sending(job, result._replace(id=None))
        if result.change is not None and result.change.kind == "deleted":
            self._memory.erase(job.change.refs, result.id)

    def flush_due(self) -> None:
        """Bring to disk what is due."""
        self._delta.flush_due()

    def flush(self) -> None:
        """Bring everything to disk."""
        self._delta.flush()


@contextmanager
def open_application(
    application: Application, client: Applies, state: Path, options: RunOptions
) -> Iterator[ImportRun]:
    """Open a new run of a plan, or the one to resume; what it opened is closed at the end.

    Raises :class:`GuardError` for a plan that was begun or applied already, :class:`UsageError`
    when there is nothing to resume, :class:`MachineError` and :class:`DamagedFileError` where the
    state folder cannot be used.
    """

    def sends(sender: Sender, opposites: Opposites | None) -> Sends:
        finder = PacedFinder(client, sender)
        return _sends(application, client, sender, finder, opposites, resumed=options.resume)

    with open_work(_work(application, options, sends), client, state, options) as run:
        yield run


@contextmanager
def open_dry_application(
    application: Application, client: Applies, options: RunOptions
) -> Iterator[ImportRun]:
    """Open a run that looks and writes nothing: what of a plan would still be carried out."""
    named, converter = Named(application.file.count), PlanConverter()
    # Once through ahead: what is kept of a contact depends on whether a later line names it.
    for row in application.rows():
        named.add(identifier_keys(converter.to_change(row)))

    def sends(sender: Sender, _: object) -> Sends:
        return _sends_dry(application, Overlay(PacedFinder(client, sender), named))

    work = _work(application, options, sends)
    with open_look(work, application.identity, client, options) as run:
        yield run


def _work(
    application: Application,
    options: RunOptions,
    sends: Callable[[Sender, Opposites | None], Sends],
) -> Work:
    def begin(journals: Journals) -> OpenRun:
        begin = journals.resume_once if options.resume else journals.begin_once
        return begin(application.identity)

    return Work(
        application.rows(),
        PlanConverter(),
        application.file.check_unchanged,
        application.account,
        begin,
        sends,
        Forgetting,
    )


def _sends(  # noqa: PLR0913 - the parts of what sends
    application: Application,
    client: Applies,
    sender: Sender,
    finder: PacedFinder,
    opposites: Opposites | None,
    *,
    resumed: bool,
) -> Sends:
    if application.file.header.kind == "undo":
        looks = UndoLooks(finder, application.declared)
        # Undo lines are judged by what is there, so that one done before needs no mark of a resume.
        writer = UndoWriter(client, sender, looks, opposites)
        return UndoingSender(looks, writer.write, application.check_addresses)
    write = Writer(client, sender, finder, opposites, application.declared).write
    return ApplyingSender(finder, write, application, may_be_done=resumed)


def _sends_dry(application: Application, overlay: Overlay) -> Sends:
    if application.file.header.kind == "undo":

        def take_back(job: Job, due: Due) -> Result:
            overlay.write(job._replace(change=due.undoing.change), due.look)
            steps, would = due.undoing.steps, due.undoing.would
            return _would_send(result_of(job, due), would, due.item, *steps)

        looks = UndoLooks(overlay, application.declared)
        return UndoingSender(looks, take_back, application.check_addresses)

    def write(job: Job, item: Planned, look: Look) -> Result:
        return _would_send(overlay.write(job, look), item.would, item, job.change)

    return ApplyingSender(overlay, write, application, may_be_done=False)


def _would_send(result: Result, would: str, item: Planned, *steps: ContactChange) -> Result:
    """Return a result with the bodies of the requests that a line would be written by."""
    if result.change is None:
        return result
    gone: list[JsonObject] = [{ref.name: ref.value} for ref in item.refs[:1]]
    bodies = gone if would == "delete" else [step.to_payload() for step in steps]
    return result._replace(change=result.change._replace(requests=tuple(bodies)))
