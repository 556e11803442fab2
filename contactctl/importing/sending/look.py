"""The look at a row's contact before its write: what is there, what may be done, what would be."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

from contactctl.changes.lookup import Looked, look_up
from contactctl.changes.update import Wish, plan_looked
from contactctl.errors import ContactctlError, GuardError, NotFoundError, Outcome
from contactctl.importing.row import Result, RowChange, contact_keys, failed
from contactctl.importing.sending.sender import RowFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from contactctl.changes.draft import DeclaredTypes
    from contactctl.changes.lookup import Finder
    from contactctl.changes.preview import FieldChange
    from contactctl.contact import ContactChange, ContactRef
    from contactctl.exact_json import JsonObject
    from contactctl.importing.row import Job, Kind
    from contactctl.importing.sending.sender import MayGoOn, Sender
    from contactctl.service.replies import Reply

#: What a row is told to have done, by what it would do.
KIND_OF: Mapping[str, Kind] = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "remove": "removed",
    "nothing": "unchanged",
}


class Look(NamedTuple):
    """What a row would do to its contact: all that a write of it, or its opposite, needs to know.

    ``contact`` is who was found, None for nobody; then ``would`` is ``create``. A row that may not
    be written, or that the service would refuse, has no look-up but an error.
    """

    contact: JsonObject | None
    would: str
    changes: Mapping[str, FieldChange]

    @property
    def id(self) -> str | None:
        """Return the contact's id; None where there is no contact yet."""
        found = None if self.contact is None else self.contact.get("id")
        return found if isinstance(found, str) else None

    @property
    def change(self) -> RowChange:
        """Return what the row does, to be told when it has done so."""
        return RowChange(KIND_OF[self.would], self.changes)


@dataclass(frozen=True, slots=True)
class Guards:
    """What rows may do to the contacts that they are found to be of.

    ``check_addresses`` refuses addresses that may not be written to; it raises
    :class:`GuardError`.
    """

    wish: Wish = field(default_factory=lambda: Wish(change_address=False, resubscribe=False))
    check_addresses: Callable[[Sequence[str | None]], None] | None = None

    def look(
        self, change: ContactChange, looked: Looked, declared: DeclaredTypes | None = None
    ) -> Look:
        """Return what a change would do to whom was found.

        Raises :class:`GuardError` and :class:`NotFoundError` for what must not be sent.
        """
        plan = plan_looked(change, looked, self.wish, declared)
        if plan.preview.would == "refused":
            raise NotFoundError(
                f"no contact has the {change.refs[0]}",
                hint="a new contact needs an address as well",
            )
        if self.check_addresses is not None:
            self.check_addresses(plan.addresses)
        return Look(looked.contact, plan.preview.would, plan.preview.changes)


class Finds(Protocol):
    """What a look-up needs of the client."""

    def find_once(self, ref: ContactRef) -> Reply[list[JsonObject]]:
        """Ask once for the contacts under one address or user id."""


class PacedFinder:
    """Looks contacts up at the pace of the writes, and as patiently."""

    def __init__(self, client: Finds, sender: Sender) -> None:
        self._client = client
        self._sender = sender

    def find(self, ref: ContactRef) -> list[JsonObject]:
        """Return the contacts under one address or user id; raises what ``Sender.ask`` says."""
        found, _ = self._sender.ask(partial(self._client.find_once, ref), writes=False)
        return found


class LookingSender:
    """Looks a row's contact up, and hands the row on to be written where that changes something.

    ``write`` is given each row that may be written, with its look.
    """

    def __init__(
        self,
        finder: Finder,
        guards: Guards,
        write: Callable[[Job, Look], Result],
        declared: DeclaredTypes | None = None,
    ) -> None:
        self._finder = finder
        self._guards = guards
        self._write = write
        self._declared = declared

    def send(self, job: Job, may_go_on: MayGoOn) -> Result | None:
        """Look, and write what is to be; None for a row that must wait for another one.

        Raises what ends the whole run; see :meth:`Sender.ask`.
        """
        try:
            looked = look_up(self._finder, job.change.refs, sparing=True)
            # An earlier row may be writing to this contact by its other identifier: then it goes
            # first.
            if not may_go_on(found_keys(looked)):
                return None
            look = self._guards.look(job.change, looked, self._declared)
        except RowFailedError as failure:
            return not_sent(job, failure.error, failure.error.attempts)
        except (GuardError, NotFoundError) as error:
            return not_sent(job, _with_hint(error), 0)
        return self._write(job, look)


class Opposites(Protocol):
    """What keeps the way back of each write."""

    def add(self, job: Job, look: Look) -> None:
        """Return when what takes the row's write back is on disk; raises where it cannot be."""

    def finish(self) -> None:
        """Note that the run has come to its end."""


def write_looked(
    sender: Sender, job: Job, look: Look, *, opposites: Opposites | None = None
) -> Result:
    """Write a row that would change something; what already exists needs no request.

    Its way back comes first, and where that cannot be kept nothing is written.
    """
    if look.would == "nothing":
        return Result(job.ordinal, "done", look.id, change=look.change)
    if opposites is not None:
        opposites.add(job, look)
    result = sender.send(job)
    return result._replace(change=look.change) if result.error is None else result


def found_keys(looked: Looked) -> list[str]:
    """Return the identifiers of whoever was found, marked as those of rows are."""
    found = [contact for contact in (looked.by_email, looked.by_user_id) if contact is not None]
    return [key for contact in found for key in contact_keys(contact)]


def not_sent(job: Job, error: ContactctlError, attempts: int) -> Result:
    """Return the result of a row of which nothing was written."""
    # Whatever the look-up said of its own request, the write was never made.
    error.outcome = Outcome.NOT_SENT
    return failed(job.ordinal, error, attempts)


def _with_hint(error: ContactctlError) -> ContactctlError:
    """Return an error whose message holds its way out: a row's reason is one line."""
    if error.hint:
        error.message = f"{error.message} ({error.hint})"
    return error
