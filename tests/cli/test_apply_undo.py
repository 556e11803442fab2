"""apply of an undo file: what was changed is as before, what cannot be is said and counted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from import_cli import imported
from import_process import json_lines
from random_changes import state_of
from sandbox_cli import LISTS, contact, exists, in_sandbox, saved

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli, Done

ADA, BOB = "ada@example.com", "bob@example.com"
DIGEST = LISTS["Weekly digest"]


@pytest.fixture
def undo(tmp_path: Path) -> Path:
    return tmp_path / "u.jsonl"


def changed(cli: Cli, undo: Path, command: str, *words: str) -> None:
    done = in_sandbox(cli, command, *words, "--undo-file", str(undo))
    assert done.code == 0, done.err


def taken_back(cli: Cli, undo: Path, *words: str, code: int = 0) -> Done:
    done = in_sandbox(cli, "apply", str(undo), *words)
    assert done.code == code, done.err
    return done


def rows(done: Done) -> list[Any]:
    return json_lines(done.out)


def test_an_update(cli: Cli, undo: Path) -> None:
    words = ("--first-name", "Ada", "--list", f"{DIGEST}=true", "--prop", "seats=3", "-u", "1")
    saved(cli, "-e", ADA, *words)
    before = contact(cli, ADA)
    others = ("--unset", "firstName", "--list", f"{DIGEST}=false", "--source", "crm")
    changed(cli, undo, "update", "-u", "1", *others, "--prop", "seats=4", "--unsubscribed")
    taken_back(cli, undo)
    assert contact(cli, ADA) == before


def test_an_address_that_was_changed_in_two_steps(cli: Cli, undo: Path) -> None:
    saved(cli, "-e", ADA, "-u", "1")
    before = contact(cli, ADA)
    changed(cli, undo, "update", "-e", ADA, "--new-email", BOB, "-u", "2", "--replace-user-id")
    taken_back(cli, undo)
    assert contact(cli, ADA) == before
    assert not exists(cli, BOB)


def test_a_creation(cli: Cli, undo: Path) -> None:
    changed(cli, undo, "create", "-e", ADA, "--list", f"{DIGEST}=true", "--prop", "plan=pro")
    taken_back(cli, undo)
    assert not exists(cli, ADA)


def test_a_creation_that_somebody_has_touched_stays(cli: Cli, undo: Path) -> None:
    changed(cli, undo, "create", "-e", ADA)
    saved(cli, "-e", ADA, "--last-name", "L")
    done = taken_back(cli, undo, "-o", "json", code=6)
    (row,) = rows(done)
    assert row["error"]["code"] == "drifted"
    assert 'lastName is "L", not unset' in row["error"]["message"]
    assert "drifted contacts were left as they are" in str(done.error["hint"])
    assert exists(cli, ADA)


def test_a_deletion_comes_back_without_its_id(cli: Cli, undo: Path) -> None:
    saved(cli, "-e", ADA, "-u", "1", "--list", f"{DIGEST}=true", "--prop", "trial=false")
    before = contact(cli, ADA)
    changed(cli, undo, "delete", "-e", ADA, "--yes")
    done = taken_back(cli, undo)
    after = contact(cli, ADA)
    assert before.pop("id") != after.pop("id")
    assert after == before
    assert f"line 2, {ADA}: could not be restored: id, workflows" in done.err.splitlines()
    assert "could not be restored: id of 1, workflows of 1" in done.err


def test_who_opted_out_is_brought_back_opted_out(cli: Cli, undo: Path) -> None:
    saved(cli, "-e", ADA, "--list", f"{DIGEST}=true")
    saved(cli, "-e", ADA, "--unsubscribed")
    changed(cli, undo, "delete", "-e", ADA, "--yes")
    shown = taken_back(cli, undo, "--dry-run").out
    assert "cannot be restored: id of 1, workflows of 1" in shown
    assert f"cannot be restored\t\tid, workflows, Weekly digest (mailingLists.{DIGEST})" in shown
    assert shown.count(DIGEST) == 2  # in neither place as if it came back
    (row,) = rows(taken_back(cli, undo, "-o", "json"))
    assert row["lost"] == ["id", "workflows", f"mailingLists.{DIGEST}"]
    found = contact(cli, ADA)
    assert (found["subscribed"], found["mailingLists"]) == (False, {})


@pytest.mark.parametrize("terminal", [False, True])
def test_each_line_says_what_could_not_come_back(
    cli: Cli, undo: Path, tmp_path: Path, *, terminal: bool
) -> None:
    """All of them: whoever reads is not sent to another form of the answer for the rest."""
    file = tmp_path / "people.csv"
    people = [f"p{number:02}@example.com" for number in range(25)]
    file.write_text("email,userId\n" + "".join(f"{one},\n" for one in people))
    assert imported(cli, file).code == 0
    file.write_text("email,userId\n" + "".join(f"{one},id-{one}\n" for one in people))
    changed(cli, undo, "import", str(file))
    env = {"TERM": "xterm", "COLUMNS": "60"}
    done = cli("apply", str(undo), "--sandbox", terminal=terminal, env=env)
    assert done.code == 0, done.err
    found = re.findall(r"(p[0-9]+@example.com): could not be restored: userId", done.err)
    assert sorted(found) == people
    assert "could not be restored: userId of 25" in done.err


def test_what_somebody_else_changed_stays_and_the_rest_comes_back(cli: Cli, undo: Path) -> None:
    saved(cli, "-e", ADA, "--first-name", "Ada")
    saved(cli, "-e", BOB, "--first-name", "Bob")
    file = undo.with_name("people.csv")
    file.write_text(f"email,firstName\n{ADA},A\n{BOB},B\n")
    assert imported(cli, file, "--undo-file", str(undo)).code == 0
    saved(cli, "-e", ADA, "--first-name", "Eva")
    taken_back(cli, undo, code=6)
    assert [contact(cli, who)["firstName"] for who in (ADA, BOB)] == ["Eva", "Bob"]


def test_a_dry_run_shows_rows_of_one_contact_one_after_the_other(cli: Cli, undo: Path) -> None:
    saved(cli, "-e", ADA, "--first-name", "1")
    file = undo.with_name("people.csv")
    file.write_text(f"email,firstName\n{ADA},2\n{ADA},3\n{BOB},4\n")
    assert imported(cli, file, "--undo-file", str(undo)).code == 0
    done = taken_back(cli, undo, "--dry-run", "-o", "json")
    *found, _ = rows(done)
    changes = [row["changes"].get("firstName", {}).get("to") for row in found]
    assert sorted(map(str, changes)) == ["1", "2", "None"]
    assert contact(cli, ADA)["firstName"] == "3", "nothing was written"


def test_it_is_applied_once(cli: Cli, undo: Path) -> None:
    changed(cli, undo, "create", "-e", ADA)
    taken_back(cli, undo)
    assert "applied already" in taken_back(cli, undo, code=5).err


def test_in_the_wrong_order_nothing_is_taken_back_and_the_file_may_be_applied_again(
    cli: Cli, undo: Path
) -> None:
    saved(cli, "-e", ADA, "--first-name", "Ada")
    later = undo.with_name("later.jsonl")
    changed(cli, undo, "update", "-e", ADA, "--first-name", "A")
    changed(cli, later, "update", "-e", ADA, "--first-name", "B")
    done = taken_back(cli, undo, code=6)
    assert "nothing was taken back, so take later runs back and then apply this file" in done.err
    assert in_sandbox(cli, "apply", str(undo), "--resume").code == 2
    taken_back(cli, later)
    assert contact(cli, ADA)["firstName"] == "A"
    taken_back(cli, undo)
    assert contact(cli, ADA)["firstName"] == "Ada"
    assert "applied already" in taken_back(cli, undo, code=5).err


def test_a_file_of_which_a_part_was_taken_back_counts_as_applied(cli: Cli, undo: Path) -> None:
    saved(cli, "-e", ADA, "--first-name", "Ada")
    saved(cli, "-e", BOB, "--first-name", "Bob")
    file = undo.with_name("people.csv")
    file.write_text(f"email,firstName\n{ADA},A\n{BOB},B\n")
    assert imported(cli, file, "--undo-file", str(undo)).code == 0
    saved(cli, "-e", ADA, "--first-name", "Eva")
    assert "nothing in such a line was undone" in taken_back(cli, undo, code=6).err
    assert "applied already" in taken_back(cli, undo, code=5).err


@pytest.mark.parametrize("command", ["apply", "import"])
def test_a_run_whose_undo_file_cannot_be_made_has_never_begun(
    cli: Cli, tmp_path: Path, command: str
) -> None:
    plan, file, nowhere = tmp_path / "plan.jsonl", tmp_path / "p.csv", tmp_path / "no/u.jsonl"
    file.write_text(f"email,firstName\n{ADA},A\n")
    assert imported(cli, file, "--plan", str(plan)).code == 0
    words = (command, str(plan if command == "apply" else file))
    assert in_sandbox(cli, *words, "--undo-file", str(nowhere)).code == 9
    done = in_sandbox(cli, *words)
    assert done.code == 0, done.err
    assert "not finished" not in done.err
    assert contact(cli, ADA)["firstName"] == "A"


def test_another_account_is_refused(cli: Cli, undo: Path) -> None:
    changed(cli, undo, "create", "-e", ADA)
    assert cli("sandbox", "reset").code == 0
    saved(cli, "-e", ADA)
    taken_back(cli, undo, code=5)
    assert exists(cli, ADA)


def test_a_moved_address_that_is_somebody_elses_now_is_left(cli: Cli, undo: Path) -> None:
    saved(cli, "-e", ADA, "-u", "1")
    changed(cli, undo, "update", "-u", "1", "-e", BOB)
    saved(cli, "-e", ADA)
    (row,) = rows(taken_back(cli, undo, "-o", "json", code=6))
    assert "2 contacts" in row["error"]["message"]
    assert contact(cli, BOB)["userId"] == "1"


def test_a_cut_file_is_taken_back_up_to_its_last_whole_line(cli: Cli, undo: Path) -> None:
    saved(cli, "-e", ADA, "--first-name", "Ada")
    changed(cli, undo, "update", "-e", ADA, "--first-name", "A")
    header, line, _ = undo.read_text().splitlines(keepends=True)
    undo.write_text(header + line + line[:20])
    taken_back(cli, undo)
    assert contact(cli, ADA)["firstName"] == "Ada"


def test_an_edited_file_is_refused(cli: Cli, undo: Path) -> None:
    saved(cli, "-e", ADA, "--first-name", "Ada")
    changed(cli, undo, "update", "-e", ADA, "--first-name", "A")
    undo.write_text(undo.read_text().replace('"to":"Ada"', '"to":"Eva"'))
    taken_back(cli, undo, code=5)
    assert contact(cli, ADA)["firstName"] == "A"


def test_an_undo_is_undone(cli: Cli, undo: Path) -> None:
    saved(cli, "-e", ADA, "-u", "1", "--first-name", "Ada", "--list", f"{DIGEST}=true")
    saved(cli, "-e", BOB, "-u", "2", "--prop", "plan=pro")
    file = undo.with_name("people.csv")
    file.write_text(f"email,userId,firstName\n{ADA},1,A\nnew@example.com,1,B\n{ADA},3,C\n")
    words = ("--change-address", "--replace-user-id", "--undo-file", str(undo))
    assert imported(cli, file, *words).code == 0
    changed(cli, undo.with_name("d.jsonl"), "delete", "-e", BOB, "--yes")
    after = state_of(cli)
    redo = [undo.with_name(f"redo-{number}.jsonl") for number in range(2)]
    for one, back in zip((undo.with_name("d.jsonl"), undo), redo, strict=True):
        taken_back(cli, one, "--undo-file", str(back))
    assert contact(cli, ADA)["firstName"] == "Ada"
    assert contact(cli, BOB)["plan"] == "pro"
    for back in reversed(redo):
        taken_back(cli, back)
    assert state_of(cli) == after
