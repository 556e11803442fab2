"""Imports with an undo file and their undoing, killed at random: the state before comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from undo_trial import UndoTrial

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@pytest.mark.parametrize(
    ("seed", "rows", "kills"),
    [
        *[(seed, 90, 3) for seed in (1, 2)],
        *[pytest.param(seed, 2000, 6, marks=pytest.mark.slow) for seed in range(100, 200)],
    ],
)
def test_what_was_written_is_known_resumable_and_undoable(
    tmp_path: Path, own_folders: Mapping[str, str], seed: int, rows: int, kills: int
) -> None:
    """Half of the imports are undone where a kill has left them, half at their end."""
    trial = UndoTrial(tmp_path, own_folders, rows, seed)
    most = 4 * rows // kills
    with trial.serve():
        for _ in range(kills):
            trial.run_and_kill(trial.import_words(), most)
            trial.check_undo_file()
        if seed % 2:
            trial.end(trial.import_words())
            trial.check_undo_file()
        for _ in range(kills):
            trial.run_and_kill(trial.undo_words(), most)
        trial.end(trial.undo_words())
        assert trial.state() == trial.before
