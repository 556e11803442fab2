"""The notes of plans that were begun and applied, which outlive their journals."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from contactctl.errors import GuardError, MachineError, UsageError
from contactctl.importing.keeping.applied import KEPT_DAYS, MOST_AGE_DAYS, Applied
from contactctl.importing.keeping.journal_rows import RunIdentity
from contactctl.importing.keeping.journals import Journals
from contactctl.importing.keeping.kept import clean_expired

if TYPE_CHECKING:
    from pathlib import Path

PLAN = RunIdentity("/home/ada/plan.jsonl", "digest", "plan 1", "account", 10)
NOW = 1_700_000_000.0
DAY_S = 86_400


def apply(journals: Journals, *, finished: bool) -> None:
    opened = journals.begin_once(PLAN)
    opened.journal.state.finished = finished
    opened.close()


def drop_journals(folder: Path) -> None:
    for path in [*folder.glob("*.journal"), *folder.glob("*.finished")]:
        path.unlink()


@pytest.mark.parametrize(
    ("finished", "message"),
    [(True, "was applied already"), (False, "the journal of that run is gone")],
)
def test_a_plan_is_refused_when_its_journal_is_gone(
    tmp_path: Path, *, finished: bool, message: str
) -> None:
    journals = Journals(tmp_path, NOW)
    apply(journals, finished=finished)
    drop_journals(tmp_path)
    for again in (journals.begin_once, journals.resume_once):
        with pytest.raises(GuardError, match=message):
            again(PLAN)
    journals.begin_once(replace(PLAN, account="other")).close()


def test_where_the_journal_is_there_it_says_how_to_go_on(tmp_path: Path) -> None:
    journals = Journals(tmp_path, NOW)
    apply(journals, finished=False)
    with pytest.raises(GuardError, match="has not finished"):
        journals.begin_once(PLAN)
    opened = journals.resume_once(PLAN)
    opened.journal.state.finished = True
    opened.close()
    with pytest.raises(GuardError, match="was applied already"):
        journals.begin_once(PLAN)
    opened = journals.resume_once(PLAN)  # nothing is left to be sent
    assert opened.journal.state.finished
    opened.close()


def test_a_plan_of_which_nothing_is_known_has_nothing_to_resume(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no unfinished run"):
        Journals(tmp_path, NOW).resume_once(PLAN)
    apply(Journals(tmp_path, NOW), finished=True)  # to have looked is no beginning


def test_a_run_that_a_kill_kept_from_being_noted_is_noted_when_it_goes_on(tmp_path: Path) -> None:
    journals, applied = Journals(tmp_path, NOW), Applied(tmp_path)
    apply(journals, finished=False)
    (note,) = applied.folder.iterdir()
    note.unlink()
    journals.resume_once(PLAN).close()
    assert [path.name for path in applied.folder.iterdir()] == [note.name]


def test_a_note_holds_nothing_and_is_for_its_owner(tmp_path: Path) -> None:
    apply(Journals(tmp_path, NOW), finished=True)
    applied = Applied(tmp_path)
    (note,) = applied.folder.iterdir()
    assert (note.suffix, note.read_bytes(), applied.count()) == (".applied", b"", 1)
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    assert "plan" not in note.stem


@pytest.mark.parametrize(("days", "stays"), [(MOST_AGE_DAYS + 1, True), (KEPT_DAYS + 1, False)])
def test_a_note_goes_when_its_plan_is_too_old_to_be_applied(
    tmp_path: Path, *, days: int, stays: bool
) -> None:
    apply(Journals(tmp_path, NOW), finished=True)
    (note,) = Applied(tmp_path).folder.iterdir()
    os.utime(note, (NOW, NOW))
    clean_expired(tmp_path, NOW + days * DAY_S)
    assert note.exists() == stays


def test_where_nothing_can_be_noted_nothing_is_begun(tmp_path: Path) -> None:
    Applied(tmp_path).folder.write_text("no folder")
    with pytest.raises(MachineError):
        Journals(tmp_path, NOW).begin_once(PLAN)
    assert not list(tmp_path.glob("*.finished"))
    Applied(tmp_path).folder.unlink()
    Journals(tmp_path, NOW).resume_once(PLAN).close()
