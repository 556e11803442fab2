"""import --plan and apply: exactly what was planned, where contacts are as the plan found them."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from import_cli import dump, imported
from import_process import json_lines
from sandbox_cli import LISTS, contact, exists, in_sandbox, saved

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Cli

    from contactctl.testing import LoopsSandbox

from applied_plans import applied, drifted, plain, rows

DIGEST = LISTS["Weekly digest"]
FILE = """email,firstName,list:Weekly digest,seats:ignore
ada@example.com,Ada,true,
zed@example.com,Zed,,
new@example.com,New,,
"""


@pytest.fixture
def plan(cli: Cli, tmp_path: Path) -> Path:
    """Make a plan of an update, a contact that is so already, and a creation."""
    saved(cli, "-e", "ada@example.com", "--first-name", "Adda", "--user-id", "1")
    saved(cli, "-e", "zed@example.com", "--first-name", "Zed")
    file = tmp_path / "people.csv"
    file.write_text(FILE)
    path = tmp_path / "plan.jsonl"
    done = imported(cli, file, "--ignore", "seats:ignore", "--plan", str(path))
    assert done.code == 0, done.err
    return path


def test_a_plan_is_written_and_nothing_else(cli: Cli, plan: Path) -> None:
    header, *lines, end = json_lines(plan.read_text())
    assert header["contactctl"] == "plan"
    assert plain(header["counts"]) == {"create": 1, "update": 1, "delete": 0, "nothing": 1}
    assert [line["would"] for line in lines] == ["update", "nothing", "create"]
    assert lines[0]["changes"] == {
        "firstName": {"from": "Adda", "to": "Ada"},
        f"mailingLists.{DIGEST}": {"from": None, "to": True, "name": "Weekly digest"},
    }
    assert end["end"] is True
    assert stat.S_IMODE(plan.stat().st_mode) == 0o600
    assert dump(cli, "firstName") == [("ada@example.com", "Adda"), ("zed@example.com", "Zed")]


def test_exactly_what_was_planned_is_carried_out(cli: Cli, plan: Path) -> None:
    saved(cli, "-e", "ada@example.com", "--last-name", "Lovelace")  # no field of the plan
    done = applied(cli, plan, "-o", "json")
    assert done.code == 0, done.err
    assert [row["change"] for row in rows(done)] == ["updated", "unchanged", "created"]
    ada = contact(cli, "ada@example.com")
    assert (ada["firstName"], ada["lastName"], ada["userId"]) == ("Ada", "Lovelace", "1")
    assert ada["mailingLists"] == {DIGEST: True}
    assert exists(cli, "new@example.com")


def test_a_field_that_has_changed_fails_its_line_and_nothing_of_it_is_written(
    cli: Cli, plan: Path
) -> None:
    saved(cli, "-e", "ada@example.com", "--first-name", "Other")
    done = applied(cli, plan, "-o", "json")
    assert done.code == 6
    assert drifted(done) == {2: 'drifted: firstName is "Other", not "Adda"'}
    ada = contact(cli, "ada@example.com")
    assert (ada["firstName"], ada["mailingLists"]) == ("Other", {})
    assert exists(cli, "new@example.com")


def test_a_contact_that_has_appeared_or_vanished_is_drift(cli: Cli, plan: Path) -> None:
    saved(cli, "-e", "new@example.com", "--first-name", "New")
    assert in_sandbox(cli, "delete", "-e", "ada@example.com", "--yes").code == 0
    done = applied(cli, plan, "-o", "json")
    assert done.code == 6
    assert {line: text[:30] for line, text in drifted(done).items()} == {
        2: "drifted: ada@example.com no lo",
        4: "drifted: there is a contact no",
    }
    assert not exists(cli, "ada@example.com")


def test_one_that_was_deleted_and_made_again_is_another_contact(cli: Cli, plan: Path) -> None:
    assert in_sandbox(cli, "delete", "-e", "ada@example.com", "--yes").code == 0
    saved(cli, "-e", "ada@example.com", "--first-name", "Adda", "--user-id", "1")
    done = applied(cli, plan, "-o", "json")
    assert "another contact" in drifted(done)[2]


def test_a_plan_is_applied_once(cli: Cli, plan: Path) -> None:
    assert applied(cli, plan).code == 0
    again = applied(cli, plan)
    assert (again.code, "applied already" in again.err) == (5, True)
    copy = plan.with_name("copy.jsonl")
    copy.write_bytes(plan.read_bytes())
    assert applied(cli, copy).code == 5
    assert applied(cli, plan, "--resume").code == 0  # nothing is left to be done


def test_that_a_plan_was_applied_is_not_forgotten_with_its_journal(cli: Cli, plan: Path) -> None:
    assert applied(cli, plan).code == 0
    done = cli("forget", "--all", "--yes")
    assert (done.code, "the notes of applied plans stay" in done.err) == (0, True)
    kept = cli("forget", "-o", "json").json["kept"]
    assert isinstance(kept, list)
    words = {one["kind"]: one["of"] for one in kept if isinstance(one, dict)}
    assert (words["applied_plans"], "finished_run" in words) == ("1 plan", False)
    for flags in ([], ["--resume"]):
        again = applied(cli, plan, *flags)
        assert (again.code, "applied already" in again.err) == (5, True)
    assert applied(cli, plan, "--dry-run").code == 0


def test_a_plan_that_was_edited_is_refused_as_a_whole(cli: Cli, plan: Path) -> None:
    plan.write_text(plan.read_text().replace('"Ada"', '"Eve"'))
    done = applied(cli, plan)
    assert (done.code, "line 2" in done.err) == (5, True)
    assert contact(cli, "ada@example.com")["firstName"] == "Adda"


def test_a_plan_of_another_account_is_refused(cli: Cli, plan: Path) -> None:
    assert in_sandbox(cli, "sandbox", "reset", "--yes").code == 0
    done = applied(cli, plan)
    assert (done.code, "another account" in done.err, "team Sandbox" in done.err) == (5, True, True)


def test_a_plan_that_is_too_old_is_refused(cli: Cli, plan: Path) -> None:
    done = applied(cli, plan, "--max-age", "0s")
    assert (done.code, " old, and --max-age allows" in done.err) == (5, True)
    assert applied(cli, plan, "--max-age", "366d").code == 2
    assert applied(cli, plan, "--max-age", "soon").code == 2
    assert applied(cli, plan, "--max-age", "1h").code == 0


def test_more_changes_than_allowed_write_nothing(cli: Cli, plan: Path) -> None:
    done = applied(cli, plan, "--max-changes", "1")
    assert (done.code, "2 of 3 lines" in done.err) == (5, True)
    assert contact(cli, "ada@example.com")["firstName"] == "Adda"
    assert applied(cli, plan, "--max-changes", "67%").code == 0


def test_a_dry_run_tells_what_would_still_be_carried_out(cli: Cli, plan: Path) -> None:
    saved(cli, "-e", "ada@example.com", "--first-name", "Other")
    done = applied(cli, plan, "--dry-run", "--exit-code", "-o", "json")
    assert done.code == 8
    *lines, end = rows(done)
    assert [line["would"] for line in lines] == ["drifted", "nothing", "create"]
    counts = {word: number for word, number in end["summary"].items() if number}
    assert counts == {"would": "create", "rows": 3, "create": 1, "nothing": 1, "drifted": 1}
    assert not exists(cli, "new@example.com")
    assert applied(cli, plan).code == 6  # a dry run is no application


def test_failed_lines_are_written_down_as_they_stand_in_the_plan(cli: Cli, plan: Path) -> None:
    saved(cli, "-e", "ada@example.com", "--first-name", "Other")
    rejects = plan.with_name("rejects.jsonl")
    assert applied(cli, plan, "--rejects", str(rejects)).code == 6
    (line,) = json_lines(rejects.read_text())
    assert (line["line"], line["ref"]) == (json_lines(plan.read_text())[1]["line"], line["ref"])
    assert str(line["error"]).startswith("drifted: firstName")
    again = applied(cli, plan, "--rejects", str(rejects))
    assert (again.code, "was applied already" in again.err) == (5, True)
    assert json_lines(rejects.read_text()) == [line]


def test_the_summary_is_markdown_without_addresses(cli: Cli, plan: Path) -> None:
    summary = plan.with_name("summary.md")
    summary.write_text("# before\n")
    assert applied(cli, plan, "--dry-run", "--summary", str(summary)).code == 0
    text = summary.read_text()
    assert text.startswith("# before\n")
    assert r"a\*\*\*@example.com | firstName | Adda | Ada |" in text
    assert "ada@" not in text


@pytest.mark.parametrize("flag", ["--dry-run", "--resume"])
def test_a_plan_and_what_contradicts_it_are_refused(cli: Cli, plan: Path, flag: str) -> None:
    file = plan.with_name("people.csv")
    assert imported(cli, file, "--plan", str(plan), flag).code == 2
    assert imported(cli, file, "--summary", "s.md").code == 2


def test_the_file_that_is_imported_is_not_written_over(cli: Cli, plan: Path) -> None:
    file = plan.with_name("people.csv")
    assert imported(cli, file, "--plan", str(file)).code == 2
    assert file.read_text() == FILE
    assert imported(cli, file, "--plan", str(plan.parent)).code == 2
    before = plan.read_text()
    assert applied(cli, plan, "--dry-run", "--summary", str(plan)).code == 2
    assert plan.read_text() == before


def test_rows_that_a_plan_has_written_are_no_longer_what_was_sent_last(
    cli: Cli, tmp_path: Path
) -> None:
    file, other = tmp_path / "people.csv", tmp_path / "other.csv"
    file.write_text("email,firstName\nada@example.com,Ada\n")
    other.write_text("email,firstName\nada@example.com,Eve\n")
    assert imported(cli, file, "--changed-only").code == 0
    path = tmp_path / "p.jsonl"
    assert imported(cli, other, "--plan", str(path)).code == 0
    assert applied(cli, path).code == 0
    assert imported(cli, file, "--changed-only").code == 0
    assert dump(cli, "firstName") == [("ada@example.com", "Ada")]


@pytest.fixture
def work(cli: Cli, tmp_path: Path, loops_sandbox: LoopsSandbox) -> Callable[..., Path]:
    """Return a function that makes the profile ``work`` again, with limits, and a plan before."""
    path = tmp_path / "p.jsonl"
    file = tmp_path / "people.csv"
    file.write_text("email\nada@example.com\nbob@example.org\n")
    where = ("--no-check", "--base-url", loops_sandbox.url, "--key-stdin")

    def make(*limits: str) -> Path:
        if path.exists():
            assert cli("profile", "remove", "work", "--yes").code == 0
        done = cli("profile", "add", "work", *where, *limits, stdin=loops_sandbox.api_key)
        assert done.code == 0, done.err
        if not path.exists():
            done = cli("import", str(file), "--plan", str(path), "-p", "work")
            assert done.code == 0, done.err
        return path

    return make


def test_a_profile_that_only_reads_plans_and_does_not_apply(
    cli: Cli, work: Callable[..., Path]
) -> None:
    path = work("--read-only")
    done = cli("apply", str(path), "-p", "work")
    assert (done.code, "read-only" in done.err) == (5, True)
    assert cli("apply", str(path), "-p", "work", "--dry-run").code == 0


def test_a_profile_of_some_domains_applies_what_is_in_them(
    cli: Cli, work: Callable[..., Path]
) -> None:
    work()
    path = work("--only-domains", "example.com")
    done = cli("apply", str(path), "-p", "work", "-o", "json")
    assert done.code == 6
    assert [row["status"] for row in rows(done)] == ["done", "failed"]
    assert rows(done)[1]["error"]["code"] == "guarded"


def test_the_summary_of_what_was_done_says_so(cli: Cli, plan: Path) -> None:
    summary = plan.with_name("summary.md")
    saved(cli, "-e", "ada@example.com", "--first-name", "Other")
    assert applied(cli, plan, "--summary", str(summary)).code == 6
    first = summary.read_text().splitlines()[0]
    assert first.endswith("team Sandbox: 1 created, 1 unchanged, 1 drifted")
    assert "| 4 | created | n" in summary.read_text()


def test_what_has_nothing_to_do_says_so(cli: Cli, tmp_path: Path) -> None:
    file, path = tmp_path / "people.csv", tmp_path / "p.jsonl"
    file.write_text("email\n")
    assert imported(cli, file, "--plan", str(path)).code == 0
    done = applied(cli, path)
    assert (done.code, "there was nothing to do" in done.err) == (0, True)
    path.write_text("")
    done = applied(cli, path)
    assert (done.code, "stopped before it changed anything" in done.err) == (2, True)


def test_what_is_no_plan_is_a_wrong_call(cli: Cli, plan: Path) -> None:
    done = applied(cli, plan.with_name("people.csv"))
    assert (done.code, "is not a plan" in done.err) == (2, True)
    assert applied(cli, plan.with_name("none.jsonl")).code == 2
    resumed = applied(cli, plan, "--resume")
    assert (resumed.code, "to start over, leave out --resume" in resumed.err) == (2, True)
