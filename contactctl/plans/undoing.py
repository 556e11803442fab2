"""An undo file carried out, line by line: looked up, held against it, and taken back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from contactctl.changes.lookup import describe, find_at_most_one
from contactctl.contact import ContactRef
from contactctl.errors import ConflictError, DriftedError, GuardError, NotFoundError, Outcome
from contactctl.importing.row import Result, RowChange, contact_keys, failed, ref_key
from contactctl.importing.sending.look import KIND_OF, Look, not_sent
from contactctl.importing.sending.sender import RowFailedError
from contactctl.plans.plan_file import planned_of
from contactctl.plans.undo import undo

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contactctl.changes.draft import DeclaredTypes
    from contactctl.changes.lookup import Finder
    from contactctl.exact_json import JsonObject
    from contactctl.importing.row import Job
    from contactctl.importing.sending.look import Opposites
    from contactctl.importing.sending.sender import MayGoOn, Sender
    from contactctl.plans.carrying import Writes
    from contactctl.plans.lines import Planned
    from contactctl.plans.undo import Undoing

    CheckAddresses: TypeAlias = Callable[[Sequence[str | None]], None]


class Due(NamedTuple):
    """A line that is to be taken back, and from whom."""

    item: Planned
    undoing: Undoing
    contact: JsonObject | None

    @property
    def look(self) -> Look:
        """Return what taking it back does, as the look-up of an import tells it."""
        undoing = self.undoing
        return Look(self.contact, undoing.would, undoing.changes)


class UndoLooks:
    """Looks up whom a line is about, by what the write gave the contact and what it had before."""

    def __init__(self, finder: Finder, declared: DeclaredTypes | None) -> None:
        self._finder = finder
        self._declared = declared

    def find(self, item: Planned) -> list[JsonObject]:
        """Return every contact under the identifiers of a line, whom it is about first."""
        found: list[JsonObject] = []
        for ref in (*item.refs, *former_refs(item)):
            # User ids are unique, so that who is found already has its own.
            if any(one.get(ref.name) == ref.value for one in found):
                continue
            contact = find_at_most_one(self._finder, ref)
            if contact is not None and contact not in found:
                found.append(contact)
        return found

    def due(self, item: Planned, found: Sequence[JsonObject]) -> Due:
        """Return what takes the line back; raises :class:`DriftedError`."""
        if len(found) > 1:
            raise DriftedError(
                f"drifted: its address and user id belong to {len(found)} contacts now:"
                f" {' and '.join(map(describe, found))}",
                hint="sort this out first; nothing in this line was undone",
            )
        contact = found[0] if found else None
        return Due(item, undo(item, contact, self._declared), contact)


class UndoingSender:
    """Takes lines back: ``write`` is given each that is to be written."""

    def __init__(
        self,
        looks: UndoLooks,
        write: Callable[[Job, Due], Result],
        check_addresses: CheckAddresses | None = None,
    ) -> None:
        self._looks = looks
        self._write = write
        self._check_addresses = check_addresses

    def send(self, job: Job, may_go_on: MayGoOn) -> Result | None:
        """Look, and write what is to be; None for a line that must wait for another one.

        Raises what ends the whole run; see :meth:`Sender.ask`.
        """
        item = planned_of(job.row)
        try:
            found = self._looks.find(item)
            # Identifiers of before too: an earlier line may be giving one of them to somebody.
            named = [ref_key(ref) for ref in (*item.refs, *former_refs(item))]
            if not may_go_on([*named, *(key for one in found for key in contact_keys(one))]):
                return None
            due = self._looks.due(item, found)
            if due.undoing.would == "nothing":
                return result_of(job, due)
            if self._check_addresses is not None:
                self._check_addresses(_addresses(due))
        except RowFailedError as failure:
            return not_sent(job, failure.error, failure.error.attempts)
        except GuardError as error:
            return not_sent(job, error, 0)
        return self._write(job, due)


class UndoWriter:
    """Writes what takes lines back, its own way back first."""

    def __init__(
        self, client: Writes, sender: Sender, looks: UndoLooks, opposites: Opposites | None = None
    ) -> None:
        self._client = client
        self._sender = sender
        self._looks = looks
        self._opposites = opposites

    def write(self, job: Job, due: Due) -> Result:
        """Write one line; raises what ends the whole run, see :meth:`Sender.ask`."""
        if self._opposites is not None:
            self._opposites.add(job, due.look)
        try:
            if due.undoing.would == "create":
                return self._create(job, due)
            if due.undoing.would == "delete":
                return self._delete(job, due)
            return self._update(job, due)
        except RowFailedError as failure:
            return failed(job.ordinal, failure.error, failure.error.attempts)

    def _update(self, job: Job, due: Due) -> Result:
        found, attempts = None, 0
        for number, step in enumerate(due.undoing.steps):
            send = partial(self._client.update_once, step.to_body())
            try:
                reply, more = self._sender.ask(send, writes=True)
            except RowFailedError as failure:
                if number:  # neither all done nor all undone; a second time goes on from here
                    failure.error.outcome = Outcome.UNKNOWN
                raise
            found, attempts = str(reply["id"]), attempts + more
        return result_of(job, due, found, attempts)

    def _create(self, job: Job, due: Due) -> Result:
        (change,) = due.undoing.steps
        try:
            create = partial(self._client.create_once, change)
            reply, attempts = self._sender.ask(create, writes=True)
        except RowFailedError as failure:
            if not isinstance(failure.error, ConflictError):
                raise
            return self._after_conflict(job, due, failure)
        return result_of(job, due, str(reply["id"]), attempts)

    def _after_conflict(self, job: Job, due: Due, failure: RowFailedError) -> Result:
        """After a lost answer the contact that is in the way may be the one of this line."""
        attempts = failure.error.attempts
        try:
            again = self._looks.due(due.item, self._looks.find(due.item))
        except DriftedError as drifted:
            drifted.outcome = Outcome.NOT_APPLIED
            return failed(job.ordinal, drifted, attempts)
        # There and not what was sent: it is not ours, so the refusal stands.
        if again.undoing.would != "nothing":
            raise failure
        return result_of(job, due, again.look.id, attempts)

    def _delete(self, job: Job, due: Due) -> Result:
        try:
            delete = partial(self._client.delete_once, due.item.refs[0])
            _, attempts = self._sender.ask(delete, writes=True)
        except RowFailedError as failure:
            # Not to find it on a repeat after a lost answer means done.
            if not isinstance(failure.error, NotFoundError) or failure.error.attempts <= 1:
                raise
            attempts = failure.error.attempts
        return result_of(job, due, due.look.id, attempts)


def result_of(job: Job, due: Due, found: str | None = None, attempts: int = 0) -> Result:
    """Return the result of a line that is taken back."""
    undoing = due.undoing
    change = RowChange(KIND_OF[undoing.would], undoing.changes, undoing.lost)
    return Result(job.ordinal, "done", found or due.look.id, attempts, change=change)


def former_refs(item: Planned) -> list[ContactRef]:
    """Return the identifiers that a contact had before the write that a line is about."""
    if item.would != "update":
        return []
    email, user_id = (item.changes.get(name) for name in ("email", "userId"))
    refs = []
    if email is not None and isinstance(email.after, str):
        refs.append(ContactRef("email", email.after))
    if user_id is not None and isinstance(user_id.after, str) and user_id.after:
        refs.append(ContactRef("userId", user_id.after))
    return refs


def _addresses(due: Due) -> list[str | None]:
    """Return every address that a line touches, before and after it; None for one not known."""
    values = [(due.contact or {}).get("email"), due.undoing.change.email]
    return [value for value in values if isinstance(value, str)] or [None]
