"""A service that is away before a run begins: waited for, as it is within the run."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from contactctl.errors import BadReplyError, Outcome, UnavailableError
from contactctl.importing.pacing.outage import Outage, Trouble
from contactctl.service.retry_policy import asked_wait_s
from contactctl.wording import duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from contactctl.exact_json import JsonObject

T = TypeVar("T")
_WORTH_TELLING_S = 1.0


class _Catalogue(Protocol):
    def properties(self) -> list[JsonObject]:
        """Return every contact property."""

    def lists(self) -> list[JsonObject]:
        """Return every mailing list."""

    def api_key(self) -> JsonObject:
        """Return what the service says of the key."""

    def create_property(self, name: str, kind: str) -> JsonObject:
        """Create a custom property."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What tells the time and lets it pass; ``wall`` is in seconds since 1970."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    wall: Callable[[], float] = time.time
    uniform: Callable[[float, float], float] = random.uniform


class PatientCatalogue:
    """Asks what the account declares, and asks again while the service is away.

    ``say`` is told once what is waited for. Where the patience is used up, or would be before the
    service may be asked again, the last error goes through; so does at once what would not pass.
    """

    def __init__(
        self,
        client: _Catalogue,
        patience_s: float,
        say: Callable[[str], None],
        clock: Clock | None = None,
    ) -> None:
        self._client = client
        self._patience_s = patience_s
        self._say = say
        self._clock = clock or Clock()

    def properties(self) -> list[JsonObject]:
        """Return every contact property."""
        return self._ask(self._client.properties)

    def lists(self) -> list[JsonObject]:
        """Return every mailing list."""
        return self._ask(self._client.lists)

    def api_key(self) -> JsonObject:
        """Return what the service says of the key."""
        return self._ask(self._client.api_key)

    def create_property(self, name: str, kind: str) -> JsonObject:
        """Create a custom property."""
        return self._ask(lambda: self._client.create_property(name, kind))

    def _ask(self, ask: Callable[[], T]) -> T:
        outage = Outage(self._patience_s, self._clock.uniform)
        while True:
            try:
                return ask()
            # A kind of unavailable that does not pass: it is no service of ours that answers so.
            except BadReplyError:
                raise
            except UnavailableError as error:
                if error.outcome is Outcome.UNKNOWN:
                    raise
                self._wait_or_raise(error, outage)

    def _wait_or_raise(self, error: UnavailableError, outage: Outage) -> None:
        is_first, now = not outage.is_away, self._clock.now()
        asked_s = asked_wait_s(error.pace, self._clock.wall()) or 0.0
        # Whatever it was, no row can be the cause of it.
        outage.note(Trouble(now, error.message, unreached=True, asked_s=asked_s), now)
        if outage.left_s(now) - asked_s <= 0:
            if (waited_s := outage.seconds(now)) >= _WORTH_TELLING_S:
                error.message += f"; waited {duration(waited_s)} for the service"
            raise error
        if is_first:
            self._say(
                f"{error.message}; waiting for the service, {duration(self._patience_s)} at most"
            )
        self._clock.sleep(max((outage.earliest() or now) - now, 0.0))
