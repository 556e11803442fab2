"""A plan carried out by the engine of imports: looked up again, held against it, then written."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from contactctl.changes.lookup import look_up
from contactctl.errors import ConflictError, DriftedError, GuardError, NotFoundError, Outcome
from contactctl.files import JOURNAL_FOLDER, make_private_folder
from contactctl.importing.delta import Delta
from contactctl.importing.dry_run import OnlyRead, Unrecorded
from contactctl.importing.engine import Client, ImportRun
from contactctl.importing.intake import Intake
from contactctl.importing.journal_rows import RunIdentity, State
from contactctl.importing.journals import Journals
from contactctl.importing.limiter import Limiter
from contactctl.importing.look import Look, PacedFinder, found_keys, not_sent
from contactctl.importing.outage import Outage
from contactctl.importing.overlay import Named, Overlay
from contactctl.importing.pacer import Pacer
from contactctl.importing.row import Result, failed, identifier_keys
from contactctl.importing.sender import RowFailedError, Sender
from contactctl.importing.sent_memory import open_sent_memory
from contactctl.plans.drift import must_write, to_change
from contactctl.plans.plan_file import planned_of
from contactctl.plans.undoing import UndoingSender, UndoLooks, UndoWriter, result_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from contactctl.changes.draft import DeclaredTypes
    from contactctl.contact import ContactChange, ContactRef
    from contactctl.exact_json import JsonObject
    from contactctl.importing.engine import RunOptions
    from contactctl.importing.intake import Record, SentRows
    from contactctl.importing.look import Opposites
    from contactctl.importing.row import Job, Row
    from contactctl.importing.sender import MayGoOn
    from contactctl.importing.sent_memory import SentMemory
    from contactctl.importing.workers import Sends
    from contactctl.plans.lines import Planned
    from contactctl.plans.plan_file import PlanFile
    from contactctl.plans.undoing import Due
    from contactctl.service.replies import Reply

MAPPING = "plan 1"


class Applies(Client, Protocol):
    """What carrying a plan out needs of the client."""

    def create_once(self, change: ContactChange) -> Reply[JsonObject]:
        """Create one contact, asking once."""

    def delete_once(self, ref: ContactRef) -> Reply[JsonObject]:
        """Delete one contact, asking once."""


class _Finds(Protocol):
    def find(self, ref: ContactRef) -> list[JsonObject]:
        """Return the contacts under one address or user id."""


@dataclass(frozen=True, slots=True)
class Application:
    """A plan, whose account it is carried out for, and what may be written there.

    ``check_addresses`` refuses addresses that the profile does not allow; it raises
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
        return RunIdentity(str(file.path), file.digest, MAPPING, self.account, file.count)

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


class ApplyingSender:
    """Looks each contact up again, holds it against the plan, and hands it on to be written.

    ``write`` is given each line that is to be written, with who was found. ``may_be_done`` tells
    that an earlier run may have written a line and not noted it.
    """

    def __init__(
        self,
        application: Application,
        finder: _Finds,
        write: Callable[[Job, Planned, Look], Result],
        *,
        may_be_done: bool,
    ) -> None:
        self._application = application
        self._finder = finder
        self._write = write
        self._may_be_done = may_be_done

    def send(self, job: Job, may_go_on: MayGoOn) -> Result | None:
        """Look, and write what is to be; None for a line that must wait for another one.

        Raises what ends the whole run; see :meth:`Sender.ask`.
        """
        item = planned_of(job.row)
        if item.would == "nothing":
            return _result(job, _look_of(item, None, done=True))
        try:
            looked = look_up(self._finder, job.change.refs, sparing=True)
            if not may_go_on(found_keys(looked)):
                return None
            application = self._application
            is_due = must_write(item, looked, application.declared, may_be_done=self._may_be_done)
            look = _look_of(item, looked.contact, done=not is_due)
            if is_due and application.check_addresses is not None:
                application.check_addresses(_addresses(job, look))
        except RowFailedError as failure:
            return not_sent(job, failure.error, failure.error.attempts)
        except GuardError as error:
            return not_sent(job, error, 0)
        return self._write(job, item, look) if is_due else _result(job, look)


class Writer:
    """Writes lines that may be written, each by the request that fits it, its way back first."""

    def __init__(
        self,
        client: Applies,
        sender: Sender,
        finder: _Finds,
        opposites: Opposites | None = None,
    ) -> None:
        self._opposites = opposites
        self._client = client
        self._sender = sender
        self._finder = finder

    def write(self, job: Job, item: Planned, look: Look) -> Result:
        """Write one line; raises what ends the whole run, see :meth:`Sender.ask`."""
        if self._opposites is not None:
            self._opposites.add(job, look)
        try:
            if item.would == "create":
                return self._create(job, item, look)
            if item.would == "delete":
                return self._delete(job, item, look)
            body = partial(self._client.update_once, job.body)
            reply, attempts = self._sender.ask(body)
        except RowFailedError as failure:
            return failed(job.ordinal, failure.error, failure.error.attempts)
        return _result(job, look, str(reply["id"]), attempts)

    def _create(self, job: Job, item: Planned, look: Look) -> Result:
        # Not by an update, which would change whoever has appeared since the look.
        try:
            reply, attempts = self._sender.ask(partial(self._client.create_once, job.change))
        except RowFailedError as failure:
            error = failure.error
            if not isinstance(error, ConflictError):
                raise
            looked = look_up(self._finder, job.change.refs, sparing=True)
            try:
                # After a lost answer the contact that is in the way may be the one of this line.
                must_write(item, looked, None, may_be_done=error.attempts > 1)
            except DriftedError as drifted:
                drifted.outcome = Outcome.NOT_APPLIED
                return failed(job.ordinal, drifted, error.attempts)
            if looked.contact is None:
                raise
            return _result(job, look, str(looked.contact.get("id")), error.attempts)
        return _result(job, look, str(reply["id"]), attempts)

    def _delete(self, job: Job, item: Planned, look: Look) -> Result:
        try:
            _, attempts = self._sender.ask(partial(self._client.delete_once, item.refs[0]))
        except RowFailedError as failure:
            # Not to find it on a repeat after a lost answer means done.
            if not isinstance(failure.error, NotFoundError) or failure.error.attempts <= 1:
                raise
            attempts = failure.error.attempts
        return _result(job, look, look.id, attempts)


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
    make_private_folder(state)
    identity = application.identity
    journals = Journals(state / JOURNAL_FOLDER)
    with ExitStack() as stack:
        begin = journals.begin_once
        opened = journals.resume(identity) if options.resume else begin(identity)
        stack.callback(opened.close)
        writer = opened.journal.path.stem
        memory = stack.enter_context(open_sent_memory(state, identity.account, writer=writer))
        memory.drop_expired()
        limiter = Limiter(Pacer(options.rate), outage=Outage(options.patience_s))
        sender = Sender(client, limiter, retries=options.retries)
        finder = PacedFinder(client, sender)
        sent = Forgetting(memory)
        keeps = options.opposites if not opened.journal.state.finished else None
        opposites = None if keeps is None else stack.enter_context(keeps())
        yield ImportRun(
            _intake(application, opened.journal, sent),
            _sends(application, client, sender, finder, opposites, resumed=options.resume),
            limiter,
            opened.journal,
            sent,
            max_failures=options.max_failures,
        )
        if opposites is not None and opened.journal.state.finished:
            opposites.finish()


@contextmanager
def open_dry_application(
    application: Application, client: Applies, options: RunOptions
) -> Iterator[ImportRun]:
    """Open a run that looks and writes nothing: what of a plan would still be carried out."""
    journal = Unrecorded(State(application.identity))
    limiter = Limiter(Pacer(options.rate), outage=Outage(options.patience_s))
    named, converter = Named(application.file.count), PlanConverter()
    for row in application.rows():
        named.add(identifier_keys(converter.to_change(row)))
    sender = Sender(client, limiter, retries=options.retries)
    overlay = Overlay(PacedFinder(client, sender), named)
    yield ImportRun(
        _intake(application, journal, OnlyRead()),
        _sends_dry(application, overlay),
        limiter,
        journal,
        OnlyRead(),
        max_failures=options.max_failures,
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
        writer = UndoWriter(client, sender, looks, opposites)
        return UndoingSender(looks, writer.write, application.check_addresses)
    write = Writer(client, sender, finder, opposites).write
    return ApplyingSender(application, finder, write, may_be_done=resumed)


def _sends_dry(application: Application, overlay: Overlay) -> Sends:
    if application.file.header.kind == "undo":

        def write(job: Job, due: Due) -> Result:
            overlay.write(job._replace(change=due.undoing.change), due.look)
            return result_of(job, due)

        looks = UndoLooks(overlay, application.declared)
        return UndoingSender(looks, write, application.check_addresses)
    return ApplyingSender(
        application, overlay, lambda job, _, look: overlay.write(job, look), may_be_done=False
    )


def _intake(application: Application, journal: Record, sent: SentRows) -> Intake:
    file = application.file
    return Intake(application.rows(), PlanConverter(), journal, sent, watch=file.check_unchanged)


def _look_of(item: Planned, contact: JsonObject | None, *, done: bool) -> Look:
    """Return what a line does; one that is done already does nothing."""
    known: JsonObject | None = None if item.id is None else {"id": item.id}
    found = known if contact is None else contact
    if done:
        return Look(item.refs[0], found, "nothing", {})
    return Look(item.refs[0], contact, item.would, item.changes)


def _addresses(job: Job, look: Look) -> list[str | None]:
    """Return every address that a line touches, before and after it; None for one not known."""
    before = (look.contact or {}).get("email")
    found = [text for text in (before, job.change.email) if isinstance(text, str)]
    return [*found] or [None]


def _result(job: Job, look: Look, found: str | None = None, attempts: int = 0) -> Result:
    return Result(job.ordinal, "done", found or look.id, attempts, change=look.change)
