"""Who is about to write to which contact: an order of all writes on this machine."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

#: A file of the first version has none of these.
CLAIM_TABLES = """
    CREATE TABLE IF NOT EXISTS claim (
        key INTEGER, writer TEXT, pending INTEGER, closed INTEGER, PRIMARY KEY (key, writer)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS writer (writer TEXT PRIMARY KEY, seen INTEGER);
    CREATE TABLE IF NOT EXISTS clock (
        one INTEGER PRIMARY KEY, generation INTEGER, cleaned INTEGER
    );
    INSERT OR IGNORE INTO clock VALUES (1, 0, -1)
"""
#: A writer that was not heard of for so long was killed, and nothing of it is on its way.
STALE_S = 3600

#: More contacts than rows that one writer has announced at a time.
_LATE_CONTACTS = 4096
#: The writer of all requests that nobody waits for any more, and that may still be applied.
_LOST = "lost"


class Claim(NamedTuple):
    """That something is about to be written to a contact, in the order of all such announcements.

    ``refs`` and ``contacts`` are the numbers of what it is known by.
    """

    generation: int
    refs: tuple[int, ...]
    contacts: tuple[int, ...]

    @property
    def keys(self) -> tuple[int, ...]:
        """Return all numbers that are claimed."""
        return self.refs + self.contacts


class Claims:
    """The claims of one writer among those of others, in the tables of ``CLAIM_TABLES``.

    Each method is given the connection of a transaction that is under way.
    """

    def __init__(self, writer: str) -> None:
        self.is_known = False
        self._writer = writer
        self._written: OrderedDict[int, Claim] = OrderedDict()

    def begin(self, connection: sqlite3.Connection, now: int) -> int:
        """Say that this writer lives, strike off the dead, and return a new generation.

        ``now`` is seconds since 1970.
        """
        if not self.is_known:  # what a killed one left whose work this one goes on with
            connection.execute("DELETE FROM claim WHERE writer = ?", (self._writer,))
        connection.execute("INSERT OR REPLACE INTO writer VALUES (?, ?)", (self._writer, now))
        connection.execute(
            "DELETE FROM claim WHERE writer IN (SELECT writer FROM writer WHERE seen < ?)",
            (now - STALE_S,),
        )
        connection.execute("DELETE FROM writer WHERE seen < ?", (now - STALE_S,))
        # A count and no time: two clocks, or one set back, would put claims in a false order.
        connection.execute("UPDATE clock SET generation = generation + 1")
        (generation,) = connection.execute("SELECT generation FROM clock").fetchone()
        self.is_known = True
        return int(generation)

    def is_alone(self, connection: sqlite3.Connection) -> bool:
        """Tell whether no other writer may have anything under way."""
        found = connection.execute("SELECT 1 FROM writer WHERE writer <> ?", (self._writer,))
        return found.fetchone() is None

    def put(self, connection: sqlite3.Connection, claims: Sequence[Claim]) -> None:
        """Keep claims until they are released."""
        connection.executemany(
            "INSERT INTO claim VALUES (?, ?, 1, 0)"
            " ON CONFLICT (key, writer) DO UPDATE SET pending = pending + 1",
            [(key, self._writer) for claim in claims for key in claim.keys],
        )

    def release(self, connection: sqlite3.Connection, claim: Claim, generation: int) -> bool:
        """Let go of a claim; tell whether it had held all the time."""
        held = connection.executemany(
            "UPDATE claim SET pending = pending - 1, closed = ? WHERE key = ? AND writer = ?",
            [(generation, key, self._writer) for key in claim.keys],
        )
        return held.rowcount == len(claim.keys)

    def lose(self, connection: sqlite3.Connection, claim: Claim, now: int) -> None:
        """Keep a claim, whoever goes on in this writer's name: the write may still be applied."""
        connection.execute("INSERT OR REPLACE INTO writer VALUES (?, ?)", (_LOST, now))
        Claims(_LOST).put(connection, [claim])

    def is_overlapped(self, connection: sqlite3.Connection, claim: Claim, contact: int) -> bool:
        """Tell whether another write of a contact was under way at any time of this one's.

        To be asked after :meth:`release`.
        """
        before = self._written.get(contact)
        if before and before.generation > claim.generation and not {*before.refs} & {*claim.refs}:
            return True  # a row of this writer that is in no order with this one
        keys = (*claim.keys, contact)
        marks = ",".join("?" * len(keys))
        found = connection.execute(
            f"SELECT 1 FROM claim WHERE key IN ({marks}) AND"  # noqa: S608 - marks alone
            " (pending > 0 OR (writer <> ? AND closed > ?)) LIMIT 1",
            (*keys, self._writer, claim.generation),
        )
        return found.fetchone() is not None

    def note_written(
        self, connection: sqlite3.Connection, claim: Claim, contact: int, generation: int
    ) -> None:
        """Note which contact a claim turned out to be of, for those who know it otherwise."""
        # A write may name an address and turn out to be of a contact that others know by id.
        if contact not in claim.contacts:
            connection.execute(
                "INSERT INTO claim VALUES (?, ?, 0, ?)"
                " ON CONFLICT (key, writer) DO UPDATE SET closed = excluded.closed",
                (contact, self._writer, generation),
            )
        self._written[contact] = claim._replace(generation=generation)
        self._written.move_to_end(contact)
        if len(self._written) > _LATE_CONTACTS:
            self._written.popitem(last=False)

    def drop_closed(self, connection: sqlite3.Connection) -> None:
        """Drop what this writer let go of; when alone, as whoever comes later claims after it."""
        connection.execute("DELETE FROM claim WHERE writer = ? AND pending <= 0", (self._writer,))

    def leave(self, connection: sqlite3.Connection) -> None:
        """Strike this writer off, unless something of it may still be on its way."""
        connection.execute(
            "DELETE FROM writer WHERE writer = ? AND NOT EXISTS"
            " (SELECT 1 FROM claim WHERE claim.writer = writer.writer AND pending > 0)",
            (self._writer,),
        )
        connection.execute("DELETE FROM claim WHERE NOT EXISTS (SELECT 1 FROM writer)")
