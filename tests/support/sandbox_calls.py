"""A sandbox whose rules are called directly."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from contactctl.sandbox.calls import Answer, Call, Refusal
from contactctl.sandbox.rules import find, update

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contactctl.exact_json import JsonObject, JsonValue
    from contactctl.sandbox.store import Store
    from contactctl.sandbox.tables import Transaction

ADA = "ada@example.com"
BOB = "bob@example.com"
PUBLIC_LIST = "cm06f5v0e45nf0ml5754o9cix"
OTHER_LIST = "cm16k73gq014h0mmj5b6jdi9r"


@dataclass
class Rules:
    """Calls rules over a store, each in a transaction of its own, as the application does."""

    store: Store
    call: Call = field(default_factory=Call)

    def __call__(
        self,
        rule: Callable[[Transaction, Call], Answer],
        body: JsonObject | None = None,
        /,
        **query: str,
    ) -> Answer:
        """Call one rule; a refusal is raised."""
        with self.store.write() as transaction:
            return rule(transaction, replace(self.call, body=body or {}, query=query))

    def update(self, **body: JsonValue) -> Answer:
        """Update a contact with these fields."""
        return self(update, body)

    def contact(self, email: str = ADA) -> JsonObject:
        """Return the one contact with an address, as find shows it."""
        found = self(find, email=email).value
        assert isinstance(found, list)
        (contact,) = found
        assert isinstance(contact, dict)
        return contact


@contextmanager
def refused(status: int, message: str) -> Iterator[None]:
    """Expect a refusal with this status, and this in its message."""
    with pytest.raises(Refusal) as caught:
        yield
    assert caught.value.status == status
    assert message in caught.value.message
