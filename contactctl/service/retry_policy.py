"""When to repeat a failed request, and after how long: pure policy, no clock and no sleep.

Written by hand since tenacity and stamina import asyncio (25 ms at every start), and httpx-retries
(14 ms) can express neither what a lost answer means to each call nor when a wait is too long.
"""

from __future__ import annotations

import re
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: The first wait is at most this long; the bound doubles with each attempt up to the cap.
BASE_WAIT_S = 0.5
CAP_WAIT_S = 8.0
#: A service that asks for more than this is not waited for; the user is told how long it asked.
LONGEST_RETRY_AFTER_S = 60.0

_REQUEST_TIMEOUT, _TOO_MANY_REQUESTS = 408, 429
_SERVER_ERRORS = 500
_SECONDS = r"[0-9]+(?:\.[0-9]+)?"
#: More than anybody waits; keeps absurd figures out of messages.
_A_YEAR_S = 31_536_000.0


class Kind(StrEnum):
    """What became of a failed attempt."""

    NOT_SENT = "not_sent"
    """No connection, so the service saw nothing."""
    LOST = "lost"
    """Sent, and no whole answer came (reset, deadline): it may have been applied."""
    STATUS = "status"
    """Answered with a status that is no success."""
    BAD_REPLY = "bad_reply"
    """Answered with success and a body that does not say so."""
    LOCAL = "local"
    """Something on this machine stands in the way: trust, proxy, the request itself."""


class Failure(NamedTuple):
    """One failed attempt, as far as the policy cares.

    ``pace`` holds the answer's ``retry-after`` and ``date`` as they came.
    """

    kind: Kind
    status: int = 0
    pace: Mapping[str, str] = MappingProxyType({})


# No tuples: a wait of 60 s and a service that asked for 60 s would be equal. And no dataclasses:
# every start makes these two, and each would take 2 million instructions.
class Wait:
    """Repeat after this many seconds."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Wait) and self.seconds == other.seconds

    def __hash__(self) -> int:
        return hash((Wait, self.seconds))

    def __repr__(self) -> str:
        return f"Wait({self.seconds!r})"


class GiveUp:
    """Do not repeat; ``asked_s`` is set when the service asked for too long a wait."""

    __slots__ = ("asked_s",)

    def __init__(self, asked_s: float | None = None) -> None:
        self.asked_s = asked_s

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GiveUp) and self.asked_s == other.asked_s

    def __hash__(self) -> int:
        return hash((GiveUp, self.asked_s))

    def __repr__(self) -> str:
        return f"GiveUp({self.asked_s!r})"


def decide(
    failure: Failure,
    *,
    attempt: int,
    retries: int,
    now: float,
    uniform: Callable[[float, float], float],
) -> Wait | GiveUp:
    """Return whether to repeat a call after its attempt number ``attempt`` (from 1) failed.

    ``retries`` repeats come after the first attempt; a second application must do no harm, or the
    caller looks first. ``now`` is in seconds since 1970, ``uniform`` draws the jitter. A bad reply
    is final: a service, or something in between, that answers success with nonsense will do so
    again, and the first write may well have been applied.
    """
    if not _is_passing(failure):
        return GiveUp()
    asked = asked_wait_s(failure.pace, now)
    # Before the count of attempts: after the last one, too, the user is told how long it asked.
    if asked is not None and asked > LONGEST_RETRY_AFTER_S:
        return GiveUp(asked_s=asked)
    if attempt > retries:
        return GiveUp()
    # From nothing up to the bound: clients that failed together do not come back together.
    return Wait(max(uniform(0.0, bound_s(attempt)), asked or 0.0))


def asked_wait_s(pace: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that a ``retry-after`` asks for (RFC 9110, 10.2.3), or None.

    A date is measured against that of the answer, by the same clock; ``now``, in seconds since
    1970, counts without one. A date in the past asks for no wait; nonsense asks for nothing.
    """
    text = pace.get("retry-after", "").strip()
    if re.fullmatch(_SECONDS, text):
        return min(float(text), _A_YEAR_S)
    moment = parse_http_date(text) if text else None
    if moment is None:
        return None
    answered = parse_http_date(pace.get("date", ""))
    return min(max(moment - (now if answered is None else answered), 0.0), _A_YEAR_S)


def worst_total_s(timeout_s: float, retries: int, *, looks_first: bool = False) -> float:
    """Return the longest that one call can take: every attempt to its deadline, every wait full.

    ``looks_first`` adds the looks of a call that must not happen twice: one before each repeat, and
    one after a last conflict.
    """
    attempts = (retries + 1) * (2 if looks_first and retries else 1)
    return attempts * timeout_s + retries * LONGEST_RETRY_AFTER_S


def _is_passing(failure: Failure) -> bool:
    """Tell whether the same call may well succeed later."""
    if failure.kind is Kind.STATUS:
        passing = {_REQUEST_TIMEOUT, _TOO_MANY_REQUESTS}
        return failure.status in passing or failure.status >= _SERVER_ERRORS
    return failure.kind in {Kind.NOT_SENT, Kind.LOST}


def bound_s(attempt: int) -> float:
    """Return the longest wait after that attempt, counted from 1."""
    doublings = min(attempt - 1, 10)  # the cap is long reached
    return min(BASE_WAIT_S * 2.0**doublings, CAP_WAIT_S)


def parse_http_date(text: str) -> float | None:
    """Return the moment that an HTTP date means, in seconds since 1970."""
    from datetime import UTC, datetime
    from email.utils import parsedate_tz

    try:
        parts = parsedate_tz(text)
        if parts is None:
            return None
        return datetime(*parts[:6], tzinfo=UTC).timestamp() - (parts[9] or 0)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
