"""Everything that a sandbox holds as one JSON document, and back.

::

    {"teamName": "Example", "removalQuota": {"limit": 100, "remaining": 100},
     "lists": [{"id": …, "name": …, "description": …, "isPublic": true}, …],
     "properties": [{"key": …, "label": …, "type": "string"}, …],
     "suppressed": ["bounced@example.com", …],
     "contacts": [{"id": …, "email": …, "mailingLists": {…}, "optInStatus": null, …}, …]}

A part that is loaded replaces what the sandbox holds of it, one that is left out stays as it is. An
array of contacts, or one contact a line as ``sandbox dump`` prints them, is taken for the contacts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from contactctl.errors import UsageError
from contactctl.exact_json import JsonError, JsonObject, JsonValue, Number, parse_json, to_json
from contactctl.safe_text import quoted
from contactctl.sandbox.calls import Refusal
from contactctl.sandbox.loading import to_contact, to_mailing_list, to_property, to_quota, to_text
from contactctl.sandbox.request_body import to_email
from contactctl.sandbox.rules import removal_quota

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeVar

    from contactctl.sandbox.store import Store
    from contactctl.sandbox.tables import Transaction

    Item = TypeVar("Item")

PARTS = ("teamName", "removalQuota", "lists", "properties", "suppressed", "contacts")
_HINT = "`contactctl sandbox dump --all` shows the form"


class Loaded(NamedTuple):
    """How many of each were loaded; None for what was left as it is."""

    lists: int | None
    properties: int | None
    suppressed: int | None
    contacts: int | None

    def to_json_object(self) -> JsonObject:
        """Return them by the names of the parts."""
        return {
            name: Number(str(count)) for name, count in self._asdict().items() if count is not None
        }


def dump_lines(store: Store, now_s: float) -> Iterator[str]:
    """Yield the document line by line, a contact each.

    What is changed while it is read may be in it or not.
    """
    with store.read() as transaction:
        found = head(transaction, now_s)
    line = to_json(found)[:-1] + ',"contacts":['
    comma = ""
    for contact in store.dump():
        yield line + comma
        line, comma = to_json(contact), ","
    yield line
    yield "]}"


def head(transaction: Transaction, now_s: float) -> JsonObject:
    """Return every part of the document but the contacts."""
    return {
        "teamName": transaction.team_name(),
        "removalQuota": removal_quota(transaction, now_s),
        "lists": [item.to_json_object() for item in transaction.mailing_lists()],
        "properties": [item.to_json_object() for item in transaction.custom_properties()],
        "suppressed": [*transaction.suppressed()],
    }


def parse_snapshot(text: bytes) -> JsonObject:
    """Read a document to load; raises :class:`UsageError` for what is none."""
    try:
        found = _parsed(text)
    except JsonError as error:
        raise UsageError(
            f"this is nothing that the sandbox can load: {error}", hint=_HINT
        ) from None
    for name in found:
        if name not in PARTS:
            raise UsageError(f"the sandbox has no part {quoted(name)}", hint=_HINT)
    return found


def load(transaction: Transaction, document: JsonObject, now_s: float) -> Loaded:
    """Put a document in the place of what a sandbox holds.

    Raises :class:`UsageError` for the first thing in it that cannot be; whoever gave the
    transaction drops it then.
    """
    if "teamName" in document:
        transaction.set_team_name(_part("teamName", to_text, "teamName", document["teamName"]))
    if "removalQuota" in document:
        _load_quota(transaction, document["removalQuota"], now_s)
    counts = Loaded(
        _load_lists(transaction, document),
        _load_properties(transaction, document),
        _load_suppressed(transaction, document),
        _load_contacts(transaction, document),
    )
    if "contacts" not in document and {"lists", "properties"} & document.keys():
        _drop_what_is_gone(transaction)
    return counts


def _parsed(text: bytes) -> JsonObject:
    text = text.removeprefix(b"\xef\xbb\xbf")
    try:
        value = parse_json(text)
    except JsonError:
        lines = [line for line in text.split(b"\n") if line.strip()]
        # One that is broken in its first line is told of as a whole.
        if len(lines) < 2 or not _is_contact(lines[0]):  # noqa: PLR2004 - a line is no lines
            raise
        return {"contacts": [parse_json(line) for line in lines]}
    if isinstance(value, list):
        return {"contacts": value}
    if not isinstance(value, dict):
        message = "it is no object"
        raise JsonError(message)
    return {"contacts": [value]} if "email" in value else value


def _is_contact(line: bytes) -> bool:
    try:
        value = parse_json(line)
    except JsonError:
        return False
    return isinstance(value, dict) and "email" in value


def _load_quota(transaction: Transaction, value: JsonValue, now_s: float) -> None:
    limit, spent = _part("removalQuota", to_quota, value)
    transaction.set_removal_limit(limit)
    transaction.empty("removal")
    for _ in range(spent):
        transaction.add_removal(now_s)


def _load_lists(transaction: Transaction, document: JsonObject) -> int | None:
    if "lists" not in document:
        return None
    lists = _each(document, "lists", "list", to_mailing_list)
    _refuse_repeated("lists", "the id", (item.id for item in lists))
    transaction.empty("mailing_list")
    transaction.add_mailing_lists(lists)
    return len(lists)


def _load_properties(transaction: Transaction, document: JsonObject) -> int | None:
    if "properties" not in document:
        return None
    read = _each(document, "properties", "property", to_property)
    properties = [item for item in read if item is not None]
    _refuse_repeated("properties", "the key", (item.key for item in properties))
    transaction.empty("property")
    transaction.add_properties(properties)
    return len(properties)


def _load_suppressed(transaction: Transaction, document: JsonObject) -> int | None:
    if "suppressed" not in document:
        return None
    found = [item or "" for item in _each(document, "suppressed", "address", to_email) if item]
    transaction.empty("suppression")
    for email in found:
        transaction.set_suppressed(email, on=True)
    return len(found)


def _load_contacts(transaction: Transaction, document: JsonObject) -> int | None:
    if "contacts" not in document:
        return None
    contacts = _each(document, "contacts", "contact", lambda item: to_contact(transaction, item))
    _refuse_repeated("contacts", "the email", (item.email for item in contacts))
    _refuse_repeated("contacts", "the user id", (item.user_id for item in contacts))
    _refuse_repeated("contacts", "the id", (item.id for item in contacts))
    transaction.empty("contact")
    for contact in contacts:
        transaction.save_contact(contact)
    return len(contacts)


def _each(
    document: JsonObject, part: str, noun: str, read: Callable[[JsonValue], Item]
) -> list[Item]:
    items = document[part]
    if not isinstance(items, list):
        raise UsageError(f"{part} must be an array", hint=_HINT)
    return [_part(f"{noun} {at}", read, item) for at, item in enumerate(items, start=1)]


def _part(where: str, read: Callable[..., Item], *values: JsonValue) -> Item:
    try:
        return read(*values)
    except Refusal as refusal:
        raise UsageError(f"{where}: {refusal.message}", hint=_HINT) from None


def _refuse_repeated(part: str, what: str, keys: Iterable[str | None]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key is not None and key in seen:
            raise UsageError(f"{part}: {what} {quoted(key)} is there twice", hint=_HINT)
        seen.add(key or "")


def _drop_what_is_gone(transaction: Transaction) -> None:
    """Take lists and values from the contacts that stay, whose list or property does not."""
    list_ids = {item.id for item in transaction.mailing_lists()}
    names = transaction.property_types().keys()
    for contact in transaction.contacts():
        transaction.save_contact(contact.kept(names, list_ids))
