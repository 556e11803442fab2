"""In a CI job: addresses masked in text, rows annotated, a summary, and none of it elsewhere."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from command_calls import serve

if TYPE_CHECKING:
    from conftest import Cli

CI = {"CI": "true"}
JOB = {**CI, "GITHUB_ACTIONS": "true"}
KEY = "a-key-that-a-command-printed"
ROWS = "email,firstName,seats\nada@example.com,Ada,3\nnot an address,Bea,1\n"


@pytest.fixture(autouse=True)
def there(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cli.env["CONTACTCTL_PROFILE"] = "sandbox"
    (tmp_path / "people.csv").write_text(ROWS)
    assert cli("update", "ada@example.com", "--first-name", "Ada", "-u", "42").code == 0


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize(
    "line",
    [
        "find ada@example.com -v",
        "find nobody@example.com",
        "find --from people.csv --skip-invalid",
        "delete --from people.csv --skip-invalid --dry-run",
        "update ada@example.com --first-name Bea --dry-run",
        "update nobody@example.com --must-exist",
        "update ada@example.com --first-name Ada -v",
        "delete ada@example.com --yes",
        "import people.csv --dry-run --skip-invalid",
        "import people.csv",
        "suppression remove ada@example.com --yes",
    ],
)
def test_text_shows_no_address_in_a_job(cli: Cli, line: str, *, terminal: bool) -> None:
    done = cli(*line.split(), terminal=terminal, env=CI)
    said = done.out + done.err
    assert not any(name + at in said for name in ("ada", "nobody") for at in ("@", "%40"))
    assert "***@example.com" in said


def test_flags_decide_over_the_variable(cli: Cli) -> None:
    line = ("find", "ada@example.com")
    for words, env, is_masked in (
        ((), {}, False),
        ((), {"CI": ""}, False),
        (("--no-mask",), CI, False),
        (("--mask",), {}, True),
    ):
        for done in (cli(*words, *line, env=env), cli(*line, *words, env=env)):
            assert ("a***@example.com" in done.out) == is_masked
            assert ("ada@example.com" in done.out) != is_masked
    assert "ada@example.com" in cli("--mask", *line, "--no-mask").out


def test_what_a_program_reads_is_never_masked(cli: Cli) -> None:
    assert cli("find", "-u", "42", "--field", "email", env=CI).out == "ada@example.com\n"
    assert cli("find", "-u", "42", "-o", "json", env=CI).json["email"] == "ada@example.com"
    rows = cli("import", "people.csv", "--skip-invalid", "-o", "json", "--mask", env=CI).out
    assert json.loads(rows.splitlines()[0])["email"] == "ada@example.com"
    backup = ("find", "--from", "people.csv", "--skip-invalid", "--csv")
    assert "ada@example.com" in cli(*backup, env=CI).out
    for words in (("completion", "bash"), ("help", "update")):
        assert cli(*words, env=CI).out == cli(*words).out


def test_rows_that_fail_are_annotated_in_a_job_of_github(cli: Cli) -> None:
    start = "::error file=people.csv,line=3,title=contactctl::"
    for words in ((), ("--skip-invalid",), ("--skip-invalid", "--dry-run"), ("-o", "json")):
        lines = cli("import", "people.csv", *words, env=JOB).err.splitlines()
        (found,) = [line for line in lines if line.startswith("::")]
        assert found.startswith(start)
        assert "ada@example.com" not in found
    in_json = cli("import", "people.csv", "-o", "json", env=JOB)
    assert in_json.error["code"] == "usage"
    assert all(json.loads(line) for line in in_json.out.splitlines())
    assert "::" not in cli("import", "people.csv", env=CI).err


def test_a_run_appends_its_summary(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("# Mine\n")
    words = ("import", "people.csv", "--skip-invalid", "--must-exist", "--summary", "summary.md")
    (tmp_path / "people.csv").write_text(ROWS + "bea@example.com,Bea|[x](y),1\n")
    assert cli(*words, "--dry-run").code == 0
    assert cli(*words).code == 6
    text = path.read_text()
    assert text.startswith("# Mine\n### contactctl: dry run of people.csv: 3 rows")
    assert "### contactctl: people.csv: 3 rows: 1 updated, 2 failed" in text
    assert "| line 4, b\\*\\*\\*@example.com | there is no contact" in text
    assert "ada@" not in text
    assert "not an email address" in text
    assert "--summary=summary.md" in cli(*words, "--limit", "1").err


def test_a_summary_takes_no_other_files_place(cli: Cli, tmp_path: Path) -> None:
    words = ("import", "people.csv", "--summary")
    for name, more in (("people.csv", ()), ("./r.csv", ("--rejects", "r.csv"))):
        done = cli(*words, name, *more)
        assert (done.code, "which this call needs" in done.err) == (2, True)
    for name, why in (("none/s.md", "does not exist"), (".", "is a folder")):
        done = cli(*words, name)
        assert (done.code, why in done.err, "1 row" in done.err) == (2, True, False)
    assert (tmp_path / "people.csv").read_text() == ROWS


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is full")
def test_a_summary_that_fails_hides_nothing_that_is_worse(cli: Cli, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("email\nada@example.com\n")
    bad.write_text("userId\nnobody\n" + "no-one\n" * 9)
    codes = {}
    for name, more in ((good, ()), (bad, ()), (bad, ("--max-failures=1",))):
        done = cli("import", str(name), "--summary=/dev/full", *more)
        assert done.err.count("cannot write the summary to") == 1
        codes[name.stem, more] = done.code
    assert [*codes.values()] == [9, 6, 6]
    assert done.err.splitlines()[-1].endswith(" --summary=/dev/full --resume")


def test_a_job_hides_the_key_that_a_command_prints(cli: Cli) -> None:
    del cli.env["CONTACTCTL_PROFILE"]
    command = shlex.join([sys.executable, "-c", f"print({KEY!r})"])
    with serve() as server:
        words = ("--base-url", server.url, "--key-command", command, "--no-check")
        assert cli("profile", "add", "op", *words).code == 0
        hidden = f"::add-mask::{KEY}\n"
        for line in ("lists", "profile check", "doctor", "lists -o json"):
            done = cli(*line.split(), env=JOB)
            assert (done.code, done.err.count(KEY)) == (0, 1)
            assert done.err.startswith(hidden)
            assert KEY not in done.out
        assert KEY not in cli("lists", env=CI).err
