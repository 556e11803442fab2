"""Who is about to write to which contact: an order of all writes on this machine."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from contactctl.importing.keeping.life_signs import LifeSigns

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
#: A writer that gives no sign of life, and was not heard of for so long, is gone.
STALE_S = 3600
#: What nobody waits for any more may be applied so long after: no gateway holds a request longer.
LOST_S = 600

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

    def __init__(self, writer: str, signs: LifeSigns) -> None:
        self.is_known = False
        self._writer = writer
        self.signs = signs
        self._written: OrderedDict[int, Claim] = OrderedDict()

    def begin(self, connection: sqlite3.Connection, now: int) -> int:
        """Say that this writer is there, strike off the dead, and return a new generation.

        ``now`` is seconds since 1970.
        """
        if not self.is_known:  # what a killed one left whose work this one goes on with
            connection.execute("DELETE FROM claim WHERE writer = ?", (self._writer,))
        connection.execute("INSERT OR REPLACE INTO writer VALUES (?, ?)", (self._writer, now))
        others = connection.execute("SELECT * FROM writer WHERE writer <> ?", (self._writer,))
        for other, seen in others.fetchall():
            self._judge(connection, other, now, now - seen)
        # A count and no time: two clocks, or one set back, would put claims in a false order.
        connection.execute("UPDATE clock SET generation = generation + 1")
        (generation,) = connection.execute("SELECT generation FROM clock").fetchone()
        self.is_known = True
        return int(generation)

    def _judge(self, connection: sqlite3.Connection, other: str, now: int, silent_s: int) -> None:
        """Strike another writer off where it is dead; one that lives may be silent for hours."""
        if other == _LOST:
            if silent_s > LOST_S:
                _strike_off(connection, other)
        elif self.signs.is_dead(other):
            # What it had sent is on its way without it, or was never sent: nobody knows which.
            connection.execute("INSERT OR REPLACE INTO writer VALUES (?, ?)", (_LOST, now))
            connection.execute(
                "INSERT INTO claim SELECT key, ?, pending, closed FROM claim WHERE writer = ?"
                " ON CONFLICT (key, writer) DO UPDATE SET"
                " pending = pending + excluded.pending, closed = max(closed, excluded.closed)",
                (_LOST, other),
            )
            _strike_off(connection, other)
        elif silent_s > STALE_S and not self.signs.is_given_by(other):
            _strike_off(connection, other)

    def is_alone(self, connection: sqlite3.Connection) -> bool:
        """Tell whether no other writer may have anything under way."""
        found = connection.execute("SELECT 1 FROM writer WHERE writer <> ?", (self._writer,))
        return found.fetchone() is None

    def put(self, connection: sqlite3.Connection, claims: Sequence[Claim]) -> None:
        """Keep claims until they are released."""
        _put(connection, self._writer, claims)

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
        _put(connection, _LOST, [claim])

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

    def leave(self, connection: sqlite3.Connection) -> bool:
        """Strike this writer off unless something of it may still be on its way; tell which."""
        left = connection.execute(
            "DELETE FROM writer WHERE writer = ? AND NOT EXISTS"
            " (SELECT 1 FROM claim WHERE claim.writer = writer.writer AND pending > 0)",
            (self._writer,),
        )
        connection.execute("DELETE FROM claim WHERE NOT EXISTS (SELECT 1 FROM writer)")
        return left.rowcount > 0


def _put(connection: sqlite3.Connection, writer: str, claims: Sequence[Claim]) -> None:
    connection.executemany(
        "INSERT INTO claim VALUES (?, ?, 1, 0)"
        " ON CONFLICT (key, writer) DO UPDATE SET pending = pending + 1",
        [(key, writer) for claim in claims for key in claim.keys],
    )


def _strike_off(connection: sqlite3.Connection, writer: str) -> None:
    connection.execute("DELETE FROM claim WHERE writer = ?", (writer,))
    connection.execute("DELETE FROM writer WHERE writer = ?", (writer,))
