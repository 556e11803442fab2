"""The questions about the account before a run, asked as patiently as its rows are sent."""

from contactctl.connection import open_account
from contactctl.importing.outage import PATIENCE_AT_TERMINAL_S, PATIENCE_S
from contactctl.importing.waiting import PatientCatalogue
from contactctl.session import Session


def usual_patience_s(session: Session) -> float:
    """Return how long a service that is away is waited for; less where somebody looks on."""
    return PATIENCE_AT_TERMINAL_S if session.output.can_ask else PATIENCE_S


def wait_for_account(session: Session, patience_s: float) -> None:
    """Let the session's questions about the account wait for a service that is away."""
    patient = PatientCatalogue(session.client, patience_s, session.output.note)
    # In place of the property's own, which would give up at the first failure.
    session.account = open_account(patient, session.credentials, session.env)
