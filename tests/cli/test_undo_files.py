"""update, create and delete --undo-file: the way back is on disk before the change is sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sandbox_cli import LISTS, contact, exists, in_sandbox, saved

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

ADA = "ada@example.com"
DIGEST = LISTS["Weekly digest"]


@pytest.fixture
def undo(tmp_path: Path) -> Path:
    return tmp_path / "u.jsonl"


def lines_of(undo: Path) -> list[dict[str, Any]]:
    """Return the lines of a file between its header and its end."""
    header, *lines, end = map(json.loads, undo.read_text().splitlines())
    assert (header["contactctl"], header["account"]["team"]) == ("undo", "Sandbox")
    assert end["end"] is True
    return lines


def test_update(cli: Cli, undo: Path) -> None:
    saved(cli, "-e", ADA, "--first-name", "Ada", "--prop", "seats=1e-7", "--list", f"{DIGEST}=true")
    words = ("--prop", "seats=7", "--unset", "firstName", "--list", f"{DIGEST}=false")
    saved(cli, "-e", ADA, *words, "--undo-file", str(undo))
    (line,) = lines_of(undo)
    assert (line["would"], line["id"]) == ("update", contact(cli, ADA)["id"])
    assert line["changes"] == {
        "seats": {"from": 7, "to": 1e-7},
        "firstName": {"from": None, "to": "Ada"},
        f"mailingLists.{DIGEST}": {"from": False, "to": True, "name": "Weekly digest"},
    }
    assert '"to":1e-7' in undo.read_text(), "digit for digit"


def test_an_address_changed_in_two_steps_is_two_lines(cli: Cli, undo: Path) -> None:
    saved(cli, "-e", ADA, "-u", "1")
    words = ("--new-email", "new@example.com", "-u", "2", "--replace-user-id", "--last-name", "L")
    saved(cli, "-e", ADA, *words, "--undo-file", str(undo))
    first, last = lines_of(undo)
    assert (first["ref"], first["changes"]) == (
        {"email": ADA, "userId": "2"},
        {"userId": {"from": "2", "to": "1"}},
    )
    assert last["ref"] == {"email": "new@example.com", "userId": "2"}
    assert last["changes"] == {
        "email": {"from": "new@example.com", "to": ADA},
        "lastName": {"from": "L", "to": None},
    }


def test_an_update_that_creates(cli: Cli, undo: Path) -> None:
    saved(cli, "-e", ADA, "--undo-file", str(undo))
    (line,) = lines_of(undo)
    assert line["would"] == "delete"


def test_an_update_that_changes_nothing_has_nothing_to_take_back(cli: Cli, undo: Path) -> None:
    saved(cli, "-e", ADA, "--first-name", "Ada")
    saved(cli, "-e", ADA, "--first-name", "Ada", "--undo-file", str(undo))
    assert lines_of(undo) == []


def test_create(cli: Cli, undo: Path) -> None:
    done = in_sandbox(cli, "create", "-e", ADA, "--source", "crm", "--undo-file", str(undo))
    assert done.code == 0, done.err
    (line,) = lines_of(undo)
    assert line["would"] == "delete"
    assert line["changes"]["source"] == {"from": "crm", "to": None}


def test_a_contact_that_is_there_is_not_to_be_deleted(cli: Cli, undo: Path) -> None:
    saved(cli, "-e", ADA)
    done = in_sandbox(cli, "create", "-e", ADA, "--undo-file", str(undo))
    assert done.code == 5
    assert not undo.exists()


def test_delete(cli: Cli, undo: Path) -> None:
    saved(cli, "-e", ADA, "-u", "1", "--unsubscribed", "--prop", "plan=pro")
    done = in_sandbox(cli, "delete", "-e", ADA, "--yes", "--undo-file", str(undo))
    assert done.code == 0, done.err
    (line,) = lines_of(undo)
    after = {name: change["to"] for name, change in line["changes"].items()}
    assert line["would"] == "create"
    assert after == {
        "email": ADA,
        "userId": "1",
        "source": "API",
        "subscribed": False,
        "userGroup": "",
        "plan": "pro",
    }


@pytest.mark.parametrize("command", ["update", "create", "delete"])
def test_an_existing_file_stops_every_command(cli: Cli, undo: Path, command: str) -> None:
    undo.write_text("mine\n")
    before = exists(cli, ADA)
    words = ("--yes",) if command == "delete" else ()
    done = in_sandbox(cli, command, "-e", ADA, *words, "--undo-file", str(undo))
    assert (done.code, undo.read_text(), exists(cli, ADA)) == (2, "mine\n", before)


def test_where_the_file_cannot_be_made_nothing_is_written(cli: Cli, undo: Path) -> None:
    done = in_sandbox(cli, "update", "-e", ADA, "--undo-file", str(undo.parent / "no" / "u"))
    assert (done.code, exists(cli, ADA)) == (9, False)


def test_it_needs_the_look(cli: Cli, undo: Path) -> None:
    done = in_sandbox(cli, "update", "-e", ADA, "--no-lookup", "--undo-file", str(undo))
    assert done.code == 2
    assert "--undo-file needs a look" in done.err


def test_a_dry_run_makes_none(cli: Cli, undo: Path) -> None:
    done = in_sandbox(cli, "update", "-e", ADA, "--dry-run", "--undo-file", str(undo))
    assert (done.code, undo.exists()) == (0, False)


def test_one_of_another_account_is_refused_by_the_names_of_both_teams(cli: Cli, undo: Path) -> None:
    saved(cli, "-e", ADA, "--undo-file", str(undo))
    assert in_sandbox(cli, "sandbox", "reset", "--yes").code == 0
    done = in_sandbox(cli, "apply", str(undo))
    assert (done.code, done.err.count("team Sandbox at ")) == (5, 2)
