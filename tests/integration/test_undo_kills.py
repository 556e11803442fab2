"""Imports with an undo file and their undoing, killed at random: the state before comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from undo_trial import UndoTrial

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@pytest.mark.parametrize(
    ("seed", "rows", "kills", "phase"),
    [
        (1, 60, 1, "import"),
        (2, 60, 1, "apply"),
        *[
            pytest.param(seed, 2000, 6, phase, marks=pytest.mark.slow)
            for phase in ("import", "apply")
            for seed in range(100, 150)
        ],
    ],
)
def test_what_was_written_is_known_resumable_and_undoable(  # noqa: PLR0913, PLR0917 - a case
    memory_path: Path, own_folders: Mapping[str, str], seed: int, rows: int, kills: int, phase: str
) -> None:
    """Half of the runs are undone where a kill has left them, half at their end."""
    trial = UndoTrial(memory_path, own_folders, rows, seed)
    most = 4 * rows // kills
    with trial.serve():
        if phase == "apply":
            trial.end("plan")
        for _ in range(kills):
            trial.run_and_kill(phase, most)
            trial.check_undo_file(phase)
        if seed % 2:
            trial.kill_at_the_end(phase)
            trial.end(phase)
            trial.check_undo_file(phase)
        for _ in range(kills):
            trial.run_and_kill("undo", most)
        trial.kill_at_the_end("undo")
        trial.end("undo")
        assert trial.state() == trial.before
