"""What the sandbox keeps: contacts, properties and mailing lists, and how answers show them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contactctl.contact import FIELDS

if TYPE_CHECKING:
    from contactctl.contact import PropertyType
    from contactctl.exact_json import JsonObject, JsonScalar

_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_ID_LENGTH = 24


@dataclass(frozen=True, slots=True)
class StoredContact:
    """One contact; ``values`` holds everything but identifiers and lists, by the service's names.

    A choice, as nothing is known of it: a custom property (and ``notes``, ``createdAt``) that was
    never written is left out of ``values`` and of answers; one that was cleared is there as null.
    """

    id: str
    email: str
    user_id: str | None
    values: JsonObject
    list_ids: tuple[str, ...] = ()

    def to_json_object(self) -> JsonObject:
        """Return the contact as ``find`` shows it, custom properties flat at the end."""
        shown: JsonObject = {
            "id": self.id,
            "email": self.email,
            **{name: self.values[name] for name in _NEW_VALUES},
            "userId": self.user_id,
            # The service shows the lists that a contact is on, and no others.
            "mailingLists": dict.fromkeys(self.list_ids, True),
            # Only sign-ups by a form have another status, and the sandbox has no forms.
            "optInStatus": None,
        }
        shown.update(self.values)
        return shown


@dataclass(frozen=True, slots=True)
class Property:
    """One contact property, standard or custom."""

    key: str
    type: PropertyType

    def to_json_object(self) -> JsonObject:
        """Return the property as ``GET /contacts/properties`` shows it."""
        return {"key": self.key, "label": self.label, "type": self.type}

    @property
    def label(self) -> str:
        """The label that the service derives: ``favoriteColor`` gives "Favorite color"."""
        words = re.sub(r"([A-Z])", r" \1", self.key.replace("_", " ")).lower().split()
        return " ".join(words).capitalize()


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


#: The order in which the service lists its properties; one that is not here comes behind them.
_LISTED = ("firstName", "lastName", "email", "notes", "source", "userGroup", "userId", "subscribed")
#: The properties that every account has, in the order of the service's answer.
STANDARD_PROPERTIES = tuple(
    sorted(
        (
            Property(one.wire_name, one.type)
            for one in FIELDS
            if one.role in {"identifier", "value", "property"} and one.type != "lists"
        ),
        key=lambda item: _LISTED.index(item.key) if item.key in _LISTED else len(_LISTED),
    )
)

#: The values of a contact that was created with none, in the order of answers.
_NEW_VALUES: dict[str, JsonScalar] = {
    one.wire_name: one.unset
    for one in sorted(FIELDS, key=lambda one: one.wire_name)
    if one.role == "value"
}


def new_contact(email: str, user_id: str | None) -> StoredContact:
    """Return a contact with a fresh id and the service's default values."""
    return StoredContact(new_id(), email, user_id, {**_NEW_VALUES})


def cleared_value(name: str) -> JsonScalar:
    """Return what null makes of a property.

    The service shows an empty ``userGroup`` as ``""`` and empty names as null. That ``source``
    falls back to its default is a choice.
    """
    return _NEW_VALUES.get(name)


def new_id() -> str:
    """Return a random id in the service's form: ``c`` and 24 digits of base 36."""
    number = int.from_bytes(os.urandom(_ID_LENGTH))
    digits = []
    for _ in range(_ID_LENGTH):
        number, digit = divmod(number, len(_BASE36))
        digits.append(_BASE36[digit])
    return "c" + "".join(digits)
