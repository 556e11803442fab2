"""The sandbox's tables, and what a transaction can read from them and write to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from contactctl.exact_json import JsonError, JsonObject, parse_json, to_json
from contactctl.sandbox.records import MailingList, Property, StoredContact

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from contactctl.contact import PropertyType

#: Raised by one whenever a table changes; an older program refuses a newer file.
SCHEMA_VERSION = 1

#: ``position`` keeps the order of creation; property values stand in ``fields`` as JSON text, which
#: keeps every digit of a number; a suppression belongs to the address, not to the contact.
_TABLES = {
    "contact": "position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, email TEXT NOT NULL UNIQUE,"
    " user_id TEXT UNIQUE, fields TEXT NOT NULL, list_ids TEXT NOT NULL",
    "property": "position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, type TEXT NOT NULL",
    "mailing_list": "position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
    " description TEXT, is_public INTEGER NOT NULL",
    "suppression": "email TEXT PRIMARY KEY",
    "removal": "at_s REAL NOT NULL",
}
_CONTACT_COLUMNS = "id, email, user_id, fields, list_ids"


class Transaction:
    """What the rules may do to the data, inside one transaction of the store."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def contact_by_email(self, email: str) -> StoredContact | None:
        """Return the contact with this address, which is stored trimmed and lower-cased."""
        return self._contact("email = ?", email)

    def contact_by_user_id(self, user_id: str) -> StoredContact | None:
        """Return the contact with exactly this user id."""
        return self._contact("user_id = ?", user_id)

    def contacts_after(self, position: int, limit: int) -> list[tuple[int, StoredContact]]:
        """Return up to ``limit`` contacts past a position, each with its own position."""
        rows = self._connection.execute(
            f"SELECT {_CONTACT_COLUMNS}, position FROM contact"  # noqa: S608 - a constant
            " WHERE position > ? ORDER BY position LIMIT ?",
            (position, limit),
        )
        return [(row[-1], _to_contact(row[:-1])) for row in rows]

    def save_contact(self, contact: StoredContact) -> None:
        """Write a contact, new or changed."""
        # The id alone says that it is the same contact; a taken address stays an error.
        self._connection.execute(
            "INSERT INTO contact (id, email, user_id, fields, list_ids) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET email = excluded.email, user_id = excluded.user_id,"
            " fields = excluded.fields, list_ids = excluded.list_ids",
            (
                contact.id,
                contact.email,
                contact.user_id,
                to_json(contact.values),
                " ".join(contact.list_ids),
            ),
        )

    def delete_contact(self, contact: StoredContact) -> None:
        """Remove a contact; a suppression of its address stays."""
        self._connection.execute("DELETE FROM contact WHERE id = ?", (contact.id,))

    def custom_properties(self) -> list[Property]:
        """Return the custom properties, oldest first."""
        rows = self._connection.execute("SELECT key, type FROM property ORDER BY position")
        return [Property(key, cast("PropertyType", kind)) for key, kind in rows]

    def add_properties(self, properties: Iterable[Property]) -> None:
        """Add custom properties."""
        self._connection.executemany(
            "INSERT INTO property (key, type) VALUES (?, ?)",
            [(item.key, item.type) for item in properties],
        )

    def mailing_lists(self) -> list[MailingList]:
        """Return the mailing lists, oldest first."""
        rows = self._connection.execute(
            "SELECT id, name, description, is_public FROM mailing_list ORDER BY position"
        )
        return [MailingList(id_, name, text, bool(public)) for id_, name, text, public in rows]

    def add_mailing_lists(self, lists: Iterable[MailingList]) -> None:
        """Add mailing lists."""
        self._connection.executemany(
            "INSERT INTO mailing_list (id, name, description, is_public) VALUES (?, ?, ?, ?)",
            [(item.id, item.name, item.description, item.is_public) for item in lists],
        )

    def is_suppressed(self, email: str) -> bool:
        """Tell whether an address is on the suppression list."""
        found = self._connection.execute("SELECT 1 FROM suppression WHERE email = ?", (email,))
        return found.fetchone() is not None

    def set_suppressed(self, email: str, *, on: bool) -> None:
        """Put an address on the suppression list, or take it off."""
        statement = (
            "INSERT OR IGNORE INTO suppression (email) VALUES (?)"
            if on
            else "DELETE FROM suppression WHERE email = ?"
        )
        self._connection.execute(statement, (email,))

    def removals_since(self, start_s: float) -> int:
        """Count the suppressions that callers removed after a moment, in seconds since 1970."""
        rows = self._connection.execute("SELECT count(*) FROM removal WHERE at_s > ?", (start_s,))
        return int(rows.fetchone()[0])

    def add_removal(self, at_s: float) -> None:
        """Record that a caller removed a suppression."""
        self._connection.execute("INSERT INTO removal (at_s) VALUES (?)", (at_s,))

    def remake_tables(self) -> None:
        """Make every table anew, empty."""
        for name, columns in _TABLES.items():
            self._connection.execute(f"DROP TABLE IF EXISTS {name}")
            self._connection.execute(f"CREATE TABLE {name} ({columns})")
        self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _contact(self, condition: str, value: str) -> StoredContact | None:
        row = self._connection.execute(
            f"SELECT {_CONTACT_COLUMNS} FROM contact WHERE {condition}",  # noqa: S608 - constants
            (value,),
        ).fetchone()
        return None if row is None else _to_contact(row)


def _to_contact(row: tuple[str, str, str | None, str, str]) -> StoredContact:
    id_, email, user_id, fields, list_ids = row
    return StoredContact(id_, email, user_id, _to_object(fields), tuple(list_ids.split()))


def _to_object(text: str) -> JsonObject:
    value = parse_json(text)
    if not isinstance(value, dict):
        message = "not an object"
        raise JsonError(message)
    return value
