"""Every command that asks the service, with the request that a fault shall meet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from client_calls import KEY
from fault_server import FaultServer, reply_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fault_server import Behaviour

    from contactctl.exact_json import JsonObject, JsonValue

ADA: JsonObject = {
    "id": "c1",
    "email": "ada@example.com",
    "userId": "42",
    "firstName": "Ada",
    "subscribed": True,
    "mailingLists": {"cm06f5v0e45nf0ml5754o9cix": True},
    "plan": "pro",
}
SUPPRESSED: JsonObject = {
    "contact": {"id": "c1", "email": "ada@example.com", "userId": None},
    "isSuppressed": True,
    "removalQuota": {"limit": True, "remaining": True},
}
#: What a service in good health answers, by the route of the request.
GOOD: dict[str, JsonValue] = {
    "PUT contacts/update": {"success": True, "id": "c1"},
    "POST contacts/create": {"success": True, "id": "c1"},
    "GET contacts/find": [ADA],
    "POST contacts/delete": {"success": True, "message": "Contact deleted."},
    "GET contacts/suppression": SUPPRESSED,
    "DELETE contacts/suppression": {"success": True},
    "GET contacts/properties": [{"key": "plan", "label": "Plan", "type": "string"}],
    "POST contacts/properties": {"success": True},
    "GET lists": [{"id": "cl1", "name": "News", "description": None, "isPublic": True}],
    "GET api-key": {"success": True, "teamName": "Acme"},
}


@dataclass(frozen=True)
class CommandCall:
    """One call of the program, and the route of the request that is to go wrong."""

    line: str
    route: str
    before: tuple[str, ...] = field(default=())
    """Routes that are asked first, and answered."""
    before_json: tuple[str, ...] = field(default=())
    """Routes that are asked before those for an answer in JSON alone."""

    def routes(self, form: str) -> list[str]:
        """Return the routes of all requests for an answer in this form, in order."""
        first = self.before_json if form == "json" else ()
        return [*first, *self.before, self.route]

    @property
    def writes(self) -> bool:
        """Tell whether the command writes, so that a failure of it has an outcome."""
        return self.line.startswith(("update", "create", "delete", "suppression r", "properties c"))

    @property
    def words(self) -> list[str]:
        return self.line.split()

    def __str__(self) -> str:
        return self.line


_WHO = "--email ada@example.com"
COMMAND_CALLS: tuple[CommandCall, ...] = (
    CommandCall(f"update {_WHO} --first-name Ada", "PUT contacts/update"),
    CommandCall(f"update {_WHO} --must-exist", "GET contacts/find"),
    CommandCall(
        f"update {_WHO} --must-exist --unsubscribed", "PUT contacts/update", ("GET contacts/find",)
    ),
    CommandCall(f"update {_WHO} --prop plan=pro", "GET contacts/properties"),
    CommandCall(f"update {_WHO} --list News=true", "GET lists"),
    CommandCall(f"create {_WHO} --first-name Ada", "POST contacts/create"),
    CommandCall(f"create {_WHO} --dry-run", "GET contacts/find"),
    CommandCall(f"find {_WHO}", "GET contacts/find"),
    CommandCall(f"delete {_WHO} --yes", "POST contacts/delete", before_json=("GET contacts/find",)),
    CommandCall(f"suppression check {_WHO}", "GET contacts/suppression"),
    CommandCall(
        f"suppression remove {_WHO} --yes",
        "DELETE contacts/suppression",
        ("GET contacts/suppression",),
    ),
    CommandCall("lists", "GET lists"),
    CommandCall("properties list", "GET contacts/properties"),
    CommandCall("properties create plan --type string", "POST contacts/properties"),
    CommandCall("profile check", "GET api-key"),
)


def serve(faults: Mapping[str, list[Behaviour]] | None = None) -> FaultServer:
    """Return a service in good health, but for the routes given."""
    routes = {route: [reply_json(value)] for route, value in GOOD.items()}
    return FaultServer([reply_json({"error": "no such route"}, 404)], {**routes, **(faults or {})})


def key_for(server: FaultServer) -> dict[str, str]:
    """Return the variables that send a command to this server, with a key."""
    return {"LOOPS_API_KEY": KEY, "CONTACTCTL_BASE_URL": server.url}
