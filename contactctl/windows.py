"""What Windows needs at the start, imported nowhere else."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from contactctl.signals import code_of_signal

if TYPE_CHECKING:
    from collections.abc import Iterable


def end_at_once(names: Iterable[str] = ("SIGINT", "SIGBREAK")) -> None:
    """Have signals end the process with the codes of this program, where Windows has its own.

    For the time before a command: nothing has begun that would need another end. What the parent
    has ignored stays so.
    """
    for name in names:
        signum = getattr(signal, name, None)
        if signum is not None and signal.getsignal(signum) is not signal.SIG_IGN:
            signal.signal(signum, lambda number, _frame: os._exit(code_of_signal(number)))
