"""An error as an object for programs, as plain lines, and as the hint below the rest."""

from __future__ import annotations

import errno
import sys
from typing import TYPE_CHECKING

from contactctl.errors import (
    Ending,
    MachineError,
    Outcome,
    RowsFailedError,
    StoppedError,
    UsageError,
)
from contactctl.exact_json import JsonObject, Number
from contactctl.safe_text import to_safe
from contactctl.wrapping import columns, hint_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The columns that a panel's frame takes of a line.
PANEL_SIDES = 4


def to_object(error: Ending) -> JsonObject:
    """Return the ``error`` object of JSON mode."""
    known: JsonObject = {"outcome": str(error.outcome)} if error.is_of_write else {}
    if isinstance(error, RowsFailedError):  # each row has an outcome of its own
        known = {name: Number(str(count)) for name, count in error.counts.items()}
    elif isinstance(error, UsageError) and error.groups:
        known["groups"] = [*error.groups]
    return {
        "code": error.code,
        "message": error.message,
        "status": None if error.status is None else Number(str(error.status)),
        **known,
        "attempts": Number(str(error.attempts)),
        "hint": ": ".join(filter(None, [error.hint, error.command])) or None,
    }


def lines(error: Ending) -> Iterator[str]:
    """Return all of it as lines; a command to copy is the last one."""
    yield from told(error)
    yield from ([f"  hint: {to_safe(error.hint)}"] if error.hint else [])
    yield from ([to_safe(error.command)] if error.command else [])


def told(error: Ending) -> Iterator[str]:
    """Return what happened, and what is known of it, as lines."""
    head = "" if error.is_plain else "error: "
    yield head + to_safe(error.message, keep="\n")
    yield from (f"  {name}: {to_safe(text)}" for name, text in error.details)


def is_brief(error: Ending) -> bool:
    """Tell whether nothing is drawn for it: whoever presses Ctrl-C would wait for Rich."""
    return error.is_plain or isinstance(error, StoppedError)


def fits_panel(error: Ending, width: int) -> bool:
    """Tell whether no word of it, such as an address, would be broken by a panel of that width."""
    longest = max(map(columns, to_safe(error.message).split()), default=0)
    return longest <= width - PANEL_SIDES


def below_panel(error: Ending, width: int) -> Iterator[str]:
    """Return the next step; its command is a line of its own, so that it can be copied."""
    yield from ([hint_lines(f"hint: {to_safe(error.hint)}", width)] if error.hint else [])
    yield from ([to_safe(error.command)] if error.command else [])


def unwritable(
    error: Exception, *, applied: bool, platform: str = sys.platform
) -> MachineError | BrokenPipeError:
    """Return the error of an answer that stdout does not take; ``applied`` tells of its write."""
    # What Windows says of a pipe whose reader went away.
    if platform == "win32" and isinstance(error, OSError) and error.errno == errno.EINVAL:
        return BrokenPipeError(errno.EPIPE, error.strerror)
    # Python says ValueError of a stream that is closed on its own side.
    reason = error.strerror if isinstance(error, OSError) else "it is closed"
    return MachineError(
        f"cannot write the answer to stdout: {reason}",
        hint="the command itself was carried out; do not repeat it blindly" if applied else None,
        outcome=Outcome.APPLIED if applied else Outcome.NOT_APPLIED,
    )
