"""Whose contacts a plan or an undo file is about, as its first line says."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from contactctl.exact_json import JsonObject
    from contactctl.plans.file_account import FileAccount
    from contactctl.session import Session


def account_of(session: Session, ask_key: Callable[[], JsonObject] | None = None) -> FileAccount:
    """Return the account of a session; its team is asked for once where it is not known.

    It is named for whoever reads the file before it is applied, or is told that it is another's.
    ``ask_key`` is how to ask, where that is not as the client does it.
    """
    from contactctl.connection import account_id, key_digest
    from contactctl.plans.file_account import FileAccount

    client = session.client  # a new sandbox is made now, before it is asked which one it is
    team = session.team or session.ask_team(ask_key or client.api_key)
    credentials = session.credentials
    return FileAccount(
        account_id(credentials, session.env), team, credentials.base_url, key_digest(credentials)
    )
