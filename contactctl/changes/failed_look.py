"""What is said of a look-up that failed before a write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.errors import GuardError, NotFoundError, Outcome
from contactctl.shells import call_line

if TYPE_CHECKING:
    from contactctl.contact import ContactRef
    from contactctl.errors import ContactctlError


def nobody(ref: ContactRef, words: str, *, may_create: bool) -> NotFoundError:
    """Return the error for a contact that is not there; ``words`` name it."""
    hint = "check the spelling"
    if may_create:
        address = ref.value if ref.name == "email" else "ADDRESS"
        hint += f", or create it: `{call_line(['create', '--email', address])}`"
    return NotFoundError(
        f"there is no contact with {words}",
        hint=hint,
        outcome=Outcome.NOT_APPLIED,
        attempts=1,
    )


def not_written(error: ContactctlError) -> ContactctlError:
    """Return the error of a failed look before a write, which says that nothing was written.

    Who was not found, and what a guard refused, was looked up.
    """
    if not isinstance(error, (NotFoundError, GuardError)):
        error.message += "; nothing was written"
    return error
