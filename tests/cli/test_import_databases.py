"""Exports as databases write them, imported as they are; made like those of the README."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from import_cli import dump, imported

from contactctl.exact_json import Number

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

HEADER = "email,user_id,first_name,plan,seats,trial,signup_date,trial_ends_at,note,zip\n"
FIELDS = ("userId", "firstName", "plan", "seats", "trial", "signupDate", "trialEndsAt", "note")
NOTE = 'she said "hi", and\nleft; twice'
#: What a table holds of three people: texts, numbers, booleans, moments with a zone and without.
ADA = (
    *("ada@example.com", "42", "Ada", "pro", Number("12"), True),
    *("2024-01-17T10:21:11.123Z", "2024-02-17T10:00:00.000Z", NOTE, "02134"),
)
BOB = ("bob@example.com", "43", "Bob", None, None, False, None, None, "back\\slash\tand tab", None)
CY = (
    *("cy@example.com", "9007199254740993", "Zoë", None, Number("0"), None),
    *("2024-01-17T08:21:11.000Z", "2024-02-17T10:00:00.500Z", None, "00001"),
)
POSTGRES = (
    HEADER
    + 'ada@example.com,42,Ada,pro,12,t,2024-01-17 10:21:11.123456+00,2024-02-17 10:00:00,"she said'
    ' ""hi"", and\nleft; twice",02134\n'
    "bob@example.com,43,Bob,,,f,,,back\\slash\tand tab,\n"
    "cy@example.com,9007199254740993,Zoë, ,0,,2024-01-17 08:21:11+00,2024-02-17 10:00:00.5,"
    '"",00001\n'
)
DUCKDB = (
    POSTGRES.replace(",t,", ",true,")
    .replace(",f,", ",false,")
    .replace("2024-01-17 10:21:11.123456+00", "2024-01-17 15:51:11.123456+05:30")
)
PANDAS = DUCKDB.replace("true", "True").replace("false", "False").replace('"",00001', ",00001")
SQLITE = (
    HEADER
    + 'ada@example.com,42,Ada,pro,12,1,"2024-01-17 10:21:11.123","2024-02-17 10:00:00","she said'
    ' ""hi"", and\nleft; twice",02134\n'
    'bob@example.com,43,Bob,,,0,,,"back\\slash\tand tab",\n'
    'cy@example.com,9007199254740993,"Zoë"," ",0,,"2024-01-17 08:21:11","2024-02-17 10:00:00.5",'
    '"",00001\n'
)
ROW_TO_JSON = (
    '{"email":"ada@example.com","user_id":42,"first_name":"Ada","plan":"pro","seats":12,'
    '"trial":true,"signup_date":"2024-01-17T10:21:11.123456+00:00",'
    '"trial_ends_at":"2024-02-17T10:00:00","note":"she said \\"hi\\", and\\nleft; twice",'
    '"zip":"02134"}\n'
    '{"email":"bob@example.com","user_id":43,"first_name":"Bob","plan":null,"seats":null,'
    '"trial":false,"signup_date":null,"trial_ends_at":null,"note":"back\\\\slash\\tand tab",'
    '"zip":null}\n'
    '{"email":"cy@example.com","user_id":9007199254740993,"first_name":"Zoë","plan":null,'
    '"seats":0,"trial":null,"signup_date":"2024-01-17T08:21:11+00:00",'
    '"trial_ends_at":"2024-02-17T10:00:00.5","note":null,"zip":"00001"}\n'
)
TO_JSON = (
    ROW_TO_JSON.replace('"2024-01-17T10:21:11.123456+00:00"', "1705486871123")
    .replace('"2024-02-17T10:00:00"', "1708164000000")
    .replace('"2024-01-17T08:21:11+00:00"', "1705479671000")
    .replace('"2024-02-17T10:00:00.5"', "1708164000500")
)
BIGQUERY = (
    ROW_TO_JSON.replace(':42,"', ':"42","')
    .replace(':43,"', ':"43","')
    .replace(":9007199254740993,", ':"9007199254740993",')
    .replace('"seats":12', '"seats":"12"')
    .replace('"seats":0', '"seats":"0"')
    .replace('"2024-01-17T10:21:11.123456+00:00"', '"2024-01-17 10:21:11.123456 UTC"')
)
MONGO = (
    ROW_TO_JSON.replace(":9007199254740993,", ':{"$numberLong":"9007199254740993"},')
    .replace('"2024-01-17T10:21:11.123456+00:00"', '{"$date":"2024-01-17T10:21:11.123Z"}')
    .replace('"2024-01-17T08:21:11+00:00"', '{"$date":{"$numberLong":"1705479671000"}}')
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (POSTGRES, "postgres.csv"),
        (DUCKDB, "duckdb.csv"),
        (PANDAS, "pandas.csv"),
        (SQLITE, "sqlite.csv"),
        (ROW_TO_JSON, "row_to_json.jsonl"),
        (f"[{ROW_TO_JSON.strip()}]".replace("}\n{", "},\n{"), "sqlite.json"),
        (TO_JSON, "pandas.jsonl"),
        (BIGQUERY, "bigquery.jsonl"),
        (MONGO, "mongoexport.jsonl"),
    ],
)
def test_an_export_is_imported_as_it_is(cli: Cli, tmp_path: Path, text: str, name: str) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    done = imported(cli, file)
    assert done.code == 0, done.err
    found: list[tuple[Any, ...]] = dump(cli, *FIELDS, "zip")
    assert found == [ADA, BOB, CY]


TEXT_FORMAT = (
    HEADER.replace(",", "\t")
    + "ada@example.com\t42\tAda\tpro\t12\tt\t2024-01-17 10:21:11.123456+00\t2024-02-17 10:00:00\t"
    'she said "hi", and\\nleft; twice\t02134\n'
    "bob@example.com\t43\tBob\t\\N\t\\N\tf\t\\N\t\\N\tback\\\\slash\\tand tab\t\\N\n"
    "cy@example.com\t9007199254740993\tZoë\t\\N\t0\t\\N\t2024-01-17 08:21:11+00\t"
    "2024-02-17 10:00:00.5\t\t00001\n"
)
OUTFILE = (
    '"ada@example.com",42,"Ada","pro",12,1,"2024-01-17 10:21:11.123","2024-02-17 10:00:00",'
    '"she said \\"hi\\", and\\\nleft; twice","02134"\n'
    '"bob@example.com",43,"Bob",\\N,\\N,0,\\N,\\N,"back\\\\slash\tand tab",\\N\n'
    '"cy@example.com",9007199254740993,"Zoë",\\N,0,\\N,"2024-01-17 08:21:11",'
    '"2024-02-17 10:00:00.5",\\N,"00001"\n'
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TEXT_FORMAT, []),
        (OUTFILE, ["--header", HEADER.strip()]),
        (ROW_TO_JSON.replace("\\", "\\\\"), []),
    ],
    ids=["Postgres", "MySQL", "row_to_json"],
)
def test_a_text_format_is_imported_with_its_escapes(
    cli: Cli, tmp_path: Path, text: str, words: list[str]
) -> None:
    file = tmp_path / "people.txt"
    file.write_text(text, encoding="utf-8")
    done = imported(cli, file, "--backslash-escapes", *words)
    assert done.code == 0, done.err
    assert dump(cli, *FIELDS, "zip") == [ADA, BOB, CY]


def test_what_has_escapes_is_told_the_flag_for_them(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.txt"
    for text in (TEXT_FORMAT, HEADER + OUTFILE):
        file.write_text(text, encoding="utf-8")
        assert "--backslash-escapes" in imported(cli, file).err


def test_rejects_of_a_text_format_read_as_it_does(cli: Cli, tmp_path: Path) -> None:
    file, rejects = tmp_path / "people.txt", tmp_path / "rejects.txt"
    file.write_text("email\tnote\tseats\na@example.com\tC:\\\\new\\n\tmany\n")
    words = ("--backslash-escapes", "--skip-invalid", "--rejects", str(rejects))
    assert imported(cli, file, *words).code == 6
    rejects.write_text(rejects.read_text().replace("many", "7"))
    assert imported(cli, rejects, "--backslash-escapes").code == 0
    assert dump(cli, "note", "seats") == [("a@example.com", "C:\\new\n", Number("7"))]
    assert imported(cli, file, *words[:3], str(file)).code == 2
    assert "many" in file.read_text()


def test_rejects_of_json_with_escapes_read_as_it_does(cli: Cli, tmp_path: Path) -> None:
    file, rejects = tmp_path / "people.jsonl", tmp_path / "rejects.jsonl"
    file.write_text('{"email":"a@example.com","note":"C:\\\\\\\\new","seats":"many"}\n')
    words = ("--backslash-escapes", "--skip-invalid", "--rejects", str(rejects))
    assert imported(cli, file, *words).code == 6
    rejects.write_text(rejects.read_text().replace("many", "7"))
    assert imported(cli, rejects, "--backslash-escapes").code == 0
    assert dump(cli, "note", "seats") == [("a@example.com", "C:\\new", Number("7"))]


def test_a_run_from_a_pipe_is_resumed_from_what_its_escapes_became(cli: Cli) -> None:
    text = "email\tnote\na@example.com\tC:\\\\new\nb@example.com\tC:\\\\two\n"
    done = imported(cli, "-", "--backslash-escapes", "--limit", "1", stdin=text)
    assert done.code == 0, done.err
    command = next(line for line in done.err.splitlines() if line.startswith("contactctl"))
    assert "--backslash-escapes" not in command
    words = command.split()[1:]
    assert cli(*words).code == 0
    assert dump(cli, "note") == [("a@example.com", "C:\\new"), ("b@example.com", "C:\\two")]
