"""Imports into the sandbox in this process, and what they leave there."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from import_process import json_lines
from sandbox_cli import NOTE, saved

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli, Done

    from contactctl.exact_json import JsonObject

#: Updated, guarded twice, not found, unchanged, created.
ROWS_OF_EACH_KIND = """email,userId,firstName
ada@example.com,1,Ada
bob@example.com,2,Bob
new@example.com,3,Eve
,9,Nobody
zed@example.com,,Zed
kim@example.com,,Kim
"""


def imported(cli: Cli, file: Path | str, *words: str, stdin: str = "") -> Done:
    """Import a file into the sandbox."""
    return cli("import", str(file), "--sandbox", *words, stdin=stdin)


def rows_of(
    cli: Cli, file: Path | str, *words: str, code: int = 0, stdin: str = ""
) -> list[JsonObject]:
    """Import a file, and return the object that was printed for each row."""
    done = imported(cli, file, "-o", "json", *words, stdin=stdin)
    assert done.code == code, done.err
    return json_lines(done.out)


def dump(cli: Cli, *names: str) -> list[tuple[Any, ...]]:
    """Return these fields of every contact of the sandbox, sorted by address."""
    done = cli("sandbox", "dump")
    assert done.code == 0
    contacts = sorted(json_lines(done.out), key=lambda contact: str(contact["email"]))
    return [tuple(contact.get(name) for name in ("email", *names)) for contact in contacts]


def errors_of(done: Done) -> str:
    """Return what stderr says beside the sandbox's note."""
    return done.err.removeprefix(NOTE)


def ready_flags(done: Done, file: Path) -> list[str]:
    """Return the flags of the command on the last line of an error."""
    words = shlex.split(done.err.splitlines()[-1])
    assert words[:4] == ["contactctl", "--sandbox", "import", str(file)]
    return words[4:]


def subscribed(cli: Cli) -> dict[str, bool]:
    """Tell of every contact of the sandbox whether it is subscribed, by its address."""
    return {str(email): value is True for email, value in dump(cli, "subscribed")}


def rows_of_each_kind(cli: Cli, folder: Path) -> Path:
    """Put contacts into the sandbox, and return a file of rows that each fare in another way."""
    saved(cli, "-e", "ada@example.com", "-u", "1")
    saved(cli, "-e", "bob@example.com", "-u", "22")
    saved(cli, "-e", "old@example.com", "-u", "3")
    saved(cli, "-e", "zed@example.com", "--first-name", "Zed")
    path = folder / "people.csv"
    path.write_text(ROWS_OF_EACH_KIND)
    return path
