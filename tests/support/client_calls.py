"""Every call of the client by its route, and a client that waits for nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from faults import NOW

from contactctl.changes.created import unlike_created
from contactctl.contact import ContactChange, ContactRef
from contactctl.network.messages import Http
from contactctl.network.transport import NetworkTransport
from contactctl.service.client import LoopsClient

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KEY = "0a1b2c3d4e5f6789feedfacecafe1234"
ADA = ContactRef("email", "ada@example.com")
CHANGE = ContactChange(email="ada@example.com", user_id="42", values={"firstName": "Ada"})

#: Every call of the client, by the route of its request.
CALLS: dict[str, Callable[[LoopsClient], object]] = {
    "PUT contacts/update": lambda client: client.update(CHANGE),
    "POST contacts/create": lambda client: client.create(CHANGE, partial(unlike_created, CHANGE)),
    "GET contacts/find": lambda client: client.find(ADA),
    "POST contacts/delete": lambda client: client.delete(ADA),
    "GET contacts/suppression": lambda client: client.suppression(ADA),
    "DELETE contacts/suppression": lambda client: client.remove_suppression(ADA),
    "GET contacts/properties": lambda client: client.properties(),
    "POST contacts/properties": lambda client: client.create_property("plan", "string"),
    "GET lists": lambda client: client.lists(),
    "GET api-key": lambda client: client.api_key(),
}


@dataclass
class Spied:
    """A client whose waits and trace are kept instead of made."""

    client: LoopsClient
    waits: list[float] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def spied_client(
    url: str,
    *,
    retries: int = 1,
    timeout_s: float = 30.0,
    env: Mapping[str, str] | None = None,
    key: str = KEY,
) -> Spied:
    """Return a client on the network that waits for nothing; close its ``client``."""
    waits: list[float] = []
    lines: list[str] = []
    client = LoopsClient(
        Http(url, key, NetworkTransport(url, env or {})),
        retries=retries,
        timeout_s=timeout_s,
        sleep=waits.append,
        now=lambda: NOW,
        trace=lines.append,
    )
    return Spied(client, waits, lines)
