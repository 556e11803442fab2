"""delete --from: the number confirmed, the way back kept, nobody deleted but those of the file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from command_calls import ADA as FOUND
from command_calls import GOOD, key_for, serve
from fault_server import reply_json
from import_process import json_lines
from sandbox_cli import LISTS, in_sandbox, saved

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli, Done

ADA, BOB, CY, NOBODY = (f"{name}@example.com" for name in ("ada", "bob", "cy", "nobody"))
NEWS = LISTS["Product updates"]


@pytest.fixture
def people(cli: Cli, tmp_path: Path) -> Path:
    """Have three contacts in the sandbox, and return a list of two of them."""
    saved(cli, "-e", ADA, "-u", "42", "--prop", "seats=12", "--list", f"{NEWS}=true")
    saved(cli, "-e", BOB, "--unsubscribed", "--first-name", "Bob")
    saved(cli, "-e", CY)
    file = tmp_path / "gone.txt"
    file.write_text(f"{ADA}\n{BOB}\n")
    return file


def deleted(cli: Cli, file: Path | str, *words: str, stdin: str = "") -> Done:
    return cli("delete", "--from", str(file), "--sandbox", *words, stdin=stdin)


def dumped(cli: Cli) -> dict[str, dict[str, Any]]:
    """Return the contacts of the sandbox by address, without ids and what has no value."""
    lines = in_sandbox(cli, "sandbox", "dump").out.splitlines()
    found = map(json.loads, lines)
    return {
        one["email"]: {name: value for name, value in one.items() if value and name != "id"}
        for one in found
    }


def left(cli: Cli) -> set[str]:
    return {*dumped(cli)}


def test_those_of_the_file_are_deleted_and_an_undo_file_brings_them_back(
    cli: Cli, people: Path
) -> None:
    before = dumped(cli)
    done = deleted(cli, people, "--confirm", "2", "-ojson")
    assert (done.code, done.err) == (0, "")
    rows = json_lines(done.out)
    assert [(row["email"], row["change"]) for row in rows] == [(ADA, "deleted"), (BOB, "deleted")]
    assert left(cli) == {CY}
    undo = people.with_name("gone.txt.undo.jsonl")
    assert undo.stat().st_mode & 0o777 == 0o600
    assert in_sandbox(cli, "apply", str(undo)).code == 0
    assert dumped(cli) == before


def test_without_its_number_nothing_is_deleted(cli: Cli, people: Path) -> None:
    before = dumped(cli)
    for words, message in (
        ((), "deleting 2 contacts is not confirmed (sandbox)"),
        (("--confirm", "3"), "--confirm 3 is not their number"),
        (("--yes",), "--yes does not go with --from"),
        (("--confirm", "2", "--plan", "p.jsonl"), "--plan does not go with --from"),
        (("--confirm", "2", "--no-undo", "--undo-file", "u"), "contradict each other"),
        (("--confirm", "2", "--rejects", f"{people}.undo.jsonl"), "name the same file"),
    ):
        done = deleted(cli, people, *words)
        assert (done.code, done.out) == (2, ""), words
        assert message in done.err
    assert dumped(cli) == before
    assert not people.with_name("gone.txt.undo.jsonl").exists()
    alone = cli("delete", ADA, "--confirm", "1", "--sandbox")
    assert (alone.code, "--confirm goes with --from" in alone.err) == (2, True)


def test_at_a_terminal_the_number_is_typed(cli: Cli, people: Path) -> None:
    words = ("delete", "--from", str(people), "--sandbox")
    env = {"TERM": "dumb"}
    for typed, code, left in (("y\n", 2, 3), ("1\n", 2, 3), ("\n", 2, 3), ("2\n", 0, 1)):
        done = cli(*words, stdin=typed, terminal=True, env=env)
        assert (done.code, len(dumped(cli))) == (code, left), done.err
        assert "sandbox: to delete 2 contacts, type their number:" in " ".join(done.err.split())


def test_an_undo_file_is_never_written_over(cli: Cli, people: Path) -> None:
    undo = people.with_name("gone.txt.undo.jsonl")
    undo.write_text("kept")
    before = dumped(cli)
    done = deleted(cli, people, "--confirm", "2")
    assert (done.code, undo.read_text(), dumped(cli)) == (2, "kept", before)
    done = deleted(cli, people, "--confirm", "2", "--no-undo")
    assert (done.code, undo.read_text(), left(cli)) == (0, "kept", {CY})
    assert "cannot be brought back" in done.err


def test_who_does_not_exist_is_told_and_who_is_named_twice_is_not(cli: Cli, people: Path) -> None:
    people.write_text(f"email,userId\n{ADA},42\n{NOBODY},\n,42\nADA@example.com,\n{BOB},\n")
    done = deleted(cli, people, "--confirm", "3", "-ojson")
    changes = [row["change"] for row in json_lines(done.out)]
    assert changes == ["deleted", None, "unchanged", "unchanged", "deleted"]
    assert (done.code, done.error["code"]) == (3, "not_found")
    assert left(cli) == {CY}


def test_a_row_of_two_people_deletes_neither(cli: Cli, people: Path) -> None:
    people.write_text(f"email,userId\n{ADA},43\n{BOB},\n")
    done = deleted(cli, people, "--confirm", "2", "-ojson")
    first, second = json_lines(done.out)
    assert (done.code, first["status"], second["change"]) == (6, "failed", "deleted")
    assert "is another one" in str(first["error"])
    assert left(cli) == {ADA, CY}


def test_a_dry_run_deletes_nobody(cli: Cli, people: Path) -> None:
    people.write_text(f"{ADA}\n{NOBODY}\n")
    before = dumped(cli)
    done = deleted(cli, people, "--dry-run", "--exit-code")
    assert (done.code, done.out) == (8, f"delete\t{ADA}\t\nnothing\t{NOBODY}\t\n")
    would = [row["would"] for row in json_lines(deleted(cli, people, "--dry-run", "-ojson").out)]
    assert would == ["delete", "nothing"]
    assert dumped(cli) == before
    assert {path.name for path in people.parent.glob("gone*")} == {"gone.txt"}


def test_limits_hold_for_user_ids_too(cli: Cli, people: Path) -> None:
    people.write_text("42\n")
    env = {"CONTACTCTL_ONLY_DOMAINS": "other.example"}
    words = ("delete", "--from", str(people), "--sandbox", "--confirm", "1", "--no-undo")
    done = cli(*words, env=env)
    read_only = cli(*words, env={"CONTACTCTL_READ_ONLY": "1"})
    assert (done.code, read_only.code, left(cli)) == (6, 5, {ADA, BOB, CY})


def test_what_comes_through_a_pipe_has_its_undo_file_here(
    cli: Cli, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = deleted(cli, "-", "--confirm", "2", stdin=people.read_text())
    assert (done.code, left(cli)) == (0, {CY})
    assert (tmp_path / "deleted.undo.jsonl").exists()


def test_imports_remember_nothing_of_who_was_deleted(
    cli: Cli, people: Path, tmp_path: Path
) -> None:
    rows = tmp_path / "people.csv"
    rows.write_text(f"email,userId\n{ADA},42\n")
    words = ("import", str(rows), "--sandbox", "--changed-only", "-ojson")
    assert [row["status"] for row in json_lines(cli(*words).out)] == ["done"]
    people.write_text("42\n")
    assert deleted(cli, people, "--confirm", "1").code == 0
    assert [row["status"] for row in json_lines(cli(*words).out)] == ["done"]
    assert left(cli) == {ADA, BOB, CY}


def test_a_deletion_that_stopped_goes_on(cli: Cli, tmp_path: Path) -> None:
    """The run is known by its file, and its undo file is that of the first call."""
    file = tmp_path / "gone.txt"
    file.write_text("".join(f"p{number}@example.com\n" for number in range(5)))
    words = ("delete", "--from", str(file), "--confirm=5", "--rate=max", "--patience=0")
    good, away = reply_json(GOOD["POST contacts/delete"]), reply_json({"message": "down"}, 503)
    faults = {"POST contacts/delete": [good, good, away, good]}
    with serve({**faults, "GET contacts/find": [reply_json([FOUND])]}) as server:
        first = cli(*words, "--retries=0", env=key_for(server))
        command = first.err.splitlines()[-1].split()
        second = cli(*command[1:], env=key_for(server))
    assert (first.code, second.code) == (7, 0)
    assert ": 5 rows, 5 contacts" in first.err
    assert "account: team Acme, key from LOOPS_API_KEY" in first.err
    assert {"--resume", "--confirm=5", f"--undo-file={file}.undo.jsonl"} <= {*command}
    assert server.routes_seen().count("POST contacts/delete") == 6  # the one that failed, again
    undo = (tmp_path / "gone.txt.undo.jsonl").read_text().splitlines()
    assert json.loads(undo[-1])["end"] is True
