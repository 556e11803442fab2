"""The look at the service: who is there under an address or a user id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from contactctl.errors import GuardError, NotFoundError, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contactctl.contact import ContactRef
    from contactctl.exact_json import JsonObject


class Finder(Protocol):
    """What a look needs of the client."""

    def find(self, ref: ContactRef) -> list[JsonObject]:
        """Return the contacts under one address or user id."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Who was found under each identifier; None where nobody is, or it was not looked for."""

    by_email: JsonObject | None = None
    by_user_id: JsonObject | None = None

    @property
    def contact(self) -> JsonObject | None:
        """The contact that a write would change."""
        return self.by_email or self.by_user_id


def look_up(client: Finder, refs: Iterable[ContactRef]) -> Looked:
    """Look under each ref.

    Raises :class:`GuardError` when the service knows several contacts under one of them.
    """
    found = {ref.name: find_at_most_one(client, ref) for ref in refs}
    return Looked(found.get("email"), found.get("userId"))


def find_at_most_one(client: Finder, ref: ContactRef) -> JsonObject | None:
    """Return the contact under a ref, or None.

    Raises :class:`GuardError` for several: no write could tell which of them it means.
    """
    found = client.find(ref)
    if len(found) > 1:
        raise GuardError(
            f"the service knows {len(found)} contacts under {ref}",
            hint="sort this out in the dashboard first",
            outcome=Outcome.NOT_SENT,
        )
    return found[0] if found else None


def find_one(client: Finder, ref: ContactRef) -> JsonObject:
    """Return the contact under a ref; raises :class:`NotFoundError` when there is none."""
    found = find_at_most_one(client, ref)
    if found is None:
        raise NotFoundError(
            f"there is no contact with {in_words([ref])}",
            hint="check the spelling, or create it: contactctl create --email ADDRESS",
            outcome=Outcome.NOT_APPLIED,
            attempts=1,
        )
    return found


def in_words(refs: Iterable[ContactRef]) -> str:
    """Return refs as a message names them: ``the address a@example.com or the user id 42``."""
    return " or ".join(
        f"the address {ref}" if ref.name == "email" else f"the {ref}" for ref in refs
    )
