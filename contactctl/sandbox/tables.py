"""The sandbox's tables, and what a transaction can read from them and write to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from contactctl.exact_json import JsonError, JsonObject, parse_json, to_json
from contactctl.sandbox.records import (
    STANDARD_PROPERTIES,
    MailingList,
    Property,
    StoredContact,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from contactctl.sandbox.grammar import PropertyType

TableName: TypeAlias = Literal[
    "contact", "property", "mailing_list", "suppression", "removal", "setting", "idempotency"
]

#: Raised by one whenever a table changes; an older program refuses a newer file.
SCHEMA_VERSION = 2

#: ``position`` keeps the order of creation; property values stand in ``fields`` as JSON text, which
#: keeps every digit of a number; a suppression belongs to the address, not to the contact.
_TABLES = {
    "contact": "position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, email TEXT NOT NULL UNIQUE,"
    " user_id TEXT UNIQUE, fields TEXT NOT NULL, list_ids TEXT NOT NULL,"
    " opt_in_status TEXT",
    "property": "position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, type TEXT NOT NULL,"
    " label TEXT",
    "mailing_list": "position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
    " description TEXT, is_public INTEGER NOT NULL",
    "suppression": "email TEXT PRIMARY KEY",
    "removal": "at_s REAL NOT NULL",
    "setting": "name TEXT PRIMARY KEY, value TEXT NOT NULL",
    "idempotency": "key TEXT PRIMARY KEY, body TEXT NOT NULL, at_s REAL NOT NULL",
}
#: What makes a file of the version before of one of this.
_UPGRADES = {
    1: (
        "ALTER TABLE contact ADD COLUMN opt_in_status TEXT",
        "ALTER TABLE property ADD COLUMN label TEXT",
        *(f"CREATE TABLE {name} ({_TABLES[name]})" for name in ("setting", "idempotency")),
    )
}
_CONTACT_COLUMNS = "id, email, user_id, fields, list_ids, opt_in_status"

#: A text is in an identifier, the lists, or the value of a property; an id is wanted whole.
_HOLDS = (
    "(? = '%%' OR id = ? OR email LIKE ? ESCAPE '!' OR user_id LIKE ? ESCAPE '!'"
    " OR list_ids LIKE ? ESCAPE '!'"
    " OR EXISTS (SELECT 1 FROM json_each(fields) WHERE value LIKE ? ESCAPE '!'))"
)
_PAGE = 500

#: What an account has where nothing else was loaded; a paid team may lift 100 in any 30 days.
TEAM_NAME = "Sandbox"
REMOVAL_LIMIT = 100


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

    def contacts(self) -> Iterator[StoredContact]:
        """Yield every contact, oldest first; they may be written meanwhile."""
        position = 0
        while page := self.contacts_after(position, _PAGE):
            for position, contact in page:  # noqa: B007 - the last one begins the next page
                yield contact

    def contacts_found(
        self, search: str, before: int, limit: int
    ) -> list[tuple[int, StoredContact]]:
        """Return up to ``limit`` contacts that hold a text, newest first, each with its position.

        ``before`` is a position that they come before.
        """
        rows = self._connection.execute(
            f"SELECT {_CONTACT_COLUMNS}, position FROM contact"  # noqa: S608 - constants
            f" WHERE position < ? AND {_HOLDS} ORDER BY position DESC LIMIT ?",
            (before, *_pattern(search), limit),
        )
        return [(row[-1], _to_contact(row[:-1])) for row in rows]

    def count_contacts(self, search: str = "") -> int:
        """Count the contacts, or those that hold a text."""
        rows = self._connection.execute(
            f"SELECT count(*) FROM contact WHERE {_HOLDS}",  # noqa: S608 - a constant
            _pattern(search),
        )
        return int(rows.fetchone()[0])

    def save_contact(self, contact: StoredContact) -> None:
        """Write a contact, new or changed."""
        # The id alone says that it is the same contact; a taken address stays an error.
        self._connection.execute(
            f"INSERT INTO contact ({_CONTACT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608 - a constant
            " ON CONFLICT (id) DO UPDATE SET email = excluded.email, user_id = excluded.user_id,"
            " fields = excluded.fields, list_ids = excluded.list_ids",
            (
                contact.id,
                contact.email,
                contact.user_id,
                to_json(contact.values),
                " ".join(contact.list_ids),
                contact.opt_in_status,
            ),
        )

    def delete_contact(self, contact: StoredContact) -> None:
        """Remove a contact; a suppression of its address stays."""
        self._connection.execute("DELETE FROM contact WHERE id = ?", (contact.id,))

    def custom_properties(self) -> list[Property]:
        """Return the custom properties, oldest first."""
        rows = self._connection.execute("SELECT key, type, label FROM property ORDER BY position")
        return [Property(key, cast("PropertyType", kind), label) for key, kind, label in rows]

    def add_properties(self, properties: Iterable[Property]) -> None:
        """Add custom properties."""
        self._connection.executemany(
            "INSERT INTO property (key, type, label) VALUES (?, ?, ?)",
            [(item.key, item.type, item.own_label) for item in properties],
        )

    def property_types(self) -> dict[str, PropertyType]:
        """Return the type of each property, the standard ones too."""
        return {item.key: item.type for item in (*STANDARD_PROPERTIES, *self.custom_properties())}

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

    def suppressed(self) -> list[str]:
        """Return the addresses on the suppression list."""
        rows = self._connection.execute("SELECT email FROM suppression ORDER BY email")
        return [email for (email,) in rows]

    def team_name(self) -> str:
        """Return whose account this is."""
        return self._setting("team") or TEAM_NAME

    def removal_limit(self) -> int:
        """Return how many suppressions may be removed in a period."""
        return int(self._setting("removal limit") or REMOVAL_LIMIT)

    def set_team_name(self, name: str) -> None:
        """Say whose account this is."""
        self._set("team", name)

    def set_removal_limit(self, limit: int) -> None:
        """Say how many suppressions may be removed in a period."""
        self._set("removal limit", str(limit))

    def remembered_body(self, key: str, since_s: float) -> str | None:
        """Return the body that came with an idempotency key; those before a moment are gone."""
        self._connection.execute("DELETE FROM idempotency WHERE at_s <= ?", (since_s,))
        row = self._connection.execute(
            "SELECT body FROM idempotency WHERE key = ?", (key,)
        ).fetchone()
        return None if row is None else str(row[0])

    def remember_body(self, key: str, body: str, at_s: float) -> None:
        """Remember with which body an idempotency key came."""
        self._connection.execute("INSERT INTO idempotency VALUES (?, ?, ?)", (key, body, at_s))

    def empty(self, *tables: TableName) -> None:
        """Remove everything that some tables hold."""
        for name in tables:
            self._connection.execute(f"DELETE FROM {name}")  # noqa: S608 - constants

    def upgrade(self, version: int) -> None:
        """Give an older file the tables of this version, and keep what it holds."""
        for statement in _UPGRADES[version]:
            self._connection.execute(statement)
        self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def remake_tables(self) -> None:
        """Recreate every table, empty."""
        for name, columns in _TABLES.items():
            self._connection.execute(f"DROP TABLE IF EXISTS {name}")
            self._connection.execute(f"CREATE TABLE {name} ({columns})")
        self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _setting(self, name: str) -> str | None:
        row = self._connection.execute(
            "SELECT value FROM setting WHERE name = ?", (name,)
        ).fetchone()
        return None if row is None else str(row[0])

    def _set(self, name: str, value: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    def _contact(self, condition: str, value: str) -> StoredContact | None:
        row = self._connection.execute(
            f"SELECT {_CONTACT_COLUMNS} FROM contact WHERE {condition}",  # noqa: S608 - constants
            (value,),
        ).fetchone()
        return None if row is None else _to_contact(row)


def _to_contact(row: tuple[str, str, str | None, str, str, str | None]) -> StoredContact:
    id_, email, user_id, fields, list_ids, status = row
    return StoredContact(id_, email, user_id, _to_object(fields), tuple(list_ids.split()), status)


def _pattern(search: str) -> tuple[str, ...]:
    text = id_ = search.strip()
    for character in "!%_":
        text = text.replace(character, f"!{character}")
    pattern = f"%{text}%"
    return (pattern, id_, *(pattern,) * 4)


def _to_object(text: str) -> JsonObject:
    value = parse_json(text)
    if not isinstance(value, dict):
        message = "not an object"
        raise JsonError(message)
    return value
