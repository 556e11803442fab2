"""A plan carried out line by line: looked up again, held against it, and written."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from contactctl.changes.lookup import look_up
from contactctl.errors import ConflictError, DriftedError, GuardError, NotFoundError, Outcome
from contactctl.importing.row import Result, failed
from contactctl.importing.sending.look import Finds, Look, found_keys, not_sent
from contactctl.importing.sending.sender import RowFailedError, Sender, Updates
from contactctl.plans.drift import must_write
from contactctl.plans.plan_file import planned_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contactctl.changes.draft import DeclaredTypes
    from contactctl.changes.lookup import Finder
    from contactctl.contact import ContactChange, ContactRef
    from contactctl.exact_json import JsonObject
    from contactctl.importing.row import Job
    from contactctl.importing.sending.look import Opposites
    from contactctl.importing.sending.sender import MayGoOn
    from contactctl.plans.lines import Planned
    from contactctl.service.replies import Reply


class Writes(Updates, Protocol):
    """What writing a line needs of the client."""

    def create_once(self, change: ContactChange) -> Reply[JsonObject]:
        """Create one contact, asking once."""

    def delete_once(self, ref: ContactRef) -> Reply[JsonObject]:
        """Delete one contact, asking once."""


class Applies(Writes, Finds, Protocol):
    """What carrying a plan out needs of the client."""


class Limits(Protocol):
    """How values are compared, and to whom may be written.

    ``check_addresses`` refuses addresses that may not be written to; it raises
    :class:`GuardError`.
    """

    @property
    def declared(self) -> DeclaredTypes | None:
        """Return the declared types of properties."""

    @property
    def check_addresses(self) -> Callable[[Sequence[str | None]], None] | None:
        """Return what refuses addresses; None where all are allowed."""


class ApplyingSender:
    """Looks each contact up again, holds it against the plan, and hands it on to be written.

    ``write`` is given each line that is to be written, with who was found. ``may_be_done`` tells
    that an earlier run may have written a line and not noted it.
    """

    def __init__(
        self,
        finder: Finder,
        write: Callable[[Job, Planned, Look], Result],
        limits: Limits,
        *,
        may_be_done: bool,
    ) -> None:
        self._limits = limits
        self._finder = finder
        self._write = write
        self._may_be_done = may_be_done

    def send(self, job: Job, may_go_on: MayGoOn) -> Result | None:
        """Look, and write what is to be; None for a line that must wait for another one.

        Raises what ends the whole run; see :meth:`Sender.ask`.
        """
        item = planned_of(job.row)
        # No look-up: what the plan leaves alone may have changed since, and costs no request.
        if item.would == "nothing":
            return _result(job, _look_of(item, None, done=True))
        try:
            looked = look_up(self._finder, job.change.refs, sparing=True)
            # Whoever was found may be named otherwise by an earlier line that is still under way.
            if not may_go_on(found_keys(looked)):
                return None
            limits = self._limits
            is_due = must_write(item, looked, limits.declared, may_be_done=self._may_be_done)
            look = _look_of(item, looked.contact, done=not is_due)
            if is_due and limits.check_addresses is not None:
                limits.check_addresses(_addresses(job, look))
        except RowFailedError as failure:
            return not_sent(job, failure.error, failure.error.attempts)
        except GuardError as error:
            return not_sent(job, error, 0)
        return self._write(job, item, look) if is_due else _result(job, look)


class Writer:
    """Writes lines that may be written, each by the request that fits it, its way back first."""

    def __init__(
        self,
        client: Writes,
        sender: Sender,
        finder: Finder,
        opposites: Opposites | None = None,
        declared: DeclaredTypes | None = None,
    ) -> None:
        self._opposites = opposites
        self._declared = declared
        self._client = client
        self._sender = sender
        self._finder = finder

    def write(self, job: Job, item: Planned, look: Look) -> Result:
        """Write one line; raises what ends the whole run, see :meth:`Sender.ask`."""
        # Before the request, and on disk: a write that could not be taken back is never made.
        if self._opposites is not None:
            self._opposites.add(job, look)
        try:
            if item.would == "create":
                return self._create(job, item, look)
            if item.would == "delete":
                return self._delete(job, item, look)
            body = partial(self._client.update_once, job.body)
            reply, attempts = self._sender.ask(body, writes=True)
        except RowFailedError as failure:
            return failed(job.ordinal, failure.error, failure.error.attempts)
        return _result(job, look, str(reply["id"]), attempts)

    def _create(self, job: Job, item: Planned, look: Look) -> Result:
        # Not by an update, which would change whoever has appeared since the look-up.
        try:
            create = partial(self._client.create_once, job.change)
            reply, attempts = self._sender.ask(create, writes=True)
        except RowFailedError as failure:
            error = failure.error
            if not isinstance(error, ConflictError):
                raise
            looked = look_up(self._finder, job.change.refs, sparing=True)
            try:
                # After a lost answer the contact that is in the way may be the one of this line.
                must_write(item, looked, self._declared, may_be_done=error.attempts > 1)
            except DriftedError as drifted:
                # Somebody else's contact is in the way, so none of our attempts has made one.
                drifted.outcome = Outcome.NOT_APPLIED
                return failed(job.ordinal, drifted, error.attempts)
            # In the way a moment ago and gone now: the refusal stands, for a person to look at.
            if looked.contact is None:
                raise
            return _result(job, look, str(looked.contact.get("id")), error.attempts)
        return _result(job, look, str(reply["id"]), attempts)

    def _delete(self, job: Job, item: Planned, look: Look) -> Result:
        try:
            delete = partial(self._client.delete_once, item.refs[0])
            _, attempts = self._sender.ask(delete, writes=True)
        except RowFailedError as failure:
            # Not to find it on a repeat after a lost answer means done.
            if not isinstance(failure.error, NotFoundError) or failure.error.attempts <= 1:
                raise
            attempts = failure.error.attempts
        return _result(job, look, look.id, attempts)


def _look_of(item: Planned, contact: JsonObject | None, *, done: bool) -> Look:
    """Return what a line does; one that is done already does nothing."""
    known: JsonObject | None = None if item.id is None else {"id": item.id}
    found = known if contact is None else contact
    if done:
        return Look(found, "nothing", {})
    return Look(contact, item.would, item.changes)


def _addresses(job: Job, look: Look) -> list[str | None]:
    """Return every address that a line touches, before and after it; None for one not known."""
    before = (look.contact or {}).get("email")
    found = [text for text in (before, job.change.email) if isinstance(text, str)]
    return [*found] or [None]


def _result(job: Job, look: Look, found: str | None = None, attempts: int = 0) -> Result:
    return Result(job.ordinal, "done", found or look.id, attempts, change=look.change)
