"""Which plans were begun and applied on this machine: a small file each, which outlives journals.

A file's name is made of digests and it has no content: nothing in it is of a person.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from contactctl.errors import GuardError, MachineError
from contactctl.files import (
    PRIVATE_MODE,
    elsewhere,
    make_private_folder,
    reason_of,
    sync_folder,
)
from contactctl.replacing import take_place
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from pathlib import Path

#: The oldest file that is applied at all, in days.
MOST_AGE_DAYS = 365
#: A note outlives every file that it may be about, whatever the clocks say.
KEPT_DAYS = MOST_AGE_DAYS + 2

_FOLDER = "applied"
_DAY_S = 86_400
_WHAT_IS_LEFT = "see with --dry-run what is left of it, or make a new plan"
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL

Stage = Literal["begun", "applied"]
_STAGES: tuple[Stage, ...] = ("applied", "begun")


class Applied:
    """The notes beside the journals in a folder; ``key`` tells one plan of one account."""

    def __init__(self, journals: Path) -> None:
        self.folder = journals / _FOLDER

    def stage_of(self, key: str) -> Stage | None:
        """Return how far a plan has come; None for one that was never begun."""
        return next((stage for stage in _STAGES if self._path(key, stage).exists()), None)

    def begin(self, key: str) -> None:
        """Return when it is on disk that a plan was begun; raises :class:`MachineError`."""
        if self.stage_of(key) is not None:
            return
        make_private_folder(self.folder, elsewhere("state"))
        path = self._path(key, "begun")
        try:
            os.close(os.open(path, _FLAGS, PRIVATE_MODE))
            sync_folder(self.folder, os)
        except OSError as error:
            raise MachineError(
                f"cannot note in {path} that the plan was begun: {reason_of(error)}",
                hint=f"check the folder, or {elsewhere('state')}",
            ) from error

    def finish(self, key: str) -> None:
        """Note that a plan was applied, if that still goes: begun, it is refused as well."""
        with suppress(OSError):
            take_place(self._path(key, "begun"), self._path(key, "applied"))

    def withdraw(self, key: str) -> None:
        """Take back that a plan was begun, of which nothing was written, if that still goes."""
        with suppress(OSError):
            self._path(key, "begun").unlink(missing_ok=True)

    def count(self) -> int:
        """Return how many plans are noted."""
        return len(self._notes())

    def clean(self, now: float | None = None) -> None:
        """Remove the notes of plans that are too old to be applied; ``now`` in seconds."""
        oldest = (time.time() if now is None else now) - KEPT_DAYS * _DAY_S
        for path in self._notes():
            with suppress(OSError):
                if path.stat().st_mtime < oldest:
                    path.unlink()

    def _notes(self) -> list[Path]:
        with suppress(OSError):
            return [path for path in self.folder.iterdir() if path.suffix[1:] in _STAGES]
        return []

    def _path(self, key: str, stage: Stage) -> Path:
        return self.folder / f"{key}.{stage}"


def begun_before(name: str, stage: Stage, *, is_lost: bool = False) -> GuardError:
    """Return the refusal of a file that was begun before; ``is_lost`` where its journal is gone."""
    if stage == "applied":
        return GuardError(f"{quoted(name)} was applied already", hint=_WHAT_IS_LEFT)
    if is_lost:
        return GuardError(
            f"{quoted(name)} was begun already, and the journal of that run is gone",
            hint=_WHAT_IS_LEFT,
        )
    return GuardError(
        f"{quoted(name)} was begun already, and has not finished",
        hint="resume it: add --resume",
    )
