"""To whose addresses may be written, and whether anything may, for runs over many."""

from collections.abc import Callable

from contactctl.flags.shown import refusal
from contactctl.session import Session


def address_check(session: Session) -> Callable[..., None] | None:
    """Return what refuses addresses that may not be written to; None where all may be."""
    # That nothing may be written is one error for the whole command, not one for each row.
    limits = session.limits
    return limits.check_addresses if limits is not None and limits.domains else None


def would_be_refused(session: Session) -> bool:
    """Tell whether a limit would refuse the writes that a dry run was of, and say so.

    Raises as ``Session.check_team``.
    """
    reason = refusal(session)
    if reason:
        session.output.warn(f"this would be refused: {reason}")
    return bool(reason)
