"""sandbox load and dump --all: an account goes in and comes out; what is wrong is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from conftest import Stream
from sandbox_calls import ADA, BOB
from sandbox_cli import contact, in_sandbox, saved

from contactctl.cli import main
from contactctl.session import Run

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

    from contactctl.testing import LoopsSandbox

OWN_LIST = "cm3n2own0list0000000000000"
ACCOUNT: dict[str, Any] = {
    "teamName": "Example",
    "lists": [{"id": OWN_LIST, "name": "Own", "description": None, "isPublic": True}],
    "properties": [{"key": "companyRole", "label": "Role", "type": "string"}],
    "contacts": [{"email": ADA, "companyRole": "Developer", "mailingLists": {OWN_LIST: True}}],
}


@pytest.fixture
def account(tmp_path: Path) -> Path:
    path = tmp_path / "account.json"
    path.write_text(json.dumps(ACCOUNT))
    return path


def dumped(cli: Cli) -> dict[str, Any]:
    """Return everything that the sandbox holds."""
    found: dict[str, Any] = json.loads(cli("sandbox", "dump", "--all").out)
    return found


def test_a_loaded_account_is_there(cli: Cli, account: Path) -> None:
    saved(cli, "-e", BOB)
    done = cli("sandbox", "load", str(account))
    assert (done.code, done.out) == (0, "loaded 1 list, 1 property, 1 contact\n")
    assert contact(cli, ADA)["companyRole"] == "Developer"
    assert in_sandbox(cli, "find", "-e", BOB).code == 3
    assert in_sandbox(cli, "update", "-e", ADA, "--list", "Own=false").code == 0
    assert dumped(cli)["teamName"] == "Example"


def test_json_counts_what_was_loaded(cli: Cli, account: Path) -> None:
    done = cli("sandbox", "load", str(account), "-o", "json")
    counts = {"lists": 1, "properties": 1, "contacts": 1}
    assert json.loads(done.out) == {"success": True, "loaded": counts}


def test_a_dump_is_loaded_from_standard_input(cli: Cli, account: Path) -> None:
    cli("sandbox", "load", str(account))
    whole, contacts = cli("sandbox", "dump", "--all").out, cli("sandbox", "dump").out
    for text in (whole, contacts):
        assert cli("sandbox", "reset", "--yes").code == 0
        cli("sandbox", "load", str(account))
        assert cli("sandbox", "load", "-", stdin=text).code == 0
        assert cli("sandbox", "dump", "--all").out == whole


def test_a_dump_is_imported_too(cli: Cli, tmp_path: Path) -> None:
    saved(
        cli, "-e", ADA, "--first-name", "Ada", "--prop", "seats=2", "--list", "Weekly digest=true"
    )
    saved(cli, "-e", BOB, "--unsubscribed")
    before = cli("sandbox", "dump").out
    path = tmp_path / "people.jsonl"
    path.write_text(before)
    cli("sandbox", "reset", "--yes")
    done = in_sandbox(cli, "import", str(path), "--allow-resubscribe")
    assert done.code == 0, done.err
    kept = [{**json.loads(line), "id": ""} for line in cli("sandbox", "dump").out.splitlines()]
    assert kept == [{**json.loads(line), "id": ""} for line in before.splitlines()]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "give FILE or --account"),
        (("{file}", "--account"), 2, "give FILE or --account"),
        (("{file}.none",), 2, "there is no file"),
        (("{folder}",), 9, "cannot read"),
        (("--account", "--sandbox"), 2, "the sandbox itself"),
        (("{file}", "--db", ""), 2, "--db names no file"),
    ],
)
def test_what_cannot_be_loaded_is_said(
    cli: Cli, account: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    words = tuple(word.format(file=account, folder=account.parent) for word in words)
    done = cli("sandbox", "load", *words)
    assert (done.code, said in done.err) == (code, True)
    assert done.out == ""


def test_a_mistake_in_the_file_loads_nothing(cli: Cli, account: Path) -> None:
    before = dumped(cli)
    account.write_text(json.dumps({**ACCOUNT, "contacts": [{"email": ADA, "role": "x"}]}))
    done = cli("sandbox", "load", str(account))
    assert done.code == 2
    assert 'contact 1: Unknown contact property "role"' in done.err
    assert dumped(cli) == before


def test_the_lists_and_properties_of_an_account_are_copied_and_no_contacts(
    cli: Cli, loops_sandbox: LoopsSandbox
) -> None:
    """Code with the list ids of that account then runs unchanged."""
    saved(cli, "-e", BOB)
    loops_sandbox.load(ACCOUNT)
    done = cli("sandbox", "load", "--account", env=loops_sandbox.env)
    assert (done.code, done.out) == (0, "loaded 1 list, 1 property\n")
    found = dumped(cli)
    assert (found["lists"], found["properties"]) == (ACCOUNT["lists"], ACCOUNT["properties"])
    assert [one["email"] for one in found["contacts"]] == [BOB]


def test_a_terminal_is_not_waited_for(cli: Cli) -> None:
    done = cli("sandbox", "load", "-", terminal=True)
    assert done.code == 2
    assert "terminal" in done.err


def test_standard_input_that_is_closed_is_named(own_folders: dict[str, str]) -> None:
    run = Run(own_folders, Stream(), Stream(), Stream())
    run.stdin.close()
    assert main(("sandbox", "load", "-"), run) == 2
