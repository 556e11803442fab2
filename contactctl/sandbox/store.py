"""The sandbox's data on disk: one SQLite file, one writer at a time, old or new and never half."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from contactctl.errors import DamagedFileError, MachineError, NotFoundError
from contactctl.exact_json import JsonError
from contactctl.files import is_there, make_private_folder
from contactctl.sandbox.aside import move_aside
from contactctl.sandbox.demo import fill_with_demo
from contactctl.sandbox.grammar import folded
from contactctl.sandbox.tables import SCHEMA_VERSION, Transaction
from contactctl.sqlite_file import (
    FileKind,
    connect,
    damaged,
    explained,
    make_private_file,
    state_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contactctl.exact_json import JsonObject


#: How long a writer waits for those of other processes.
BUSY_TIMEOUT_S = 10.0

_RESET_HINT = (
    "`contactctl sandbox reset` starts afresh and moves an unusable sandbox aside; it leaves any"
    " other file alone"
)
SANDBOX = FileKind(
    name="sandbox file",
    application_id=int.from_bytes(b"cctl", "big"),
    version=SCHEMA_VERSION,
    way_out=_RESET_HINT,
    elsewhere="set CONTACTCTL_SANDBOX_DB to another file",
    damage="is damaged, or not a sandbox file",
    stranger="is a database, but not a sandbox",
)
_DUMP_PAGE = 500


class Store:
    """An open sandbox file; any thread may use it, and other processes beside this one."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        # One connection for all threads: they would take turns at the file anyway, and a lock
        # hands over at once where SQLite polls.
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; waits for a transaction that is under way."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Open a transaction that only reads.

        Raises :class:`DamagedFileError` and :class:`MachineError`.
        """
        with self._transaction("BEGIN") as transaction:
            yield transaction

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Open a transaction that writes; it ends whole on disk, or after an exception not at all.

        Raises :class:`DamagedFileError` and :class:`MachineError`.
        """
        with self._transaction("BEGIN IMMEDIATE") as transaction:
            yield transaction

    def dump(self) -> Iterator[JsonObject]:
        """Yield every contact as ``find`` shows it, and what it does not show; oldest first.

        Read in pages, so that a slow reader of the output keeps nobody from writing.
        """
        position = 0
        while True:
            with self.read() as transaction:
                page = transaction.contacts_after(position, _DUMP_PAGE)
            for position, contact in page:  # noqa: B007 - the last one begins the next page
                yield contact.to_whole_object()
            if not page:
                return

    def suppress(self, email: str, *, on: bool) -> None:
        """Put a contact's address on the suppression list, or take it off; costs no quota.

        Raises :class:`NotFoundError` when no contact has the address.
        """
        address = folded(email)
        with self.write() as transaction:
            if transaction.contact_by_email(address) is None:
                raise NotFoundError(
                    f"the sandbox has no contact {address}",
                    hint=f"create it: `contactctl update --sandbox --email {address}`",
                )
            transaction.set_suppressed(address, on=on)

    def reset(self, seed: JsonObject | None = None, now_s: float = 0.0) -> None:
        """Return to the demonstration data, and load ``seed`` over it where there is one.

        Raises :class:`UsageError` for a seed that cannot be loaded.
        """
        with self.write() as transaction:
            fill_with_demo(transaction)
            if seed is not None:
                from contactctl.sandbox.snapshot import load  # only a server has one

                load(transaction, seed, now_s)

    def version(self) -> str:
        """Return a text that is another one whenever the data may have changed."""
        with self._lock, _explained(self.path):
            # The first counts the changes of other processes, the second those of this one.
            (theirs,) = self._connection.execute("PRAGMA data_version").fetchone()
            return f"{theirs}.{self._connection.total_changes}"

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Transaction]:
        with self._lock, _explained(self.path):
            self._connection.execute(begin)
            try:
                yield Transaction(self._connection)
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")


def open_store(path: Path) -> Store:
    """Open the sandbox file; a new one is private and holds the demonstration data.

    Raises :class:`DamagedFileError` for a file that is not, or no longer, a sandbox or that a newer
    version made; :class:`MachineError` for one that cannot be opened.
    """
    make_private_folder(path.parent, SANDBOX.elsewhere)
    _make_private_file(path)
    connection = connect(path, SANDBOX, wait_s=BUSY_TIMEOUT_S)
    store = Store(path, connection)
    try:
        _prepare(store, connection)
    except BaseException:
        store.close()
        raise
    return store


def open_memory_store() -> Store:
    """Open a sandbox that is in no file: it begins with the demonstration data and ends here."""
    path = Path(":memory:")
    connection = connect(path, SANDBOX, wait_s=BUSY_TIMEOUT_S)
    store = Store(path, connection)
    _prepare(store, connection)
    return store


def reset_store(path: Path) -> Path | None:
    """Return the sandbox to its demonstration data, in whatever state its file is.

    One that cannot be used is moved aside, never deleted: its new path is returned. Raises
    :class:`DamagedFileError` for a file that is not known to be a sandbox's, which stays.
    """
    try:
        with open_store(path) as store:
            store.reset()
    # A newer version's file is among these: it may hold what somebody still needs.
    except DamagedFileError as error:
        aside = move_aside(path, SANDBOX, error)
        open_store(path).close()
        return aside
    return None


def _make_private_file(path: Path) -> None:
    """Make the file before SQLite does: nobody else may read it, whatever the umask."""
    try:
        make_private_file(path)
    except OSError as error:
        raise MachineError(
            f"cannot make the {SANDBOX.name} {path}: {error.strerror}",
            hint=f"check the folder, or {SANDBOX.elsewhere}",
        ) from error


def _prepare(store: Store, connection: sqlite3.Connection) -> None:
    with store.read():  # one view of the file, which another process may be filling right now
        state, older = state_of(connection, SANDBOX), _older_version(connection)
    if older:
        _upgrade(store, connection)
        return
    if state == "new":
        _fill_if_new(store, connection)
    elif state != "ours":
        raise DamagedFileError(f"{store.path} {state}", hint=_RESET_HINT)


def _older_version(connection: sqlite3.Connection) -> int:
    """Return the version of a sandbox file that can be upgraded, else 0."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    is_older = application == SANDBOX.application_id and 0 < version < SANDBOX.version
    return int(version) if is_older else 0


def _upgrade(store: Store, connection: sqlite3.Connection) -> None:
    """Upgrade an older file; another process may have done so since it was seen."""
    with store.write() as transaction:
        version = _older_version(connection)
        if version:
            transaction.upgrade(version)


def _fill_if_new(store: Store, connection: sqlite3.Connection) -> None:
    """Fill a new file; inside the transaction it is new only if no other process was first."""
    with store.write() as transaction:
        if state_of(connection, SANDBOX) == "new":
            connection.execute(f"PRAGMA application_id = {SANDBOX.application_id}")
            fill_with_demo(transaction)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what SQLite raises, and JSON that is none, into an error that names the file."""
    try:
        with explained(path, SANDBOX):
            yield
    except JsonError as error:
        raise damaged(path, SANDBOX) from error


def sandbox_id(path: Path) -> str:
    """Return what tells a sandbox from others and from itself before a reset.

    SQLite counts up a number whenever the tables are made again, which a reset does. A file that
    cannot be read has the number 0; whoever opens it says what is wrong with it.
    """
    return f"{path} {_version_of(path)}"


def _version_of(path: Path) -> int:
    if not is_there(path):
        return 0
    # Not by connect(), which explains errors: whoever opens the store does so.
    try:
        with closing(sqlite3.connect(path)) as connection:
            (version,) = connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.Error:
        return 0
    return int(version)
