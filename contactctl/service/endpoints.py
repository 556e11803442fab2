"""Each request of the client: method, path, body, and how a person would call it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from contactctl.exact_json import to_json
from contactctl.safe_text import excerpt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.contact import ContactChange, ContactRef

#: What a success must hold to be one: an id, ``success: true``, a suppression status, or a list of
#: objects with the texts that everything else relies on.
Shape = Literal["id", "success", "suppression", "contacts", "properties", "lists"]


class Call(NamedTuple):
    """One request; ``words`` goes on from "cannot", as in "update ada@example.com".

    ``path`` stands below ``/v1/``; ``ref_names`` are the identifiers that it carries.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    words: str
    shape: Shape
    query: Mapping[str, str] = MappingProxyType({})
    body: bytes | None = None
    ref_names: tuple[str, ...] = ()

    @property
    def writes(self) -> bool:
        """Tell whether the request changes anything at the service."""
        return self.method != "GET"


def update(change: ContactChange) -> Call:
    """Return the upsert of one contact."""
    names = tuple(ref.name for ref in change.refs)
    words = f"update {_subject(change)}"
    return Call("PUT", "contacts/update", words, "id", body=change.to_body(), ref_names=names)


def update_body(body: bytes) -> Call:
    """Return the upsert that a ready body asks for."""
    return Call("PUT", "contacts/update", "update the contact", "id", body=body)


def create(change: ContactChange) -> Call:
    """Return the creation of one contact."""
    names = tuple(ref.name for ref in change.refs)
    words = f"create {_subject(change)}"
    return Call("POST", "contacts/create", words, "id", body=change.to_body(), ref_names=names)


def find(ref: ContactRef) -> Call:
    """Return the search for one contact."""
    words = f"find {excerpt(str(ref))}"
    query = {str(ref.name): ref.value}
    return Call("GET", "contacts/find", words, "contacts", query=query, ref_names=(ref.name,))


def delete(ref: ContactRef) -> Call:
    """Return the deletion of one contact; the service takes it as a POST."""
    words = f"delete {excerpt(str(ref))}"
    body = to_json({ref.name: ref.value}).encode()
    return Call("POST", "contacts/delete", words, "success", body=body, ref_names=(ref.name,))


def suppression(ref: ContactRef) -> Call:
    """Return the question whether a contact is suppressed."""
    words = f"check the suppression of {excerpt(str(ref))}"
    query = {str(ref.name): ref.value}
    return Call(
        "GET", "contacts/suppression", words, "suppression", query=query, ref_names=(ref.name,)
    )


def remove_suppression(ref: ContactRef) -> Call:
    """Return the removal of a contact from the suppression list; it spends quota."""
    words = f"remove the suppression of {excerpt(str(ref))}"
    query = {str(ref.name): ref.value}
    return Call(
        "DELETE", "contacts/suppression", words, "success", query=query, ref_names=(ref.name,)
    )


def properties(which: str = "all") -> Call:
    """Return the question for the contact properties: ``all``, or the ``custom`` ones."""
    query = {"list": which}
    return Call("GET", "contacts/properties", "list the properties", "properties", query=query)


def create_property(name: str, kind: str) -> Call:
    """Return the creation of a custom property."""
    body = to_json({"name": name, "type": kind}).encode()
    words = f"create the property {excerpt(name)}"
    return Call("POST", "contacts/properties", words, "success", body=body)


def lists() -> Call:
    """Return the question for all mailing lists."""
    return Call("GET", "lists", "list the mailing lists", "lists")


def api_key() -> Call:
    """Return the question whether the service takes the key."""
    return Call("GET", "api-key", "check the API key", "success")


def _subject(change: ContactChange) -> str:
    return excerpt(" with ".join(str(ref) for ref in change.refs)) or "a contact"
