"""A row ready to be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from contactctl.importing.outcome import RowOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.contact import ContactChange
    from contactctl.importing.outcome import Result
    from contactctl.importing.row import Row


class Job(NamedTuple):
    """A row, the change that it asks for, and the request body that says so."""

    row: Row
    change: ContactChange
    body: bytes

    @property
    def ordinal(self) -> int:
        """Return the row's place in the file."""
        return self.row.ordinal

    @property
    def keys(self) -> Sequence[str]:
        """Return what it must not share with others in flight: its identifiers, each marked.

        Addresses count without case, as the service compares them.
        """
        return identifier_keys(self.change.email, self.change.user_id)

    def to_outcome(self, result: Result, *, earlier: bool = False) -> RowOutcome:
        """Return what to tell of the row."""
        return RowOutcome(self.row, result, self.change.email, self.change.user_id, earlier)


def make_job(row: Row, change: ContactChange) -> Job:
    """Return the job of a row."""
    return Job(row, change, change.to_body())


def identifier_keys(email: str | None, user_id: str | None) -> list[str]:
    """Return a row's identifiers, each marked as what it is."""
    keys = [] if email is None else ["e" + email.lower()]
    if user_id is not None:
        keys.append("u" + user_id)
    return keys
