"""What is said of a look that failed before a write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.errors import GuardError, NotFoundError

if TYPE_CHECKING:
    from contactctl.errors import ContactctlError


def not_written(error: ContactctlError) -> ContactctlError:
    """Return the error of a failed look before a write, which says that nothing was written.

    Who was not found, and what a guard refused, was looked up.
    """
    if not isinstance(error, (NotFoundError, GuardError)):
        error.message += "; nothing was written"
    return error
