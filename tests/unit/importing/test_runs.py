"""Finding a run again, and keeping two imports of one file apart."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from contactctl.errors import DamagedFileError, MachineError, UsageError
from contactctl.importing.about import About
from contactctl.importing.outcome import Result
from contactctl.importing.runs import FINISHED_DAYS, UNFINISHED_DAYS, Runs

if TYPE_CHECKING:
    from pathlib import Path

ABOUT = About("people.csv", "digest", "mapping", "account", 10)
NOW = 1_700_000_000.0
DAY_S = 86_400


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "imports", NOW)


def begin(runs: Runs, about: About = ABOUT, *, finished: bool = False, rows: int = 1) -> None:
    opened = runs.begin(about)
    for ordinal in range(1, rows + 1):
        opened.journal.record(Result(ordinal, "done", "c", 1))
    opened.journal.state.finished = finished
    opened.close()


def test_an_unfinished_run_is_found_again(runs: Runs) -> None:
    assert not runs.has_unfinished(ABOUT)
    begin(runs, rows=3)
    assert runs.has_unfinished(ABOUT)
    opened = runs.resume(ABOUT)
    assert opened.journal.state.about == ABOUT
    assert opened.journal.result_of(3)
    opened.close()


def test_the_last_unfinished_run_wins_over_a_later_finished_one(tmp_path: Path) -> None:
    for hour, rows, finished in [(0, 1, False), (1, 2, False), (2, 3, True)]:
        begin(Runs(tmp_path, NOW + 3600 * hour), rows=rows, finished=finished)
    opened = Runs(tmp_path, NOW).resume(ABOUT)
    assert opened.journal.result_of(2)
    assert not opened.journal.result_of(3)
    opened.close()


def test_a_finished_run_can_be_opened_and_has_nothing_left(runs: Runs) -> None:
    begin(runs, finished=True)
    assert not runs.has_unfinished(ABOUT)
    opened = runs.resume(ABOUT)
    assert opened.journal.state.finished
    opened.close()


def test_a_moved_file_is_the_same_file(runs: Runs) -> None:
    begin(runs)
    runs.resume(replace(ABOUT, source="elsewhere/people.csv")).close()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"digest": "other"}, '"people.csv" has changed since'),
        ({"mapping": "other"}, "other column flags, or another profile or key"),
        ({"account": "other"}, "other column flags, or another profile or key"),
        ({"source": "b.csv", "digest": "other"}, 'no run of "b.csv" to go on with'),
    ],
)
def test_what_cannot_be_resumed_is_refused_with_the_reason(
    runs: Runs, change: dict[str, str], message: str
) -> None:
    begin(runs)
    with pytest.raises(UsageError, match=message) as caught:
        runs.resume(replace(ABOUT, **change))  # type: ignore[arg-type]
    assert "leave --resume away" in str(caught.value.hint)


def test_without_any_run_there_is_nothing_to_resume(runs: Runs) -> None:
    with pytest.raises(UsageError, match="no run of"):
        runs.resume(ABOUT)


def test_two_imports_of_one_file_are_kept_apart(runs: Runs) -> None:
    opened = runs.begin(ABOUT)
    for again in (runs.begin, runs.resume):
        with pytest.raises(MachineError, match="being imported already by another process"):
            again(ABOUT)
    other = runs.begin(replace(ABOUT, account="other"))
    other.close()
    opened.close()
    runs.resume(ABOUT).close()


def test_the_lock_is_let_go_when_the_journal_cannot_be_opened(runs: Runs, tmp_path: Path) -> None:
    begin(runs)
    (path,) = (tmp_path / "imports").glob("*.journal")
    whole = path.read_bytes()
    path.write_bytes(whole[:5000])
    for _ in range(2):
        with pytest.raises(DamagedFileError, match="is damaged"):
            runs.resume(ABOUT)
    assert path.read_bytes() == whole[:5000]
    path.write_bytes(whole)
    runs.resume(ABOUT).close()


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "imports").write_text("a file")
    with pytest.raises(MachineError, match="imports"):
        Runs(tmp_path / "imports", NOW).begin(ABOUT)


def test_a_journal_left_in_the_making_is_nobodys(runs: Runs, tmp_path: Path) -> None:
    begin(runs)
    (path,) = (tmp_path / "imports").glob("*.journal")
    path.rename(path.with_name(path.name + ".new"))
    with pytest.raises(UsageError, match="no run of"):
        runs.resume(ABOUT)


def test_nothing_but_the_journal_and_its_lock_stays(runs: Runs, tmp_path: Path) -> None:
    begin(runs, finished=True)
    suffixes = sorted(path.suffix for path in (tmp_path / "imports").iterdir())
    assert suffixes == [".finished", ".lock"]


def test_old_journals_are_cleaned_up_by_age(tmp_path: Path) -> None:
    folder = tmp_path / "imports"
    for number, (finished, age_days) in enumerate(
        [
            (True, FINISHED_DAYS - 1),
            (True, FINISHED_DAYS + 1),
            (False, UNFINISHED_DAYS - 1),
            (False, UNFINISHED_DAYS + 1),
        ]
    ):
        begin(Runs(folder, NOW), replace(ABOUT, digest=str(number)), finished=finished)
        for path in folder.iterdir():
            if path.stat().st_mtime > NOW:
                os.utime(path, (NOW - age_days * DAY_S,) * 2)
    Runs(folder, NOW).clean_up()
    left = [path for path in folder.iterdir() if path.suffix != ".lock"]
    assert sorted(path.suffix for path in left) == [".finished", ".journal"]
    Runs(tmp_path / "none", NOW).clean_up()
