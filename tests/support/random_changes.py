"""Random changes to a few contacts of the sandbox, each with its undo file, and what is there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from import_process import json_lines
from sandbox_cli import LISTS, in_sandbox

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from conftest import Cli

    from contactctl.exact_json import JsonObject

FAST = "--rate=1000"
ROW_FLAGS = (FAST, "--allow-resubscribe", "--replace-user-id", "--change-address")
_LISTS = tuple(LISTS.values())
_PEOPLE = 4


def people() -> list[JsonObject]:
    """Return the contacts that there are in the beginning."""
    return [{"email": f"p{n}@example.com", "userId": f"u{n}"} for n in range(_PEOPLE)]


def random_fields(chance: random.Random, kinds: str) -> dict[str, Any]:
    """Return what a row changes: plain fields, and as ``kinds`` says lists and subscriptions."""
    found: dict[str, Any] = {
        "firstName": chance.choice(["Ada", "Bob", None, ""]),
        "userGroup": chance.choice(["a", "b", None]),
        "plan": chance.choice(["free", "pro", None]),
        "seats": chance.choice([1, 2.5, 0, None]),
        "trial": chance.choice([True, False, None]),
        "source": chance.choice(["crm", "form"]),
    }
    kept = chance.sample(sorted(found), chance.randrange(1, 4))
    found = {name: found[name] for name in kept}
    if "subscribed" in kinds and chance.random() < 0.4:
        found["subscribed"] = chance.random() < 0.5
    if "lists" in kinds and chance.random() < 0.5:
        found["mailingLists"] = {chance.choice(_LISTS): chance.random() < 0.5}
    return found


def random_row(chance: random.Random, kinds: str) -> dict[str, Any]:
    """Return a row about somebody who is there, is new, moves, or gets another user id."""
    number = chance.randrange(_PEOPLE + 2)
    who = {"email": f"p{number}@example.com", "userId": f"u{number}"}
    luck = chance.random()
    if luck < 0.15:
        who["email"] = f"moved{number}-{chance.randrange(2)}@example.com"
    elif luck < 0.3:
        who["userId"] = f"v{number}-{chance.randrange(2)}"
    elif luck < 0.4 and number < _PEOPLE:
        del who["email"]
    return who | random_fields(chance, kinds)


def change_something(cli: Cli, chance: random.Random, kinds: str, undo: Path) -> None:
    """Delete somebody, or import some rows; what is refused changes nothing."""
    if chance.random() < 0.3:
        who = ("-u", f"u{chance.randrange(_PEOPLE)}")
        in_sandbox(cli, "delete", *who, "--yes", "--undo-file", str(undo))
        return
    file = undo.with_suffix(".rows.jsonl")
    rows = [random_row(chance, kinds) for _ in range(chance.randrange(1, 12))]
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    done = in_sandbox(cli, "import", str(file), *ROW_FLAGS, "--undo-file", str(undo))
    assert done.code in {0, 6}, done.err


def state_of(cli: Cli) -> dict[str, JsonObject]:
    """Return what each contact holds, by its address; ids apart, and empty values as none."""
    done = cli("sandbox", "dump")
    found: dict[str, JsonObject] = {}
    for contact in json_lines(done.out):
        values: JsonObject = {name: one for name, one in contact.items() if one not in (None, "")}
        del values["id"]
        found[str(contact["email"])] = values
    return found
