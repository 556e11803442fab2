"""How the process ends: streams flushed, killed by the signal that stopped it, no teardown."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn

from contactctl.errors import ExitCode, StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from contactctl.errors import Outcome

_SIGNAL_BASE = 128
#: SIGPIPE and SIGHUP do not exist on Windows.
_CLOSED_PIPE = 13
_STOP_SIGNALS = ("SIGTERM", "SIGHUP")


def code_of_signal(signum: int) -> int:
    """Return the exit code that a shell reports for a process killed by this signal."""
    return _SIGNAL_BASE + signum


CLOSED_PIPE_CODE = code_of_signal(_CLOSED_PIPE)


@contextmanager
def stop_signals_raised(outcome: Callable[[], Outcome]) -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into :class:`StoppedError`, unless the parent had them ignored.

    ``outcome`` tells what is known of the writes at that moment.
    """

    def stop(signum: int, _frame: FrameType | None) -> NoReturn:
        name = signal.Signals(signum).name
        raise StoppedError(f"stopped by {name}", signum=signum, outcome=outcome())

    previous = {}
    for name in _STOP_SIGNALS:
        signum = getattr(signal, name, None)
        if signum is not None and signal.getsignal(signum) is signal.SIG_DFL:
            previous[signum] = signal.signal(signum, stop)
    try:
        yield
    finally:
        for signum, handler in previous.items():
            signal.signal(signum, handler)


@contextmanager
def stop_signals_told(stop: Callable[[int], None]) -> Iterator[None]:
    """Hand SIGINT, SIGTERM and SIGHUP to ``stop``, unless the parent had them ignored.

    What ``stop`` raises comes out wherever the program happens to be.
    """
    previous = {}
    for name in ("SIGINT", *_STOP_SIGNALS):
        signum = getattr(signal, name, None)
        if signum is not None and signal.getsignal(signum) not in {signal.SIG_IGN, None}:
            previous[signum] = signal.signal(signum, lambda number, _frame: stop(number))
    try:
        yield
    finally:
        for signum, handler in previous.items():
            signal.signal(signum, handler)


def end_process(code: int) -> NoReturn:
    """Flush the streams and end, by the real signal where one ended the run.

    A shell loop goes on after exit code 130 and stops after a death by SIGINT. The interpreter's
    own teardown frees what the operating system frees anyway; it is skipped.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    if code in {ExitCode.INTERRUPTED, ExitCode.TERMINATED, CLOSED_PIPE_CODE, code_of_signal(1)}:
        _die_of(code - _SIGNAL_BASE)
    os._exit(code)


def _die_of(signum: int) -> None:
    with suppress(OSError, ValueError):
        signal.signal(signum, signal.SIG_DFL)
        os.kill(os.getpid(), signum)
