"""The journal of one run: what became of each row, on disk before anybody is told."""

from __future__ import annotations

import threading
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Self

from contactctl.errors import MachineError
from contactctl.files import NEW_SUFFIX
from contactctl.importing.keeping.journal_rows import (
    JOURNAL,
    JOURNAL_SCHEMA,
    State,
    parse_result_row,
    parse_state_row,
    result_row,
    state_row,
)
from contactctl.replacing import take_place
from contactctl.sqlite_file import damaged, explained, open_database

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from contactctl.importing.keeping.journal_rows import RunIdentity, StateRow
    from contactctl.importing.row import Result

_WAIT_S = 5.0
_PAGE_ROWS = 1000
_MOST_NOTES = 1000
_CACHE_KIB = 256
_HARMLESS = frozenset({"not_sent", "not_applied"})


class Journal:
    """An open journal; any thread may record.

    A row is recorded after the service acknowledged it and before anybody hears of that: the
    reverse order lost rows in kill tests. Rows recorded at the same time share a commit.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, state: State) -> None:
        self.path = path
        self.state = state
        self._connection = connection
        self._disk = threading.Lock()
        self._adding = threading.Lock()
        self._waiting: list[Result] = []
        self._round = 0
        self._written = -1
        self._failure: BaseException | None = None
        self._page: dict[int, Result] = {}
        self._page_end = 0
        self._last_before = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def record(self, result: Result) -> None:
        """Return when the result is on disk.

        Raises :class:`MachineError` when it cannot be brought there; from then on nothing can be.
        """
        self._commit(self._add(result))

    def note(self, result: Result) -> None:
        """Keep a result that needs no acknowledgement; it reaches the disk with the next record."""
        # A row that was never sent can be judged again after a crash, at no cost to anybody.
        mine = self._add(result)
        if len(self._waiting) >= _MOST_NOTES:
            self._commit(mine)

    def flush(self) -> None:
        """Bring to disk what is still on its way, and how far the run has come."""
        with self._adding:
            mine = self._round
        self._commit(mine)

    @property
    def has_results(self) -> bool:
        """Tell whether an earlier run recorded anything."""
        return self._last_before > 0

    @property
    def changed_nothing(self) -> bool:
        """Tell whether rows failed and none changed anything, as far as anybody can know."""
        with self._disk, explained(self.path, JOURNAL), closing(self._results(0, -1)) as results:
            failed = False
            for result in results:
                is_harmless = result.error is not None and result.error.outcome in _HARMLESS
                if not is_harmless and (result.change is None or result.change.kind != "unchanged"):
                    return False
                failed = failed or is_harmless
        return failed

    def result_of(self, ordinal: int) -> Result | None:
        """Return what an earlier run recorded of a row; to be asked in ascending order."""
        if ordinal > self._last_before:
            return None
        if ordinal > self._page_end:
            self._load_page(ordinal)
        return self._page.get(ordinal)

    def check(self) -> None:
        """Hold every row against its mark.

        Raises :class:`DamagedFileError` where a single bit is not as it was written.
        """
        with explained(self.path, JOURNAL):
            # SQLite's check finds broken pages, the marks find flipped bytes that it passes.
            (verdict,) = self._connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise damaged(self.path, JOURNAL)
            for result in self._results(0, -1):
                self._last_before = result.ordinal

    def close(self) -> None:
        """Bring what is on its way to disk if that still goes, and close the file."""
        try:
            # After a failure, what waits is on no disk and nobody was told of it.
            if self._failure is None:
                self.flush()
        finally:
            with self._disk:
                self._connection.close()

    def _add(self, result: Result) -> int:
        with self._adding:
            self._waiting.append(result)
            return self._round

    def _commit(self, mine: int) -> None:
        """Write all that waits, unless a thread that came first has done so for this one."""
        # Two locks: results may be added while a batch is on its way to disk. Whoever has the disk
        # takes all that waits, so that ten threads cost one sync and not ten.
        with self._disk:
            if self._failure is not None:
                raise self._failure
            # Rounds count batches: a thread whose round is written was served while it waited.
            if self._written >= mine:
                return
            with self._adding:
                # How far the run has told never runs ahead of the results in the same commit: so it
                # is seen now, and not when they are on their way.
                state = state_row(self.state)
                batch, self._waiting = self._waiting, []
                this_round, self._round = self._round, self._round + 1
            try:
                self._write(batch, state)
            except BaseException as error:
                # To go on would tell of rows that are on no disk.
                self._failure = error
                raise
            self._written = this_round

    def _write(self, batch: Sequence[Result], state: StateRow) -> None:
        with explained(self.path, JOURNAL):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._connection.executemany(
                    "INSERT OR REPLACE INTO result VALUES (?, ?, ?)", map(result_row, batch)
                )
                self._connection.execute("INSERT OR REPLACE INTO run VALUES (1, ?, ?)", state)
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def _load_page(self, ordinal: int) -> None:
        with self._disk, explained(self.path, JOURNAL):
            self._page = {item.ordinal: item for item in self._results(ordinal, _PAGE_ROWS)}
        # A page that is not full was the last: all rows behind it have no result.
        full = len(self._page) == _PAGE_ROWS
        self._page_end = max(self._page) if full else self._last_before

    def _results(self, start: int, limit: int) -> Generator[Result, None, None]:
        rows = self._connection.execute(
            "SELECT ordinal, text, mark FROM result WHERE ordinal >= ? ORDER BY ordinal LIMIT ?",
            (start, limit),
        )
        # Closed at once: an error keeps this frame, and an open cursor keeps the file locked.
        with closing(rows):
            for row in rows:
                try:
                    yield parse_result_row(*row)
                except ValueError:
                    raise damaged(self.path, JOURNAL) from None


def create_journal(path: Path, identity: RunIdentity) -> Journal:
    """Make the journal of a new run; it takes its name once it is complete.

    Raises :class:`MachineError` when it cannot be made.
    """
    # Under another name until it is whole: a crash leaves no journal that a resume would take.
    new = path.with_name(path.name + NEW_SUFFIX)
    try:
        with _new_journal(new, identity) as journal:
            journal.flush()
        # Closed first: SQLite's own files beside it go by the name that it had when open.
        take_place(new, path)
    except OSError as error:
        raise MachineError(f"cannot make the import journal {path}: {error.strerror}") from error
    finally:
        remove_rollback(new)
        with suppress(OSError):
            new.unlink(missing_ok=True)
    return open_journal(path)


def open_journal(path: Path) -> Journal:
    """Open the journal of a run.

    Raises :class:`DamagedFileError` when it is not what was written, :class:`MachineError` when it
    cannot be opened.
    """
    connection = _open(path)
    try:
        with explained(path, JOURNAL):
            rows = connection.execute("SELECT text, mark FROM run").fetchall()
        # Rows come at its end, and none is read again: more would only be filled and kept.
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        journal = Journal(path, connection, _state_in(rows, path))
        journal.check()
    except BaseException:
        connection.close()
        raise
    return journal


def remove_rollback(path: Path) -> None:
    """Remove the empty file that SQLite leaves beside a closed journal."""
    rollback = path.with_name(path.name + "-journal")
    with suppress(OSError):
        if rollback.stat().st_size == 0:
            rollback.unlink()


def _open(path: Path) -> sqlite3.Connection:
    return open_database(path, JOURNAL, JOURNAL_SCHEMA, wait_s=_WAIT_S)


def _new_journal(path: Path, identity: RunIdentity) -> Journal:
    return Journal(path, _open(path), State(identity))


def _state_in(rows: Sequence[tuple[object, object]], path: Path) -> State:
    try:
        ((text, mark),) = rows
        return parse_state_row(text, mark)
    except ValueError:
        raise damaged(path, JOURNAL) from None
