"""Waiting for what a process makes others do, and no longer than it lives."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from import_process import Process

_WAIT_S = 60.0
#: How often to look whether a process has ended, which tells nobody.
_LOOK_S = 0.05


def wait_beside(process: Process, changed: threading.Condition, holds: Callable[[], bool]) -> bool:
    """Wait, with ``changed`` held, until something holds or the process has ended.

    Return whether it holds; fail when neither comes to pass in a minute.
    """
    end = time.monotonic() + _WAIT_S
    while not holds():
        ended = process.poll() is not None
        if ended or time.monotonic() > end:
            assert ended, "waited for a minute"
            return holds()
        changed.wait(_LOOK_S)
    return True
