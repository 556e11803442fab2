"""What was last sent for each contact, and which rows therefore need no request."""

from __future__ import annotations

import hashlib
import struct
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias, cast

from contactctl.contact import fold_address
from contactctl.files import SENT_FILE_NAME
from contactctl.sqlite_file import FileKind, explained, open_database

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from contactctl.contact import ContactRef
    from contactctl.importing.row import Job, Result

SENT = FileKind(
    name="memory of sent rows",
    application_id=int.from_bytes(b"ccis", "big"),
    version=1,
    way_out="delete it; the next import with --changed-only then sends every row once",
    elsewhere="set CONTACTCTL_STATE_DIR to another folder",
)
_SCHEMA = """
    CREATE TABLE ref (ref INTEGER PRIMARY KEY, contact INTEGER);
    CREATE TABLE sent (contact INTEGER PRIMARY KEY, digest INTEGER, rest INTEGER, day INTEGER);
    CREATE INDEX by_digest ON sent (digest, rest, day)
"""
#: After so many days a contact is sent again, whatever is remembered.
KEPT_DAYS = 30
#: Rows that are looked up at a time: 500 cost little more than one.
LOOKED_UP_ROWS = 500

_HALVES = struct.Struct(">qq")
_CACHE_KIB = 4096
_WAIT_S = 30.0
_DAY_S = 86_400


#: What stands for a payload: two halves of 64 bits, as SQLite's integers have.
Digest: TypeAlias = tuple[int, int]


class Sent(NamedTuple):
    """A payload that the service acknowledged, whose, and the id of the contact it answered.

    Without a digest it says only which refs are one contact.
    """

    digest: Digest | None
    refs: Sequence[ContactRef]
    contact_id: str


class SentMemory:
    """The open memory of one account; ``account`` tells it from others."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, account: str, today: int
    ) -> None:
        self._path = path
        self._connection = connection
        self._key = hashlib.blake2b(account.encode(), digest_size=32).digest()
        self._today = today

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def digest(self, body: bytes) -> Digest:
        """Return what stands for a request body of this account."""
        found = hashlib.blake2b(body, digest_size=16, key=self._key).digest()
        return cast("Digest", _HALVES.unpack(found))

    def known(self, digests: Sequence[Digest]) -> dict[Digest, int]:
        """Return which payloads are the last ones sent for a contact, with that contact's number.

        Raises :class:`MachineError` and :class:`DamagedFileError`, as all that follows.
        """
        found: dict[Digest, int] = {}
        oldest = self._today - KEPT_DAYS
        for first, rest, contact, day in self._looked_up(
            "SELECT digest, rest, contact, day FROM sent WHERE digest IN",
            [first for first, _ in digests],
        ):
            if day >= oldest:
                found[first, rest] = contact
        return found

    def contacts(self, refs: Iterable[ContactRef]) -> dict[ContactRef, int]:
        """Return the number of the contact that each ref picked when it was sent last."""
        numbers = {ref: self._number(ref.name, ref.value) for ref in refs}
        rows = self._looked_up("SELECT ref, contact FROM ref WHERE ref IN", [*numbers.values()])
        found = dict(rows)
        return {ref: found[number] for ref, number in numbers.items() if number in found}

    def forget(self, refs: Iterable[ContactRef], contact_id: str | None = None) -> None:
        """Forget what was sent for these contacts, before something else is written to them.

        A contact that was sent by its other ref as well is forgotten all the same.
        """
        # By way of the contact's number: the row may name an email address, and the write that is
        # to come a user id.
        contacts = set(self.contacts(refs).values())
        if contact_id is not None:
            contacts.add(self._number("id", contact_id))
        if contacts:
            with self._writing() as connection:
                connection.executemany(
                    "DELETE FROM sent WHERE contact = ?", [(contact,) for contact in contacts]
                )

    def remember(self, items: Sequence[Sent]) -> None:
        """Keep what was sent last for each contact, in the order of sending."""
        if not items:
            return
        with self._writing() as connection:
            for digest, refs, contact_id in items:
                contact = self._number("id", contact_id)
                if digest is not None:
                    connection.execute(
                        "INSERT OR REPLACE INTO sent VALUES (?, ?, ?, ?)",
                        (contact, *digest, self._today),
                    )
                connection.executemany(
                    "INSERT OR REPLACE INTO ref VALUES (?, ?)",
                    [(self._number(ref.name, ref.value), contact) for ref in refs],
                )

    def drop_expired(self) -> None:
        """Remove what is too old to count."""
        with self._writing() as connection:
            gone = connection.execute("DELETE FROM sent WHERE day < ?", (self._today - KEPT_DAYS,))
            # Refs have no day of their own; they go with the last payload of their contact.
            if gone.rowcount:
                connection.execute(
                    "DELETE FROM ref WHERE contact NOT IN (SELECT contact FROM sent)"
                )

    def _looked_up(self, query: str, keys: Sequence[int]) -> Iterator[Any]:
        """Yield what a query finds for many keys; ``query`` is one of ours, up to its IN."""
        for start in range(0, len(keys), LOOKED_UP_ROWS):
            part = keys[start : start + LOOKED_UP_ROWS]
            marks = ",".join("?" * len(part))
            with explained(self._path, SENT):
                yield from self._connection.execute(f"{query} ({marks})", part)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with explained(self._path, SENT):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def _number(self, name: str, value: str) -> int:
        """Return what stands for an identifier; addresses as the service compares them."""
        text = f"{name}:{fold_address(value) if name == 'email' else value}"
        found = hashlib.blake2b(text.encode(), digest_size=8, key=self._key).digest()
        return int.from_bytes(found, "big", signed=True)


def open_sent_memory(folder: Path, account: str, *, now: float | None = None) -> SentMemory:
    """Open the memory in the state folder; ``now`` is seconds since 1970.

    Raises :class:`DamagedFileError` and :class:`MachineError`.
    """
    path = folder / SENT_FILE_NAME
    connection = open_database(path, SENT, _SCHEMA, wait_s=_WAIT_S)
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    today = int((time.time() if now is None else now) // _DAY_S)
    return SentMemory(path, connection, account, today)


def forget_sent(
    folder: Path, account: str, refs: Iterable[ContactRef], contact_id: str | None = None
) -> None:
    """Forget what an import sent for these contacts; to be called before any other write to them.

    Costs a look at the folder where nothing was ever imported. Raises as
    :func:`open_sent_memory`.
    """
    if (folder / SENT_FILE_NAME).exists():
        with open_sent_memory(folder, account) as memory:
            memory.forget(refs, contact_id)


_MOST_BUFFERED = 500


class Delta:
    """Keeps the memory of sent rows true at every moment, crashes included.

    What was sent for a contact is forgotten on disk before anything else is sent to it, and
    remembered only when nothing more of this run is on its way to it. For one thread.
    """

    def __init__(self, memory: SentMemory, *, changed_only: bool) -> None:
        self._memory = memory
        self._changed_only = changed_only
        self._under_way: Counter[str] = Counter()
        self._buffer: list[Sent] = []

    def unchanged(self, jobs: Sequence[Job]) -> set[int]:
        """Return the ordinals of the rows that say what was last sent for their contacts.

        A row behind one of the same contact that is to be sent must be sent as well, to have the
        last word again.
        """
        memory = self._memory
        if not self._changed_only or not jobs:
            return set()
        self.flush()
        # A row counts as unchanged when its very request body is the last one that the service
        # acknowledged for a contact, by whatever identifier, within KEPT_DAYS.
        digests = [memory.digest(job.body) for job in jobs]
        known = memory.known(digests)
        pairs = list(zip(jobs, digests, strict=True))
        new = [job for job, digest in pairs if digest not in known]
        if not new:
            return {job.ordinal for job in jobs}
        # Now in file order. A row that is sent touches its contact: all later rows of that contact
        # must be sent too, or an earlier row of the file would have the last word.
        contacts = memory.contacts(ref for job in new for ref in job.change.refs)
        touched: set[int] = set()
        touched_keys: set[str] = set()
        same: set[int] = set()
        for job, digest in pairs:
            contact = known.get(digest)
            # A contact is recognised by its number where the memory knows it, and by the row's own
            # identifiers where it has never been sent.
            if contact is None:
                touched.update(contacts[ref] for ref in job.change.refs if ref in contacts)
            elif contact not in touched and touched_keys.isdisjoint(job.keys):
                same.add(job.ordinal)
                continue
            else:
                touched.add(contact)
            touched_keys.update(job.keys)
        return same

    def before_sending(self, jobs: Sequence[Job]) -> None:
        """Forget what was sent before for the contacts of these rows."""
        if not jobs:
            return
        # On disk before anything is sent: a crash in between costs one request too many, the other
        # order would let a later row pass for unchanged that is not.
        self.flush()
        self._memory.forget(ref for job in jobs for ref in job.change.refs)
        self._under_way.update(key for job in jobs for key in job.keys)

    def after_sending(self, job: Job, result: Result) -> None:
        """Note what became of a row that was announced by :meth:`before_sending`."""
        self._under_way.subtract(job.keys)
        # With another row of the contact on its way, what the service has in the end is not known.
        is_last = not any(self._under_way[key] for key in job.keys)
        for key in job.keys:
            if not self._under_way[key]:
                del self._under_way[key]
        if result.id is not None:
            # The refs are kept even so: they say that both identifiers are one contact.
            digest = self._memory.digest(job.body) if is_last else None
            self._buffer.append(Sent(digest, job.change.refs, result.id))
            if len(self._buffer) >= _MOST_BUFFERED:
                self.flush()

    def flush(self) -> None:
        """Bring to disk what is to be remembered."""
        buffer, self._buffer = self._buffer, []
        self._memory.remember(buffer)
