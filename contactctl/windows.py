"""What Windows needs at the start, imported nowhere else."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any, TextIO

from contactctl.output import is_terminal
from contactctl.signals import code_of_signal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: The numbers of Windows for the two streams, and for a console that obeys escape sequences.
_OUTPUTS = (-11, -12)
_OBEYS_ESCAPES = 0x0004


def end_at_once(names: Iterable[str] = ("SIGINT", "SIGBREAK")) -> None:
    """Have signals end the process with the codes of this program, where Windows has its own.

    For the time before a command: nothing has begun that would need another end. What the parent
    has ignored stays so.
    """
    for name in names:
        signum = getattr(signal, name, None)
        if signum is not None and signal.getsignal(signum) is not signal.SIG_IGN:
            signal.signal(signum, lambda number, _frame: os._exit(code_of_signal(number)))


def env_of_console(streams: Iterable[TextIO | None], kernel32: Any = None) -> Mapping[str, str]:  # noqa: ANN401 - a library of C
    """Have a console obey escape sequences; return the variables that spare one that cannot.

    Those before Windows 10 would show them. ``kernel32`` has the functions of that library.
    """
    if not any(map(is_terminal, streams)):
        return {}
    import ctypes

    library = kernel32 or vars(ctypes)["WinDLL"]("kernel32")  # a name that is on Windows alone
    library.GetStdHandle.restype = ctypes.c_void_p
    mode = ctypes.c_ulong()
    for number in _OUTPUTS:
        handle = ctypes.c_void_p(library.GetStdHandle(number))
        is_console = library.GetConsoleMode(handle, ctypes.byref(mode))
        if is_console and not library.SetConsoleMode(handle, mode.value | _OBEYS_ESCAPES):
            return {"TERM": "dumb"}
    return {}
