"""import: what a person may decide of a column that speaks of consent, and what follows."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from import_cli import dump, imported, ready_flags, rows_of, subscribed
from sandbox_cli import contact, in_sandbox, saved

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli


ADA, BOB, CY = "ada@example.com", "bob@example.com", "cy@example.com"
NEVER = "--never-resubscribe"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


# what a person may decide


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--map", "Status=plan"], True),
        (["--ignore", "Status"], True),
        (["--set", "subscribed=false", "--ignore", "Status"], False),
        (["--subscribed-when", "Status=staying", NEVER], False),
        (["--unsubscribed-when", "Status=cleaned"], False),
        (["--unsubscribed-when", "Status=*"], False),
    ],
)
def test_each_decision_lets_the_file_pass(
    cli: Cli, file: Path, words: list[str], *, expected: bool
) -> None:
    file.write_text(f"email,Status\n{ADA},Cleaned\n")
    rows_of(cli, file, *words)
    assert subscribed(cli) == {ADA: expected}


def test_opting_everybody_out_decides_on_every_name(cli: Cli, file: Path) -> None:
    file.write_text(f"email,unsubscribed,bounced\n{ADA},false,no\n{BOB},true,no\n")
    rows_of(cli, file, "--set", "subscribed=false")
    assert subscribed(cli) == {ADA: False, BOB: False}


def test_subscribing_everybody_decides_nothing(cli: Cli, file: Path) -> None:
    file.write_text(f"email,unsubscribed\n{ADA},true\n")
    done = imported(cli, file, "--set", "subscribed=true", "--allow-resubscribe")
    assert (done.code, dump(cli)) == (2, [])


def test_one_decision_leaves_the_other_column_undecided(cli: Cli, file: Path) -> None:
    file.write_text(f"email,unsubscribed,Status\n{ADA},false,Bounced\n")
    words = ("--map", "unsubscribed=!subscribed", NEVER)
    done = imported(cli, file, *words)
    assert ready_flags(done, file)[-2:] == ["--unsubscribed-when", "Status=Bounced"]
    rows_of(cli, file, *words, "--unsubscribed-when", "Status=Bounced")
    assert subscribed(cli) == {ADA: False}


def test_a_property_of_that_name_stops_too_until_something_is_decided(cli: Cli, file: Path) -> None:
    assert in_sandbox(cli, "properties", "create", "status", "--type", "string").code == 0
    file.write_text(f"email,status\n{ADA},active\n{BOB},unsubscribed\n")
    done = imported(cli, file)
    assert (done.code, dump(cli)) == (2, [])
    assert "property" in done.err
    rows_of(cli, file, "--map", "status=status")
    assert dump(cli, "status") == [(ADA, "active"), (BOB, "unsubscribed")]


def test_a_property_stays_one_where_another_column_is_subscribed(cli: Cli, file: Path) -> None:
    assert in_sandbox(cli, "properties", "create", "status", "--type", "string").code == 0
    file.write_text(f"email,status,subscribed\n{ADA},active,\n{BOB},cancelled,false\n")
    rows_of(cli, file)
    assert dump(cli, "status", "subscribed") == [(ADA, "active", True), (BOB, "cancelled", False)]


def test_without_the_declared_types_a_consent_column_is_no_property(cli: Cli, file: Path) -> None:
    file.write_text(f"email,unsubscribed\n{ADA},true\n")
    assert imported(cli, file, "--no-schema").code == 2


def test_keys_of_consent_in_json_stop_the_file(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.jsonl"
    file.write_text(
        f'{{"email":"{ADA}"}}\n{{"email":"{BOB}","unsubscribed":true}}\n'
        f'{{"email":"{CY}","state":"cancelled"}}\n'
    )
    done = imported(cli, file)
    assert (done.code, done.out, dump(cli)) == (2, "", [])
    flags = ready_flags(done, file)
    assert flags[:4] == [
        "--map",
        "unsubscribed=!subscribed",
        "--unsubscribed-when",
        "state=cancelled",
    ]
    rows_of(cli, file, *flags)
    assert subscribed(cli) == {ADA: True, BOB: False, CY: False}


def test_an_object_that_speaks_of_consent_stops_the_file_without_a_command(
    cli: Cli, tmp_path: Path
) -> None:
    file = tmp_path / "people.jsonl"
    file.write_text(f'{{"email":"{ADA}","traits":{{"a":[1,{{"unsubscribed":true}}]}}}}\n')
    done = imported(cli, file)
    assert (done.code, dump(cli)) == (2, [])
    assert "traits" in done.err
    assert "move such a key out" in done.err.splitlines()[-1]


def test_words_in_the_column_subscribed_are_listed(cli: Cli, file: Path) -> None:
    file.write_text(f"email,Subscribed\n{ADA},Subscribed\n{BOB},Unsubscribed\n")
    flags = ready_flags(imported(cli, file), file)
    assert flags == ["--unsubscribed-when", "Subscribed=Unsubscribed"]
    rows_of(cli, file, *flags)
    assert subscribed(cli) == {ADA: True, BOB: False}


def test_a_column_that_marks_who_may_be_mailed_opts_the_others_out(cli: Cli, file: Path) -> None:
    file.write_text(f"email,Newsletter\n{ADA},x\n{BOB},\n")
    flags = ready_flags(imported(cli, file), file)
    assert flags == ["--unsubscribed-when", "Newsletter=(empty)"]
    rows_of(cli, file, *flags)
    assert subscribed(cli) == {ADA: True, BOB: False}


# who is subscribed again


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_never_resubscribe_opts_out_and_changes_nobody_else(
    cli: Cli, tmp_path: Path, form: str
) -> None:
    saved(cli, "--email", ADA, "--unsubscribed")
    saved(cli, "--email", BOB)
    file = tmp_path / f"people.{form}"
    if form == "csv":
        file.write_text(
            f"email,subscribed\n{ADA},true\n{BOB},false\n{CY},true\nd@example.com,false\n"
        )
    else:
        said = [(ADA, "true"), (BOB, "false"), (CY, "true"), ("d@example.com", "false")]
        rows = [f'{{"email":"{email}","subscribed":{value}}}' for email, value in said]
        file.write_text("\n".join(rows))
    rows_of(cli, file, NEVER)
    assert subscribed(cli) == {ADA: False, BOB: False, CY: True, "d@example.com": False}


def test_true_without_a_decision_names_both_flags_the_safe_one_first(cli: Cli, file: Path) -> None:
    saved(cli, "--email", ADA, "--unsubscribed")
    file.write_text(f"email,subscribed\n{ADA},true\n")
    done = imported(cli, file)
    assert done.code == 2
    assert 0 < done.err.index(NEVER) < done.err.index("--allow-resubscribe")
    assert contact(cli, ADA)["subscribed"] is False


def test_both_flags_are_a_usage_error(cli: Cli, file: Path) -> None:
    file.write_text(f"email\n{ADA}\n")
    done = imported(cli, file, NEVER, "--allow-resubscribe")
    assert done.code == 2
    assert "contradict" in done.err


def test_the_opposite_is_never_offered_for_a_property(cli: Cli) -> None:
    done = in_sandbox(cli, "update", "--email", ADA, "--prop", "unsubscribed=true")
    assert done.code == 2
    assert not re.search(r"did you mean.*--subscribed\b", done.err)
    assert "--unsubscribed" in done.err


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_listed_word_that_no_row_has_is_warned_of(cli: Cli, tmp_path: Path, form: str) -> None:
    """Misspelt, it would opt nobody out; but a file may be without anybody of that kind."""
    file = tmp_path / f"people.{form}"
    rows = {
        "csv": "email,Status\na@x.co,Paused \n",
        "jsonl": '{"email":"a@x.co","Status":"Paused"}',
    }
    file.write_text(rows[form])
    words = ("--unsubscribed-when", "Status=paused,canceld,gone,(empty)")
    warning = (
        'warning: --unsubscribed-when lists "canceld", "gone" of the column "Status", and no row'
        " has any of them; check the spelling\n"
    )
    dry = imported(cli, file, *words, "--dry-run")
    done = imported(cli, file, *words)
    in_json = imported(cli, file, *words, "--dry-run", "-o", "json")
    summary = json.loads(in_json.out.splitlines()[-1])["summary"]
    assert (dry.code, dry.err.count(warning)) == (0, 1)
    assert (done.code, done.err.count(warning)) == (0, 1)
    assert summary["unmetWords"] == {"Status": {"--unsubscribed-when": ["canceld", "gone"]}}
    assert in_json.err == ""


def test_a_key_that_is_in_no_row_has_none_of_its_words(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.jsonl"
    file.write_text('{"email":"a@x.co"}\n')
    done = imported(cli, file, "--subscribed-when", "Status=in", NEVER)
    assert '--subscribed-when lists "in" of the column "Status", and no row has it' in done.err
