"""create, find and delete: forms, previews, questions and exit codes, in the sandbox."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from command_calls import key_for, serve
from sandbox_cli import LISTS, NOTE, contact, exists, in_sandbox, saved

if TYPE_CHECKING:
    from conftest import Cli

ADA, BOB = "ada@example.com", "bob@example.com"
FIELDS = ("--first-name", "Ada", "--prop", "seats=1e-7", "--list", "Weekly digest=true")


# create


def test_create_prints_the_id_in_each_form(cli: Cli) -> None:
    piped = in_sandbox(cli, "create", "-e", ADA, *FIELDS)
    quiet = in_sandbox(cli, "create", "-e", BOB, "-q")
    in_json = in_sandbox(cli, "create", "-e", "c@example.com", "-o", "json")
    drawn = in_sandbox(cli, "create", "-e", "d@example.com", "--prop", "plan=x", terminal=True)
    assert (piped.out, piped.err) == (f"{contact(cli, ADA)['id']}\n", NOTE)
    assert (quiet.out, quiet.err) == (f"{contact(cli, BOB)['id']}\n", "")
    assert (list(in_json.json), in_json.err) == (["success", "id"], "")
    assert drawn.out.startswith("created d@example.com")
    # The widths are the drawing library's own, and differ between its versions.
    assert ["plan", "x", "string"] in [line.split() for line in drawn.out.splitlines()]


@pytest.mark.parametrize("who", [("-e", ADA), ("-e", BOB, "-u", "42")])
def test_create_refuses_who_is_there_and_points_to_update(cli: Cli, who: tuple[str, ...]) -> None:
    known = saved(cli, "-e", ADA, "-u", "42")
    done = in_sandbox(cli, "create", *who, "--first-name", "New", "-o", "json")
    assert (done.code, done.error["code"]) == (5, "conflict")
    assert "contactctl update" in str(done.error["hint"])
    assert (contact(cli, ADA)["id"], contact(cli, ADA)["firstName"]) == (known, None)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-u", "42"), "a new contact needs an address"),
        ((), "no contact is named"),
        (("-e", ADA, "--prop", "plna=x"), 'no property "plna"'),
        (("-e", ADA, "--must-exist"), "there is no flag --must-exist"),
        (("-e", ADA, "--exit-code"), "--exit-code goes with --dry-run"),
        (("-e", ADA, "--data", '{"subscribed":true}'), "re-subscribes"),
    ],
)
def test_create_refuses_what_cannot_be_meant(
    cli: Cli, words: tuple[str, ...], message: str
) -> None:
    done = in_sandbox(cli, "create", *words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert not exists(cli, ADA)


@pytest.mark.parametrize(("email", "would", "code"), [(BOB, "create", 8), (ADA, "refused", 0)])
def test_a_preview_of_create(cli: Cli, email: str, would: str, code: int) -> None:
    saved(cli, "-e", ADA)
    words = ("create", "-e", email, "--first-name", "A", "--dry-run", "--exit-code", "-o", "json")
    done = in_sandbox(cli, *words)
    assert (done.code, done.json["would"], done.err) == (code, would, "")
    assert done.json["request"] == {"email": email, "firstName": "A"}
    assert not exists(cli, BOB)


def test_an_offline_preview_of_create_asks_nobody(cli: Cli) -> None:
    with serve() as server:
        done = cli("create", "-e", ADA, "--dry-run", "--offline", env=key_for(server))
    assert (done.code, done.out, server.count) == (
        0,
        f'would\tunknown\nrequest\t{{"email":"{ADA}"}}\n',
        0,
    )


# find


def test_find_shows_standard_fields_first_and_custom_ones_after(cli: Cli) -> None:
    known = saved(cli, "-e", ADA, "-u", "42", *FIELDS, "--prop", "signupDate=2024-01-17")
    lines = in_sandbox(cli, "find", "-u", "42").out.splitlines()
    names = [line.partition("\t")[0] for line in lines]
    assert names[:4] == ["id", "email", "userId", "firstName"]
    assert lines[0] == f"id\t{known}"
    assert "seats\t1e-7" in lines
    assert "signupDate\t2024-01-17T00:00:00.000Z" in lines
    assert f'mailingLists\t{{"{LISTS["Weekly digest"]}":true}}' in lines
    custom = names[names.index("mailingLists") + 1 :]
    assert custom == sorted(custom)


def test_find_in_json_is_the_contact_and_quiet_its_id(cli: Cli) -> None:
    known = saved(cli, "-e", ADA, *FIELDS)
    in_json = in_sandbox(cli, "find", "-e", ADA, "-o", "json")
    quiet = in_sandbox(cli, "find", "-e", ADA, "-q")
    assert json.loads(in_json.out)["id"] == known
    assert '"seats":1e-7' in in_json.out
    assert (quiet.out, quiet.err) == (f"{known}\n", "")


def test_find_at_a_terminal_keeps_custom_properties_apart(cli: Cli) -> None:
    saved(cli, "-e", ADA, *FIELDS)
    lines = in_sandbox(cli, "find", "-e", ADA, terminal=True).out.splitlines()
    first, second = (lines.index(line) for line in lines if line.split()[1:] == ["value"])
    assert [lines[first].split()[0], lines[second].split()[0]] == ["field", "property"]
    assert any(line.split() == ["seats", "1e-7"] for line in lines[second:])


@pytest.mark.parametrize(
    ("field", "shown", "in_json"),
    [
        ("email", ADA, f'"{ADA}"'),
        ("seats", "1e-7", "1e-7"),
        ("subscribed", "true", "true"),
        ("lastName", "", "null"),
        ("plan", "", "null"),
        ("mailingLists", f'{{"{LISTS["Weekly digest"]}":true}}', None),
    ],
)
def test_one_field_is_printed_raw(cli: Cli, field: str, shown: str, in_json: str | None) -> None:
    saved(cli, "-e", ADA, *FIELDS)
    words = ("find", "-e", ADA, "--field", field)
    assert in_sandbox(cli, *words, "-q").out == f"{shown}\n"
    assert in_sandbox(cli, *words).out == f"{shown}\n"
    assert in_sandbox(cli, *words, terminal=True).out == f"{shown}\n"
    assert in_sandbox(cli, *words, "-o", "json").out == f"{in_json or shown}\n"


def test_several_fields_are_a_line_each_in_the_order_asked_for(cli: Cli) -> None:
    saved(cli, "-e", ADA, *FIELDS)
    words = ("find", "-e", ADA, "--field", "seats", "--field", "plan", "--field", "email")
    assert in_sandbox(cli, *words).out == f"1e-7\n\n{ADA}\n"
    in_json = in_sandbox(cli, *words, "-o", "json").out
    assert in_json == f'{{"seats":1e-7,"plan":null,"email":"{ADA}"}}\n'


def test_a_field_that_there_is_not_names_the_nearest(cli: Cli) -> None:
    saved(cli, "-e", ADA)
    done = in_sandbox(cli, "find", "-e", ADA, "--field", "fristName")
    assert (done.code, done.out) == (2, "")
    assert "did you mean firstName" in done.err


@pytest.mark.parametrize("command", ["find", "delete --yes", "suppression check"])
def test_nobody_there_is_exit_3(cli: Cli, command: str) -> None:
    done = in_sandbox(cli, *command.split(), "-e", ADA, "-o", "json")
    assert (done.code, done.out, done.error["code"]) == (3, "", "not_found")


def test_of_a_search_that_finds_nobody_no_outcome_is_told(cli: Cli) -> None:
    """Nothing was to be written, and so nothing became of it."""
    assert "outcome" not in in_sandbox(cli, "find", "-e", ADA, "-o", "json").error
    assert "outcome" not in in_sandbox(cli, "find", "-e", ADA).err


@pytest.mark.parametrize("command", ["find", "delete --yes", "suppression check"])
@pytest.mark.parametrize("who", [(), ("-e", ADA, "-u", "42"), ("-e", "x")])
def test_exactly_one_identifier_is_needed(cli: Cli, command: str, who: tuple[str, ...]) -> None:
    done = in_sandbox(cli, *command.split(), *who)
    assert (done.code, done.out) == (2, "")


# delete


@pytest.mark.parametrize(
    ("more", "out"), [((), f"deleted {ADA}\n"), (("-q",), ""), (("-o", "json"), None)]
)
def test_delete_with_yes(cli: Cli, more: tuple[str, ...], out: str | None) -> None:
    saved(cli, "-e", ADA)
    done = in_sandbox(cli, "delete", "-e", ADA, "--yes", *more)
    assert done.code == 0
    if out is not None:
        assert done.out == out
        return
    # The answer keeps the contact: nothing else has it any more.
    assert (done.json["success"], done.json["message"]) == (True, "Contact deleted")
    kept = done.json["contact"]
    assert isinstance(kept, dict)
    assert (kept["email"], kept["subscribed"]) == (ADA, True)
    assert not exists(cli, ADA)


def test_delete_off_a_terminal_needs_yes(cli: Cli) -> None:
    saved(cli, "-e", ADA)
    done = in_sandbox(cli, "delete", "-e", ADA)
    assert (done.code, done.out) == (2, "")
    assert "give --yes" in done.err
    assert exists(cli, ADA)


@pytest.mark.parametrize(
    ("subscribed", "warned"), [("--subscribed", False), ("--unsubscribed", True)]
)
def test_delete_asks_who_it_is_and_warns_of_an_opt_out_that_would_be_lost(
    cli: Cli, subscribed: str, *, warned: bool
) -> None:
    saved(cli, "-e", ADA, "-u", "42", subscribed)
    env = {"TERM": "dumb"}
    done = cli("delete", "--sandbox", "-u", "42", stdin="y\n", terminal=True, env=env)
    assert done.code == 0
    assert f"sandbox: delete {ADA} (user id 42)? [y/N]" in done.err
    shown = dict(line.split() for line in done.err.splitlines() if len(line.split()) == 2)
    assert (shown["email"], shown["userId"]) == (ADA, "42")
    assert shown["subscribed"] == ("false" if warned else "true")
    assert ("adding the address again would subscribe it" in done.err) is warned
    assert not exists(cli, ADA)


def test_a_preview_of_delete(cli: Cli) -> None:
    saved(cli, "-e", ADA)
    words = ("delete", "-e", ADA, "--dry-run", "--exit-code")
    done = in_sandbox(cli, *words, "-o", "json")
    assert (done.code, done.json["would"]) == (8, "delete")
    assert done.json["request"] == {"email": ADA}
    assert exists(cli, ADA)
    assert in_sandbox(cli, "delete", "-e", BOB, "--dry-run").code == 3


@pytest.mark.parametrize(
    "answer", ["", "\n", "n\n", "maybe\n", "yep\n", "no, y\n", "1\n", "y es\n"]
)
def test_anything_but_a_yes_is_a_no(cli: Cli, answer: str) -> None:
    saved(cli, "--email", ADA)
    env = {"TERM": "dumb", "COLUMNS": "100"}
    done = cli("delete", "--sandbox", "-e", ADA, stdin=answer, terminal=True, env=env)
    assert (done.code, exists(cli, ADA)) == (2, True)
    assert done.err.endswith("not confirmed; nothing was changed\n")
    assert "error" not in done.err


@pytest.mark.parametrize("answer", ["y\n", "Y\n", "yes\n", " YES \n"])
def test_a_yes_may_be_spelt_in_any_case(cli: Cli, answer: str) -> None:
    saved(cli, "--email", ADA)
    env = {"TERM": "dumb", "COLUMNS": "100"}
    assert cli("delete", "--sandbox", "-e", ADA, stdin=answer, terminal=True, env=env).code == 0
    assert not exists(cli, ADA)


@pytest.mark.parametrize(
    "words", ["find", "update --first-name Ada", "suppression check", "delete --yes"]
)
def test_an_address_may_stand_as_a_word_of_its_own(cli: Cli, words: str) -> None:
    assert in_sandbox(cli, "create", ADA).code == 0
    by_word = in_sandbox(cli, *words.split(), ADA)
    assert (by_word.code, by_word.err) == (0, NOTE)
