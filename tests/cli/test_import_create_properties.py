"""import --create-properties: shown first, made when somebody agrees, resumed all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from import_cli import dump, errors_of, imported, rows_of
from sandbox_cli import in_sandbox

from contactctl.exact_json import Number

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

ADA, BOB = "ada@example.com", "bob@example.com"
CREATE = "--create-properties"
SHOWN = """2 properties to be created:
  phoneNumber  string  from Phone Number
  score  number  from Score
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "people.csv"
    file.write_text(f"email,Phone Number,Score,Fax\n{ADA},0171,1.5,\n{BOB},5,2,\n")
    return file


def types(cli: Cli) -> dict[str, str]:
    done = in_sandbox(cli, "properties", "list", "--custom")
    return dict(line.split("\t")[:2] for line in done.out.splitlines())


def test_they_are_shown_made_and_filled(cli: Cli, file: Path) -> None:
    done = imported(cli, file, CREATE, "--yes")
    assert done.code == 0, done.err
    assert SHOWN in done.err
    assert "1 column left out: Fax" in done.err
    assert dump(cli, "phoneNumber", "score") == [
        (ADA, "0171", Number("1.5")),
        (BOB, "5", Number("2")),
    ]
    assert (types(cli)["phoneNumber"], types(cli)["score"]) == ("string", "number")
    again = imported(cli, file, CREATE)  # there is nothing to agree to any more
    assert (again.code, "created" in again.err) == (0, False)


def test_nothing_is_made_unless_somebody_agrees(cli: Cli, file: Path) -> None:
    before = types(cli)
    refused = imported(cli, file, CREATE)
    assert (refused.code, SHOWN in refused.err) == (2, True)
    assert "give --yes" in refused.err
    said_no = cli("import", str(file), "--sandbox", CREATE, terminal=True, stdin="n\n")
    assert said_no.code == 2
    shown = imported(cli, file, CREATE, "--dry-run")
    assert shown.code == 0
    assert "would create 2 properties:\n  phoneNumber  string" in shown.err
    assert f"2\tcreate\t{ADA}\tscore\t\t1.5" in shown.out
    assert (types(cli), dump(cli)) == (before, [])
    said_yes = cli("import", str(file), "--sandbox", CREATE, terminal=True, stdin="y\n")
    assert (said_yes.code, len(dump(cli))) == (0, 2)


def test_a_program_is_told_what_would_be_made_and_left_out(cli: Cli, file: Path) -> None:
    *_, last = rows_of(cli, file, CREATE, "--dry-run")
    summary = last["summary"]
    assert isinstance(summary, dict)
    assert summary["creates"] == {"phoneNumber": "string", "score": "number"}
    assert summary["leftOut"] == ["Fax"]


def test_nothing_is_made_for_a_file_that_cannot_be_imported(cli: Cli, file: Path) -> None:
    before = types(cli)
    file.write_text(f"email,Score,unsubscribed,paln\n{ADA},1,true,x\nada,2,,\n")
    done = imported(cli, file, CREATE, "--yes")
    assert (done.code, types(cli), dump(cli)) == (2, before, [])
    for words in ("about consent", '"paln" is not a field: did you mean plan?', "1 of 2 rows"):
        assert words in done.err


def test_what_can_be_no_property_is_told_of(cli: Cli, file: Path) -> None:
    file.write_text(f"email,Имя,A b,a-b\n{ADA},x,1,2\n")
    done = imported(cli, file, CREATE, "--yes")
    assert (done.code, dump(cli)) == (2, [])
    assert 'there is no field called "Имя", "A b", "a-b"' in done.err
    assert "--map 'COLUMN=newName'" in done.err
    rows_of(cli, file, CREATE, "--yes", "--map=Имя=name", "--map=A b=ab", "--ignore=a-b")
    assert dump(cli, "name", "ab") == [(ADA, "x", Number("1"))]


def test_a_run_goes_on_though_the_properties_are_there_by_then(cli: Cli, file: Path) -> None:
    file.write_text(f"email,Größe\n{ADA},1\n{BOB},2\n")
    rows_of(cli, file, CREATE, "--yes", "--limit=1")
    rows_of(cli, file, CREATE, "--resume")
    assert dump(cli, "grosse") == [(ADA, Number("1")), (BOB, Number("2"))]


def test_keys_of_json_make_properties_of_their_own_types(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.jsonl"
    file.write_text(f'{{"email":"{ADA}","age":7,"code":"7"}}\n{{"email":"{BOB}","vip":true}}\n')
    rows_of(cli, file, CREATE, "--yes")
    assert dump(cli, "age", "code", "vip") == [
        (ADA, Number("7"), "7", None),
        (BOB, None, None, True),
    ]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--ignore-unknown",), "that --ignore-unknown leaves out"),
        (("--no-schema",), "needs to know which properties there are"),
        (("--plan=plan.jsonl",), "--plan writes nothing"),
    ],
)
def test_what_does_not_go_together(
    cli: Cli, file: Path, words: tuple[str, ...], expected: str
) -> None:
    done = imported(cli, file, CREATE, *words)
    assert (done.code, dump(cli)) == (2, [])
    assert expected in errors_of(done)
