"""import: --ignore-unknown and --only leave columns out, say which, and never those of consent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from import_cli import dump, errors_of, imported, rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

ADA = "ada@example.com"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--ignore-unknown",), "2 columns left out: Phone, Fax"),
        (("--only", "email,plan"), "2 columns left out: Phone, Fax"),
        (("--only", "email", "--only", "plan"), "2 columns left out: Phone, Fax"),
        (("--only=email", "--map=plan=plan"), "2 columns left out: Phone, Fax"),
        (("--ignore-unknown", "--ignore=Fax"), "1 column left out: Phone"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_what_is_left_out_is_named(
    cli: Cli, tmp_path: Path, words: tuple[str, ...], expected: str, form: str
) -> None:
    file = tmp_path / f"people.{form}"
    text = {
        "csv": f"email,plan,Phone,Fax\n{ADA},pro,1,2\n",
        "jsonl": f'{{"email":"{ADA}","plan":"pro","Phone":1}}\n{{"email":"{ADA}","Fax":[2]}}\n',
    }
    file.write_text(text[form])
    done = imported(cli, file, *words)
    assert (done.code, expected in done.err.splitlines()) == (0, True), done.err
    assert dump(cli, "plan") == [(ADA, "pro")]


def test_only_leaves_out_fields_as_well(cli: Cli, file: Path) -> None:
    file.write_text(f'email,plan,"First, name"\n{ADA},pro,Ada\n')
    rows_of(cli, file, "--only", 'email,"First, name"', "--map", "First, name=firstName")
    assert dump(cli, "plan", "firstName") == [(ADA, None, "Ada")]


@pytest.mark.parametrize("words", [("--ignore-unknown",), ("--only", "email")])
@pytest.mark.parametrize(
    ("column", "cell"), [("unsubscribed", "true"), ("state", "cancelled"), ("bounced", "yes")]
)
def test_a_column_of_consent_still_needs_a_decision(
    cli: Cli, file: Path, words: tuple[str, ...], column: str, cell: str
) -> None:
    file.write_text(f"email,{column}\n{ADA},{cell}\n")
    done = imported(cli, file, *words)
    assert (done.code, dump(cli)) == (2, [])
    assert "about consent" in done.err
    rows_of(cli, file, *words, f"--unsubscribed-when={column}=*")
    assert dump(cli, "subscribed") == [(ADA, False)]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_only_does_not_leave_out_who_opted_out(cli: Cli, tmp_path: Path, form: str) -> None:
    """The field itself, which needs no decision where it is used."""
    file = tmp_path / f"people.{form}"
    text = {
        "csv": f"email,subscribed\n{ADA},false\n",
        "jsonl": f'{{"email":"{ADA}","subscribed":false}}\n',
    }
    file.write_text(text[form])
    done = imported(cli, file, "--only=email")
    assert (done.code, dump(cli)) == (2, [])
    assert "--map subscribed=subscribed" in done.err
    rows_of(cli, file, "--only=email", "--ignore=subscribed")
    rows_of(cli, file, "--only=email,subscribed")
    assert dump(cli, "subscribed") == [(ADA, False)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--only", "email,paln"), 'did you mean "plan"?'),
        (("--only", "plan"), "--only leaves all others out"),
        (("--only", ","), "names a column without a name"),
        (("--only", "plan,email", "--ignore", "plan"), "to --only and to --ignore"),
        (("--only", "email,Phone"), '"Phone"'),
    ],
)
def test_only_names_columns_of_the_file(
    cli: Cli, file: Path, words: tuple[str, ...], expected: str
) -> None:
    file.write_text(f"email,plan,Phone\n{ADA},pro,1\n")
    done = imported(cli, file, *words)
    assert (done.code, dump(cli)) == (2, [])
    assert expected in errors_of(done)


def test_sheets_that_nobody_asked_for_are_named(cli: Cli, tmp_path: Path) -> None:
    pytest.importorskip("python_calamine", reason="the extra excel")
    openpyxl = pytest.importorskip("openpyxl", reason="makes the workbook of this test")
    book = openpyxl.Workbook()
    book.active.append(["email", "Fax"])
    book.active.append(["ada@example.com", 1])
    book.create_sheet("Old people")
    book.save(tmp_path / "people.xlsx")
    told = 'read: the sheet "Sheet"; not "Old people" (--sheet NAME reads one)'
    for words in ((), ("--ignore=Fax",)):
        assert told in imported(cli, tmp_path / "people.xlsx", *words).err
    done = imported(cli, tmp_path / "people.xlsx", "--ignore=Fax", "--sheet=Sheet")
    assert (done.code, "read: the sheet" in done.err) == (0, False)
