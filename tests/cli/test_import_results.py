"""import tells what became of each row, writes the failed ones down, and knows what it sent."""

from __future__ import annotations

import csv
import gzip
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from command_calls import GOOD
from fault_server import FaultServer, reply_json
from import_cli import dump, errors_of, imported, rows_of
from import_process import json_lines, number_of
from jsonschema import Draft202012Validator

from contactctl.exact_json import to_json
from contactctl.importing.sending.workers import LEAST_IN_FLIGHT
from contactctl.schema.document import OUTPUTS

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli, Program

PEOPLE = "email;userId;plan\na@example.com;;pro\n;nobody;pro\nb@example.com;2;pro\n"
OBJECTS = (
    b'{"email":"a@example.com","plan":"pro"}',
    b'{"userId":"nobody","plan":"pro"}',
    b'{"email":"b@example.com","userId":"2","plan":"pro"}',
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE)
    return path


def check(path: str, flag: str | None, text: str) -> None:
    """Hold what was printed against the schema of that output."""
    (output,) = (one for one in OUTPUTS[path] if one.flag == flag)
    schema: Any = json.loads(to_json(output.to_json_object()))["schema"]
    for line in text.splitlines():
        Draft202012Validator(schema).validate(json.loads(line))


def test_each_row_is_one_object_in_file_order(cli: Cli, file: Path) -> None:
    done = imported(cli, file, "-o", "json")
    assert done.code == 6
    rows = json_lines(done.out)
    assert [number_of(row) for row in rows] == [1, 2, 3]
    assert [row["status"] for row in rows] == ["done", "failed", "done"]
    assert [(row["email"], row["userId"]) for row in rows] == [
        ("a@example.com", None),
        (None, "nobody"),
        ("b@example.com", "2"),
    ]
    error = rows[1]["error"]
    assert isinstance(error, dict)
    assert (error["code"], error["outcome"]) == ("refused", "not_applied")
    assert "userId not found" in str(error["message"])
    assert done.err.count("\n") == 1
    assert done.error["code"] == "rows_failed"


@pytest.mark.parametrize(
    ("words", "flag"),
    [
        ((), None),
        (("--skip-invalid",), None),
        (("--changed-only",), None),
        (("--dry-run",), "--dry-run"),
        (("--dry-run", "--changed-only", "--rate=3"), "--dry-run"),
        (("--ignore=userId",), None),
    ],
)
def test_json_is_what_the_schema_says(
    cli: Cli, file: Path, words: tuple[str, ...], flag: str | None
) -> None:
    file.write_text(PEOPLE + "x;;pro\n" * ("--skip-invalid" in words))
    first = imported(cli, file, "-o", "json", *words)
    again = imported(cli, file, "-o", "json", *words)
    assert first.out
    check("import", flag, first.out + again.out)


def test_text_is_a_summary_on_stderr_and_nothing_on_stdout(cli: Cli, file: Path) -> None:
    done = imported(cli, file)
    assert (done.code, done.out) == (6, "")
    said = errors_of(done)
    assert "3 rows: 2 done, 1 failed, in " in said
    assert "line 3, user id " in said
    assert "error: 1 of 3 rows failed" in said
    assert "--rejects" in said


def test_failed_rows_are_counted_and_the_run_has_no_outcome(cli: Cli, file: Path) -> None:
    """Each row has an outcome of its own."""
    error = imported(cli, file, "-o", "json").error
    counts = [str(error[name]) for name in ("done", "failed", "skipped")]
    assert counts == ["Number('2')", "Number('1')", "Number('0')"]
    assert "outcome" not in error


def test_quiet_says_nothing_but_errors(cli: Cli, file: Path) -> None:
    done = imported(cli, file, "-q")
    assert done.out == ""
    assert done.err.startswith("error: 1 of 3 rows failed")
    file.write_text("email\na@example.com\n")
    done = imported(cli, file, "-q")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_a_run_of_done_rows_ends_with_code_0(cli: Cli, file: Path) -> None:
    file.write_text("email\na@example.com\nb@example.com\n")
    done = imported(cli, file)
    assert (done.code, done.out) == (0, "")
    assert errors_of(done).splitlines()[-1].startswith("2 rows: 2 done, in ")


def test_a_service_that_is_away_ends_it_with_code_7(cli: Cli, file: Path) -> None:
    named = {"GET api-key": [reply_json(GOOD["GET api-key"])]}
    with FaultServer([reply_json({"message": "down"}, 503)], named) as server:
        env = {"LOOPS_API_KEY": "a-key-of-some-length", "CONTACTCTL_BASE_URL": server.url}
        done = cli("import", str(file), "--no-schema", "--retries=0", "--patience=0", env=env)
    assert (done.code, done.out) == (7, "")
    assert "503" in done.err
    assert done.err.splitlines()[-1].startswith("contactctl --retries=0 import ")
    assert done.err.splitlines()[-1].endswith(" --resume")


def test_max_failures_stops_a_run_that_goes_wrong(cli: Cli, file: Path) -> None:
    rows = [f";nobody{n};pro" for n in range(40)]
    file.write_text("\n".join(["email;userId;plan", *rows]) + "\n")
    done = imported(cli, file, "--max-failures", "3", "-o", "json")
    assert done.code == 6
    assert "--max-failures" in str(done.error["message"])
    assert "--resume" in str(done.error["hint"])
    first = [number_of(row) for row in json_lines(done.out)]
    # What was in flight has its end as well; told are the rows up to the first that was not sent.
    assert len(first) < 3 + LEAST_IN_FLIGHT
    done = imported(cli, file, "-o", "json", "--resume")
    assert done.code == 6
    assert first + [number_of(row) for row in json_lines(done.out)] == list(range(1, 41))


def test_a_resume_promises_no_more_than_may_be_left(cli: Cli, file: Path) -> None:
    file.write_text("userId\nnobody\nno-one\nsomebody\n")
    said = errors_of(imported(cli, file, "--max-failures=1"))
    assert "3 rows, 3 contacts, 3 to send" in said
    assert "stopped after 1 failed row, as --max-failures asks" in said
    said = errors_of(imported(cli, file, "--resume"))
    assert "3 rows, 3 contacts, up to 3 to send" in said
    assert "in an earlier run" in said.splitlines()[1]


# --rejects


FILES = {
    "people.csv": PEOPLE.encode("utf-8-sig"),
    "people.tsv": PEOPLE.replace(";", "\t").encode("utf-16"),
    "people.csv.gz": gzip.compress(PEOPLE.encode()),
    "people.jsonl": b"\n".join(OBJECTS),
    "people.json": b"[" + b",\n".join(OBJECTS) + b"]",
}


@pytest.mark.parametrize("name", FILES)
def test_rejects_are_mended_and_fed_back(cli: Cli, tmp_path: Path, name: str) -> None:
    """The file has the form, the encoding and the columns of the input, and one more."""
    file, rejects = tmp_path / name, tmp_path / f"rejects-{name}"
    file.write_bytes(FILES[name])
    done = imported(cli, file, "--rejects", str(rejects))
    assert done.code == 6
    assert str(rejects) in done.err
    opened = gzip.open if name.endswith(".gz") else open
    encoding = "utf-16" if name.endswith(".tsv") else "utf-8-sig"
    with opened(rejects, "rt", encoding=encoding, newline="") as stream:
        text = stream.read()
    assert "nobody" in text
    assert "userId not found" in text
    assert "a@example.com" not in text
    fixed = text.replace("nobody", "2")
    with opened(rejects, "wt", encoding=encoding, newline="") as stream:
        stream.write(fixed)
    (row,) = rows_of(cli, rejects)
    assert row["status"] == "done"
    assert dump(cli, "userId") == [("a@example.com", None), ("b@example.com", "2")]


def test_rejects_hold_what_could_not_be_sent_as_well(cli: Cli, file: Path, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    file.write_text(PEOPLE + 'x;;"=1+1"\n"y;z";;pro;more\n')
    done = imported(cli, file, "--skip-invalid", f"--rejects={rejects}")
    assert done.code == 6
    with rejects.open(newline="") as stream:
        rows = list(csv.reader(stream, delimiter=";"))
    assert rows[0] == ["email", "userId", "plan", "error"]
    assert [row[:3] for row in rows[1:]] == [
        ["", "nobody", "pro"],
        ["x", "", "=1+1"],
        ["y;z", "", "pro"],
    ]
    assert all("error" in rows[0] and row[3] for row in rows[1:])


def test_without_a_failure_the_rejects_are_empty(cli: Cli, file: Path, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    file.write_text("email\na@example.com\n")
    assert imported(cli, file, f"--rejects={rejects}").code == 0
    assert rejects.read_bytes() == b""


@pytest.mark.parametrize("name", ["people.csv", "no/such/folder.csv", "."])
def test_rejects_that_cannot_be_written_stop_it_before_the_first_row(
    cli: Cli, file: Path, tmp_path: Path, name: str
) -> None:
    done = imported(cli, file, f"--rejects={tmp_path / name}")
    assert done.code in {2, 9}
    assert dump(cli) == []
    assert file.read_text() == PEOPLE


@pytest.mark.parametrize("command", ["import", "suppression check --from", "apply"])
def test_rejects_never_take_the_place_of_what_is_read(
    cli: Cli, tmp_path: Path, command: str
) -> None:
    file, link = tmp_path / "people.csv", tmp_path / "link.csv"
    file.write_text(PEOPLE)
    link.symlink_to(file)
    # What is read then is a copy of it.
    escapes = () if command == "apply" else ("--backslash-escapes",)
    done = cli("--sandbox", *command.split(), str(file), f"--rejects={link}", *escapes)
    assert (done.code, "is the file that is read" in done.err) == (2, True)
    assert file.read_text() == PEOPLE
    # Nothing was begun, and so there is nothing to resume.
    assert "--resume" not in done.err


@pytest.mark.parametrize("text", ["0", "-1", "fast", "nan", "inf", ""])
def test_a_rate_that_is_none_is_refused(cli: Cli, file: Path, text: str) -> None:
    done = imported(cli, file, f"--rate={text}")
    assert done.code == 2
    assert "--rate" in done.err
    assert dump(cli) == []


def test_a_rate_is_kept(cli: Cli, file: Path) -> None:
    file.write_text("email\n" + "".join(f"p{n}@example.com\n" for n in range(6)))
    began = time.monotonic()
    assert imported(cli, file, "--rate", "10").code == 0
    assert 0.5 <= time.monotonic() - began < 10


def test_bytes_on_standard_input_keep_their_encoding(cli: Cli, program: Program) -> None:
    text = "email;firstName\nada@example.com;Zoë\n"
    words = ("import", "-", "--sandbox", "--encoding=cp1252")
    done = program(*words, stdin=text.encode("cp1252"))
    assert done.code == 0, done.err
    found = cli("find", "--sandbox", "--email=ada@example.com", "--field=firstName")
    assert found.out == "Zoë\n"
