"""The journal: on disk before anybody is told, and every flipped bit noticed."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from one_journal import IDENTITY, done, make

from contactctl.changes.preview import FieldChange
from contactctl.errors import MachineError
from contactctl.exact_json import Number
from contactctl.importing.keeping.journal import Journal, create_journal, open_journal
from contactctl.importing.keeping.journal_rows import (
    RunIdentity,
    State,
    parse_result_row,
    parse_state_row,
    result_row,
    state_row,
)
from contactctl.importing.row import KINDS, Result, RowChange, RowError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "run.journal"


def test_what_was_recorded_is_there_without_closing(path: Path) -> None:
    with make(path) as journal:
        journal.record(done(3))
        other = sqlite3.connect(path)
        assert other.execute("SELECT ordinal FROM result").fetchall() == [(3,)]
        other.close()


class Meanwhile(sqlite3.Connection):
    """Calls a function whenever a transaction begins, as another thread may do something then."""

    then: Callable[[], None]

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:  # noqa: ANN401 - as its own
        if sql.startswith("BEGIN"):
            self.then()
        return super().execute(sql, *args)


def test_a_row_that_is_told_of_during_a_commit_counts_as_told_with_its_result(path: Path) -> None:
    make(path).close()
    state = State(IDENTITY)
    connection = sqlite3.connect(path, isolation_level=None, factory=Meanwhile)
    journal = Journal(path, connection, state)

    def tell() -> None:
        journal.note(done(2))
        state.reported = 2

    with closing(connection):
        connection.then = tell
        journal.record(done(1))
    with open_journal(path) as found:  # as after a kill
        assert [found.result_of(ordinal) for ordinal in (1, 2)] == [done(1), None]
        assert found.state.reported == 0


NOT_SENT = Result(1, "failed", None, 1, RowError("drifted", "No."))
NOT_APPLIED = Result(2, "failed", None, 1, RowError("refused", "No.", 400, "not_applied"))
UNKNOWN = Result(2, "failed", None, 4, RowError("unavailable", "?", 500, "unknown"))
UNCHANGED = Result(2, "done", "c1", 1, None, RowChange("unchanged"))
UPDATED = Result(2, "done", "c1", 2, None, RowChange("updated"))


@pytest.mark.parametrize(
    ("results", "nothing"),
    [
        ([NOT_SENT, NOT_APPLIED], True),
        ([NOT_SENT, UNCHANGED], True),
        ([NOT_SENT, UPDATED], False),
        ([NOT_SENT, UNKNOWN], False),
        ([NOT_SENT, done(2)], False),
        ([UNCHANGED], False),
        ([], False),
    ],
)
def test_rows_that_failed_without_a_doubt_have_changed_nothing(
    path: Path, results: list[Result], *, nothing: bool
) -> None:
    with make(path) as journal:
        for result in results:
            journal.record(result)
        assert journal.changed_nothing is nothing


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
