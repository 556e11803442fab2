"""A file that takes another's name, where others may have either of them open."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

#: The pauses before another name is tried to be taken, in seconds.
_HELD_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


def take_place(
    new: Path,
    path: Path,
    disk: ModuleType = os,
    *,
    platform: str = sys.platform,
    sleep: Callable[[float], object] = time.sleep,
) -> None:
    """Give a file the name of another, which it replaces; raises ``OSError``.

    Windows refuses while a program has either of them open, a virus scanner too: there it is tried
    again for about two seconds.
    """
    for wait_s in _HELD_S if platform == "win32" else ():
        try:
            disk.replace(new, path)
        except PermissionError:
            sleep(wait_s)
        else:
            return
    disk.replace(new, path)
