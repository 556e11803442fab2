"""A service that is away before a run begins is waited for, and nothing else is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from contactctl.errors import (
    BadReplyError,
    ContactctlError,
    DeadlineError,
    NoConnectionError,
    Outcome,
    RateLimitedError,
    RefusedError,
    UnauthorizedError,
    UnavailableError,
)
from contactctl.importing.pacing.waiting import Clock, PatientCatalogue

if TYPE_CHECKING:
    from contactctl.exact_json import JsonObject

PLAN: JsonObject = {"key": "plan", "type": "string"}


@dataclass
class World:
    """A service that fails with these errors first, and a clock that only waits move."""

    failures: list[ContactctlError] = field(default_factory=list)
    forever: ContactctlError | None = None
    patience_s: float = 60.0
    now: float = 0.0
    asked: int = 0
    said: list[str] = field(default_factory=list)

    @property
    def catalogue(self) -> PatientCatalogue:
        clock = Clock(lambda: self.now, self.sleep, lambda: 1e9, lambda _, high: high)
        return PatientCatalogue(self, self.patience_s, self.said.append, clock)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def properties(self) -> list[JsonObject]:
        self.asked += 1
        if self.failures:
            raise self.failures.pop(0)
        if self.forever is not None:
            raise self.forever
        return [PLAN]

    def lists(self) -> list[JsonObject]:
        return [{**item, "asked": "for lists"} for item in self.properties()]

    def api_key(self) -> JsonObject:
        return self.properties()[0]

    def create_property(self, name: str, kind: str) -> JsonObject:
        self.properties()
        return {"key": name, "type": kind}


def limited(retry_after: str) -> ContactctlError:
    error = RateLimitedError("limited", status=429)
    error.pace = {"retry-after": retry_after}
    return error


def test_a_service_that_is_there_is_asked_once_and_nothing_is_said() -> None:
    world = World()
    assert world.catalogue.properties() == [PLAN]
    assert (world.asked, world.said, world.now) == (1, [], 0.0)


@pytest.mark.parametrize("kind", [UnavailableError, NoConnectionError, DeadlineError])
@pytest.mark.parametrize("what", ["properties", "lists"])
def test_one_that_is_away_is_waited_for(kind: type[ContactctlError], what: str) -> None:
    world = World([kind("cannot list the properties: away") for _ in range(4)])
    found = getattr(world.catalogue, what)()
    assert found[0]["key"] == "plan"
    assert world.asked == 5
    assert world.said == [
        "cannot list the properties: away; waiting for the service, 1 min 0 s at most"
    ]
    assert world.now == 0.5 + 1 + 2 + 4


def test_when_the_patience_is_used_up_the_last_error_says_how_long_it_was() -> None:
    world = World(forever=NoConnectionError("away"), patience_s=30.0)
    with pytest.raises(NoConnectionError) as caught:
        world.catalogue.properties()
    assert 30.0 <= world.now <= 36.0
    assert caught.value.message == f"away; waited {world.now:.0f} s for the service"


def test_without_patience_it_ends_at_once() -> None:
    world = World(forever=NoConnectionError("away"), patience_s=0.0)
    with pytest.raises(NoConnectionError) as caught:
        world.catalogue.properties()
    assert (world.asked, world.said, caught.value.message) == (1, [], "away")


@pytest.mark.parametrize("kind", [BadReplyError, RefusedError, UnauthorizedError])
def test_what_does_not_pass_is_not_waited_for(kind: type[ContactctlError]) -> None:
    world = World([kind("no")])
    with pytest.raises(kind):
        world.catalogue.properties()
    assert (world.asked, world.said) == (1, [])


def test_as_long_as_the_service_asks_is_waited() -> None:
    world = World([limited("20")])
    assert world.catalogue.properties() == [PLAN]
    assert world.now == 20.0


def test_a_service_that_asks_for_more_than_the_patience_is_not_waited_for() -> None:
    world = World([limited("61")])
    with pytest.raises(RateLimitedError):
        world.catalogue.properties()
    assert (world.now, world.said) == (0.0, [])


def test_each_question_has_the_whole_patience() -> None:
    world = World([NoConnectionError("away")] * 3)
    catalogue = world.catalogue
    catalogue.properties()
    world.failures = [NoConnectionError("away")]
    catalogue.lists()
    assert len(world.said) == 2


def test_a_property_is_created_once_the_service_is_back() -> None:
    world = World([NoConnectionError("away"), UnavailableError("503", outcome=Outcome.NOT_APPLIED)])
    assert world.catalogue.create_property("plan", "string") == PLAN
    assert world.asked == 3


def test_one_that_may_have_been_created_is_not_created_again() -> None:
    world = World([NoConnectionError("lost", outcome=Outcome.UNKNOWN)])
    with pytest.raises(NoConnectionError):
        world.catalogue.create_property("plan", "string")
    assert world.asked == 1
