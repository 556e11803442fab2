"""What is done with each contact that a file names, and a run of that."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Protocol

from contactctl.changes.lookup import find_one
from contactctl.errors import GuardError, NotFoundError, RefusedError
from contactctl.exact_json import Number
from contactctl.importing.row import Result, RowChange, contact_keys, failed
from contactctl.importing.sending.look import not_sent
from contactctl.importing.sending.sender import RowFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contactctl.changes.lookup import Finder
    from contactctl.contact import ContactRef
    from contactctl.exact_json import JsonObject, JsonValue
    from contactctl.importing.row import Job
    from contactctl.importing.sending.sender import MayGoOn, Sender
    from contactctl.service.replies import Reply


class Checks(Protocol):
    """What a look at suppressions needs of the client."""

    def suppression_once(self, ref: ContactRef) -> Reply[JsonObject]:
        """Ask once whether a contact is suppressed."""


class Removes(Checks, Protocol):
    """What taking contacts off the suppression list needs of the client."""

    def remove_suppression_once(self, ref: ContactRef) -> Reply[JsonObject]:
        """Take a contact off the suppression list, asking once."""


class FindingSender:
    """Looks each contact up, and answers with all of its fields."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    def send(self, job: Job, _: MayGoOn) -> Result:
        """Look; raises what ends the whole run, see :meth:`Sender.ask`."""
        try:
            contact = find_one(self._finder, job.change.refs[0])
        except RowFailedError as failure:
            return failed(job.ordinal, failure.error, failure.error.attempts)
        except (GuardError, NotFoundError) as error:
            return failed(job.ordinal, error, 1)
        return Result(job.ordinal, "done", str(contact["id"]), 1, answer=contact)


class CheckingSender:
    """Asks of each contact whether mail to it is held back, and answers with the status."""

    def __init__(self, client: Checks, sender: Sender) -> None:
        self._client = client
        self._sender = sender

    def send(self, job: Job, _: MayGoOn) -> Result:
        """Ask; raises what ends the whole run, see :meth:`Sender.ask`."""
        try:
            status, attempts = self._sender.ask(
                partial(self._client.suppression_once, job.change.refs[0]), writes=False
            )
        except RowFailedError as failure:
            return failed(job.ordinal, failure.error, failure.error.attempts)
        return Result(job.ordinal, "done", _id_in(status), attempts, answer=status)


class RemovingSender:
    """Takes contacts off the suppression list, as far as the quota of removals goes.

    With ``looks_only`` nothing is removed, and each row is told as if it were. ``check_addresses``
    refuses addresses that may not be written to; it raises :class:`GuardError`.
    """

    def __init__(
        self,
        client: Removes,
        sender: Sender,
        check_addresses: Callable[[Sequence[str | None]], None] | None = None,
        *,
        looks_only: bool = False,
    ) -> None:
        self._client = client
        self._sender = sender
        self._check_addresses = check_addresses
        self._looks_only = looks_only
        # One removal at a time: each answer says what is left of the quota for the next one.
        self._turn = threading.Lock()
        self._left: int | None = None

    def send(self, job: Job, may_go_on: MayGoOn) -> Result | None:
        """Look, and remove what is to be; None for a row that must wait for another one.

        Raises :class:`GuardError` where the quota is used up, and as :meth:`Sender.ask`.
        """
        ref = job.change.refs[0]
        try:
            status = self._ask(ref)
            # Two rows may name one contact, each by another identifier: the first one removes.
            if not may_go_on(contact_keys(_contact_in(status))):
                return None
            if self._check_addresses is not None:
                self._check_addresses([_address_in(status)])
        except RowFailedError as failure:
            return not_sent(job, failure.error, failure.error.attempts)
        except GuardError as error:
            return not_sent(job, error, 0)
        if not status["isSuppressed"]:
            return Result(job.ordinal, "done", _id_in(status), change=RowChange("unchanged"))
        if self._looks_only:
            return Result(job.ordinal, "done", _id_in(status), change=RowChange("removed"))
        with self._turn:
            return self._remove(job, ref, status)

    def _ask(self, ref: ContactRef) -> JsonObject:
        status, _ = self._sender.ask(partial(self._client.suppression_once, ref), writes=False)
        return status

    def _remove(self, job: Job, ref: ContactRef, status: JsonObject) -> Result:
        if self._left is None:
            self._left = _left_in(status)
        if self._left is not None and self._left <= 0:
            raise GuardError(
                "the quota of removals is used up, and the rest was left as it is",
                hint="some of it is back within 30 days",
            )
        try:
            body = partial(self._client.remove_suppression_once, ref)
            reply, attempts = self._sender.ask(body, writes=True)
        except RowFailedError as failure:
            # Not suppressed any more on a repeat after a lost answer: it was removed then.
            if not (failure.error.attempts > 1 and self._is_gone(ref, failure)):
                return failed(job.ordinal, failure.error, failure.error.attempts)
            attempts = failure.error.attempts
            self._left = None if self._left is None else self._left - 1
        else:
            self._left = _left_in(reply)
        return Result(job.ordinal, "done", _id_in(status), attempts, change=RowChange("removed"))

    def _is_gone(self, ref: ContactRef, failure: RowFailedError) -> bool:
        if not isinstance(failure.error, RefusedError):
            return False
        try:
            return self._ask(ref)["isSuppressed"] is False
        except RowFailedError:
            return False


def _contact_in(status: JsonObject) -> JsonObject:
    contact = status.get("contact")
    return contact if isinstance(contact, dict) else {}


def _id_in(status: JsonObject) -> str | None:
    found = _contact_in(status).get("id")
    return found if isinstance(found, str) else None


def _address_in(status: JsonObject) -> str | None:
    email = _contact_in(status).get("email")
    return email if isinstance(email, str) else None


def _left_in(status: JsonObject) -> int | None:
    """Return how many removals are left; None where the service does not say."""
    quota: JsonValue = status.get("removalQuota")
    left = quota.get("remaining") if isinstance(quota, dict) else None
    return int(left.text) if isinstance(left, Number) and left.text.isdecimal() else None
