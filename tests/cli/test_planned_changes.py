"""--plan: what is planned of rows that build on each other, and of one change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from import_cli import dump, imported
from import_process import json_lines
from sandbox_cli import LISTS, contact, exists, in_sandbox, saved

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

from applied_plans import applied, drifted, rows

DIGEST = LISTS["Weekly digest"]


def test_rows_that_are_refused_are_said_to_be_left_out(cli: Cli, tmp_path: Path) -> None:
    saved(cli, "-e", "ada@example.com", "--user-id", "1")
    file = tmp_path / "people.csv"
    file.write_text("email,userId\nada@example.com,2\nnew@example.com,3\n")
    path = tmp_path / "plan.jsonl"
    done = imported(cli, file, "--plan", str(path))
    assert (done.code, "1 row is not in the plan" in done.err) == (6, True)
    assert [line.get("line") for line in json_lines(path.read_text())[1:-1]] != []
    assert applied(cli, path).code == 0
    assert exists(cli, "new@example.com")


def test_a_date_in_another_form_is_no_drift(cli: Cli, tmp_path: Path) -> None:
    words = ("-e", "ada@example.com", "--prop")
    saved(cli, *words, "signupDate=2024-01-17")
    file, path = tmp_path / "people.csv", tmp_path / "plan.jsonl"
    file.write_text("email,signupDate\nada@example.com,2025-02-03\n")
    assert imported(cli, file, "--plan", str(path)).code == 0
    saved(cli, *words, "signupDate=2024-01-17T00:00:00Z")
    assert applied(cli, path).code == 0


def test_rows_of_one_contact_are_lines_that_build_on_each_other(cli: Cli, tmp_path: Path) -> None:
    file, path = tmp_path / "people.csv", tmp_path / "plan.jsonl"
    file.write_text("email,firstName\na@example.com,One\na@example.com,Two\na@example.com,Three\n")
    assert imported(cli, file, "--plan", str(path)).code == 0
    assert applied(cli, path, "--dry-run").code == 0
    assert applied(cli, path).code == 0
    assert dump(cli, "firstName") == [("a@example.com", "Three")]


def test_a_row_after_the_one_that_makes_its_contact_finds_what_the_service_gives_a_new_one(
    cli: Cli, tmp_path: Path
) -> None:
    file, path = tmp_path / "people.csv", tmp_path / "p.jsonl"
    file.write_text("email,firstName,source\na@example.com,One,\na@example.com,,crm\n")
    assert imported(cli, file, "--plan", str(path)).code == 0
    assert json_lines(path.read_text())[2]["changes"] == {"source": {"from": "API", "to": "crm"}}
    assert applied(cli, path).code == 0
    assert dump(cli, "firstName", "source") == [("a@example.com", "One", "crm")]


def test_one_change_may_be_planned_as_well(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    saved(cli, "-e", "ada@example.com", "--first-name", "Ada")
    words = ("-e", "ada@example.com", "--plan", str(path))
    done = in_sandbox(cli, "update", *words, "--first-name", "Eve", "--list", f"{DIGEST}=true")
    assert (done.code, "nothing was written but the plan" in done.err) == (0, True)
    assert done.err.splitlines()[-1] == f"contactctl --profile=sandbox apply {path}"
    assert contact(cli, "ada@example.com")["firstName"] == "Ada"
    assert applied(cli, path).code == 0
    ada = contact(cli, "ada@example.com")
    assert (ada["firstName"], ada["mailingLists"]) == ("Eve", {DIGEST: True})


def test_a_change_of_address_is_planned_in_its_two_writes(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    saved(cli, "-e", "old@example.com", "--first-name", "Ada")
    words = ("-e", "old@example.com", "--user-id", "7", "--new-email", "new@example.com")
    assert in_sandbox(cli, "update", *words, "--plan", str(path)).code == 0
    assert [line["would"] for line in json_lines(path.read_text())[1:-1]] == ["update", "update"]
    done = applied(cli, path)
    assert done.code == 0, done.err
    assert dump(cli, "userId", "firstName") == [("new@example.com", "7", "Ada")]


def test_a_creation_is_planned_and_one_of_a_contact_that_is_there_is_refused(
    cli: Cli, tmp_path: Path
) -> None:
    path = tmp_path / "p.jsonl"
    words = ("create", "-e", "ada@example.com", "--prop", "seats=12", "--unsubscribed")
    assert in_sandbox(cli, *words, "--plan", str(path)).code == 0
    assert not exists(cli, "ada@example.com")
    assert applied(cli, path).code == 0
    assert dump(cli, "subscribed") == [("ada@example.com", False)]
    assert in_sandbox(cli, *words, "--plan", str(path)).code == 5


def test_a_deletion_is_planned_with_all_that_goes_and_drifts_by_any_field(
    cli: Cli, tmp_path: Path
) -> None:
    path = tmp_path / "p.jsonl"
    saved(cli, "-e", "ada@example.com", "--first-name", "Ada", "--list", f"{DIGEST}=true")
    words = ("delete", "-e", "ada@example.com", "--plan", str(path))
    planned = in_sandbox(cli, *words)
    assert (planned.code, "firstName\tAda\t\n" in planned.out) == (0, True)
    assert exists(cli, "ada@example.com")
    saved(cli, "-e", "ada@example.com", "--last-name", "Lovelace")
    done = applied(cli, path, "-o", "json")
    assert drifted(done) == {2: 'drifted: lastName is "Lovelace", not unset'}
    assert in_sandbox(cli, *words).code == 0
    assert [row["change"] for row in rows(applied(cli, path, "-o", "json"))] == ["deleted"]
    assert not exists(cli, "ada@example.com")


def test_no_plan_is_made_where_nothing_may_be_looked_up(cli: Cli, tmp_path: Path) -> None:
    words = ("update", "-e", "ada@example.com", "--plan", str(tmp_path / "p.jsonl"))
    for flag in ("--no-lookup", "--dry-run"):
        assert in_sandbox(cli, *words, flag).code == 2
