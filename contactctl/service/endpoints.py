"""Each call of the service: what is sent, when it may be repeated, what its answer must hold."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, TypeAlias, TypeVar

from contactctl.errors import ConflictError, ContactctlError, RefusedError, UnauthorizedError
from contactctl.exact_json import JsonObject, JsonValue, to_json
from contactctl.safe_text import excerpt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from contactctl.contact import ContactChange, ContactRef

T = TypeVar("T")
S = TypeVar("S")
#: The next step by kind of error; the first that fits counts.
Advice: TypeAlias = tuple[tuple[type[ContactctlError], str], ...]

_FIND = "see what became of it with `contactctl find` before running it again"
_CHECK_SUPPRESSION = "see what became of it with `contactctl suppression check`"
_LIST_PROPERTIES = "see what became of it with `contactctl properties list`"
_ABOUT_PROPERTIES: Advice = (
    (RefusedError, "see the existing properties with `contactctl properties list`"),
)
#: Returns the fields in which a contact is not what was sent to make it; none if it is that one.
Unlike: TypeAlias = "Callable[[JsonObject], Sequence[str]]"
_MOST_NAMED = 10


class LacksError(ValueError):
    """A success does not hold what it should; the text names that."""


class OtherFoundError(ValueError):
    """Where a write was looked for stands something else; the text says what."""


class Call(NamedTuple, Generic[T]):
    """One request, and all that tells it from others; ``words`` goes on from "cannot".

    ``path`` stands below ``/v1/``. ``read`` returns what a success holds, or raises
    :class:`LacksError`. A repeat does no harm unless ``look`` says how to find out first whether
    the write was made; ``when_gone`` is what a 404 stands for when an earlier attempt may have been
    applied. ``names_contact`` says that a 404 of the service means: no such contact.

    ``doubt`` is the next step where nobody knows whether the write was made, ``advice`` the next
    step by kind of error; both count before what is said of every call.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    words: str
    read: Callable[[JsonValue], T]
    query: Mapping[str, str] = MappingProxyType({})
    body: bytes | None = None
    look: Look[Any, T] | None = None
    when_gone: T | None = None
    names_contact: bool = False
    doubt: str | None = None
    advice: Advice = ()

    @property
    def writes(self) -> bool:
        """Tell whether the request changes anything at the service."""
        return self.method != "GET"


class Look(NamedTuple, Generic[S, T]):
    """How to find out whether a write was made: ``call`` asks.

    ``reply_in`` returns the write's reply, as far as an answer tells it, None if it was not made;
    it raises :class:`OtherFoundError` where nobody can tell, and a repeat would not help.
    """

    call: Call[S]
    reply_in: Callable[[S], T | None]


def update(change: ContactChange) -> Call[JsonObject]:
    """Return the upsert of one contact."""
    words = f"update {_subject(change)}"
    return update_body(change.to_body())._replace(words=words, advice=_advice_of_update(change))


def update_body(body: bytes) -> Call[JsonObject]:
    """Return the upsert that a ready body asks for."""
    return Call("PUT", "contacts/update", "update the contact", _saved, body=body)


def create(change: ContactChange, unlike: Unlike | None = None) -> Call[JsonObject]:
    """Return the creation of one contact, looked for by ``unlike`` after a lost answer."""
    return Call(
        "POST",
        "contacts/create",
        f"create {_subject(change)}",
        _saved,
        body=change.to_body(),
        look=None if unlike is None else _look_for_created(change, unlike),
        doubt=_FIND,
        advice=((ConflictError, "change the existing contact with `contactctl update`"),),
    )


def _look_for_created(change: ContactChange, unlike: Unlike) -> Look[list[JsonObject], JsonObject]:
    def reply_in(found: list[JsonObject]) -> JsonObject | None:
        if not found:
            return None
        # Of several, the one that is most like what was sent is named in the message.
        nearest = min(found, key=lambda contact: len(unlike(contact)))
        names = unlike(nearest)
        if names:
            raise OtherFoundError(
                "a contact with this address exists, and differs from what was to be created in"
                f" {_listed(names)}"
            )
        return {"success": True, "id": nearest["id"]}

    # By the address alone: a search takes one identifier (page "Find a contact").
    return Look(find(change.refs[0]), reply_in)


def find(ref: ContactRef) -> Call[list[JsonObject]]:
    """Return the search for one contact."""
    read = _list_of("contacts", "id")
    return Call("GET", "contacts/find", f"look up {_named(ref)}", read, query=_query(ref))


def delete(ref: ContactRef) -> Call[JsonObject]:
    """Return the deletion of one contact; the service takes it as a POST."""
    return Call(
        "POST",
        "contacts/delete",
        f"delete {_named(ref)}",
        _success,
        body=to_json({ref.name: ref.value}).encode(),
        when_gone={"success": True},
        names_contact=True,
        doubt=_FIND,
    )


def suppression(ref: ContactRef) -> Call[JsonObject]:
    """Return the question whether a contact is suppressed."""
    words = f"check the suppression of {_named(ref)}"
    return Call(
        "GET", "contacts/suppression", words, _status, query=_query(ref), names_contact=True
    )


def remove_suppression(ref: ContactRef) -> Call[JsonObject]:
    """Return the removal of a contact from the suppression list; it spends quota."""

    def reply_in(status: JsonObject) -> JsonObject | None:
        if status["isSuppressed"]:
            return None
        return {"success": True, "removalQuota": status.get("removalQuota")}

    return Call(
        "DELETE",
        "contacts/suppression",
        f"remove the suppression of {_named(ref)}",
        _success,
        query=_query(ref),
        look=Look(suppression(ref), reply_in),
        names_contact=True,
        doubt=_CHECK_SUPPRESSION,
    )


def properties(which: Literal["all", "custom"] = "all") -> Call[list[JsonObject]]:
    """Return the question for the contact properties: ``all``, or the ``custom`` ones."""
    return Call(
        "GET",
        "contacts/properties",
        "list the properties",
        _list_of("properties", "key", "type"),
        query={"list": which},
        advice=_ABOUT_PROPERTIES,
    )


def create_property(name: str, kind: str) -> Call[JsonObject]:
    """Return the creation of a custom property."""

    def reply_in(known: list[JsonObject]) -> JsonObject | None:
        # One of that name and another type was there before.
        made = any(item["key"] == name and item["type"] == kind for item in known)
        return {"success": True} if made else None

    return Call(
        "POST",
        "contacts/properties",
        f"create the property {excerpt(name)}",
        _success,
        body=to_json({"name": name, "type": kind}).encode(),
        look=Look(properties(), reply_in),
        doubt=_LIST_PROPERTIES,
        advice=_ABOUT_PROPERTIES,
    )


def lists() -> Call[list[JsonObject]]:
    """Return the question for all mailing lists."""
    return Call("GET", "lists", "list the mailing lists", _list_of("lists", "id", "name"))


def api_key() -> Call[JsonObject]:
    """Return the question whether the service takes the key."""
    # To replace one that is not there is to add it.
    add = "`contactctl profile add NAME --replace`"
    advice = ((UnauthorizedError, f"take a key from Settings → API in Loops, and add it: {add}"),)
    return Call("GET", "api-key", "check the API key", _success, advice=advice)


def _advice_of_update(change: ContactChange) -> Advice:
    names = [ref.name for ref in change.refs]
    if names == ["userId"]:
        return ((RefusedError, "add --email: no contact can be created from a user id alone"),)
    if len(names) > 1:
        # Its own words, "Multiple contacts found for the given criteria", do not name the two.
        hint = (
            "check with `contactctl find` whether the email and the user id belong to two contacts"
        )
        return ((RefusedError, hint),)
    return ()


def _subject(change: ContactChange) -> str:
    return excerpt(change.words) or "a contact"


def _named(ref: ContactRef) -> str:
    return excerpt(str(ref))


def _query(ref: ContactRef) -> dict[str, str]:
    return {str(ref.name): ref.value}


def _saved(value: JsonValue) -> JsonObject:
    found = _object(value)
    if not _has_texts(found, ("id",)):
        raise LacksError("an id")
    return _success(found)


def _success(value: JsonValue) -> JsonObject:
    found = _object(value)
    if found.get("success") is not True:
        raise LacksError("success: true")
    return found


def _status(value: JsonValue) -> JsonObject:
    found = _object(value)
    if not isinstance(found.get("isSuppressed"), bool):
        raise LacksError("isSuppressed")
    return found


def _object(value: JsonValue) -> JsonObject:
    if not isinstance(value, dict):
        raise LacksError("an object")
    return value


def _list_of(what: str, *needed: str) -> Callable[[JsonValue], list[JsonObject]]:
    """Return what reads a list of objects, each with the texts that everything else relies on."""

    def read(value: JsonValue) -> list[JsonObject]:
        items = value if isinstance(value, list) else [value]
        found = [item for item in items if isinstance(item, dict) and _has_texts(item, needed)]
        # Passed over, one that lacks something would look like one that is not there.
        if not isinstance(value, list) or len(found) < len(items):
            raise LacksError(f"a list of {what}")
        return found

    return read


def _has_texts(value: JsonObject, names: tuple[str, ...]) -> bool:
    return all(isinstance(value.get(name), str) and value.get(name) for name in names)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    shown = ", ".join(excerpt(name) for name in names[:_MOST_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown
