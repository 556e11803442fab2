"""Finding a run again, and keeping two imports of one file apart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from contactctl.errors import DamagedFileError, MachineError, UsageError
from contactctl.importing.journal_rows import RunIdentity
from contactctl.importing.journals import Journals, OpenRun
from contactctl.importing.row import Result

if TYPE_CHECKING:
    from pathlib import Path

    from filelock import BaseFileLock

IDENTITY = RunIdentity("people.csv", "digest", "mapping", "account", 10)
NOW = 1_700_000_000.0
DAY_S = 86_400


@pytest.fixture
def journals(tmp_path: Path) -> Journals:
    return Journals(tmp_path / "imports", NOW)


def begin(
    journals: Journals, identity: RunIdentity = IDENTITY, *, finished: bool = False, rows: int = 1
) -> None:
    opened = journals.begin(identity)
    for ordinal in range(1, rows + 1):
        opened.journal.record(Result(ordinal, "done", "c", 1))
    opened.journal.state.finished = finished
    opened.close()


def test_an_unfinished_run_is_found_again(journals: Journals) -> None:
    assert not journals.has_unfinished(IDENTITY)
    begin(journals, rows=3)
    assert journals.has_unfinished(IDENTITY)
    opened = journals.resume(IDENTITY)
    assert opened.journal.state.identity == IDENTITY
    assert opened.journal.result_of(3)
    opened.close()


def test_the_last_unfinished_run_wins_over_a_later_finished_one(tmp_path: Path) -> None:
    for hour, rows, finished in [(0, 1, False), (1, 2, False), (2, 3, True)]:
        begin(Journals(tmp_path, NOW + 3600 * hour), rows=rows, finished=finished)
    opened = Journals(tmp_path, NOW).resume(IDENTITY)
    assert opened.journal.result_of(2)
    assert not opened.journal.result_of(3)
    opened.close()


def test_the_lock_is_held_until_the_journal_is_put_aside(
    journals: Journals, tmp_path: Path
) -> None:
    """Another import of the file would else begin beside a journal that seems unfinished."""
    seen: list[list[str]] = []

    class Lock:
        def release(self) -> None:
            seen.append(sorted(path.suffix for path in (tmp_path / "imports").iterdir()))

    opened = journals.begin(IDENTITY)
    opened.journal.state.finished = True
    OpenRun(opened.journal, cast("BaseFileLock", Lock())).close()
    opened._lock.release()
    assert seen == [[".finished", ".lock"]]


def test_a_finished_run_can_be_opened_and_has_nothing_left(journals: Journals) -> None:
    begin(journals, finished=True)
    assert not journals.has_unfinished(IDENTITY)
    opened = journals.resume(IDENTITY)
    assert opened.journal.state.finished
    opened.close()


def test_a_moved_file_is_the_same_file(journals: Journals) -> None:
    begin(journals)
    journals.resume(replace(IDENTITY, source="elsewhere/people.csv")).close()


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
    journals: Journals, change: dict[str, str], message: str
) -> None:
    begin(journals)
    with pytest.raises(UsageError, match=message) as caught:
        journals.resume(replace(IDENTITY, **change))  # type: ignore[arg-type]
    assert "leave --resume away" in str(caught.value.hint)


def test_without_any_run_there_is_nothing_to_resume(journals: Journals) -> None:
    with pytest.raises(UsageError, match="no run of"):
        journals.resume(IDENTITY)


def test_two_imports_of_one_file_are_kept_apart(journals: Journals) -> None:
    opened = journals.begin(IDENTITY)
    for again in (journals.begin, journals.resume):
        with pytest.raises(MachineError, match="another process is at work on"):
            again(IDENTITY)
    other = journals.begin(replace(IDENTITY, account="other"))
    other.close()
    opened.close()
    journals.resume(IDENTITY).close()


def test_the_lock_is_let_go_when_the_journal_cannot_be_opened(
    journals: Journals, tmp_path: Path
) -> None:
    begin(journals)
    (path,) = (tmp_path / "imports").glob("*.journal")
    whole = path.read_bytes()
    path.write_bytes(whole[:5000])
    for _ in range(2):
        with pytest.raises(DamagedFileError, match="is damaged"):
            journals.resume(IDENTITY)
    assert path.read_bytes() == whole[:5000]
    path.write_bytes(whole)
    journals.resume(IDENTITY).close()


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "imports").write_text("a file")
    with pytest.raises(MachineError, match="imports"):
        Journals(tmp_path / "imports", NOW).begin(IDENTITY)


def test_a_journal_left_in_the_making_is_nobodys(journals: Journals, tmp_path: Path) -> None:
    begin(journals)
    (path,) = (tmp_path / "imports").glob("*.journal")
    path.rename(path.with_name(path.name + ".new"))
    with pytest.raises(UsageError, match="no run of"):
        journals.resume(IDENTITY)


def test_nothing_but_the_journal_and_its_lock_stays(journals: Journals, tmp_path: Path) -> None:
    begin(journals, finished=True)
    suffixes = sorted(path.suffix for path in (tmp_path / "imports").iterdir())
    assert suffixes == [".finished", ".lock"]
