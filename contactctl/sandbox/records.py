"""What the sandbox keeps: contacts, properties and mailing lists, and how answers show them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from contactctl.contact import FIELDS

if TYPE_CHECKING:
    from collections.abc import Container

    from contactctl.contact import PropertyType
    from contactctl.exact_json import JsonObject, JsonScalar

#: Where a sign-up by a form stands; null for everybody else.
OPT_IN_STATES = ("accepted", "pending", "rejected")
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
    opt_in_status: str | None = None

    def kept(self, names: Container[str], list_ids: Container[str]) -> StoredContact:
        """Return the contact with those values and lists alone that are named."""
        values = {name: value for name, value in self.values.items() if name in names}
        lists = tuple(id_ for id_ in self.list_ids if id_ in list_ids)
        return replace(self, values=values, list_ids=lists)

    def to_json_object(self) -> JsonObject:
        """Return the contact as ``find`` shows it, custom properties flat at the end."""
        shown: JsonObject = {
            "id": self.id,
            "email": self.email,
            **{name: self.values[name] for name in _NEW_VALUES},
            "userId": self.user_id,
            # The service shows the lists that a contact is on, and no others.
            "mailingLists": dict.fromkeys(self.list_ids, True),
            # Only sign-ups by a form have one, and the sandbox has no forms: it comes with a load.
            "optInStatus": self.opt_in_status,
        }
        shown.update(self.values)
        return shown


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
        """Its own, or what the service derives: ``favoriteColor`` gives "Favorite color"."""
        if self.own_label is not None:
            return self.own_label
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
