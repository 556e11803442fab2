"""A stop is raised where the program is, and raised again where it was swallowed."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING

import pytest
from scripted import answered, in_process

from contactctl.errors import Outcome, StoppedError
from contactctl.signals import Stops, stops_told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contactctl.network.messages import Request, Response

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
    seen: list[Request] = []

    def answer(request: Request) -> Response:
        seen.append(request)
        return answered(200)

    stops = Stops()
    client = in_process(answer, before_each=stops.check)
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


def wait_for_bytes() -> None:
    reads, writes = os.pipe()  # mere numbers: the signal may come before anybody could close them
    try:
        select.select([reads], [], [], LONG_S)
    finally:
        os.close(reads)
        os.close(writes)


def wait_for_a_lock() -> None:
    threading.Event().wait(LONG_S)


def wait_for_time() -> None:
    time.sleep(LONG_S)


LONG_S = 20.0


def wait_for_a_signal_beside(wait: Callable[[], None]) -> None:
    """Wait, while a thread raises SIGTERM in itself as soon as this one is seen to wait."""
    hit = threading.Thread(target=raise_beside, args=(wait.__name__, threading.get_ident()))
    hit.start()
    wait()


def raise_beside(name: str, main_thread: int) -> None:
    while not is_in(name, main_thread):
        time.sleep(0)
    signal.raise_signal(signal.SIGTERM)


def is_in(name: str, thread: int) -> bool:
    frame = sys._current_frames()[thread]
    return any(found.f_code.co_name == name for found, _ in traceback.walk_stack(frame))


@pytest.mark.parametrize("wait", [wait_for_bytes, wait_for_a_lock, wait_for_time])
def test_a_signal_that_ends_no_wait_is_heard_all_the_same(wait: Callable[[], None]) -> None:
    """As one that comes just before the wait begins; here another thread has it."""
    started = time.monotonic()
    with pytest.raises(StoppedError), Stops().raised(not_sent):
        wait_for_a_signal_beside(wait)
    assert time.monotonic() - started < LONG_S / 2


def test_one_who_takes_stops_inside_another_leaves_its_hearing_alone() -> None:
    seen: list[int] = []
    stops = Stops()
    started = time.monotonic()
    with pytest.raises(StoppedError), stops.raised(not_sent):
        told_of_one(seen)
    assert seen == [signal.SIGTERM]
    assert time.monotonic() - started < LONG_S / 2


def told_of_one(seen: list[int]) -> None:
    with stops_told(seen.append):
        signal.raise_signal(signal.SIGTERM)
    wait_for_a_signal_beside(wait_for_a_lock)


def test_nothing_is_left_of_what_hears_signals() -> None:
    before = (threading.active_count(), signal.getsignal(signal.SIGURG))
    with pytest.raises(StoppedError), Stops().raised(not_sent):
        signal.raise_signal(signal.SIGTERM)
    assert (threading.active_count(), signal.getsignal(signal.SIGURG)) == before
    assert signal.set_wakeup_fd(-1) == -1
