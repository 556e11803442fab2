"""What the sandbox keeps: contacts, properties and mailing lists, and how answers show them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from contactctl.exact_json import JsonObject, JsonScalar, JsonValue
    from contactctl.sandbox.grammar import PropertyType

#: Where a sign-up by a form stands; null for everybody else.
OPT_IN_STATES = ("accepted", "pending", "rejected")
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_ID_LENGTH = 24
#: What a contact has that was created with nothing else, in the order of answers. Names that are
#: not set are null, as the documentation shows them.
_NEW_VALUES: dict[str, JsonScalar] = {
    "firstName": None,
    "lastName": None,
    "source": "API",
    "subscribed": True,
    "userGroup": "",
}
#: Properties that every account has and no answer of ``find`` shows (seen live, January 2026).
_NOT_FOUND = ("notes", "createdAt")


@dataclass(frozen=True, slots=True)
class StoredContact:
    """One contact; ``values`` holds everything but identifiers and lists, by the service's names.

    A property that is not set is neither there nor in answers (seen live, January 2026); that one
    which was emptied is not set is a choice.
    """

    id: str
    email: str
    user_id: str | None
    values: JsonObject
    list_ids: tuple[str, ...] = ()
    opt_in_status: str | None = None

    def kept(self, names: Container[str], list_ids: Container[str]) -> StoredContact:
        """Return the contact with those values and lists alone that are named."""
        values = {name: value for name, value in self.values.items() if name in names}
        lists = tuple(id_ for id_ in self.list_ids if id_ in list_ids)
        return replace(self, values=values, list_ids=lists)

    def to_json_object(self) -> JsonObject:
        """Return the contact as ``find`` shows it, in its order (seen live, January 2026)."""
        apart = (*_NEW_VALUES, *_NOT_FOUND)
        return {
            "id": self.id,
            "email": self.email,
            **{name: self.values[name] for name in _NEW_VALUES},
            "userId": self.user_id,
            **{name: value for name, value in self.values.items() if name not in apart},
            # The service shows the lists that a contact is on, and no others.
            "mailingLists": dict.fromkeys(self.list_ids, True),
            # Only sign-ups by a form have one, and the sandbox has no forms: it comes with a load.
            "optInStatus": self.opt_in_status,
        }

    def to_whole_object(self) -> JsonObject:
        """Return all that is kept: what ``find`` shows, and the properties that it does not."""
        hidden = {name: self.values[name] for name in _NOT_FOUND if name in self.values}
        return {**self.to_json_object(), **hidden}


@dataclass(frozen=True, slots=True)
class Property:
    """One contact property, standard or custom; ``own_label`` None is the derived label."""

    key: str
    type: PropertyType
    own_label: str | None = None

    def to_json_object(self) -> JsonObject:
        """Return the property as ``GET /contacts/properties`` shows it."""
        return {"key": self.key, "label": self.label, "type": self.type}

    @property
    def label(self) -> str:
        """Its own, or what the service derives: ``favoriteColor`` gives "Favorite Color"."""
        if self.own_label is not None:
            return self.own_label
        words = re.sub(r"([A-Z])", r" \1", self.key.replace("_", " ")).split()
        return " ".join(word[0].upper() + word[1:] for word in words)


def in_no_order(properties: Iterable[Property]) -> list[JsonValue]:
    """Return properties as answers show them, mixed, and always in the same way.

    The service's come in no fixed order, custom ones between its own (seen live, January 2026).
    """
    mixed = sorted(properties, key=lambda item: crc32(item.key.encode()))
    return [item.to_json_object() for item in mixed]


@dataclass(frozen=True, slots=True)
class MailingList:
    """One mailing list."""

    id: str
    name: str
    description: str | None = None
    is_public: bool = True

    def to_json_object(self) -> JsonObject:
        """Return the list as ``GET /lists`` shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "isPublic": self.is_public,
        }


#: The properties that every account has (READMEs of the service's own clients).
STANDARD_PROPERTIES = (
    *(Property(name, "string") for name in ("firstName", "lastName", "email", "notes", "source")),
    *(Property(name, "string") for name in ("userGroup", "userId")),
    Property("subscribed", "boolean"),
    Property("createdAt", "date"),
)
#: What the service lists beside them, for itself (seen live, January 2026).
INTERNAL_PROPERTIES = (
    Property("__domain", "string", "__domain"),
    Property("__marketing_audience", "boolean", "__marketing_audience"),
    Property("__critical_audience", "boolean", "__critical_audience"),
)


def new_contact(email: str, user_id: str | None) -> StoredContact:
    """Return a contact with a fresh id and the service's default values."""
    return StoredContact(new_id(), email, user_id, {**_NEW_VALUES})


def cleared_value(name: str) -> JsonScalar:
    """Return what null makes of a property; null is one that is not set.

    The service shows an empty ``userGroup`` as ``""`` and empty names as null. That ``source``
    falls back to its default is a choice.
    """
    return _NEW_VALUES.get(name)


def without_unset(values: JsonObject) -> JsonObject:
    """Return values without the properties that are not set; what each contact has stays."""
    return {n: value for n, value in values.items() if value is not None or n in _NEW_VALUES}


def new_id() -> str:
    """Return a random id in the service's form: ``c`` and 24 digits of base 36."""
    number = int.from_bytes(os.urandom(_ID_LENGTH))
    digits = []
    for _ in range(_ID_LENGTH):
        number, digit = divmod(number, len(_BASE36))
        digits.append(_BASE36[digit])
    return "c" + "".join(digits)
