"""Whose ``profiles.toml`` is obeyed: owner and permissions are judged as ssh does.

Whoever can write there can have commands run, and requests with the key sent elsewhere.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from contactctl.errors import MachineError
from contactctl.files import elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_ROOT = 0
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


def is_read_only(place: Path) -> bool:
    """Tell whether a place is mounted so that nobody writes there; raises ``OSError``."""
    return bool(os.statvfs(place).f_flag & os.ST_RDONLY)


def check_owners(
    path: Path, uid: int | None = None, *, mounted_read_only: Callable[[Path], bool] = is_read_only
) -> None:
    """Refuse the file at ``path``, where there is one, and its folder, unless they are safe.

    Each must belong to root or to the user ``uid`` (the one in force), and nobody else may write
    to it, unless ``mounted_read_only`` tells that nobody can. A link counts for what it leads to,
    in both folders. Windows keeps no such permissions, and none are judged there. Raises
    :class:`MachineError` with the command that puts it right, and ``OSError`` where nothing can be
    found out.
    """
    if not hasattr(os, "geteuid"):  # Windows
        return
    uid = os.geteuid() if uid is None else uid
    places = _places(path)
    foreign = [place for place in places if place.stat().st_uid not in {_ROOT, uid}]
    if foreign:
        sudo = "" if uid == _ROOT else "sudo "
        raise _refusal(foreign, "belongs to another user", f"{sudo}chown {uid}")
    # The bits that containers show for a volume may say anything; read-only holds for everybody.
    open_ = [one for one in places if _others_may_write(one) and not mounted_read_only(one)]
    if open_:
        raise _refusal(open_, "can be written by other users of this machine", "chmod go-w")


def _places(path: Path) -> list[Path]:
    """Return what decides about the text at a path: the file, and who may replace it."""
    # Not resolve(), which raises an error of its own for links in a circle.
    target = Path(os.path.realpath(path))
    found = dict.fromkeys((path, path.parent, target.parent))
    return [place for place in found if place.exists()]


def _others_may_write(place: Path) -> bool:
    status = place.stat()
    # In such a folder, as /tmp is one, nobody replaces what belongs to somebody else.
    is_sticky = stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_ISVTX
    return bool(status.st_mode & _OTHERS_MAY_WRITE) and not is_sticky


def _refusal(places: Sequence[Path], what: str, command: str) -> MachineError:
    import shlex

    words = " ".join(shlex.quote(str(place)) for place in places)
    error = MachineError(
        f"{places[0]} {what}, who could send your requests and keys elsewhere; it is not used",
        hint=f"{elsewhere('config')}; or, if its contents are as you left them, run this",
    )
    error.command = f"{command} {words}"
    return error
