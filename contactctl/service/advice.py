"""What a failed call says to a person: what was wanted, what came of it, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.errors import (
    BadReplyError,
    ConflictError,
    ContactctlError,
    DeadlineError,
    NoConnectionError,
    NotFoundError,
    Outcome,
    RateLimitedError,
    RedirectedError,
    RefusedError,
    UnauthorizedError,
    UnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from contactctl.service.endpoints import Call

#: The next step by kind of error, the first that fits; a more special kind stands before its base.
_HINTS: tuple[tuple[type[ContactctlError], str], ...] = (
    (UnauthorizedError, "check the key with `contactctl profile check`"),
    (NotFoundError, "look for the contact with `contactctl find`"),
    (RedirectedError, "check the address with `contactctl profile show`"),
    (RateLimitedError, "wait, then run it again; everything the team runs shares the limit"),
    (DeadlineError, "run it again, or allow more time with --timeout"),
    (NoConnectionError, "check network and address with `contactctl doctor`"),
    (BadReplyError, "check the address with `contactctl profile show`"),
    (UnavailableError, "run it again later; https://status.loops.so says what is known"),
)
_NOT_FOUND = 404
_LOOK = "see what became of it with `contactctl find` before running it again"
_LOOKS = {
    "contacts/suppression": "see what became of it with `contactctl suppression check`",
    "contacts/properties": "see what became of it with `contactctl properties list`",
}


def worded(
    call: Call, error: ContactctlError, mask: Callable[[str], str], asked_s: float | None = None
) -> ContactctlError:
    """Return the error that ends a call, in the user's words, with everything known of it.

    ``mask`` hides the key; ``asked_s`` is how long the service asked to be left alone, where that
    was too long to wait.
    """
    message = f"cannot {call.words}: {error.message}"
    if asked_s is not None:
        message += f"; the service asks to wait {asked_s:.0f} s"
    if error.outcome is Outcome.UNKNOWN:
        message += "; it may have been applied"
    final = type(error)(
        mask(message),
        hint=error.hint or _hint(call, error),
        status=error.status,
        outcome=error.outcome,
        attempts=error.attempts,
    )
    final.pace = error.pace
    return final


def _hint(call: Call, error: ContactctlError) -> str | None:
    if error.outcome is Outcome.UNKNOWN and call.path != "contacts/update":
        return _LOOKS.get(call.path, _LOOK)
    if isinstance(error, UnauthorizedError) and call.path == "api-key":
        return "take a key from Settings → API in Loops, and add it with `contactctl profile add`"
    if isinstance(error, RefusedError) and call.path == "contacts/properties":
        return "see the properties that there are with `contactctl properties list`"
    if isinstance(error, RefusedError) and not isinstance(error, RedirectedError):
        return _refusal_hint(call, error)
    return next((hint for kind, hint in _HINTS if isinstance(error, kind)), None)


def _refusal_hint(call: Call, error: RefusedError) -> str:
    if call.path == "contacts/create" and isinstance(error, ConflictError):
        return "change the contact that is there with `contactctl update`"
    if call.path == "contacts/update" and call.ref_names == ("userId",):
        return "add --email: no contact can be created from a user id alone"
    if call.path == "contacts/update" and len(call.ref_names) > 1:
        return "look with `contactctl find` whether email and user id are two contacts"
    if error.status == _NOT_FOUND:
        return "this may not be the service's address: see `contactctl profile show`"
    if call.body is not None:
        return (
            "see what is sent with --dry-run; `contactctl lists` and `contactctl properties list`"
            " show what the account has"
        )
    return "check the address or user id"
