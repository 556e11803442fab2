"""The questions about the account before a run, asked as patiently as its rows are sent."""

from copy import copy
from typing import TYPE_CHECKING

from contactctl.connection import open_account
from contactctl.importing.pacing.outage import PATIENCE_AT_TERMINAL_S, PATIENCE_S
from contactctl.importing.pacing.waiting import PatientCatalogue
from contactctl.profiles.credentials import KEY_VARIABLE
from contactctl.safe_text import excerpt
from contactctl.session import Session

if TYPE_CHECKING:
    from contactctl.service.client import LoopsClient


def usual_patience_s(session: Session) -> float:
    """Return how long a service that is away is waited for; less where somebody looks on."""
    return PATIENCE_AT_TERMINAL_S if session.output.can_ask else PATIENCE_S


def patient(session: Session, patience_s: float) -> PatientCatalogue:
    """Return what asks about the account and waits for a service that is away."""
    return PatientCatalogue(session.client, patience_s, session.output.note)


def wait_for_account(session: Session, patience_s: float) -> None:
    """Let the session's questions about the account wait for a service that is away."""
    # Repeats of the client's own would come on top, and last longer than a short patience.
    client = _asking_once(session.client) if patience_s else session.client
    catalogue = PatientCatalogue(client, patience_s, session.output.note)
    session.ask_key = catalogue.api_key
    # In place of the property's own, which would give up at the first failure.
    session.account = open_account(catalogue, session.credentials, session.env)


def _asking_once(client: "LoopsClient") -> "LoopsClient":
    """Return the client as one that repeats no call."""
    once = copy(client)
    once.retrying = copy(client.retrying)
    once.retrying.retries = 0
    return once


def account_words(session: Session, *, offline: bool = False) -> str:
    """Return to whose contacts a run is about to write; "" for the sandbox, of which is told.

    The service is asked where it has not answered yet, and so named no limit, or where the team
    is not known.
    """
    credentials = session.credentials
    if credentials.is_sandbox:
        return ""
    team = session.team
    if not offline and (team is None or session.client.limit is None):
        team = session.ask_team() or team
    source = credentials.source if credentials.profile else f"key from {KEY_VARIABLE}"
    return f"team {excerpt(team)}, {source}" if team else source
