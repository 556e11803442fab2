"""The outage: when nobody but one may try, how long that goes on, and what ends it."""

from __future__ import annotations

import math

import pytest

from contactctl.importing.pacing.outage import Outage, Trouble


def outage(patience_s: float = 60.0) -> Outage:
    return Outage(patience_s, lambda _, high: high)


def test_one_failure_of_one_row_holds_nobody_back() -> None:
    one = outage()
    one.note(Trouble(0.0, "HTTP 500"), 0.1)
    one.note(Trouble(0.2, "HTTP 500"), 0.3)
    assert not one.is_away
    assert one.earliest() == -math.inf
    one.note(Trouble(0.4, "HTTP 500"), 0.5)
    assert one.is_away


def test_without_a_connection_all_others_are_held_back_at_once() -> None:
    one = outage()
    one.note(Trouble(0.0, "refused", unreached=True), 1.0)
    assert one.earliest() == 1.5


def test_one_request_tries_and_the_waits_grow() -> None:
    one, now, waits = outage(), 1.0, []
    one.note(Trouble(0.0, "refused", unreached=True), now)
    for _ in range(7):
        at = one.earliest()
        assert at is not None
        waits.append(at - now)
        one.sent()
        assert one.earliest() is None, "one tries, and nobody else"
        now = at
        one.note(Trouble(now, "refused", unreached=True), now)
    assert waits == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0]


def test_what_was_under_way_when_the_service_went_puts_no_try_off() -> None:
    one = outage()
    for _ in range(10):
        one.note(Trouble(0.5, "refused", unreached=True), 1.0)
    assert one.earliest() == 1.5


def test_a_good_answer_lets_everybody_go_on_and_gives_all_the_patience_back() -> None:
    one = outage()
    one.note(Trouble(0.0, "refused", unreached=True), 1.0)
    assert (one.reason, one.left_s(11.0)) == ("refused", 50.0)
    one.over()
    assert (one.reason, one.is_away, one.earliest()) == ("", False, -math.inf)
    assert (one.seconds(99.0), one.left_s(99.0)) == (0.0, 60.0)


def test_the_last_try_comes_when_the_patience_ends() -> None:
    one = outage(patience_s=2.0)
    one.note(Trouble(0.0, "refused", unreached=True), 10.0)
    one.note(Trouble(10.5, "refused", unreached=True), 10.5)
    one.note(Trouble(11.5, "refused", unreached=True), 11.5)
    assert one.earliest() == pytest.approx(12.5)


def test_a_look_that_is_answered_gives_no_patience_back_to_writes() -> None:
    one = outage()
    one.note(Trouble(0.0, "refused", unreached=True), 1.0)
    one.over(writes=False)
    assert one.seconds(5.0) == 4.0
    one.over()
    one.note(Trouble(6.0, "refused", unreached=True, writes=False), 6.0)
    one.over(writes=False)
    assert one.seconds(9.0) == 0.0
