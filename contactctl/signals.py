"""Signals that say stop: who takes them, that none is lost, and an end by the real signal."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn

from contactctl.errors import ExitCode, Outcome, StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SIGNAL_BASE = 128
#: SIGPIPE and SIGHUP do not exist on Windows, and SIGBREAK nowhere else: it stands for Ctrl-Break,
#: a console that is closed, and the end of a session.
_CLOSED_PIPE = 13
_STOP_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
_BREAK: int | None = getattr(signal, "SIGBREAK", None)
_REMIND_EVERY_S = 0.05


def code_of_signal(signum: int, break_signal: int | None = _BREAK) -> int:
    """Return the exit code that a shell reports for a process killed by this signal.

    On Windows no shell does; SIGBREAK asks there for what SIGTERM asks for elsewhere.
    """
    return ExitCode.TERMINATED if signum == break_signal else _SIGNAL_BASE + signum


CLOSED_PIPE_CODE = code_of_signal(_CLOSED_PIPE)


class Stops:
    """Raises what a signal asks for, and raises it again where that was swallowed.

    An exception that comes out in the middle of an import, or while an object is collected, is
    printed at most: Python goes on. So whoever is about to send something asks :meth:`check`.
    """

    def __init__(self) -> None:
        self._signum: int | None = None

    @contextmanager
    def raised(self, outcome: Callable[[], Outcome]) -> Iterator[None]:
        """Raise ``KeyboardInterrupt`` for SIGINT and :class:`StoppedError` for the others.

        ``outcome`` tells what is known of the writes at that moment.
        """

        def stop(signum: int) -> NoReturn:
            self._signum = signum
            if signum == signal.SIGINT:  # what libraries, subprocess among them, know as a Ctrl-C
                raise KeyboardInterrupt
            raise StoppedError(_words(signum), signum=signum, outcome=outcome())

        with stops_told(stop):
            yield

    def asked(self, outcome: Outcome) -> StoppedError | None:
        """Return what a signal that has come asks for, None when none has."""
        if self._signum is None:
            return None
        return StoppedError(_words(self._signum), signum=self._signum, outcome=outcome)

    def check(self) -> None:
        """Raise :class:`StoppedError` if a signal has come."""
        stopped = self.asked(Outcome.NOT_SENT)
        if stopped is not None:
            raise stopped


@contextmanager
def stops_told(stop: Callable[[int], None]) -> Iterator[None]:
    """Hand the signals that ask for an end to ``stop``, unless the parent had them ignored.

    What ``stop`` raises comes out wherever the program happens to be. Outside the main thread,
    where Python handles no signal, nothing is handed over.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = {}
    with _waits_ended():
        try:
            for signum in _stop_signals():
                previous[signum] = signal.signal(signum, lambda number, _frame: stop(number))
            yield
        finally:
            for signum, handler in previous.items():
                signal.signal(signum, handler)


@contextmanager
def _waits_ended() -> Iterator[None]:
    """End the main thread's waits once a signal has come, so that Python hands it over.

    A signal that comes just before a wait begins (for an answer, a lock, a key) ends no wait, nor
    does one that the system gives to another thread: it would be heard when the wait is over. So a
    thread hears of every signal, and sends the main one a signal that asks for nothing after it,
    again and again until there is no more to be heard.
    """
    if not hasattr(signal, "pthread_kill"):  # Windows
        yield
        return
    heard, told = os.pipe()
    os.set_blocking(told, False)
    handler = signal.signal(signal.SIGURG, lambda *_: None)  # what is ignored ends no wait
    outer = signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    main = threading.get_ident()
    thread = threading.Thread(target=_remind, args=(heard, main), daemon=True)
    thread.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(outer)
        os.close(told)
        thread.join()  # or a last reminder would find no handler, which Python prints
        signal.signal(signal.SIGURG, handler)


def _remind(heard: int, main_thread: int) -> None:
    """Wake the main thread for every byte on a pipe, until its other end is closed.

    Each reminder is a signal too, and puts its own byte there: after the first there is always one.
    """
    while os.read(heard, 64):
        time.sleep(_REMIND_EVERY_S)
        signal.pthread_kill(main_thread, signal.SIGURG)
    os.close(heard)


def _stop_signals() -> Iterator[signal.Signals]:
    for name in _STOP_SIGNALS:
        signum = getattr(signal, name, None)
        if signum is not None and signal.getsignal(signum) not in {signal.SIG_IGN, None}:
            yield signum


def _words(signum: int) -> str:
    return "interrupted" if signum == signal.SIGINT else f"stopped by {signal.Signals(signum).name}"


def end_process(code: int, platform: str = sys.platform) -> NoReturn:
    """Flush the streams and end, by the real signal where one ended the run.

    A shell loop goes on after exit code 130 and stops after a death by SIGINT. On Windows nobody
    dies of a signal: to send one is to end with its bare number, which would be another code. The
    interpreter's own teardown frees what the operating system frees anyway; it is skipped.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    of_signal = {ExitCode.INTERRUPTED, ExitCode.TERMINATED, CLOSED_PIPE_CODE, code_of_signal(1)}
    if code in of_signal and platform != "win32":
        _die_of(code - _SIGNAL_BASE)
    os._exit(code)


def _die_of(signum: int) -> None:
    with suppress(OSError, ValueError):
        signal.signal(signum, signal.SIG_DFL)
        os.kill(os.getpid(), signum)
