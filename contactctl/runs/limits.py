"""To whose addresses may be written, for runs over many."""

from collections.abc import Callable

from contactctl.session import Session


def address_check(session: Session) -> Callable[..., None] | None:
    """Return what refuses addresses that may not be written to; None where all may be."""
    # That nothing may be written is one error for the whole command, not one for each row.
    limits = session.limits
    return limits.check_addresses if limits is not None and limits.domains else None
