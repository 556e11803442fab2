"""create whose answer was lost: made, not made, or somebody else is there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from command_calls import key_for
from fault_server import FaultServer, hang_up, reply_json

if TYPE_CHECKING:
    from conftest import Cli, Done

    from contactctl.exact_json import JsonObject

CREATE, FIND = "POST contacts/create", "GET contacts/find"
LIST = "cm06f5v0e45nf0ml5754o9cix"
PROPERTIES: list[JsonObject] = [
    {"key": "plan", "label": "Plan", "type": "string"},
    {"key": "renewsAt", "label": "Renews at", "type": "date"},
]
WORDS = ("create", "-e", "Ada@example.com", "--prop", "plan=pro", "--prop", "renewsAt=2024-01-17")
MADE: JsonObject = {
    "id": "c1",
    "email": "ada@example.com",
    "userGroup": "",
    "source": "API",
    "subscribed": True,
    "mailingLists": {LIST: True},
    "plan": "pro",
    "renewsAt": "2024-01-17T00:00:00.000Z",
}


def create(cli: Cli, found: list[JsonObject]) -> tuple[Done, list[str]]:
    """Lose the answer of the first creation, and then find these contacts."""
    script = {
        CREATE: [hang_up, reply_json({"success": True, "id": "c2"})],
        FIND: [reply_json([*found])],
        "GET contacts/properties": [reply_json([*PROPERTIES])],
    }
    with FaultServer([], script) as server:
        done = cli(*WORDS, "--list", f"{LIST}=true", "-o", "json", env=key_for(server))
        return done, [route for route in server.routes_seen() if route.endswith(("create", "find"))]


def test_one_that_was_made_is_a_success(cli: Cli) -> None:
    done, routes = create(cli, [MADE])
    assert (done.code, json.loads(done.out)["id"]) == (0, "c1")
    assert routes == [CREATE, FIND]


def test_one_that_was_not_made_is_sent_again(cli: Cli) -> None:
    done, routes = create(cli, [])
    assert (done.code, json.loads(done.out)["id"]) == (0, "c2")
    assert routes == [CREATE, FIND, CREATE]


@pytest.mark.parametrize(
    ("differing", "names"),
    [
        ({"plan": "free"}, "plan"),
        ({"renewsAt": "2024-01-18T00:00:00.000Z"}, "renewsAt"),
        ({"mailingLists": {}}, f"mailingLists.{LIST}"),
        ({"firstName": "Ada", "seats": True}, "firstName, seats"),
    ],
)
def test_somebody_else_is_no_success_and_nothing_more_is_sent(
    cli: Cli, differing: JsonObject, names: str
) -> None:
    done, routes = create(cli, [{**MADE, **differing}])
    assert (done.code, done.out, routes) == (7, "", [CREATE, FIND])
    assert done.error["outcome"] == "unknown"
    assert f"differs from what was to be created in {names}; it may" in str(done.error["message"])
    assert "contactctl find" in str(done.error["hint"])
