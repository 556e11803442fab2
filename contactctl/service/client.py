"""LoopsClient: the one door to the service, or to the sandbox; retries what may be repeated."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

from contactctl.errors import ContactctlError
from contactctl.service import endpoints as calls
from contactctl.service.exchange import Exchange
from contactctl.service.retrying import Retrying, worded

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from contactctl.contact import ContactChange, ContactRef
    from contactctl.errors import Outcome
    from contactctl.exact_json import JsonObject
    from contactctl.network.messages import Http
    from contactctl.service.replies import Reply
    from contactctl.service.retrying import Watch


T = TypeVar("T")


class Saved(NamedTuple):
    """A contact that was written: its id, and the service's whole reply."""

    id: str
    reply: JsonObject


class LoopsClient:
    """Asks the service; every method returns a value or raises a typed error.

    A failed call is repeated up to ``retries`` times after waits that go through ``sleep``; an
    attempt may take ``timeout_s``. ``trace`` gets a line for each request, answer and wait;
    ``before_each`` is called before each request, and may raise to stop it; ``watch`` shows what is
    waited for, in the calls that are repeated. Safe to use from several threads. Errors carry the
    status, what is known of the outcome over all attempts, the number of requests made, and the
    next step.
    """

    def __init__(  # noqa: PLR0913 - the seams of the tests are parameters
        self,
        http: Http,
        *,
        retries: int = 3,
        timeout_s: float = 30.0,
        sleep: Callable[[float], None] = time.sleep,
        uniform: Callable[[float, float], float] = random.uniform,
        now: Callable[[], float] = time.time,
        trace: Callable[[str], None] | None = None,
        before_each: Callable[[], None] = lambda: None,
        watch: Watch | None = None,
    ) -> None:
        self._http = http
        self._exchange = Exchange(http, timeout_s=timeout_s, trace=trace, before_each=before_each)
        self.retrying = Retrying(
            self._exchange, retries, sleep=sleep, uniform=uniform, now=now, watch=watch
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def outcome(self) -> Outcome:
        """What is known of the writes so far; unknown while one is under way."""
        return self._exchange.outcome

    @property
    def limit(self) -> str | None:
        """The limit that was named last, "" where none was; None before the first answer."""
        return self._exchange.limit

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def update(self, change: ContactChange) -> Saved:
        """Change one contact, or create it; a repeat writes the same again, which does no harm."""
        return _saved(self.retrying.run(calls.update(change)))

    def update_once(self, body: bytes) -> Reply[JsonObject]:
        """Send one ready update body once, for callers with a retry policy of their own."""
        return self._once(calls.update_body(body))

    def create(self, change: ContactChange, unlike: calls.Unlike) -> Saved:
        """Create one contact; after a lost answer it is looked for before anything is repeated.

        ``unlike`` returns the fields in which a contact that is found is not what was sent: one
        that differs may be somebody who was there before, and then nobody knows. Raises
        :class:`ConflictError` when the address or the user id is taken.
        """
        return _saved(self.retrying.run(calls.create(change, unlike)))

    def create_once(self, change: ContactChange) -> Reply[JsonObject]:
        """Create one contact, asking once, for callers with a retry policy of their own."""
        return self._once(calls.create(change))

    def find(self, ref: ContactRef) -> list[JsonObject]:
        """Return the contacts that a ref picks: none, one, perhaps more."""
        return self.retrying.run(calls.find(ref))

    def find_once(self, ref: ContactRef) -> Reply[list[JsonObject]]:
        """Ask once for the contacts that a ref picks, for callers with a policy of their own."""
        return self._once(calls.find(ref))

    def delete(self, ref: ContactRef) -> JsonObject:
        """Delete one contact; not to find it on a repeat after a lost answer means done.

        Raises :class:`NotFoundError` when there is no such contact.
        """
        return self.retrying.run(calls.delete(ref))

    def delete_once(self, ref: ContactRef) -> Reply[JsonObject]:
        """Delete one contact, asking once, for callers with a retry policy of their own."""
        return self._once(calls.delete(ref))

    def suppression(self, ref: ContactRef) -> JsonObject:
        """Return whether a contact is suppressed, and the quota for removals.

        Raises :class:`NotFoundError` when there is no such contact.
        """
        return self.retrying.run(calls.suppression(ref))

    def suppression_once(self, ref: ContactRef) -> Reply[JsonObject]:
        """Ask once whether a contact is suppressed, for callers with a policy of their own."""
        return self._once(calls.suppression(ref))

    def remove_suppression_once(self, ref: ContactRef) -> Reply[JsonObject]:
        """Take a contact off the suppression list, asking once, for such callers too."""
        return self._once(calls.remove_suppression(ref))

    def remove_suppression(self, ref: ContactRef) -> JsonObject:
        """Take a contact off the suppression list; after a lost answer looks before it repeats.

        Raises :class:`NotFoundError` when there is no such contact.
        """
        return self.retrying.run(calls.remove_suppression(ref))

    def properties(self, which: Literal["all", "custom"] = "all") -> list[JsonObject]:
        """Return the contact properties, or the custom ones alone: key, label and type."""
        return self.retrying.run(calls.properties(which))

    def create_property(self, name: str, kind: str) -> JsonObject:
        """Create a custom property; after a lost answer looks before it repeats."""
        return self.retrying.run(calls.create_property(name, kind))

    def lists(self) -> list[JsonObject]:
        """Return the mailing lists: id, name, description and isPublic."""
        return self.retrying.run(calls.lists())

    def api_key(self) -> JsonObject:
        """Return what the service says of the key: the team's name."""
        return self.retrying.run(calls.api_key())

    def api_key_once(self) -> Reply[JsonObject]:
        """Ask once what the service says of the key; the reply, or the error, has the headers."""
        return self._once(calls.api_key())

    def _once(self, call: calls.Call[T]) -> Reply[T]:
        try:
            return self._exchange(call)
        except ContactctlError as error:
            # Retrying counts those of the other calls; of this one there is no other.
            error.attempts = 1
            raise worded(call, error, self._exchange.cleaner.mask) from error


def _saved(reply: JsonObject) -> Saved:
    # That it is a text was seen when the reply was read.
    return Saved(str(reply["id"]), reply)
