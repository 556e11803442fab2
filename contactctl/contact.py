"""The standard fields of a contact, what picks one, what is to be changed, and the payload."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from contactctl.exact_json import JsonObject, JsonScalar, to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

IdentifierName = Literal["email", "userId"]
PropertyType = Literal["string", "number", "boolean", "date"]
PROPERTY_TYPES: tuple[PropertyType, ...] = ("string", "number", "boolean", "date")


class StandardField(NamedTuple):
    """One field that every contact has, and what may be done with it.

    ``name`` is ours, ``wire_name`` the service's; ``flag`` is how it is given on the command line,
    "" for what has no flag of its own. ``role`` says what it is for: an ``identifier`` picks the
    contact, a ``value`` is written, ``lists`` are the mailing lists, a ``property`` is given with
    ``--prop`` as custom ones are, and what is ``answer`` cannot be sent. ``instead`` is what to do
    where it cannot be emptied, "" for a value that null empties. ``unset`` is what the service
    shows where nobody has written it; ``always`` tells that each answer has it, and never as null.
    """

    name: str
    wire_name: str
    type: PropertyType | Literal["lists"]
    role: Literal["identifier", "value", "lists", "property", "answer"]
    flag: str = ""
    instead: str = ""
    unset: JsonScalar = None
    always: bool = False


#: The one table of standard fields, in the order in which they are shown: flags, checks, views, the
#: schema, the sandbox and the comparison after a lost answer derive from it. Names in snake_case
#: and the service's in camelCase stand side by side nowhere else.
FIELDS = (
    StandardField("id", "id", "string", "answer", always=True),
    StandardField(
        "email",
        "email",
        "string",
        "identifier",
        "--email",
        instead="leave it out, or change the address with --new-email",
        always=True,
    ),
    StandardField(
        "user_id",
        "userId",
        "string",
        "identifier",
        "--user-id",
        instead="leave it out, or give another one with --user-id and --replace-user-id",
    ),
    StandardField("first_name", "firstName", "string", "value", "--first-name"),
    StandardField("last_name", "lastName", "string", "value", "--last-name"),
    StandardField("user_group", "userGroup", "string", "value", "--user-group", unset=""),
    StandardField(
        "source",
        "source",
        "string",
        "value",
        "--source",
        instead="leave it out, or give another one with --source",
        unset="API",
    ),
    StandardField(
        "subscribed",
        "subscribed",
        "boolean",
        "value",
        "--subscribed/--unsubscribed",
        instead="leave it out, or use --unsubscribed",
        unset=True,
        always=True,
    ),
    StandardField("opt_in_status", "optInStatus", "string", "answer"),
    StandardField(
        "mailing_lists",
        "mailingLists",
        "lists",
        "lists",
        "--list ID=true",
        instead="leave it out, or leave one list with --list ID=false",
        always=True,
    ),
    StandardField("notes", "notes", "string", "property"),
    StandardField("created_at", "createdAt", "date", "property"),
)
#: Those that one flag each gives.
FLAG_FIELDS = tuple(one for one in FIELDS if one.role in {"identifier", "value"})
TEXT_FIELDS = tuple(one.wire_name for one in FIELDS if one.role == "value" and one.type == "string")
#: The fields that are sent apart from the account's properties.
STANDARD_FIELDS = frozenset(one.wire_name for one in FIELDS if one.flag)
#: Standard fields that null empties; the others cannot be without a value.
CLEARABLE_FIELDS = frozenset(one.wire_name for one in FIELDS if one.flag and not one.instead)
#: What the service gives a contact that is made without it; an empty text is no value.
DEFAULTS: Mapping[str, JsonScalar] = {
    one.wire_name: one.unset for one in FIELDS if one.role == "value" and one.unset
}
#: Names that only answers carry.
RESPONSE_ONLY_NAMES = frozenset(one.wire_name for one in FIELDS if one.role == "answer")
#: Properties that every account has, though an older one may not list them (page "Contact
#: properties").
DEFAULT_TYPES: dict[str, PropertyType] = {
    one.wire_name: one.type for one in FIELDS if one.role == "property" and one.type != "lists"
}
#: Names that the service keeps for itself (documentation, page "Contact properties").
RESERVED_NAMES = frozenset({"id", "listId", "softDeleteAt", "teamId", "updatedAt"})
#: What begins the properties that the service lists and keeps for itself (seen live, 2026).
INTERNAL_PREFIX = "__"
#: One string, key or value, may have 500 characters with its two quote marks (introduction page).
MAX_STRING_LENGTH = 498

_ADDRESS = re.compile(
    r"[!#$%&'*+/=?^_`{|}~A-Za-z0-9-]+(?:\.[!#$%&'*+/=?^_`{|}~A-Za-z0-9-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"
)
# RFC 5321, 4.5.3.1: a path has 256 octets with its brackets, a local part 64.
_MAX_ADDRESS_LENGTH = 254
_MAX_LOCAL_LENGTH = 64


def is_address(text: str) -> bool:
    """Tell whether the service would take this as an email address.

    ASCII only, a domain with at least one dot and a last label of two characters or more: what
    integrators found the service to refuse beyond the usual form.
    """
    local, _, _ = text.rpartition("@")
    return (
        len(text) <= _MAX_ADDRESS_LENGTH
        and len(local) <= _MAX_LOCAL_LENGTH
        and _ADDRESS.fullmatch(text) is not None
    )


def fold_address(address: str) -> str:
    """Return an address as it is compared: integrators found case and outer spaces ignored."""
    return address.strip().lower()


def is_of_the_service(name: str) -> bool:
    """Tell whether a name is one that requests cannot write: reserved, internal, or an answer's."""
    return name in RESERVED_NAMES | RESPONSE_ONLY_NAMES or name.startswith(INTERNAL_PREFIX)


class ContactRef(NamedTuple):
    """The email address or the user id that picks one contact."""

    name: IdentifierName
    value: str

    def __str__(self) -> str:
        return self.value if self.name == "email" else f"user id {self.value}"


class ContactChange(NamedTuple):
    """What an update or a create shall write.

    ``values`` holds standard text fields, ``subscribed`` and custom properties under the service's
    names: a key that is absent is left alone, ``None`` empties the property.
    """

    email: str | None = None
    user_id: str | None = None
    values: Mapping[str, JsonScalar] = MappingProxyType({})
    mailing_lists: Mapping[str, bool] = MappingProxyType({})

    @property
    def refs(self) -> tuple[ContactRef, ...]:
        """Return the one or two refs that the service will match by."""
        refs = (
            self.email is not None and ContactRef("email", self.email),
            self.user_id is not None and ContactRef("userId", self.user_id),
        )
        return tuple(ref for ref in refs if ref)

    @property
    def only_takes_away(self) -> bool:
        """Tell whether the change gives nothing: nobody is created for that on purpose."""
        values, lists = self.values.items(), self.mailing_lists.values()
        given = any(
            value is not None and (n, value) != ("subscribed", False) for n, value in values
        )
        return bool(values or lists) and not given and True not in lists

    @property
    def words(self) -> str:
        """Return who is meant, for a message; empty where nobody is."""
        return " with ".join(map(str, self.refs))

    def to_payload(self) -> JsonObject:
        """Return the request body as the service reads it, identifiers first."""
        payload: JsonObject = {} if self.email is None else {"email": self.email}
        if self.user_id is not None:
            payload["userId"] = self.user_id
        payload.update(self.values)
        if self.mailing_lists:
            payload["mailingLists"] = dict(self.mailing_lists)
        return payload

    def to_body(self) -> bytes:
        """Return the payload as the bytes that go on the wire, numbers digit for digit."""
        return to_json(self.to_payload()).encode("utf-8")


class Write:
    """A write to one contact, as far as it has come.

    ``contact_id`` is whom it was answered for; ``gone`` says that there is no such contact any
    more. ``is_known`` tells beforehand whether it is known to be the contact of an import.
    """

    def __init__(self, *, is_known: bool = True) -> None:
        self.is_known = is_known
        self.contact_id: str | None = None
        self.gone = False
