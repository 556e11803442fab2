"""The checks of the service: reached, trusted, key accepted, clock, rate limit; from one answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from contactctl.base_url import host_of, is_loopback, origin_of
from contactctl.doctor.check import Check, failed, ok, warn
from contactctl.errors import (
    ContactctlError,
    DeadlineError,
    NoConnectionError,
    TrustError,
    UnauthorizedError,
)
from contactctl.service.retry_policy import parse_http_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from contactctl.exact_json import JsonObject, JsonValue
    from contactctl.profiles.credentials import Credentials
    from contactctl.profiles.limits import Limits
    from contactctl.service.replies import Reply

#: A clock that is further off is worth a word: dates in changes and certificates go by it.
MOST_SKEW_S = 60
_OFFLINE_HINT = (
    "is this machine online? Behind a proxy, set HTTPS_PROXY; https://status.loops.so says whether"
    " the service is up"
)
_HERE_HINT = "start what should answer there, such as `contactctl sandbox serve`"
_KEY_HINT = (
    "take a key from Settings → API, then run `contactctl profile add NAME --replace` or set"
    " LOOPS_API_KEY, wherever this one came from"
)


class Asking(Protocol):
    """What this module needs of the client."""

    def api_key_once(self) -> Reply[JsonObject]:
        """Ask once about the key."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking about the key once.

    ``error`` is None for a success; ``pace`` holds the headers of the answer, if there was one;
    ``now_s`` is when it came by the clock here, in seconds since 1970.
    """

    now_s: float
    value: JsonValue = None
    error: ContactctlError | None = None
    pace: Mapping[str, str] = field(default_factory=dict)

    @property
    def arrived(self) -> bool:
        """Tell whether the service answered at all."""
        return self.error is None or self.error.status is not None

    @property
    def team(self) -> str | None:
        """Return the team whose key it is; None where the service names none."""
        team = self.value.get("teamName") if isinstance(self.value, dict) else None
        return team if isinstance(team, str) and team else None


def ask(open_client: Callable[[], Asking], now: Callable[[], float]) -> Answer:
    """Ask, and keep what came of it, be it that there can be no client."""
    try:
        # Once and not by the usual retries: a doctor should say soon how things are.
        reply = open_client().api_key_once()
    except ContactctlError as error:
        return Answer(now(), error=error, pace=error.pace)
    return Answer(now(), reply.value, pace=reply.headers)


def service_checks(found: Credentials, answer: Answer) -> Iterator[Check]:
    """Say of an answer all that it shows; what cannot be known from it is left out."""
    error = answer.error
    if isinstance(error, TrustError):
        if error.attempts:  # else trust itself could not be set up, and nothing was sent
            yield ok("connection", f"{host_of(found.base_url)} answers")
        yield failed("TLS", error)
        return
    yield connection_check(found, answer)
    # Of a service that has said nothing, no more can be told.
    if not answer.arrived:
        return
    if not found.is_sandbox:
        yield tls_check(found.base_url)
    yield key_check(found, answer)
    if not found.is_sandbox:
        yield clock_check(answer.pace.get("date"), answer.now_s)
        yield rate_check(answer.pace)


def connection_check(found: Credentials, answer: Answer) -> Check:
    """Tell whether the base URL was reached."""
    name = "connection"
    if found.is_sandbox and answer.arrived:
        return ok(name, "none needed: the sandbox is in this process")
    if answer.error is None or answer.arrived:
        return ok(name, f"{host_of(found.base_url)} answers")
    is_away = isinstance(answer.error, NoConnectionError | DeadlineError)
    hint = _HERE_HINT if is_loopback(origin_of(found.base_url).host) else _OFFLINE_HINT
    return failed(name, answer.error, hint=hint if is_away else None)


def tls_check(base_url: str) -> Check:
    """Say what an answer shows of the connection's safety."""
    if base_url.startswith("http:"):
        return ok("TLS", "none needed: the address is this machine")
    return ok("TLS", f"the certificate of {host_of(base_url)} is trusted")


def key_check(found: Credentials, answer: Answer) -> Check:
    """Tell whether the service takes the key, and for which team."""
    name = "key accepted"
    if answer.error is not None:
        refused = isinstance(answer.error, UnauthorizedError)
        return failed(name, answer.error, hint=_KEY_HINT if refused else None)
    team = answer.team
    if team is None:
        return ok(name, f"{found.key}, the service names no team")
    # A renewed key may be that of another team: all that was set up is for the one before.
    if found.team not in {None, team}:
        words = f"{found.key} belongs to team {team}, and did to {found.team} when last checked"
        return warn(
            name, words, "is it the right key? `contactctl profile check` keeps the new team"
        )
    return ok(name, f"{found.key}, team {team}")


def team_check(limits: Limits, answer: Answer) -> Check:
    """Tell that the key is the expected team's; raises :class:`CredentialsError` for another."""
    limits.check_team(answer.team)
    return ok("key of the team", f"it is the key of team {answer.team}")


def clock_check(date: str | None, now_s: float) -> Check:
    """Compare the clock here with the ``Date`` of an answer, which has whole seconds."""
    name = "clock"
    moment = parse_http_date(date or "")
    if moment is None:
        return ok(name, "not compared: the answer has no date")
    ahead_s = round(now_s - moment)
    if abs(ahead_s) <= MOST_SKEW_S:
        # Dates have whole seconds: nearer than one cannot be told.
        return ok(name, f"within {max(abs(ahead_s), 1)} s of the service's")
    where = "ahead of" if ahead_s > 0 else "behind"
    words = f"{abs(ahead_s)} s {where} the service's"
    return warn(name, words, "set this machine's clock, preferably from the network")


def rate_check(pace: Mapping[str, str]) -> Check:
    """Say which limit the answer names (documentation, "Rate limiting")."""
    name = "rate limit"
    limit, left = pace.get("x-ratelimit-limit"), pace.get("x-ratelimit-remaining")
    if limit is None:
        return ok(name, "the answer names none")
    return ok(name, f"{limit} requests a second" + (f", {left} left of this one" if left else ""))
