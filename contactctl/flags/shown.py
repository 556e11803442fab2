"""What a person at a terminal is told besides the answer: the account, and the names of lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.answers import Shown
from contactctl.errors import ContactctlError
from contactctl.profiles.credentials import KEY_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from contactctl.changes.draft import DeclaredTypes
    from contactctl.exact_json import JsonObject
    from contactctl.session import Session


def account_words(session: Session) -> str:
    """Return which account is meant, as far as it is known without asking."""
    found = session.credentials
    if found.is_sandbox:
        return "sandbox"
    team = [f"team {session.team}"] if session.team else []
    place = f"profile {found.profile}" if found.profile else f"key from {KEY_VARIABLE}"
    return ", ".join([*team, place])


def refusal(session: Session, *addresses: str | None, offline: bool = False) -> str:
    """Return why a limit would refuse a write, "" where none would.

    ``offline`` asks nobody, and says nothing of an address that only a look-up could tell. Raises
    as ``Session.check_team``.
    """
    limits = session.limits
    if limits is None:
        return ""
    if not offline:
        session.check_team()
    return limits.refusal(filter(None, addresses) if offline else addresses)


def shown(session: Session, names: Iterable[str], declared: DeclaredTypes | None = None) -> Shown:
    """Return what the views need for fields of these names; nothing where nobody looks."""
    if not session.output.for_a_person:
        return Shown()
    has_lists = any(name.partition(".")[0] == "mailingLists" for name in names)
    return Shown(declared, _list_names(session) if has_lists else {}, account_words(session))


def list_fields(contact: JsonObject) -> Sequence[str]:
    """Return the field that names are needed for, where the contact is on any list."""
    return ["mailingLists"] if contact.get("mailingLists") else []


def _list_names(session: Session) -> Mapping[str, str]:
    try:
        return {one.id: one.name for one in session.account.lists()}
    # Then the ids have to do: what is told of may be a write that was made.
    except ContactctlError:
        return {}
