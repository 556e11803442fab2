"""The journal: on disk before anybody is told, and every flipped bit noticed."""

from __future__ import annotations

import random
import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactctl.changes.preview import FieldChange
from contactctl.errors import ContactctlError, DamagedFileError, MachineError
from contactctl.exact_json import Number
from contactctl.importing.journal import create_journal, open_journal
from contactctl.importing.journal_rows import (
    RunIdentity,
    State,
    parse_result_row,
    parse_state_row,
    result_row,
    state_row,
)
from contactctl.importing.row import KINDS, Result, RowChange, RowError

if TYPE_CHECKING:
    from pathlib import Path

    from contactctl.importing.journal import Journal

IDENTITY = RunIdentity("people.csv", "digest", '{"map":{}}', "account", 10)


def done(ordinal: int) -> Result:
    return Result(ordinal, "done", f"contact-{ordinal}", 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "run.journal"


def make(path: Path, count: int = 0) -> Journal:
    journal = create_journal(path, IDENTITY)
    for ordinal in range(1, count + 1):
        journal.note(done(ordinal))
    return journal


def test_what_was_recorded_is_there_without_closing(path: Path) -> None:
    with make(path) as journal:
        journal.record(done(3))
        other = sqlite3.connect(path)
        assert other.execute("SELECT ordinal FROM result").fetchall() == [(3,)]
        other.close()


def test_a_note_reaches_the_disk_with_the_next_record_or_at_the_end(path: Path) -> None:
    with make(path) as journal:
        journal.note(done(1))
        journal.record(done(2))
        journal.note(done(3))
    with open_journal(path) as journal:
        assert [journal.result_of(ordinal) for ordinal in (1, 2, 3)] == [done(1), done(2), done(3)]


def test_notes_without_any_record_do_not_fill_the_memory(path: Path) -> None:
    with make(path, 2500) as journal, closing(sqlite3.connect(path)) as other:
        (count,) = other.execute("SELECT count(*) FROM result").fetchone()
        assert count >= 1500
        assert len(journal._waiting) <= 1000


def test_state_and_every_kind_of_result_are_read_back(path: Path) -> None:
    error = RowError("refused", "no\nsuch \u202e thing", 400, "not_applied")
    results = [
        done(1),
        Result(2, "failed", None, 4, error),
        Result(3, "failed", None, 0, RowError("usage", "bad")),
        Result(4, "skipped"),
        Result(5, "done", "c5", 1, change=RowChange("created", {"email": FieldChange(None, "a")})),
        Result(6, "done", "c6", 0, change=RowChange("unchanged", {})),
    ]
    with make(path) as journal:
        for result in results:
            journal.record(result)
        journal.state.reported = 2
        journal.state.finished = True
    with open_journal(path) as journal:
        assert journal.state == State(IDENTITY, finished=True, reported=2)
        assert [journal.result_of(n) for n in range(1, 8)] == [*results, None]


def test_rows_of_this_run_are_not_taken_for_earlier_ones(path: Path) -> None:
    with make(path) as journal:
        journal.record(done(1))
        assert journal.result_of(1) is None


def test_many_results_are_paged(path: Path) -> None:
    make(path, 2500).close()
    with open_journal(path) as journal:
        found = [journal.result_of(ordinal) for ordinal in range(1, 2502)]
    assert found == [*map(done, range(1, 2501)), None]


def test_gaps_between_results(path: Path) -> None:
    with make(path) as journal:
        for ordinal in (5, 1999, 4000):
            journal.note(done(ordinal))
    with open_journal(path) as journal:
        found = [ordinal for ordinal in range(1, 5000) if journal.result_of(ordinal)]
    assert found == [5, 1999, 4000]


def test_threads_record_at_the_same_time_and_share_commits(path: Path) -> None:
    with make(path) as journal:

        def record(start: int) -> None:
            for ordinal in range(start + 1, start + 41):
                journal.record(done(ordinal))

        work = [threading.Thread(target=record, args=(k * 100,)) for k in range(10)]
        for thread in work:
            thread.start()
        for thread in work:
            thread.join()
        assert journal._round <= 401
    with open_journal(path) as journal:
        assert sum(journal.result_of(n) is not None for n in range(1000)) == 400


def test_after_a_failed_commit_nothing_is_ever_said_to_be_recorded(path: Path) -> None:
    journal = make(path)
    real = journal._connection

    class Full:
        in_transaction = False

        def execute(self, *_: object) -> object:
            error = sqlite3.OperationalError("full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error

    journal._connection = Full()  # type: ignore[assignment]
    for _ in range(2):
        with pytest.raises(MachineError, match="the disk is full"):
            journal.record(done(1))
        journal._connection = real
    journal.close()
    with open_journal(path) as again:
        assert again.result_of(1) is None


def test_the_file_is_private_and_so_is_the_one_beside_it(path: Path) -> None:
    with make(path) as journal:
        journal.record(done(1))
        modes = {item.stat().st_mode & 0o777 for item in path.parent.iterdir()}
    assert modes == {0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_run_that_was_never_begun_leaves_no_journal(path: Path) -> None:
    path.parent.mkdir()
    path.mkdir()
    with pytest.raises(MachineError, match="cannot make the import journal"):
        create_journal(path, IDENTITY)
    assert [item.name for item in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(("version", "age"), [(3, "a newer"), (1, "an older")])
def test_a_journal_of_another_version_is_named_and_left_alone(
    path: Path, version: int, age: str
) -> None:
    make(path, 3).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(DamagedFileError, match=f"{path} was made by {age} version") as caught:
        open_journal(path)
    assert "without --resume" in str(caught.value.hint)
    assert path.read_bytes() == before


def test_a_file_that_is_something_else_is_named_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"something else entirely, and long enough for a header " * 50)
    with pytest.raises(DamagedFileError, match="is damaged"):
        open_journal(path)
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE mine (x)")
    connection.close()
    with pytest.raises(DamagedFileError, match="is another program's file"):
        open_journal(path)


def test_a_state_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where a folder should be")
    with pytest.raises(MachineError):
        make(tmp_path / "state" / "run.journal")


def test_a_damaged_journal_is_let_go_of_at_once(path: Path) -> None:
    """Also while the error is still at hand, and with it every frame that it passed."""
    make(path, 5).close()
    change = "UPDATE result SET text = text || ' ' WHERE ordinal = 2"
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        connection.execute(change)
        with pytest.raises(DamagedFileError) as caught:
            open_journal(path)
        connection.execute(change)
    assert str(path) in caught.value.message


def torn(data: bytes, draw: random.Random) -> bytes:
    """Return a file cut short, with flipped bytes, or with a page of zeros."""
    kind = draw.randrange(3)
    place = draw.randrange(len(data))
    if kind == 0:
        return data[:place]
    if kind == 1:
        flipped = bytearray(data)
        for _ in range(draw.randrange(1, 4)):
            flipped[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        return bytes(flipped)
    page = place // 4096 * 4096
    return data[:page] + bytes(4096) + data[page + 4096 :]


def check_torn(path: Path, whole: bytes, count: int, seed: int) -> None:
    """Check that a torn journal opens with true results alone, or says that it is damaged."""
    path.write_bytes(torn(whole, random.Random(seed)))  # noqa: S311
    try:
        with open_journal(path) as journal:
            for ordinal in range(1, count + 1):
                assert journal.result_of(ordinal) in {done(ordinal), None}
    except ContactctlError as error:
        assert str(path) in error.message  # noqa: PT017
    path.with_name(path.name + "-journal").unlink(missing_ok=True)


@pytest.mark.parametrize("part", range(5))
def test_a_torn_journal_opens_or_says_so(path: Path, part: int) -> None:
    make(path, 300).close()
    whole = path.read_bytes()
    for seed in range(part * 60, part * 60 + 60):
        check_torn(path, whole, 300, seed)


@pytest.mark.slow
def test_a_thousand_torn_journals(path: Path) -> None:
    make(path, 300).close()
    whole = path.read_bytes()
    for seed in range(1000, 2000):
        check_torn(path, whole, 300, seed)


_TEXTS = st.text(max_size=30)
_ERRORS = st.builds(RowError, _TEXTS, _TEXTS, st.none() | st.integers(100, 599), _TEXTS)
_VALUES = st.none() | st.booleans() | _TEXTS | st.integers().map(lambda n: Number(str(n)))
_FIELDS = st.dictionaries(_TEXTS, st.builds(FieldChange, _VALUES, _VALUES), max_size=3)
_RESULTS = st.builds(
    Result,
    st.integers(0, 2**62),
    st.just("done"),
    st.none() | _TEXTS,
    st.integers(0, 10**6),
    st.none(),
    st.none() | st.builds(RowChange, st.sampled_from(KINDS), _FIELDS),
) | st.builds(
    Result,
    st.integers(0, 2**62),
    st.just("failed"),
    st.none(),
    st.integers(0, 99),
    _ERRORS,
    st.none(),
)


@given(_RESULTS)
def test_every_result_is_read_back(result: Result) -> None:
    assert parse_result_row(*result_row(result)) == result


@given(_RESULTS, st.data())
def test_a_change_anywhere_in_a_row_is_noticed(result: Result, data: st.DataObject) -> None:
    ordinal, text, mark = result_row(result)
    place = data.draw(st.integers(0, len(text) - 1))
    other = text[:place] + chr((ord(text[place]) + 1) % 0xD800) + text[place + 1 :]
    for row in ((ordinal + 1, text, mark), (ordinal, other, mark), (ordinal, text, mark[::-1])):
        if row != (ordinal, text, mark):
            with pytest.raises(ValueError, match=r".+"):
                parse_result_row(*row)


@given(_TEXTS, _TEXTS, st.booleans(), st.integers(0, 10**9))
def test_every_state_is_read_back(
    source: str,
    mapping: str,
    finished: bool,  # noqa: FBT001
    reported: int,
) -> None:
    state = State(RunIdentity(source, "d", mapping, "a", reported + 1), finished, reported)
    assert parse_state_row(*state_row(state)) == state
