"""Whose contacts a plan or an undo file is about, as its first line says."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contactctl.plans.file_account import FileAccount
    from contactctl.session import Session


def account_of(session: Session) -> FileAccount:
    """Return the account of a session; its team is asked for once where it is not known.

    It is named for whoever reads the file before it is applied, or is told that it is another's.
    """
    from contactctl.connection import account_id, key_digest
    from contactctl.plans.file_account import FileAccount

    _ = session.client  # a new sandbox is made now, before it is asked which one it is
    team = session.team or session.ask_team()
    credentials = session.credentials
    return FileAccount(
        account_id(credentials, session.env), team, credentials.base_url, key_digest(credentials)
    )


def team_words(session: Session) -> list[str]:
    """Return the words that name the expected team again, for a line to copy."""
    team = session.expected_team
    return [] if team is None else [f"--expect-team={team}"]
