"""Calls of the program in the sandbox, and what the sandbox holds after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Cli, Done

    from contactctl.exact_json import JsonObject

NOTE = "sandbox: nothing leaves this machine\n"
LISTS = {
    "Product updates": "cm06f5v0e45nf0ml5754o9cix",
    "Weekly digest": "cm16k73gq014h0mmj5b6jdi9r",
}


def in_sandbox(cli: Cli, *words: str, terminal: bool = False, columns: int = 100) -> Done:
    """Run one command in the sandbox, on a terminal that knows no colours."""
    env = {"TERM": "dumb", "COLUMNS": str(columns)}
    return cli(*words, "--sandbox", terminal=terminal, env=env)


def saved(cli: Cli, *words: str) -> str:
    """Update a contact of the sandbox off a terminal, and return its id."""
    done = in_sandbox(cli, "update", *words)
    assert done.code == 0, done.err
    return done.out.strip()


def contact(cli: Cli, email: str) -> JsonObject:
    """Return what the sandbox holds of the contact with this address."""
    done = in_sandbox(cli, "find", "--email", email, "-o", "json")
    assert done.code == 0, done.err
    return done.json


def exists(cli: Cli, email: str) -> bool:
    return in_sandbox(cli, "find", "--email", email).code == 0
