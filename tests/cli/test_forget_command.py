"""forget: what imports left on this machine is shown, and removed."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from import_cli import imported
from sandbox_cli import in_sandbox

from contactctl.importing.keeping.journal_rows import RunIdentity
from contactctl.importing.keeping.journals import Journals
from contactctl.importing.row import Result, RowError

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

DAY_S = 86_400


@pytest.fixture
def imports(tmp_path: Path) -> Path:
    return tmp_path / "state" / "imports"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text("email\nada@example.com\nbob@example.com\n")
    return path


def age(folder: Path, days: float) -> None:
    for path in folder.iterdir():
        os.utime(path, (time.time() - days * DAY_S,) * 2)


@pytest.mark.parametrize(
    "words",
    [
        ("update", "--email=bob@example.com"),
        ("create", "--email=new@example.com"),
        ("delete", "--email=ada@example.com", "--yes"),
    ],
)
def test_every_command_that_writes_cleans_what_has_expired(
    cli: Cli, imports: Path, file: Path, words: tuple[str, ...]
) -> None:
    assert imported(cli, file).code == 0
    age(imports, 8)
    assert in_sandbox(cli, "find", "--email=ada@example.com").code == 0
    assert list(imports.glob("*.finished"))
    assert in_sandbox(cli, *words).code == 0
    assert not list(imports.glob("*.finished"))


def kinds(cli: Cli, *words: str, code: int = 0, of: str = "kept") -> list[str]:
    done = cli("forget", *words, "-o", "json")
    assert done.code == code, done.err
    items = done.json[of]
    assert isinstance(items, list)
    return sorted(str(item["kind"]) for item in items if isinstance(item, dict))


def unfinished(cli: Cli, stdin: str) -> None:
    """Leave a run that ends at its first row, and the copy of its standard input."""
    done = imported(cli, "-", "--max-failures=1", stdin=stdin)
    assert done.code == 6, done.err


def test_where_nothing_is_kept_nothing_is_made(cli: Cli, tmp_path: Path) -> None:
    assert kinds(cli) == []
    assert "nothing is kept" in cli("forget", terminal=True).out
    assert not (tmp_path / "state").exists()


def test_what_is_kept_is_shown(cli: Cli, file: Path) -> None:
    assert imported(cli, file).code == 0
    unfinished(cli, "userId\nnobody\nneither\n")  # none of it is remembered, sent or not
    assert kinds(cli) == ["finished_run", "sandbox", "sent_memory", "stdin_copy", "unfinished_run"]
    assert "2 runs, 1 copy of standard input, digests of" in cli("doctor", "--sandbox").out
    said = cli("forget").out
    assert "people.csv, 2 rows" in said
    assert "memory of sent rows\t2 contacts" in said
    assert "in 29 days" in said


def test_an_address_is_removed_with_all_that_holds_it(cli: Cli, file: Path) -> None:
    assert imported(cli, file).code == 0
    unfinished(cli, "email,userId\n,nobody\nada@example.com,1\n")
    assert kinds(cli, "ADA@example.com", of="removed") == ["sent_memory", "stdin_copy"]
    assert kinds(cli) == ["finished_run", "sandbox", "sent_memory", "unfinished_run"]
    assert kinds(cli, "ada@example.com", of="removed") == []
    said = imported(cli, file, "--changed-only").err
    assert "1 unchanged" in said


def test_everything_is_removed_but_the_sandbox(cli: Cli, file: Path, imports: Path) -> None:
    assert imported(cli, file).code == 0
    unfinished(cli, "email,userId\n,nobody\nada@example.com,1\n")
    assert cli("forget", "--all").code == 2
    done = cli("forget", "--all", terminal=True, stdin="n\n")
    assert done.code == 2
    assert kinds(cli, "--all", "--yes") == ["sandbox"]
    assert {path.suffix for path in imports.iterdir()} <= {".lock"}


def test_a_run_under_way_is_never_touched(cli: Cli, imports: Path) -> None:
    identity = RunIdentity("people.csv", "digest", "mapping", "account", 1)
    run = Journals(imports).begin(identity)
    error = RowError("refused", "ada@example.com: no")
    run.journal.record(Result(1, "failed", None, 1, error))
    for words in (("--all", "--yes"), ("ada@example.com",)):
        assert kinds(cli, *words, code=9) == ["unfinished_run"]
        assert "runs in progress" in str(cli("forget", *words, "-o", "json").error["hint"])
    assert "run under way" in cli("forget").out
    run.close()
    assert kinds(cli, "ada@example.com", of="removed") == ["unfinished_run"]


@pytest.mark.parametrize("words", [("ada@example.com", "--all"), ("ada",), ("",), ("@",)])
def test_what_makes_no_sense_is_refused(cli: Cli, words: tuple[str, ...]) -> None:
    assert cli("forget", *words).code == 2
