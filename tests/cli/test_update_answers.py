"""What update prints in each form, the preview, and the flags that every command takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from command_calls import key_for, serve
from fault_server import reply_json
from sandbox_cli import LISTS, NOTE, contact, in_sandbox, saved

if TYPE_CHECKING:
    from conftest import Cli, Program

ADA, NEW = "ada@example.com", "new@example.com"
WRITE = ("-e", ADA, "--first-name", "Ada", "--prop", "seats=12", "--prop", "trial=false")


# forms


def test_piped_the_id_alone_is_on_stdout(program: Program) -> None:
    done = program("update", "--sandbox", *WRITE)
    assert done.code == 0
    assert done.out == done.out.strip() + "\n"
    assert done.out.strip().isalnum()
    assert done.err == NOTE


def test_quiet_is_the_id_and_an_empty_stderr_also_at_a_terminal(cli: Cli) -> None:
    known = saved(cli, "-e", ADA)
    for terminal in (True, False):
        done = in_sandbox(cli, "update", *WRITE, "-q", terminal=terminal)
        assert (done.out, done.err) == (f"{known}\n", "")


@pytest.mark.parametrize("more", [(), ("-q",)])
@pytest.mark.parametrize("terminal", [True, False])
def test_json_is_the_services_answer_and_an_empty_stderr(
    cli: Cli, more: tuple[str, ...], *, terminal: bool
) -> None:
    known = saved(cli, "-e", ADA)
    words = ("update", *WRITE, "--no-color", "-o", "json", *more)
    done = in_sandbox(cli, *words, terminal=terminal)
    piped = f'{{"success":true,"id":"{known}"}}\n'
    drawn = f'{{\n  "success": true,\n  "id": "{known}"\n}}\n'
    assert (done.out, done.err) == (drawn if terminal else piped, "")


def test_a_terminal_sees_what_was_done_and_the_fields_with_their_types(cli: Cli) -> None:
    words = (*WRITE, "--unset", "note", "--prop", "signupDate=2024-01-17T10:21+02:00")
    done = in_sandbox(cli, "update", *words, "--list", "weekly digest=true", terminal=True)
    headline, account, columns, _, *rows = done.out.splitlines()
    assert headline.startswith(f"created a NEW contact: {ADA}")
    assert account.startswith("id c")
    assert account.endswith(", sandbox")
    assert columns.split() == ["field", "value", "type"]
    assert [row.split() for row in rows] == [
        ["email", ADA, "string"],
        ["firstName", "Ada", "string"],
        ["seats", "12", "number"],
        ["trial", "false", "boolean"],
        ["signupDate", "2024-01-17T10:21+02:00", "(2024-01-17T08:21:00.000Z)", "date"],
        ["note", "null", "cleared"],
        ["mailingLists", "Weekly", "digest:", "true", "lists"],
        [LISTS["Weekly digest"]],
    ]
    assert done.err == NOTE


def test_after_a_look_each_field_is_shown_before_and_after(cli: Cli) -> None:
    saved(cli, *WRITE)
    words = ("-e", ADA, "--first-name", "Ada", "--prop", "seats=13", "--list", "weekly digest=true")
    done = in_sandbox(cli, "update", *words, terminal=True)
    headline, _, columns, _, *rows = done.out.splitlines()
    assert headline.strip() == f"updated {ADA}"
    assert columns.split() == ["field", "before", "after"]
    assert [row.split() for row in rows] == [
        ["seats", "12", "13"],
        ["list", "Weekly", "digest", "true"],
        [LISTS["Weekly digest"]],
    ]


def test_a_list_is_found_with_its_name(cli: Cli) -> None:
    saved(cli, "-e", ADA, "--list", "weekly digest=true")
    done = in_sandbox(cli, "find", "-e", ADA, terminal=True)
    assert f" Weekly digest: true {LISTS['Weekly digest']}" in " ".join(done.out.split())


def test_names_of_lists_are_no_need_of_a_write_that_was_made(cli: Cli) -> None:
    list_id = LISTS["Weekly digest"]
    words = ("update", "-e", ADA, "--list", f"{list_id}=false", "--no-lookup", "--retries", "0")
    with serve({"GET lists": [reply_json({}, 500)]}) as server:
        done = cli(*words, terminal=True, env=key_for(server))
    assert done.code == 0
    assert list_id in done.out
    assert "key from LOOPS_API_KEY" in done.out


def test_where_nothing_would_change_nothing_is_sent_at_a_terminal(cli: Cli) -> None:
    words = ("update", "-e", "ADA@example.com", "--first-name", "Ada", "--prop", "plan=pro")
    with serve() as server:
        at_terminal = cli(*words, terminal=True, env={**key_for(server), "TERM": "dumb"})
        assert "PUT contacts/update" not in server.routes_seen()
        piped = cli(*words, "--must-exist", env=key_for(server))
    assert at_terminal.out.splitlines()[0].strip() == "nothing changed: ADA@example.com"
    assert "id c1, key from LOOPS_API_KEY" in at_terminal.out
    assert (piped.code, piped.out, server.routes_seen()[-1]) == (0, "c1\n", "PUT contacts/update")


def test_verbose_shows_requests_and_replies_on_stderr_also_in_json(cli: Cli) -> None:
    done = in_sandbox(cli, "update", "-e", ADA, "-v", "-o", "json")
    assert done.json["success"] is True
    assert "PUT http" in done.err
    assert f'> {{"email":"{ADA}"}}' in done.err
    assert "< HTTP 200" in done.err
    assert NOTE not in done.err


# preview


def test_a_preview_writes_nothing_and_says_so_field_by_field(cli: Cli) -> None:
    known = saved(cli, *WRITE, "--unsubscribed")
    words = ("-e", ADA.upper(), "--first-name", "Ada", "--last-name", "L", "--prop", "seats=12.0")
    done = in_sandbox(cli, "update", *words, "--unset", "note", "--dry-run")
    would, request, *changes = done.out.splitlines()
    assert (done.code, would, changes) == (0, "would\tupdate", ["lastName\t\tL"])
    assert request.startswith(f'request\t{{"email":"{ADA.upper()}","firstName":"Ada",')
    assert contact(cli, ADA)["id"] == known
    assert contact(cli, ADA)["lastName"] is None


@pytest.mark.parametrize(
    ("words", "would", "changes", "code"),
    [
        (("-e", ADA), "nothing", {}, 0),
        (("-e", ADA, "--prop", "seats=12.0"), "nothing", {}, 0),
        (("-e", ADA, "--prop", "seats=13"), "update", {"seats": {"from": 12, "to": 13}}, 8),
        (("-e", ADA, "--unset", "note"), "nothing", {}, 0),
        (("-e", ADA, "--unset", "seats"), "update", {"seats": {"from": 12, "to": None}}, 8),
        (("-e", ADA, "--unsubscribed"), "update", {"subscribed": {"from": True, "to": False}}, 8),
        (("-e", NEW), "create", {"email": {"from": None, "to": NEW}}, 8),
        (("-u", "404"), "refused", {"userId": {"from": None, "to": "404"}}, 0),
        (
            ("-e", ADA, "--list", "Weekly digest=true"),
            "update",
            {f"mailingLists.{LISTS['Weekly digest']}": {"from": None, "to": True}},
            8,
        ),
    ],
)
def test_a_preview_in_json_and_its_exit_code(
    cli: Cli, words: tuple[str, ...], would: str, changes: object, code: int
) -> None:
    saved(cli, *WRITE)
    done = in_sandbox(cli, "update", *words, "--dry-run", "--exit-code", "-o", "json")
    assert (done.code, done.err) == (code, "")
    found = json.loads(done.out)
    assert list(found) == ["would", "request", "changes", *(["reason"] * (would == "refused"))]
    assert (found["would"], found["changes"]) == (would, changes)
    assert in_sandbox(cli, "update", *words, "--dry-run").code == 0


def test_a_preview_at_a_terminal_stands_out_for_a_new_contact(cli: Cli) -> None:
    """Trap 1, before anything is written."""
    done = in_sandbox(cli, "update", "-e", NEW, "--dry-run", terminal=True)
    assert done.out.startswith(f"would create a NEW contact: {NEW}\n")


def test_offline_makes_no_request_and_shows_the_body(cli: Cli) -> None:
    with serve() as server:
        words = ("update", "-e", ADA, "--first-name", "Ada", "--dry-run", "--offline")
        text = cli(*words, env=key_for(server))
        in_json = cli(*words, "--exit-code", "-o", "json", env=key_for(server))
        terminal = cli(*words, terminal=True, env={**key_for(server), "TERM": "dumb"})
    assert server.count == 0
    assert (text.code, text.out) == (
        0,
        f'would\tunknown\nrequest\t{{"email":"{ADA}","firstName":"Ada"}}\n',
    )
    assert (in_json.code, in_json.err) == (8, "")
    assert in_json.json == {
        "would": "unknown",
        "request": {"email": ADA, "firstName": "Ada"},
        "changes": {},
    }
    assert "not looked up; this would be sent" in terminal.out
    assert "firstName" in terminal.out


def test_offline_types_by_look_and_says_so(cli: Cli) -> None:
    with serve() as server:
        words = ("update", "-e", ADA, "--prop", "seats=12", "--dry-run", "--offline")
        done = cli(*words, env=key_for(server))
    assert (done.code, server.count) == (0, 0)
    assert "not known offline" in done.err


def test_offline_refuses_the_name_of_a_list_that_it_does_not_know(cli: Cli) -> None:
    with serve() as server:
        words = ("update", "-e", ADA, "--list", "News=true", "--dry-run", "--offline")
        done = cli(*words, env=key_for(server))
    assert (done.code, server.count) == (2, 0)
    assert "give the ids of lists" in done.err


# flags at both levels


@pytest.mark.parametrize(
    "words",
    [
        ("-o", "json", "update", "--sandbox", "-e", ADA),
        ("--sandbox", "--output=json", "update", "-e", ADA),
        ("-o", "text", "--sandbox", "update", "-e", ADA, "-o", "json"),
        ("-p", "sandbox", "update", "-e", ADA, "-ojson"),
        ("-p", "work", "update", "-e", ADA, "-p", "sandbox", "-o", "json"),
        ("--sandbox", "update", "--profile", "sandbox", "-e", ADA, "-o", "json"),
    ],
)
def test_flags_stand_at_both_levels_and_the_inner_one_wins(
    cli: Cli, words: tuple[str, ...]
) -> None:
    done = cli(*words)
    assert (done.code, done.err) == (0, "")
    assert done.json["success"] is True


def test_the_inner_deadline_and_the_inner_number_of_retries_win(cli: Cli) -> None:
    words = ("--timeout", "99", "--retries", "9", "update", "-e", ADA, "--timeout", "0.5")
    with serve({"PUT contacts/update": [lambda visit: bool(visit.stopping.wait(9))]}) as server:
        done = cli(*words, "--retries", "0", env=key_for(server))
    assert done.code == 7
    assert server.count <= 1  # on a busy machine the time may be over before anything is sent
    assert "0.5 s" in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("--sandbox", "--profile", "work", "update", "-e", ADA),
        ("--sandbox", "update", "-e", ADA, "--profile", "work"),
        ("--profile", "work", "update", "-e", ADA, "--sandbox"),
    ],
)
def test_the_sandbox_and_a_profile_are_two_places(cli: Cli, words: tuple[str, ...]) -> None:
    done = cli(*words)
    assert (done.code, done.out) == (2, "")
    assert "--sandbox and --profile name two different places" in done.err


def test_without_a_key_it_says_how_to_give_one(cli: Cli) -> None:
    done = cli("update", "-e", ADA, "-o", "json")
    assert (done.code, done.error["code"], done.error["outcome"]) == (4, "credentials", "not_sent")
    assert "LOOPS_API_KEY" in str(done.error["hint"])


@pytest.mark.parametrize(
    "words",
    [
        ("update", "-o", "json", "--emial", ADA),
        ("-o", "json", "updaet"),
        ("update", "--emial", ADA, "--output=json"),
        ("--output", "json", "--emial"),
        ("-ojson", "profile", "ad"),
        ("update", "--emial", ADA, "-ojson"),
    ],
)
def test_words_that_cannot_be_read_still_choose_the_form_of_the_error(
    cli: Cli, words: tuple[str, ...]
) -> None:
    done = cli(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert done.error["code"] == "usage"


def test_an_error_in_json_is_ascii_whatever_is_in_it(cli: Cli) -> None:
    done = cli("update", "--sandbox", "--email", "zoë\N{SNOWMAN}", "-o", "json")
    assert (done.code, done.err.isascii()) == (2, True)
    assert "zoë\N{SNOWMAN}" in str(done.error["message"])


def test_offline_opens_nothing_that_could_answer(cli: Cli) -> None:
    done = cli("update", "--sandbox", "-e", ADA, "--dry-run", "--offline", terminal=True)
    assert (done.code, done.err) == (0, "")
    assert not Path(cli.env["CONTACTCTL_DATA_DIR"]).exists()


def test_of_a_flag_that_every_command_takes_the_last_one_counts(cli: Cli) -> None:
    words = ("update", "--sandbox", "-u", "1", "--dry-run", "--offline")
    assert cli(*words, "-o", "text", "-o", "json").out.startswith("{")
    text = cli("-o", "json", *words, "-o", "json", "-o", "text", terminal=False)
    assert text.out.startswith("would\tunknown")
