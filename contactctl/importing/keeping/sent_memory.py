"""The file that remembers what was last sent for each contact, true whoever else writes."""

from __future__ import annotations

import hashlib
import os
import struct
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Self, cast

from contactctl.contact import fold_address
from contactctl.errors import ContactctlError
from contactctl.files import SENT_FILE_NAME, elsewhere
from contactctl.importing.keeping.claims import CLAIM_TABLES, Claim, Claims
from contactctl.importing.keeping.known_digests import Digest, count_known
from contactctl.importing.keeping.life_signs import LifeSigns
from contactctl.sqlite_file import FileKind, explained, open_database

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from contactctl.contact import ContactRef

SENT = FileKind(
    name="memory of sent rows",
    application_id=int.from_bytes(b"ccis", "big"),
    version=1,
    way_out="delete it; the next import with --changed-only then sends every row once",
    elsewhere=elsewhere("state"),
)
_SCHEMA = """
    CREATE TABLE ref (ref INTEGER PRIMARY KEY, contact INTEGER);
    CREATE TABLE sent (contact INTEGER PRIMARY KEY, digest INTEGER, rest INTEGER, day INTEGER);
    CREATE INDEX by_digest ON sent (digest, rest, day)
"""
#: A file of the first version has none.
_SWEEP_TABLE = """
    CREATE TABLE IF NOT EXISTS sweep (one INTEGER PRIMARY KEY, day INTEGER);
    INSERT OR IGNORE INTO sweep VALUES (1, -1)
"""
#: After so many days a contact is sent again, whatever is remembered.
KEPT_DAYS = 30
#: Rows that are looked up at a time: 500 cost little more than one.
_LOOKED_UP_ROWS = 500

_HALVES = struct.Struct(">qq")
_CACHE_KIB = 4096
_WAIT_S = 30.0
_DAY_S = 86_400


class Sent(NamedTuple):
    """The end of a write that was announced: whose, and the id of the contact that was answered.

    Without an id nothing was written, unless it is ``lost`` and may yet be. Without a digest, what
    the contact now holds is no payload that is to be remembered.
    """

    claim: Claim
    digest: Digest | None
    contact_id: str | None
    lost: bool = False


class SentMemory:
    """The open memory of one account; ``account`` tells it from others.

    What it says of a contact holds at any moment, whoever else writes on this machine: who is
    about to write announces that, which forgets the contact, and what was sent is remembered only
    when nobody else wrote, or could have written, between the announcement and the answer.
    ``claims`` has the name of this writer, and tells the killed ones from the living.
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        account: str,
        claims: Claims,
        clock: Callable[[], float],
    ) -> None:
        self._path = path
        self._connection = connection
        # Keyed by the account: the file holds no address, and one account's rows say nothing of
        # another's.
        self._key = hashlib.blake2b(account.encode(), digest_size=32).digest()
        self._claims = claims
        self._clock = clock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was announced and has not ended stays announced."""
        is_over = not self._claims.is_known
        try:
            if self._claims.is_known:
                # Not to be told: the next run finds this writer dead and strikes it off.
                with suppress(ContactctlError), self._writing() as connection:
                    is_over = self._claims.leave(connection)
        finally:
            self._connection.close()
            self._claims.signs.end(is_over=is_over)

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

    def count_known(self, digests: Sequence[Digest]) -> int:
        """Return how many of these payloads :meth:`known` would return, repeated ones each time."""
        with explained(self._path, SENT):
            return count_known(self._connection, digests, self._today - KEPT_DAYS)

    def contacts(self, refs: Iterable[ContactRef]) -> dict[ContactRef, int]:
        """Return the number of the contact that each ref picked when it was sent last."""
        numbers = {ref: self._number(ref.name, ref.value) for ref in refs}
        found = self._contacts_of([*numbers.values()])
        return {ref: found[number] for ref, number in numbers.items() if number in found}

    def announce(self, writes: Sequence[Sequence[ContactRef]]) -> list[Claim]:
        """Forget what was sent for these contacts, before something else is written to them.

        Each write is given by what it names its contact by. A contact that was sent by its other
        ref as well is forgotten all the same.
        """
        numbers = [tuple(self._number(ref.name, ref.value) for ref in refs) for refs in writes]
        with self._writing() as connection:
            generation = self._claims.begin(connection, int(self._clock()))
            # By way of the contact's number: the row may name an email address, and the write that
            # is to come a user id.
            found = self._contacts_of([number for refs in numbers for number in refs])
            claims = [
                Claim(generation, refs, tuple({found[ref] for ref in refs if ref in found}))
                for refs in numbers
            ]
            self._claims.put(connection, claims)
            connection.executemany(
                "DELETE FROM sent WHERE contact = ?",
                [(contact,) for claim in claims for contact in claim.contacts],
            )
        return claims

    def remember(self, items: Sequence[Sent]) -> None:
        """Keep what was sent last for each contact, in the order of the answers.

        Where another write may have come in between, nothing is kept.
        """
        if not items:
            return
        with self._writing() as connection:
            now = int(self._clock())
            generation = self._claims.begin(connection, now)
            for item in items:
                if item.lost:
                    self._claims.lose(connection, item.claim, now)
                held = self._claims.release(connection, item.claim, generation)
                if item.contact_id is not None:
                    self._note(connection, item, generation, held=held)
            # Others may have claimed before these were released, and must still see that.
            if self._claims.is_alone(connection):
                self._claims.drop_closed(connection)

    def erase(self, refs: Iterable[ContactRef], contact_id: str | None = None) -> bool:
        """Remove every trace of these contacts; tell whether there was one."""
        numbers = [self._number(ref.name, ref.value) for ref in refs]
        with self._writing() as connection:
            contacts = {*self._contacts_of(numbers).values()}
            if contact_id is not None:
                contacts.add(self._number("id", contact_id))
            gone = [
                connection.executemany(
                    f"DELETE FROM {table} WHERE contact = ?",  # noqa: S608 - names of ours
                    [(contact,) for contact in contacts],
                ).rowcount
                for table in ("sent", "ref")
            ]
        return any(count > 0 for count in gone)

    def count(self) -> int:
        """Return of how many contacts, of all accounts, something is remembered."""
        with explained(self._path, SENT):
            (found,) = self._connection.execute("SELECT count(*) FROM sent").fetchone()
        return int(found)

    def drop_expired(self) -> None:
        """Remove what is too old to count, and who is known for nothing; at most once a day."""
        today = self._today
        with self._writing() as connection:
            (cleaned,) = connection.execute("SELECT cleaned FROM clock").fetchone()
            if cleaned == today:
                return
            oldest = today - KEPT_DAYS
            gone = connection.execute("DELETE FROM sent WHERE day < ?", (oldest,))
            (swept,) = connection.execute("SELECT day FROM sweep").fetchone()
            # Where nothing has expired, few refs are nobody's: a look at each of millions can wait.
            if gone.rowcount or not oldest < swept <= today:  # a clock may have been ahead
                connection.execute(
                    "DELETE FROM ref WHERE contact NOT IN (SELECT contact FROM sent)"
                )
                connection.execute("UPDATE sweep SET day = ?", (today,))
            connection.execute("UPDATE clock SET cleaned = ?", (today,))

    @property
    def _today(self) -> int:
        return int(self._clock() // _DAY_S)

    def _note(
        self, connection: sqlite3.Connection, item: Sent, generation: int, *, held: bool
    ) -> None:
        """Remember the answer of a write, or forget its contact where it may not have the last."""
        contact = self._number("id", item.contact_id or "")
        digest = item.digest
        if not held or self._claims.is_overlapped(connection, item.claim, contact):
            digest = None
        connection.execute("DELETE FROM sent WHERE contact = ?", (contact,))
        if digest is not None:
            connection.execute(
                "INSERT INTO sent VALUES (?, ?, ?, ?)", (contact, *digest, self._today)
            )
        # The refs are kept even so: they say that both identifiers are one contact.
        refs = [(ref, contact) for ref in item.claim.refs]
        connection.executemany("INSERT OR REPLACE INTO ref VALUES (?, ?)", refs)
        self._claims.note_written(connection, item.claim, contact, generation)

    def _contacts_of(self, numbers: Sequence[int]) -> dict[int, int]:
        return dict(self._looked_up("SELECT ref, contact FROM ref WHERE ref IN", numbers))

    def _looked_up(self, query: str, keys: Sequence[int]) -> Iterator[Any]:
        """Yield what a query finds for many keys; ``query`` is one of ours, up to its IN."""
        for start in range(0, len(keys), _LOOKED_UP_ROWS):
            part = keys[start : start + _LOOKED_UP_ROWS]
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


def open_sent_memory(
    folder: Path, account: str, *, writer: str | None = None, now: float | None = None
) -> SentMemory:
    """Open the memory in the state folder; ``now`` is seconds since 1970, where it stands still.

    ``writer`` is the name of one that may write for long, be killed, and be gone on with; no two
    at a time have it. It gives a sign of life; single commands are not worth one.
    Raises :class:`DamagedFileError` and :class:`MachineError`.
    """
    path, signs = folder / SENT_FILE_NAME, LifeSigns(folder)
    connection = open_database(path, SENT, _SCHEMA, wait_s=_WAIT_S)
    try:
        with explained(path, SENT):
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            for statement in f"{CLAIM_TABLES};{_SWEEP_TABLE}".split(";"):
                connection.execute(statement)
        if writer is not None:
            signs.give(writer)
    except BaseException:
        connection.close()
        raise
    clock = time.time if now is None else (lambda: now)
    claims = Claims(writer or os.urandom(8).hex(), signs)
    return SentMemory(path, connection, account, claims, clock)
