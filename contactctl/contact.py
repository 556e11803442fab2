"""What a contact is picked by, what is to be changed on it, and the payload that says so."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from contactctl.exact_json import JsonObject, JsonScalar, to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

IdentifierName = Literal["email", "userId"]

#: Flags in snake_case, the service's names in camelCase; nowhere else are the two side by side.
WIRE_NAMES: dict[str, str] = {
    "email": "email",
    "user_id": "userId",
    "first_name": "firstName",
    "last_name": "lastName",
    "user_group": "userGroup",
    "source": "source",
    "subscribed": "subscribed",
    "mailing_lists": "mailingLists",
}
TEXT_FIELDS = ("firstName", "lastName", "userGroup", "source")
STANDARD_FIELDS = frozenset(WIRE_NAMES.values())
#: Standard fields that null empties; the others cannot be without a value.
CLEARABLE_FIELDS = frozenset({"firstName", "lastName", "userGroup"})
#: Names that the service keeps for itself (documentation, page "Contact properties").
RESERVED_NAMES = frozenset({"id", "listId", "softDeleteAt", "teamId", "updatedAt"})
#: Properties that every account has beside the standard fields.
DEFAULT_PROPERTIES = frozenset({"createdAt", "notes"})
#: Names that only answers carry.
RESPONSE_ONLY_NAMES = frozenset({"id", "optInStatus"})
#: One string, key or value, may have 500 characters with its two quote marks (introduction page).
MAX_STRING_LENGTH = 498

_ADDRESS = re.compile(
    r"[!#$%&'*+/=?^_`{|}~A-Za-z0-9-]+(?:\.[!#$%&'*+/=?^_`{|}~A-Za-z0-9-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"
)
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


@dataclass(frozen=True, slots=True)
class ContactRef:
    """The email address or the user id that picks one contact."""

    name: IdentifierName
    value: str

    def __str__(self) -> str:
        return self.value if self.name == "email" else f"user id {self.value}"


@dataclass(frozen=True, slots=True)
class ContactChange:
    """What an update or a create shall write.

    ``values`` holds standard text fields, ``subscribed`` and custom properties under the service's
    names: a key that is absent is left alone, ``None`` empties the property.
    """

    email: str | None = None
    user_id: str | None = None
    values: Mapping[str, JsonScalar] = field(default_factory=dict)
    mailing_lists: Mapping[str, bool] = field(default_factory=dict)

    @property
    def refs(self) -> tuple[ContactRef, ...]:
        """Return the one or two refs that the service will match by."""
        refs = (
            self.email is not None and ContactRef("email", self.email),
            self.user_id is not None and ContactRef("userId", self.user_id),
        )
        return tuple(ref for ref in refs if ref)

    @property
    def custom(self) -> dict[str, JsonScalar]:
        """Return the values of custom properties alone."""
        return {key: value for key, value in self.values.items() if key not in STANDARD_FIELDS}

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
