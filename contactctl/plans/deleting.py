"""Contacts that a file names deleted one by one, the way back of each on disk before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.changes.lookup import describe, find_one
from contactctl.errors import GuardError, NotFoundError
from contactctl.importing.row import Result, RowChange, contact_keys
from contactctl.importing.sending.look import Look, PacedFinder, not_sent
from contactctl.importing.sending.sender import RowFailedError
from contactctl.plans.carrying import Writer
from contactctl.plans.lines import Planned
from contactctl.safe_text import excerpt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contactctl.exact_json import JsonObject
    from contactctl.importing.row import Job
    from contactctl.importing.sending.look import Opposites
    from contactctl.importing.sending.sender import MayGoOn, Sender
    from contactctl.plans.carrying import Applies


class DeletingSender:
    """Looks each contact up, and deletes who is found.

    With ``looks_only`` nothing is deleted, and each row is told as if it were. ``check_addresses``
    refuses addresses that may not be written to; it raises :class:`GuardError`.
    """

    def __init__(
        self,
        client: Applies,
        sender: Sender,
        opposites: Opposites | None = None,
        check_addresses: Callable[[Sequence[str | None]], None] | None = None,
        *,
        looks_only: bool = False,
    ) -> None:
        self._finder = PacedFinder(client, sender)
        self._writer = Writer(client, sender, self._finder, opposites)
        self._check_addresses = check_addresses
        self._looks_only = looks_only
        #: The hashes of the identifiers that this run has deleted: files name people twice.
        self._gone: set[int] = set()

    def send(self, job: Job, may_go_on: MayGoOn) -> Result | None:
        """Look, and delete; None for a row that must wait for another one.

        Raises what ends the whole run; see :meth:`Sender.ask`.
        """
        try:
            contact = find_one(self._finder, job.change.refs[0])
            # An earlier row may name the same contact by its other identifier: then it goes first.
            if not may_go_on(contact_keys(contact)):
                return None
            self._check(job, contact)
        except RowFailedError as failure:
            return not_sent(job, failure.error, failure.error.attempts)
        except NotFoundError as error:
            is_again = any(hash(key) in self._gone for key in job.keys)
            return _again(job) if is_again else not_sent(job, error, error.attempts)
        except GuardError as error:
            return not_sent(job, error, error.attempts)
        return self._delete(job, contact)

    def _delete(self, job: Job, contact: JsonObject) -> Result:
        look = Look(contact, "delete", {})
        if self._looks_only:
            return Result(job.ordinal, "done", look.id, change=look.change)
        # All that makes the contact again is in the look-up.
        item = Planned(job.change.refs[:1], "delete", {}, look.id, job.row.line)
        result = self._writer.write(job, item, look)
        if result.error is None:
            self._gone.update(map(hash, contact_keys(contact)))
        return result

    def _check(self, job: Job, contact: JsonObject) -> None:
        email, user_id = contact.get("email"), contact.get("userId")
        if self._check_addresses is not None:
            self._check_addresses([email if isinstance(email, str) else None])
        wanted = job.change.user_id
        if user_id and wanted is not None and wanted != user_id:
            raise GuardError(
                f"the row has the user id {excerpt(wanted)}, and {describe(contact)} is another one"
            )


def _again(job: Job) -> Result:
    """Return the result of a row whose contact an earlier row has deleted."""
    return Result(job.ordinal, "done", change=RowChange("unchanged"))
