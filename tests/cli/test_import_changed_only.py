"""import --changed-only sends what differs from what this machine last sent for the contact."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from import_cli import dump, errors_of, imported, rows_of
from sandbox_cli import in_sandbox, saved

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


def statuses(cli: Cli, file: Path, *words: str) -> list[object]:
    return [row["status"] for row in rows_of(cli, file, "--changed-only", *words)]


OTHER_WRITES = [
    ("update", "--email", "b@example.com", "--first-name", "B"),
    ("update", "--user-id", "2", "--first-name", "B"),
    ("update", "--email", "B@EXAMPLE.COM", "--prop", "plan=pro"),
    ("delete", "--email", "b@example.com", "--yes"),
    ("delete", "--user-id", "2", "--yes"),
    ("update", "--email", "b@example.com", "--new-email", "c@example.com"),
]


@pytest.mark.parametrize("words", OTHER_WRITES)
def test_only_what_changed_is_sent(cli: Cli, file: Path, words: tuple[str, ...]) -> None:
    """Any other write to a contact makes exactly its row be sent again."""
    file.write_text("email,userId,plan\na@example.com,1,pro\nb@example.com,2,pro\n")
    assert statuses(cli, file) == ["done", "done"]
    assert statuses(cli, file) == ["skipped", "skipped"]
    assert in_sandbox(cli, *words).code == 0
    assert statuses(cli, file) == ["skipped", "done"]
    assert statuses(cli, file) == ["skipped", "skipped"]
    file.write_text(file.read_text().replace("2,pro", "2,free"))
    assert statuses(cli, file) == ["skipped", "done"]


def test_every_step_of_a_change_of_address_is_another_write(cli: Cli, file: Path) -> None:
    """The first step writes to the old address, by which alone the import knows the contact."""
    file.write_text("email,plan\na@example.com,pro\nb@example.com,pro\n")
    assert statuses(cli, file) == ["done", "done"]
    words = ("--email=b@example.com", "--user-id=2", "--new-email=c@example.com")
    assert in_sandbox(cli, "update", *words).code == 0
    assert statuses(cli, file) == ["skipped", "done"]
    assert dump(cli) == [("a@example.com",), ("b@example.com",), ("c@example.com",)]


def test_a_create_is_another_write_too(cli: Cli, file: Path) -> None:
    file.write_text("email,plan\na@example.com,pro\n")
    assert statuses(cli, file) == ["done"]
    assert in_sandbox(cli, "delete", "--email=a@example.com", "--yes").code == 0
    assert in_sandbox(cli, "create", "--email=a@example.com").code == 0
    assert statuses(cli, file) == ["done"]


def test_a_create_takes_both_identifiers_from_whoever_had_them(cli: Cli, file: Path) -> None:
    saved(cli, "--email=b@example.com", "--user-id=2")
    file.write_text("userId,plan\n2,pro\n")
    assert statuses(cli, file) == ["done"]
    saved(cli, "--email=b@example.com", "--user-id=3")
    assert in_sandbox(cli, "create", "--email=c@example.com", "--user-id=2").code == 0
    assert statuses(cli, file) == ["done"]
    assert dump(cli, "plan") == [("b@example.com", "pro"), ("c@example.com", "pro")]


def test_a_reset_sandbox_has_been_sent_nothing(cli: Cli, file: Path) -> None:
    file.write_text("email,plan\na@example.com,pro\n")
    assert statuses(cli, file) == ["done"]
    assert cli("sandbox", "reset", "--yes").code == 0
    assert statuses(cli, file) == ["done"]
    assert dump(cli, "plan") == [("a@example.com", "pro")]


def test_a_look_forgets_nothing(cli: Cli, file: Path) -> None:
    file.write_text("email,plan\na@example.com,pro\n")
    assert statuses(cli, file) == ["done"]
    assert in_sandbox(cli, "find", "--email=a@example.com").code == 0
    assert in_sandbox(cli, "update", "--email=a@example.com", "--dry-run").code == 0
    assert statuses(cli, file) == ["skipped"]


def test_an_import_without_the_flag_is_remembered_as_well(cli: Cli, file: Path) -> None:
    file.write_text("email,plan\na@example.com,pro\n")
    assert rows_of(cli, file)[0]["status"] == "done"
    assert statuses(cli, file) == ["skipped"]
    assert rows_of(cli, file)[0]["status"] == "done"


def test_failed_rows_are_never_unchanged(cli: Cli, file: Path) -> None:
    saved(cli, "--email", "b@example.com")
    file.write_text("email,userId\n,nobody\n")
    for _ in range(2):
        assert [row["status"] for row in rows_of(cli, file, "--changed-only", code=6)] == ["failed"]


def test_a_contact_that_comes_twice_is_skipped_only_when_all_of_it_is_old(
    cli: Cli, file: Path
) -> None:
    """Its last row is remembered; the one before it would be new, and must not win."""
    file.write_text("email,plan\na@example.com,free\na@example.com,pro\n")
    assert statuses(cli, file) == ["done", "done"]
    assert statuses(cli, file) == ["done", "done"]
    assert dump(cli, "plan") == [("a@example.com", "pro")]


def test_the_summary_counts_what_was_not_sent(cli: Cli, file: Path) -> None:
    file.write_text("email\na@example.com\nb@example.com\n")
    assert imported(cli, file).code == 0
    said = errors_of(imported(cli, file, "--changed-only"))
    assert "2 unchanged since last sent" in said


def test_how_many_rows_are_new_is_said_before_the_first_is_sent(cli: Cli, file: Path) -> None:
    file.write_text("email,plan\na@example.com,pro\nb@example.com,pro\nc@example.com,pro\n")
    assert "3 contacts, 3 to send" in errors_of(imported(cli, file, "--changed-only"))
    file.write_text(file.read_text().replace("b@example.com,pro", "b@example.com,free"))
    said = errors_of(imported(cli, file, "--changed-only"))
    assert "3 contacts, 1 to send" in said
    assert "1 done, 2 unchanged since last sent" in said
    # Where a contact comes twice, more may be sent than are new.
    file.write_text(file.read_text() + "a@example.com,x\n")
    assert "up to 4 to send" in errors_of(imported(cli, file, "--changed-only"))


@pytest.mark.parametrize(
    "words", [(), ("--lookup",), ("--rejects", "r.csv"), ("--max-failures=1",)]
)
def test_where_nothing_is_new_no_run_is_left_to_resume(
    cli: Cli, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    file.write_text("email,plan\na@example.com,pro\nb@example.com,pro\n")
    assert imported(cli, file).code == 0
    done = imported(cli, file, "--changed-only", *words)
    assert (done.code, done.out) == (0, "")
    assert "2 rows: 0 done, 2 unchanged since last sent" in done.err
    assert "nothing to resume" in imported(cli, file, "--changed-only", *words, "--resume").err


def test_a_limit_leaves_rows_also_where_nothing_is_new(cli: Cli, file: Path) -> None:
    file.write_text("email\na@example.com\nb@example.com\n")
    assert imported(cli, file).code == 0
    assert "1 row left for later" in imported(cli, file, "--changed-only", "--limit=1").err
    said = imported(cli, file, "--changed-only", "--resume").err
    assert "2 rows: 0 done, 2 unchanged since last sent" in said


def test_rows_that_cannot_be_sent_are_told_of_beside_those_that_are_old(
    cli: Cli, file: Path
) -> None:
    file.write_text("email,plan\na@example.com,pro\n")
    assert imported(cli, file).code == 0
    file.write_text("email,plan\na@example.com,free\nbad,x\n")
    assert [
        row["status"] for row in rows_of(cli, file, "--changed-only", "--skip-invalid", code=6)
    ] == [
        "done",
        "failed",
    ]
