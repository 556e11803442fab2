"""import reads every form of file that its help names, from a path and from standard input."""

from __future__ import annotations

import gzip
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from import_cli import dump, imported, rows_of
from sandbox_http import KEY
from sandbox_served import served

from contactctl.exact_json import Number
from contactctl.sandbox.app import Settings
from contactctl.sandbox.request_log import RequestLog

if TYPE_CHECKING:
    from conftest import Cli

COMMAS = 'email,firstName,note,seats\r\nada@example.com,Zoë,"two\r\nlines, and a ""word""",3\r\n'
SEMICOLONS = COMMAS.replace(",", ";").replace("lines;", "lines,")
TABS = COMMAS.replace(",", "\t").replace("lines\t", "lines,")
BARS = COMMAS.replace(",", "|").replace("lines|", "lines,")
LINE = (
    '{"email":"ada@example.com","firstName":"Zoë",'
    '"note":"two\\r\\nlines, and a \\"word\\"","seats":3}'
)
ARRAY = f"[\n  {LINE}\n]"

FILES: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "comma.csv": (COMMAS.encode(), ()),
    "no-last-newline.csv": (COMMAS.rstrip().encode(), ()),
    "semicolon.csv": (SEMICOLONS.encode(), ()),
    "tab.csv": (TABS.encode(), ()),
    "tab.tsv": (TABS.encode(), ()),
    "no-suffix": (SEMICOLONS.encode(), ()),
    "bars.csv": (BARS.encode(), ("--delimiter", "|")),
    "bars-alone.csv": (BARS.encode(), ()),
    "sep.csv": (b"sep=;\r\n" + SEMICOLONS.encode(), ()),
    "title.csv": (b"People\r\n\r\n" + COMMAS.encode(), ("--skip-lines", "2")),
    "headless.csv": (
        COMMAS.partition("\n")[2].encode(),
        ("--header", "email,firstName,note,seats"),
    ),
    "blank-rows.csv": (COMMAS.encode() + b",,,\r\n\x1a", ()),
    "named.txt": (TABS.encode(), ("--delimiter", "tab")),
    "bom.csv": (SEMICOLONS.encode("utf-8-sig"), ()),
    "utf-16.csv": (COMMAS.encode("utf-16"), ()),
    "big-endian.csv": (b"\xfe\xff" + COMMAS.encode("utf-16-be"), ()),
    "cp1252.csv": (SEMICOLONS.encode("cp1252"), ("--encoding", "cp1252")),
    "packed.csv.gz": (gzip.compress(SEMICOLONS.encode()), ()),
    "packed.jsonl.gz": (gzip.compress(LINE.encode()), ()),
    "lines.jsonl": (LINE.encode(), ()),
    "lines.ndjson": (b"\n" + LINE.encode() + b"\n\n", ()),
    "lines.txt": (LINE.encode(), ("--format", "jsonl")),
    "lines-by-content": (LINE.encode(), ()),
    "array.json": (ARRAY.encode(), ()),
    "array-utf-16.json": (ARRAY.encode("utf-16"), ()),
    "array.txt": (ARRAY.encode(), ("--format", "json")),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_any_form(cli: Cli, tmp_path: Path, name: str) -> None:
    content, words = FILES[name]
    (tmp_path / name).write_bytes(content)
    (row,) = rows_of(cli, tmp_path / name, *words)
    assert (row["email"], row["status"], row["error"]) == ("ada@example.com", "done", None)
    note = 'two\r\nlines, and a "word"'
    assert dump(cli, "firstName", "note", "seats") == [
        ("ada@example.com", "Zoë", note, Number("3"))
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (COMMAS, ()),
        (SEMICOLONS, ("--format", "csv")),
        (LINE, ()),
        (LINE, ("--format", "jsonl")),
        (ARRAY, ()),
        (ARRAY, ("--format", "json")),
    ],
)
def test_standard_input_of_any_form(
    cli: Cli, tmp_path: Path, text: str, words: tuple[str, ...]
) -> None:
    """It is kept in a private file for as long as it is needed, and no longer."""
    (row,) = rows_of(cli, "-", *words, stdin=text)
    assert row["status"] == "done"
    assert dump(cli, "firstName") == [("ada@example.com", "Zoë")]
    assert list((tmp_path / "state" / "imports").glob("stdin*")) == []


def test_numbers_of_json_keep_their_digits(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "exact.jsonl"
    file.write_text(
        '{"email":"a@example.com","seats":9007199254740993,"trial":true,"plan":"3"}\n'
        '{"email":"b@example.com","seats":0.1000,"trial":null,"plan":null}\n'
    )
    log = RequestLog()
    with served(tmp_path / "account.sqlite3", Settings(log=log)) as server:
        env = {"LOOPS_API_KEY": KEY, "CONTACTCTL_BASE_URL": server.address}
        assert cli("import", str(file), "--rate=max", env=env).code == 0
    sent = "".join(record.text for record in log.after(0))
    assert '"seats":9007199254740993,"trial":true,"plan":"3"' in sent
    assert '"seats":0.1000,"trial":null,"plan":null' in sent


def test_cells_of_csv_are_typed_as_declared(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "typed.csv"
    file.write_text(
        "email,zip,seats,trial,signupDate\na@example.com,02134,9007199254740992,maybe,2024-01-17\n"
    )
    done = imported(cli, file)
    assert done.code == 2
    assert "line 2" in done.err
    file.write_text(file.read_text().replace(",maybe,", ",false,"))
    rows_of(cli, file)
    assert dump(cli, "zip", "seats", "trial", "signupDate") == [
        ("a@example.com", "02134", Number("9007199254740992"), False, "2024-01-17T00:00:00.000Z")
    ]


def test_without_the_schema_cells_are_typed_by_their_look(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "untyped.csv"
    file.write_text("email,zip,seats\na@example.com,02134,3\n")
    rows_of(cli, file, "--no-schema")
    assert dump(cli, "zip", "seats") == [("a@example.com", "02134", Number("3"))]


@pytest.mark.parametrize(
    ("content", "words", "expected"),
    [
        (b"", (), "is empty"),
        (b"\n\n", (), "is empty"),
        (b"\xef\xbb\xbf", (), "is empty"),
        (b'email;plan\na@example.com;pro\nb@example.com;"pro\n', (), "never closed"),
        (b"email\n\xff\xfe@example.com\n", (), "line 2"),
        (b"email\na@example.com\n", ("--encoding", "no-such"), "not a known encoding"),
        (b"email\na@example.com\n", ("--delimiter", "ab"), "--delimiter"),
        (b"email\na@example.com\n", ("--format", "xml"), "--format"),
        (b"email\na@example.com\n", ("--format", "jsonl"), "not JSON"),
        (b'[{"email":"a@example.com"}', ("--format", "json"), "not closed"),
        (b"email,plan\na@example.com\n", (), "1 cell, and the header has 2: 1 row (line 2)"),
        (b"email,email\na@example.com,b@example.com\n", (), "both give"),
        (b"email\na@example.com\nemail\n", (), "repeats the header"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(
    cli: Cli, tmp_path: Path, content: bytes, words: tuple[str, ...], expected: str
) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(content)
    done = imported(cli, file, *words)
    assert (done.code, done.out) == (2, "")
    assert expected in done.err
    assert dump(cli) == []


@pytest.mark.parametrize("name", ["missing.csv", ".", ""])
def test_a_file_that_is_none_is_refused(cli: Cli, tmp_path: Path, name: str) -> None:
    done = imported(cli, tmp_path / name if name else "")
    assert done.code == 2
    assert "error: " in done.err


def test_a_header_alone_is_a_file_of_no_rows(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email,plan\n")
    assert rows_of(cli, file) == []
    assert "0 rows" in imported(cli, file).err


def test_a_column_without_a_name_is_told_with_the_way_to_leave_it_out(
    cli: Cli, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(",email,firstName\n0,a@example.com,Ada\n")
    done = imported(cli, file)
    assert done.code == 2
    assert "leave it out with --ignore ''" in done.err
    rows_of(cli, file, "--ignore", "")
    assert dump(cli, "firstName") == [("a@example.com", "Ada")]


def test_a_failed_file_is_resumed_with_the_flags_that_read_it(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("a@example.com,x\nb@example.com,1\n")
    words = ("--header", "email,seats", "--skip-invalid", "--rejects", str(tmp_path / "bad.csv"))
    assert [row["status"] for row in rows_of(cli, file, *words, code=6)] == ["failed", "done"]
    again = imported(cli, tmp_path / "bad.csv", "--header", "email,seats")
    assert 'seats: 1 value is not a number: "x" (line 2)' in again.err


def test_a_gzip_file_that_is_cut_off_is_refused(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.csv.gz"
    file.write_bytes(gzip.compress(COMMAS.encode())[:-9])
    done = imported(cli, file)
    assert done.code == 2
    assert "gzip" in done.err


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="there are no numbers of open files")
@pytest.mark.parametrize("words", [(), ("--backslash-escapes",)])
def test_what_a_shell_hands_over_as_a_pipe_is_resumed_from_its_copy(
    cli: Cli, words: tuple[str, ...]
) -> None:
    """The name of ``<(command)`` means nothing to a later call."""
    reader, writer = os.pipe()
    os.write(writer, b"email,userId\n,nobody\na@example.com,\n")
    os.close(writer)
    done = imported(cli, f"/dev/fd/{reader}", "--max-failures=1", *words)
    os.close(reader)
    _, *line = shlex.split(done.err.splitlines()[-1])
    (copy,) = Path(cli.env["CONTACTCTL_STATE_DIR"]).glob("imports/stdin-*")
    assert (done.code, str(copy) in line) == (6, True)
    again = cli(*line)
    assert (again.code, copy.exists()) == (6, False)
    assert [email for (email,) in dump(cli)] == ["a@example.com"]
