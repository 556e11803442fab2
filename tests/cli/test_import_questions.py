"""import at a terminal asks about the columns that would stop the file, and does what is said."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest
from import_cli import dump, imported

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from conftest import Cli, Done

ADA, BOB = "ada@example.com", "bob@example.com"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "people.csv"
    file.write_text(
        f"email,plann,Fax,unsubscribed,Mood\n{ADA},pro,1,false,good\n{BOB},free,2,true,bad\n"
    )
    return file


def asked(
    cli: Cli, file: Path, *answers: str, words: tuple[str, ...] = (), env: Mapping[str, str] = {}
) -> Done:
    lines = "".join(f"{answer}\n" for answer in answers)
    wide = {"COLUMNS": "200", "TERM": "dumb", **env}
    return cli("import", str(file), "--sandbox", *words, stdin=lines, terminal=True, env=wide)


def command_of(done: Done) -> list[str]:
    """Return the words of the command that does the same without questions."""
    lines = done.err.splitlines()
    return shlex.split(lines[lines.index("the same without questions:") + 1])


def test_each_column_is_asked_about_and_the_answers_are_done(cli: Cli, file: Path) -> None:
    done = asked(cli, file, "1", "", "", "note", "")
    assert done.code == 0, done.err
    assert dump(cli, "plan", "note", "subscribed") == [
        (ADA, "pro", "good", True),
        (BOB, "free", "bad", False),
    ]
    assert 'plann: "pro", "free"\n  Which field? [plan]' in done.err
    assert 'Fax: "1", "2"\n  Which field? [-]' in done.err
    assert command_of(done) == [
        *("contactctl", "--sandbox", "import", str(file), "--map=plann=plan", "--map=Mood=note"),
        *("--map=unsubscribed=!subscribed", "--ignore=Fax", "--never-resubscribe"),
    ]


def test_the_command_does_the_same_without_questions(cli: Cli, file: Path) -> None:
    first = asked(cli, file, "1", "", "", "note", "", words=("--dry-run",))
    assert (first.code, dump(cli)) == (0, [])
    flags = [word for word in command_of(first)[4:] if word != "--dry-run"]
    assert imported(cli, file, *flags).code == 0
    assert len(dump(cli)) == 2


def test_an_answer_that_does_not_fit_is_asked_for_again(cli: Cli, file: Path) -> None:
    done = asked(cli, file, "", "9", "x", "1", "nosuch", "?", "plan", "email", "-", "-", "")
    assert done.code == 0, done.err
    assert done.err.count("Which? (1 to 4)") == 4
    assert 'the account has no property "nosuch"' in done.err
    assert "list:Product updates" in done.err
    assert '"email" gives email' in done.err


def test_all_others_are_left_out_at_once(cli: Cli, file: Path) -> None:
    done = asked(cli, file, "1", "--", "")
    assert done.code == 0, done.err
    left = [f"--ignore={column}" for column in ("plann", "Fax", "Mood")]
    assert command_of(done)[4:-1] == ["--map=unsubscribed=!subscribed", *left]
    columns = ",".join(f"c{number}x" for number in range(9))
    file.write_text(f"email,{columns}\n{ADA},{columns}\n")
    done = asked(cli, file, "-", "--", "")
    assert command_of(done)[4:] == ["--ignore-unknown"]


@pytest.mark.parametrize(
    ("answers", "flags", "expected"),
    [
        (("1",), ["--unsubscribed-when=state=cancelled"], {ADA: True, BOB: False}),
        (("2", "", "cancelled"), ["--unsubscribed-when=state=cancelled"], {ADA: True, BOB: False}),
        (("3",), ["--ignore=state"], {ADA: True, BOB: True}),
        (("4", "-"), ["--ignore=state", "--set=subscribed=false"], {ADA: False, BOB: False}),
    ],
)
def test_a_column_of_consent_has_no_usual_answer(
    cli: Cli, file: Path, answers: tuple[str, ...], flags: list[str], expected: dict[str, bool]
) -> None:
    file.write_text(f"email,state\n{ADA},active\n{BOB},cancelled\n")
    done = asked(cli, file, *answers, "")
    assert done.code == 0, done.err
    assert sorted(command_of(done)[4:]) == sorted(flags)
    assert dict(dump(cli, "subscribed")) == expected


def test_words_that_are_not_known_are_listed_by_a_person(cli: Cli, file: Path) -> None:
    file.write_text(f"email,Status\n{ADA},Active\n{BOB},Gone\ncy@example.com,Unsubscribed\n")
    done = asked(cli, file, "1", "gone,unsubscribed", "")
    assert done.code == 0, done.err
    assert dict(dump(cli, "subscribed")) == {ADA: True, BOB: False, "cy@example.com": False}


def test_words_that_no_row_has_are_asked_for_again(cli: Cli, file: Path) -> None:
    file.write_text(f"email,Status\n{ADA},Active\n{BOB},Gone\ncy@example.com,Unsubscribed\n")
    done = asked(cli, file, "1", "unsubscribed,gonne", "unsubscribed, GONE", "")
    assert done.code == 0, done.err
    assert 'no row has "gonne"' in done.err
    assert dict(dump(cli, "subscribed")) == {ADA: True, BOB: False, "cy@example.com": False}


def test_keys_of_json_are_asked_about(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.jsonl"
    file.write_text(f'{{"email":"{ADA}","plann":"pro"}}\n{{"email":"{BOB}","fax":[1]}}\n')
    done = asked(cli, file, "", "-", "")
    assert done.code == 0, done.err
    assert dump(cli, "plan") == [(ADA, "pro"), (BOB, None)]


def test_the_mapping_is_kept_where_a_person_wants_it(cli: Cli, file: Path) -> None:
    done = asked(cli, file, "1", "", "-", "-", str(file), "y")
    assert done.code == 0, done.err
    assert "not written by --save-map" in done.err
    kept = f"{file}.map.toml"
    assert f"--map-file {kept}" in done.err
    assert imported(cli, file, "--map-file", kept).code == 0


def test_where_nobody_answers_the_file_is_refused_as_without_questions(
    cli: Cli, file: Path
) -> None:
    done = asked(cli, file, "1")
    assert (done.code, dump(cli)) == (2, [])
    plain = imported(cli, file)
    assert done.err.splitlines()[-1] == plain.err.splitlines()[-1]
    assert plain.err.splitlines()[-1].startswith("contactctl --sandbox import ")


@pytest.mark.parametrize(
    ("words", "env"),
    [
        (("--no-input",), {}),
        ((), {"CI": "true"}),
        (("-q",), {}),
        (("-o", "json"), {}),
    ],
)
def test_nothing_is_asked_where_nothing_may_be(
    cli: Cli, file: Path, words: tuple[str, ...], env: dict[str, str]
) -> None:
    done = asked(cli, file, "1", "", "-", "-", "", words=words, env=env)
    assert (done.code, "Which" in done.err, dump(cli)) == (2, False, [])
