"""import: which column fills which field, and what an empty cell and a cell null do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from import_cli import dump, imported, rows_of
from sandbox_cli import LISTS, contact, saved

from contactctl.exact_json import Number

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

NEWS, DIGEST = LISTS["Product updates"], LISTS["Weekly digest"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


def write(file: Path, *lines: str) -> None:
    file.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize(
    "header",
    [
        "email,userId,firstName,lastName,userGroup,source",
        "Email,User ID,First Name,Last Name,User Group,Source",
        "EMAIL,user_id,first_name,last_name,user_group,source",
        "email,user-id,first-name,last-name,user-group,SOURCE",
    ],
)
def test_standard_fields_go_by_their_names_in_any_style(cli: Cli, file: Path, header: str) -> None:
    write(file, header, "a@example.com,7,Ada,Lovelace,staff,crm")
    rows_of(cli, file)
    names = ("userId", "firstName", "lastName", "userGroup", "source")
    assert dump(cli, *names) == [("a@example.com", "7", "Ada", "Lovelace", "staff", "crm")]


def test_columns_are_named_left_out_and_added(cli: Cli, file: Path) -> None:
    write(file, "Mail=Address,Tier,Remarks,More", "a@example.com,pro,secret,x", "b@example.com,,,")
    words = ("--map", "Mail=Address=email", "--map", "Tier=plan", "--ignore", "Remarks")
    rows_of(cli, file, *words, "--ignore", "More", "--set", "source=crm", "--set", "seats=5")
    assert dump(cli, "plan", "source", "seats", "note") == [
        ("a@example.com", "pro", "crm", Number("5"), None),
        ("b@example.com", None, "crm", Number("5"), None),
    ]


def test_keys_of_json_are_named_left_out_and_added(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.jsonl"
    write(file, '{"mail":"a@example.com","tier":"pro","x":[1]}')
    rows_of(cli, file, "--map=mail=email", "--map=tier=plan", "--ignore=x", "--set=trial=true")
    assert dump(cli, "plan", "trial") == [("a@example.com", "pro", True)]


@pytest.mark.parametrize("column", [f"list:{NEWS}", "list:Product updates", "list:product UPDATES"])
def test_a_list_column_joins_and_leaves(cli: Cli, file: Path, column: str) -> None:
    for name in "abc":
        saved(cli, "--email", f"{name}@example.com", "--list", f"{DIGEST}=true")
    saved(cli, "--email", "b@example.com", "--list", f"{NEWS}=true")
    write(file, f"email,{column}", "a@example.com,true", "b@example.com,false", "c@example.com,")
    rows_of(cli, file)
    assert dump(cli, "mailingLists") == [
        ("a@example.com", {NEWS: True, DIGEST: True}),
        ("b@example.com", {DIGEST: True}),
        ("c@example.com", {DIGEST: True}),
    ]


def test_a_list_may_be_a_constant_or_a_map(cli: Cli, file: Path) -> None:
    write(file, "email,news", "a@example.com,true")
    rows_of(cli, file, "--map", "news=list:Product updates", "--set", f"list:{DIGEST}=true")
    assert dump(cli, "mailingLists") == [("a@example.com", {NEWS: True, DIGEST: True})]


def test_lists_in_json_are_an_object_of_ids_or_names(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.jsonl"
    lists = f'{{"{NEWS}":true,"Weekly digest":true}}'
    write(file, f'{{"email":"a@example.com","mailingLists":{lists}}}')
    rows_of(cli, file)
    assert dump(cli, "mailingLists") == [("a@example.com", {NEWS: True, DIGEST: True})]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), [("pro", "old"), (None, "old"), ("pro", None)]),
        (("--empty-clears",), [(None, "old"), (None, None), ("pro", None)]),
        (("--literal-null",), [("pro", "old"), ("null", "old"), ("pro", "null")]),
        (("--empty-clears", "--literal-null"), [(None, "old"), ("null", None), ("pro", "null")]),
    ],
)
def test_what_empty_and_null_cells_do(
    cli: Cli, file: Path, words: tuple[str, ...], expected: list[tuple[str | None, str | None]]
) -> None:
    for name in "abc":
        saved(cli, "--email", f"{name}@example.com", "--prop=plan=pro", "--prop=note=old")
    lines = ("a@example.com,,old", "b@example.com,null,", "c@example.com,pro,null")
    write(file, "email,plan,note", *lines)
    rows_of(cli, file, *words)
    assert [found[1:] for found in dump(cli, "plan", "note")] == expected


def test_what_cannot_be_emptied_is_refused(cli: Cli, file: Path) -> None:
    write(file, "email,userId,subscribed", "null,7,false", "a@example.com,null,", "b@example.com,,")
    done = imported(cli, file)
    assert done.code == 2
    assert "line 2" in done.err
    assert "line 4" not in done.err


def test_an_unknown_column_is_refused_with_the_nearest_names(cli: Cli, file: Path) -> None:
    write(file, "email,plann,Phone", "a@example.com,pro,1")
    done = imported(cli, file)
    assert (done.code, done.out, dump(cli)) == (2, "", [])
    for words in ('"plann"', "plan", '"Phone"', "--map", "--ignore"):
        assert words in done.err


@pytest.mark.parametrize(
    ("header", "words", "expected"),
    [
        ("email,plan", ("--map", "Plan=note"), 'no column "Plan"'),
        ("email,plan", ("--ignore", "plna"), 'did you mean "plan"'),
        ("email,plan", ("--map", "plan"), "is not COLUMN=FIELD"),
        ("email,plan", ("--set", "note"), "is not FIELD=VALUE"),
        ("email,plan", ("--map", "plan=note", "--ignore", "plan"), "to --map and to --ignore"),
        ("email,plan", ("--map", "plan=note", "--map", "plan=zip"), "twice"),
        ("email,plan", ("--map", "plan=email"), "gives email"),
        ("email,plan", ("--set", "plan=pro"), "so does a column"),
        ("email,plan", ("--set", "userId=7"), "one contact"),
        ("email,plan", ("--set", "seats=many"), "--set seats"),
        ("plan,note", (), "no column gives an email address or a user id"),
        ("email,list:No such", (), "No such"),
        ("email,mailingLists", (), "list:ID"),
        ("email,id", (), '"id": a name reserved by the service'),
        ("email,updatedAt", (), '"updatedAt": a name reserved by the service'),
    ],
)
def test_columns_that_cannot_be_used(
    cli: Cli, file: Path, header: str, words: tuple[str, ...], expected: str
) -> None:
    write(file, header, "a@example.com,pro")
    done = imported(cli, file, *words)
    assert (done.code, done.out, dump(cli)) == (2, "", [])
    assert expected in done.err


@pytest.mark.parametrize(("subscribed", "code"), [("true", 2), ("TRUE", 2), ("false", 0), ("", 0)])
def test_nobody_is_subscribed_again_by_accident(
    cli: Cli, file: Path, subscribed: str, code: int
) -> None:
    saved(cli, "--email", "a@example.com", "--unsubscribed")
    write(file, "email,Subscribed", f"a@example.com,{subscribed}")
    done = imported(cli, file)
    assert done.code == code
    assert ("--allow-resubscribe" in done.err) is bool(code)
    assert contact(cli, "a@example.com")["subscribed"] is False


@pytest.mark.parametrize("how", ["column", "constant", "json"])
def test_resubscribing_needs_its_flag(cli: Cli, tmp_path: Path, how: str) -> None:
    saved(cli, "--email", "a@example.com", "--unsubscribed")
    file = tmp_path / ("people.jsonl" if how == "json" else "people.csv")
    texts = {
        "column": "email,subscribed\na@example.com,true\n",
        "constant": "email\na@example.com\n",
        "json": '{"email":"a@example.com","subscribed":true}\n',
    }
    file.write_text(texts[how])
    words = ("--set", "subscribed=true") if how == "constant" else ()
    assert imported(cli, file, *words).code == 2
    rows_of(cli, file, *words, "--allow-resubscribe")
    assert contact(cli, "a@example.com")["subscribed"] is True


@pytest.mark.parametrize(
    ("word", "name", "value"),
    [
        ("trial=yes", "trial", True),
        ("trial=f", "trial", False),
        ("signupDate=2024-01-17 10:21:11+00", "signupDate", "2024-01-17T10:21:11.000Z"),
        ("seats= 5", "seats", Number("5")),
        ("plan=NULL", "plan", "NULL"),
    ],
)
def test_a_value_of_every_row_is_read_as_a_cell_is(
    cli: Cli, file: Path, word: str, name: str, value: object
) -> None:
    file.write_text("email\nada@example.com\n")
    rows_of(cli, file, "--set", word)
    assert dump(cli, name) == [("ada@example.com", value)]
