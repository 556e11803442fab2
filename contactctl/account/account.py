"""The account's properties and mailing lists: cached, names resolved, near misses named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

from contactctl.contact import DEFAULT_TYPES, PROPERTY_TYPES, is_of_the_service
from contactctl.errors import ContactctlError, UsageError
from contactctl.safe_text import excerpt, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from contactctl.account.cache import AccountCache, Kind
    from contactctl.changes.draft import DeclaredTypes
    from contactctl.contact import PropertyType
    from contactctl.exact_json import JsonObject, JsonValue

#: The form that the documentation's examples have (page "List mailing lists").
_LIST_ID = re.compile(r"c[a-z0-9]{20,}")
_MOST_SHOWN = 10


class Catalogue(Protocol):
    """What this module needs of the client."""

    def properties(self) -> list[JsonObject]:
        """Return every contact property, each with ``key`` and ``type``."""

    def lists(self) -> list[JsonObject]:
        """Return every mailing list, each with ``id`` and ``name``."""


class MailingList(NamedTuple):
    """What of a mailing list picks it."""

    id: str
    name: str

    def __str__(self) -> str:
        return f"{quoted(self.name)} ({excerpt(self.id)})"


class Account:
    """Answers what the account declares, with at most one request of each kind.

    An answer from the cache that lacks what is asked for is refreshed once. Without a cache each
    kind is asked for when first needed. The client's errors go through.
    """

    def __init__(self, client: Catalogue, cache: AccountCache | None = None) -> None:
        self._client = client
        self._cache = cache
        self._answers: dict[Kind, list[JsonObject]] = {}
        self._asked: set[Kind] = set()
        self._failures: dict[Kind, ContactctlError] = {}
        self._declared: DeclaredTypes | None = None
        self._lists: tuple[MailingList, ...] | None = None

    @property
    def problems(self) -> Sequence[str]:
        """What is wrong with the cache, for the person at the screen."""
        return self._cache.problems if self._cache else ()

    def properties(self) -> DeclaredTypes:
        """Return each property's declared type; None for a type that is not known here."""
        items = self._answer("properties")
        if self._declared is None:
            pairs = map(_parse_property, items)
            # What the service keeps for itself is nothing to write, so it is never offered.
            self._declared = {key: kind for key, kind in pairs if not is_of_the_service(key)}
        return self._declared

    def labels(self) -> Mapping[str, str]:
        """Return the keys of the properties that have a label, each with that."""
        items = self._answer("properties")
        pairs = ((_text(item.get("key")), _text(item.get("label"))) for item in items)
        return {key: label for key, label in pairs if label and not is_of_the_service(key)}

    def lists(self) -> tuple[MailingList, ...]:
        """Return the mailing lists."""
        items = self._answer("lists")
        if self._lists is None:
            self._lists = tuple(item for item in map(_parse_list, items) if item.id)
        return self._lists

    def declared_for(self, keys: Collection[str]) -> DeclaredTypes:
        """Return the declared types, refreshed when one of the keys is not among them.

        Without keys nothing is asked for and nothing returned.
        """
        if not keys:
            return {}
        declared = self.properties()
        # A property made a minute ago is not in the cache, and is no typo.
        if all(key in declared or key in DEFAULT_TYPES for key in keys):
            return declared
        return self.properties() if self._refresh("properties") else declared

    def resolve_list(self, text: str) -> str:
        """Return the id of the list that an id or a name means; names count without case.

        What has the form of an id is taken for one without a request. Raises :class:`UsageError`
        with the candidates when the name is unknown, or that of several lists.
        """
        if _LIST_ID.fullmatch(text):
            return text
        # Of several too: one of them may have been renamed since.
        found = self._lists_of(lambda lists: _named(text, lists), lambda found: len(found) == 1)
        if len(found) != 1:
            raise _no_single_list(text, found, self.lists())
        return found[0].id

    def lists_named(self, name: str, fold: Callable[[str], str]) -> Sequence[MailingList]:
        """Return the lists of that id, or of a name that folds to the same.

        An answer from the cache without such a list is refreshed once.
        """
        wanted = fold(name)
        return self._lists_of(
            lambda lists: [one for one in lists if one.id == name or fold(one.name) == wanted], bool
        )

    def _lists_of(
        self,
        pick: Callable[[Sequence[MailingList]], list[MailingList]],
        is_enough: Callable[[list[MailingList]], bool],
    ) -> list[MailingList]:
        found = pick(self.lists())
        if not is_enough(found) and self._refresh("lists"):
            return pick(self.lists())
        return found

    def _answer(self, kind: Kind) -> list[JsonObject]:
        if kind not in self._answers:
            kept = self._cache.load(kind) if self._cache else None
            if kept is None:
                self._refresh(kind)
            else:
                self._answers[kind] = kept
        if kind not in self._answers:
            raise self._failures[kind]
        return self._answers[kind]

    def _refresh(self, kind: Kind) -> bool:
        """Ask the service, once; return whether there is a newer answer now."""
        if kind in self._asked:
            return False
        # Noted before it is asked: a failure is not asked for again within one command.
        self._asked.add(kind)
        try:
            items = self._client.properties() if kind == "properties" else self._client.lists()
        except ContactctlError as error:
            self._failures[kind] = error
            raise
        self._answers[kind] = items
        self._declared = self._lists = None
        if self._cache:
            self._cache.save(kind, items)
        return True


def _parse_property(item: JsonObject) -> tuple[str, PropertyType | None]:
    kind = next((name for name in PROPERTY_TYPES if name == item.get("type")), None)
    return _text(item.get("key")), kind


def _parse_list(item: JsonObject) -> MailingList:
    return MailingList(_text(item.get("id")), _text(item.get("name")))


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""


def _named(text: str, lists: Sequence[MailingList]) -> list[MailingList]:
    """Return the lists of that name; an id of another form than usual counts as well."""
    # An id comes before a name: somebody may have called a list like the id of another.
    by_id = [item for item in lists if item.id == text]
    name = text.strip().casefold()
    return by_id or [item for item in lists if item.name.strip().casefold() == name]


def _no_single_list(
    text: str, found: Sequence[MailingList], lists: Sequence[MailingList]
) -> UsageError:
    if found:
        return UsageError(
            f"{len(found)} mailing lists are called {quoted(text)}",
            hint=f"give the id of one of them: {_shown(found)}",
        )
    from contactctl.wording import nearest

    near = nearest(text, [item.name for item in lists])
    hint = f"did you mean {_shown([item for item in lists if item.name in near])}?"
    if not near:
        hint = f"the lists are {_shown(lists)}" if lists else "the account has no mailing lists"
    return UsageError(f"there is no mailing list {quoted(text)}", hint=hint)


def _shown(lists: Sequence[MailingList]) -> str:
    more = len(lists) - _MOST_SHOWN
    text = ", ".join(str(item) for item in lists[:_MOST_SHOWN])
    return f"{text} and {more} more" if more > 0 else text
