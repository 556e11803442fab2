"""A stop is raised where the program is, and raised again where it was swallowed."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from contactctl.errors import Outcome, StoppedError
from contactctl.service.client import LoopsClient
from contactctl.signals import Stops, stops_told

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Give the test handlers that are not ignored, whatever started it, and put all back."""
    before = {signum: signal.signal(signum, signal.SIG_DFL) for signum in SIGNALS}
    yield
    for signum, handler in before.items():
        signal.signal(signum, handler)


def not_sent() -> Outcome:
    return Outcome.NOT_SENT


@pytest.mark.parametrize(
    ("signum", "kind"),
    [
        (signal.SIGINT, KeyboardInterrupt),
        (signal.SIGTERM, StoppedError),
        (signal.SIGHUP, StoppedError),
    ],
)
def test_a_signal_is_raised_while_a_command_runs_and_no_longer(
    signum: signal.Signals, kind: type[BaseException]
) -> None:
    with pytest.raises(kind), Stops().raised(lambda: Outcome.UNKNOWN):
        signal.raise_signal(signum)
    assert signal.getsignal(signum) is signal.SIG_DFL


def test_a_stop_says_what_is_known_at_that_moment() -> None:
    with pytest.raises(StoppedError) as caught, Stops().raised(lambda: Outcome.APPLIED):
        signal.raise_signal(signal.SIGTERM)
    assert (caught.value.message, caught.value.outcome) == ("stopped by SIGTERM", Outcome.APPLIED)


@pytest.mark.parametrize("signum", SIGNALS)
def test_what_the_parent_ignores_stays_ignored(signum: signal.Signals) -> None:
    signal.signal(signum, signal.SIG_IGN)
    stops = Stops()
    with stops.raised(not_sent):
        assert signal.getsignal(signum) is signal.SIG_IGN
        signal.raise_signal(signum)
    stops.check()


@pytest.mark.parametrize("signum", SIGNALS)
def test_after_a_stop_that_was_swallowed_nothing_is_sent(signum: signal.Signals) -> None:
    """As Python swallows what is raised in a callback of the garbage collector."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    stops = Stops()
    http = httpx.Client(base_url="http://127.0.0.1/v1", transport=httpx.MockTransport(answer))
    client = LoopsClient(http, before_each=stops.check)
    with client, stops.raised(not_sent):
        try:
            signal.raise_signal(signum)
        except (KeyboardInterrupt, StoppedError):
            swallowed = True
        assert swallowed
        for send in (client.lists, lambda: client.update_once(b"{}")):
            with pytest.raises(StoppedError) as caught:
                send()
            assert (caught.value.signum, caught.value.outcome) == (signum, Outcome.NOT_SENT)
    assert seen == []


def test_without_a_signal_there_is_nothing_to_raise() -> None:
    stops = Stops()
    with stops.raised(not_sent):
        stops.check()


def test_outside_the_main_thread_nothing_is_handed_over() -> None:
    seen: list[object] = []

    def work() -> None:
        with stops_told(lambda _: None):
            seen.extend(signal.getsignal(signum) for signum in SIGNALS)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.SIG_DFL] * len(SIGNALS)
