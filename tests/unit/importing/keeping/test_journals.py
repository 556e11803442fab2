"""Finding a run again, and keeping two imports of one file apart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from contactctl.errors import DamagedFileError, MachineError, UsageError
from contactctl.importing.keeping.journal_rows import RunIdentity
from contactctl.importing.keeping.journals import Journals
from contactctl.importing.keeping.open_run import Endings, OpenRun
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


def test_the_last_unfinished_run_wins_over_an_earlier_finished_one(tmp_path: Path) -> None:
    for hour, rows, finished in [(0, 3, True), (1, 1, False), (2, 2, False)]:
        begin(Journals(tmp_path, NOW + 3600 * hour), rows=rows, finished=finished)
    opened = Journals(tmp_path, NOW).resume(IDENTITY)
    assert opened.journal.result_of(2)
    assert not opened.journal.result_of(3)
    opened.close()


@pytest.fixture
def file(tmp_path: Path) -> RunIdentity:
    """Return the identity of a file that is there under its name."""
    path = tmp_path / "people.csv"
    path.touch()
    return replace(IDENTITY, source=str(path))


def at(tmp_path: Path, hour: int) -> Journals:
    return Journals(tmp_path / "imports", NOW + 3600 * hour)


def test_a_finished_run_closes_the_older_ones_of_its_file(
    tmp_path: Path, file: RunIdentity
) -> None:
    changed = replace(file, digest="other")
    for hour, identity in enumerate([file, changed, file]):
        begin(at(tmp_path, hour), identity)
    begin(at(tmp_path, 3), changed, finished=True)
    journals = at(tmp_path, 4)
    assert not journals.has_unfinished(file)
    assert not journals.has_unfinished(changed)
    journals.check_resumable(replace(file, digest="a third"))
    assert len(list((tmp_path / "imports").glob("*.finished"))) == 4


def test_a_resumed_run_that_finishes_closes_the_older_ones_of_its_content(
    tmp_path: Path,
) -> None:
    for hour in range(3):
        begin(at(tmp_path, hour))
    opened = at(tmp_path, 3).resume(IDENTITY)
    opened.journal.state.finished = True
    opened.close()
    assert not at(tmp_path, 3).has_unfinished(IDENTITY)


@pytest.mark.parametrize(
    "change",
    [{"mapping": "other"}, {"account": "other"}, {"source": "/other.csv", "digest": "other"}],
    ids=lambda change: next(iter(change)),
)
def test_a_finished_run_closes_none_of_another_import(
    tmp_path: Path, file: RunIdentity, change: dict[str, str]
) -> None:
    other = replace(file, **change)  # type: ignore[arg-type]
    begin(at(tmp_path, 0), other)
    begin(at(tmp_path, 1), file, finished=True)
    assert at(tmp_path, 2).has_unfinished(other)


def test_a_finished_run_closes_none_that_began_after_it(tmp_path: Path, file: RunIdentity) -> None:
    opened = at(tmp_path, 0).begin(file)
    later = replace(file, digest="other")
    begin(at(tmp_path, 1), later)
    opened.journal.state.finished = True
    opened.close()
    assert at(tmp_path, 2).has_unfinished(later)


def test_a_finished_run_closes_none_that_is_under_way(tmp_path: Path, file: RunIdentity) -> None:
    running = replace(file, digest="other")
    opened = at(tmp_path, 0).begin(running)
    begin(at(tmp_path, 1), file, finished=True)
    assert at(tmp_path, 2).has_unfinished(running)
    opened.close()
    assert at(tmp_path, 2).has_unfinished(running)


@pytest.mark.parametrize("source", ["-", "/dev/fd/63"])
def test_what_came_through_a_pipe_is_not_the_same_file_by_its_name(
    tmp_path: Path, source: str
) -> None:
    piped = replace(IDENTITY, source=source)
    begin(at(tmp_path, 0), piped)
    begin(at(tmp_path, 1), replace(piped, digest="other"), finished=True)
    assert at(tmp_path, 2).has_unfinished(piped)


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
    OpenRun(opened.journal, cast("BaseFileLock", Lock()), Endings()).close()
    opened._lock.release()
    assert seen == [[".finished", ".lock"]]


def test_a_finished_run_is_not_resumed(journals: Journals) -> None:
    begin(journals, finished=True)
    assert not journals.has_unfinished(IDENTITY)
    journals.check_resumable(IDENTITY)
    with pytest.raises(UsageError, match="no unfinished run of"):
        journals.resume(IDENTITY)
    begin(journals)
    journals.resume(IDENTITY).close()


def test_a_moved_file_is_the_same_file(journals: Journals) -> None:
    begin(journals)
    journals.resume(replace(IDENTITY, source="elsewhere/people.csv")).close()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"digest": "other"}, '"people.csv" has changed since'),
        ({"mapping": "other"}, "other column flags, or another profile, team or key"),
        ({"account": "other"}, "other column flags, or another profile, team or key"),
        ({"source": "b.csv", "digest": "other"}, 'no unfinished run of "b.csv"'),
    ],
)
def test_what_cannot_be_resumed_is_refused_with_the_reason(
    journals: Journals, change: dict[str, str], message: str
) -> None:
    begin(journals)
    with pytest.raises(UsageError, match=message) as caught:
        journals.resume(replace(IDENTITY, **change))  # type: ignore[arg-type]
    assert "leave out --resume" in str(caught.value.hint)


def test_without_any_run_there_is_nothing_to_resume(journals: Journals) -> None:
    with pytest.raises(UsageError, match="no unfinished run of"):
        journals.resume(IDENTITY)


def test_two_imports_of_one_file_are_kept_apart(journals: Journals) -> None:
    opened = journals.begin(IDENTITY)
    for again in (journals.begin, journals.resume):
        with pytest.raises(MachineError, match="another process is already at work on"):
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
    with pytest.raises(UsageError, match="no unfinished run of"):
        journals.resume(IDENTITY)


def test_nothing_but_the_journal_and_its_lock_stays(journals: Journals, tmp_path: Path) -> None:
    begin(journals, finished=True)
    suffixes = sorted(path.suffix for path in (tmp_path / "imports").iterdir())
    assert suffixes == [".finished", ".lock"]
