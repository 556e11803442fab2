"""--new-email: a look, one write or two, and nobody else's address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from command_calls import key_for, serve
from fault_server import reply_json
from sandbox_cli import contact, exists, in_sandbox, saved

if TYPE_CHECKING:
    from conftest import Cli

ADA, BOB, NEW = "ada@example.com", "bob@example.com", "new@example.com"
UPDATE, LOOK = "PUT contacts/update", "GET contacts/find"


def test_a_new_address_for_a_contact_with_a_user_id(cli: Cli) -> None:
    known = saved(cli, "-e", ADA, "-u", "42")
    done = in_sandbox(cli, "update", "-e", ADA, "--new-email", NEW, "--first-name", "Ada")
    assert (done.code, done.out) == (0, f"{known}\n")
    found = contact(cli, NEW)
    assert (found["id"], found["userId"], found["firstName"]) == (known, "42", "Ada")
    assert not exists(cli, ADA)


def test_without_a_user_id_the_two_steps_are_explained(cli: Cli) -> None:
    saved(cli, "-e", ADA)
    done = in_sandbox(cli, "update", "-e", ADA, "--new-email", NEW)
    assert (done.code, done.out) == (5, "")
    assert "the contact has no user id" in done.err
    assert f"add --user-id ID: it is written first, then the address changes to {NEW}" in done.err
    assert exists(cli, ADA)


def test_with_a_user_id_given_both_steps_are_done(cli: Cli) -> None:
    known = saved(cli, "-e", ADA)
    done = in_sandbox(cli, "update", "-e", ADA, "--new-email", NEW, "-u", "42", "-v")
    assert (done.code, done.out) == (0, f"{known}\n")
    sent = [line for line in done.err.splitlines() if line.startswith("> ")]
    assert sent == [
        f'> {{"email":"{ADA}","userId":"42"}}',
        f'> {{"email":"{NEW}","userId":"42"}}',
    ]


def test_a_new_address_for_nobody(cli: Cli) -> None:
    done = in_sandbox(cli, "update", "-e", ADA, "--new-email", NEW)
    assert done.code == 3
    assert not exists(cli, NEW)


def test_a_new_address_that_belongs_to_somebody_else(cli: Cli) -> None:
    saved(cli, "-e", ADA, "-u", "42")
    saved(cli, "-e", BOB, "-u", "43")
    done = in_sandbox(cli, "update", "-e", ADA, "--new-email", BOB)
    assert done.code == 5
    assert f"the address {BOB} belongs to another contact: {BOB} (user id 43)" in done.err
    assert contact(cli, ADA)["userId"] == "42"


def test_a_new_address_and_another_user_id_need_leave(cli: Cli) -> None:
    saved(cli, "-e", ADA, "-u", "42")
    words = ("update", "-e", ADA, "--new-email", NEW, "-u", "43")
    assert in_sandbox(cli, *words).code == 5
    assert in_sandbox(cli, *words, "--replace-user-id").code == 0
    assert contact(cli, NEW)["userId"] == "43"


def test_a_user_id_of_somebody_else_stops_a_new_address(cli: Cli) -> None:
    saved(cli, "-e", ADA)
    saved(cli, "-e", BOB, "-u", "43")
    done = in_sandbox(cli, "update", "-e", ADA, "--new-email", NEW, "-u", "43")
    assert done.code == 5
    assert "belong to two contacts" in done.err


def test_a_second_step_that_fails_says_what_the_first_one_did(cli: Cli) -> None:
    saved_first, refused = reply_json({"success": True, "id": "c1"}), reply_json({}, 400)
    looks = [reply_json([{"id": "c1", "email": ADA}]), reply_json([])]
    with serve({LOOK: looks, UPDATE: [saved_first, refused]}) as server:
        words = ("update", "-e", ADA, "--new-email", NEW, "-u", "42", "-o", "json")
        done = cli(*words, env=key_for(server))
    assert done.code == 5
    assert "the contact got its user id before that" in str(done.error["message"])
    assert done.error["outcome"] == "unknown"
    assert server.routes_seen() == [LOOK, LOOK, LOOK, UPDATE, UPDATE]


def test_both_requests_of_a_new_address_are_announced(cli: Cli) -> None:
    saved(cli, "-e", ADA)
    words = ("-e", ADA, "--new-email", NEW, "-u", "42", "--dry-run")
    done = in_sandbox(cli, "update", *words)
    assert "the user id is written before the address changes" in done.err
