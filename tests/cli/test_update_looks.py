"""The look before the write: at a terminal and where asked for; no accidents with two people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from command_calls import key_for, serve
from fault_server import reply_json
from sandbox_cli import NOTE, contact, exists, in_sandbox, saved

if TYPE_CHECKING:
    from conftest import Cli

ADA, BOB, NEW = "ada@example.com", "bob@example.com", "new@example.com"
UPDATE, LOOK = "PUT contacts/update", "GET contacts/find"


# trap 1: an upsert


def test_a_typo_in_an_address_is_announced_as_a_new_contact(cli: Cli) -> None:
    """Trap 1: a typo in an address silently makes a new, subscribed contact."""
    saved(cli, "-e", ADA)
    known = in_sandbox(cli, "update", "-e", ADA, "--first-name", "Ada", terminal=True)
    typo = in_sandbox(cli, "update", "-e", "adda@example.com", terminal=True)
    assert known.out.startswith(f"updated {ADA}")
    assert typo.out.startswith("created a NEW contact: adda@example.com")


@pytest.mark.parametrize("ref", [("-e", "adda@example.com"), ("-u", "404")])
@pytest.mark.parametrize("terminal", [True, False])
def test_must_exist_makes_no_contact_of_a_typo(
    cli: Cli, ref: tuple[str, str], *, terminal: bool
) -> None:
    """Trap 1, for scripts: exit 3 and nothing written."""
    done = in_sandbox(cli, "update", *ref, "--must-exist", terminal=terminal)
    assert (done.code, done.out) == (3, "")
    assert "there is no contact" in done.err
    assert ("without --must-exist it is created" in done.err) == (ref[0] == "-e")
    assert not exists(cli, "adda@example.com")


def test_must_exist_updates_who_is_there(cli: Cli) -> None:
    known = saved(cli, "-e", ADA)
    done = in_sandbox(cli, "update", "-e", ADA, "--first-name", "Ada", "--must-exist")
    assert (done.code, done.out, done.err) == (0, f"{known}\n", NOTE)


def test_must_exist_with_both_identifiers_takes_either(cli: Cli) -> None:
    known = saved(cli, "-e", ADA)
    done = in_sandbox(cli, "update", "-e", ADA, "-u", "42", "--must-exist")
    assert (done.code, done.out) == (0, f"{known}\n")


# trap 2: two identifiers


@pytest.mark.parametrize("more", [("--must-exist",), ("--dry-run",), ()])
def test_two_people_are_not_merged(cli: Cli, more: tuple[str, ...]) -> None:
    """Trap 2: with both identifiers the service matches on either and rewrites the other."""
    saved(cli, "-e", ADA)
    saved(cli, "-e", BOB, "-u", "42")
    done = in_sandbox(cli, "update", "-e", ADA, "-u", "42", *more, terminal=not more)
    assert (done.code, done.out) == (5, "")
    words = done.err.replace("│", " ").split()
    assert "belong to two contacts" in " ".join(words)
    assert {ADA, BOB} <= set(words)
    assert contact(cli, ADA)["userId"] is None


def test_a_wrong_user_id_does_not_re_key_a_person(cli: Cli) -> None:
    """Trap 2: a user id that is new to the service would silently replace the old one."""
    saved(cli, "-e", ADA, "-u", "42")
    words = ("update", "-e", ADA, "-u", "43", "--must-exist")
    refused = in_sandbox(cli, *words)
    assert refused.code == 5
    assert refused.err.splitlines()[1:] == [
        f"error: {ADA} (user id 42) would get another user id: 43",
        "  hint: if that is meant, add --replace-user-id",
    ]
    assert in_sandbox(cli, *words, "--replace-user-id").code == 0
    assert contact(cli, ADA)["userId"] == "43"


def test_an_address_change_by_user_id_names_the_old_address(cli: Cli) -> None:
    saved(cli, "-e", ADA, "-u", "42")
    done = in_sandbox(cli, "update", "-u", "42", "-e", NEW, terminal=True)
    assert done.code == 0
    assert f"updated {NEW}, whose address was {ADA}" in done.out
    assert not exists(cli, ADA)


def test_both_identifiers_are_looked_up_and_then_one_write_is_made(cli: Cli) -> None:
    with serve() as server:
        words = ("update", "-e", ADA, "-u", "42", "--first-name", "A.")
        done = cli(*words, terminal=True, env=key_for(server))
    assert done.code == 0
    assert server.routes_seen() == [LOOK, LOOK, UPDATE]
    queries = [request.target.partition("?")[2] for request in server.received]
    assert queries == ["email=ada%40example.com", "userId=42", ""]


def test_no_lookup_makes_one_request_at_a_terminal_too(cli: Cli) -> None:
    with serve() as server:
        done = cli("update", "-e", ADA, "--no-lookup", terminal=True, env=key_for(server))
    assert server.routes_seen() == [UPDATE]
    assert done.out.replace("\x1b[1;32m", "").startswith(f"saved {ADA}")


def test_several_contacts_under_one_address_are_nothing_to_guess_at(cli: Cli) -> None:
    two = reply_json([{"id": "c1", "email": ADA}, {"id": "c2", "email": ADA}])
    with serve({LOOK: [two]}) as server:
        done = cli("update", "-e", ADA, "--must-exist", "-o", "json", env=key_for(server))
    assert (done.code, done.error["code"], done.error["outcome"]) == (5, "guarded", "not_sent")
    assert server.routes_seen() == [LOOK]


# trap 3: subscribed


@pytest.mark.parametrize("more", [("--must-exist",), ("--dry-run",)])
def test_a_person_who_opted_out_is_not_re_subscribed_without_a_word(
    cli: Cli, more: tuple[str, ...]
) -> None:
    """Trap 3: subscribed: true re-subscribes a person who opted out."""
    saved(cli, "-e", ADA, "--unsubscribed")
    done = in_sandbox(cli, "update", "-e", ADA, "--subscribed", *more)
    warning = f"warning: {ADA} has opted out, and --subscribed undoes that\n"
    assert (done.code, done.err) == (0, NOTE + warning)


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("\n", 2), ("", 2)])
def test_at_a_terminal_the_re_subscription_is_asked_about(cli: Cli, answer: str, code: int) -> None:
    """Trap 3, without a flag that asks for the look."""
    saved(cli, "-e", ADA, "--unsubscribed")
    words = ("update", "--sandbox", "-e", ADA, "--subscribed")
    done = cli(*words, stdin=answer, terminal=True, env={"TERM": "dumb"})
    assert done.code == code
    assert f"sandbox: {ADA} has opted out; subscribe again? [y/N] " in done.err
    assert contact(cli, ADA)["subscribed"] is (code == 0)


def test_where_nobody_can_be_asked_the_re_subscription_is_announced(cli: Cli) -> None:
    saved(cli, "-e", ADA, "--unsubscribed")
    done = in_sandbox(cli, "update", "-e", ADA, "--subscribed", "--no-input", terminal=True)
    assert done.code == 0
    assert f"warning: {ADA} has opted out, and --subscribed undoes that" in done.err
    assert contact(cli, ADA)["subscribed"] is True


TAKES_AWAY = [
    ("--unsubscribed",),
    ("--unset", "firstName"),
    ("--list", "weekly digest=false", "--unset", "plan"),
]


@pytest.mark.parametrize("change", TAKES_AWAY)
@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("\n", 2)])
def test_a_change_that_only_takes_away_creates_nobody_unasked(
    cli: Cli, change: tuple[str, ...], answer: str, code: int
) -> None:
    """The typing error that leaves the real person subscribed."""
    words = ("update", "--sandbox", "-e", "adda@example.com", *change)
    done = cli(*words, stdin=answer, terminal=True, env={"TERM": "dumb"})
    assert done.code == code
    assert "there is no contact with the address adda@example.com" in done.err
    assert "Create it all the same? [y/N]" in done.err
    assert exists(cli, "adda@example.com") is (code == 0)


def test_what_gives_something_creates_without_a_question(cli: Cli) -> None:
    words = ("update", "--sandbox", "-e", ADA, "--unsubscribed", "--first-name", "Ada")
    done = cli(*words, terminal=True, env={"TERM": "dumb"})
    assert (done.code, done.err) == (0, NOTE)


def test_at_a_terminal_without_questions_a_change_that_only_takes_away_creates_nobody(
    cli: Cli,
) -> None:
    words = ("update", "-e", ADA, "--unsubscribed", "--no-input")
    done = in_sandbox(cli, *words, terminal=True)
    assert done.code == 3
    assert "--no-lookup" in done.err
    assert not exists(cli, ADA)
    assert in_sandbox(cli, *words, "--no-lookup", terminal=True).code == 0


def test_a_script_that_only_takes_away_sends_one_request_and_is_told(cli: Cli) -> None:
    words = ("update", "-e", ADA, "--unsubscribed")
    with serve() as server:
        told = cli(*words, env=key_for(server))
        meant = cli(*words, "--no-lookup", env=key_for(server))
        quiet = cli(*words, "-q", env=key_for(server))
    assert (told.code, told.out, server.routes_seen()) == (0, "c1\n", [UPDATE] * 3)
    assert told.err == (
        f"warning: if there is no contact {ADA}, this creates one; --must-exist refuses that,"
        " --no-lookup says that it is meant\n"
    )
    assert meant.err == quiet.err == ""


def test_nothing_else_subscribes_anybody(cli: Cli) -> None:
    saved(cli, "-e", ADA, "--unsubscribed")
    done = in_sandbox(cli, "update", "-e", ADA, "--first-name", "Ada", terminal=True)
    assert "opted out" not in done.err
    assert contact(cli, ADA)["subscribed"] is False


def test_a_replaced_user_id_is_said(cli: Cli) -> None:
    saved(cli, "-e", ADA, "-u", "42")
    words = ("-e", ADA, "-u", "43", "--replace-user-id")
    done = in_sandbox(cli, "update", *words, terminal=True)
    assert done.out.startswith(f"updated {ADA}, whose user id was 42\n")
    assert done.code == 0


def test_a_preview_shows_a_date_as_its_instant(cli: Cli) -> None:
    words = ("-e", ADA, "--prop", "signupDate=2024-01-17", "--dry-run")
    done = in_sandbox(cli, "update", *words, terminal=True)
    assert "2024-01-17 (2024-01-17T00:00:00.000Z)" in done.out


@pytest.mark.parametrize("words", ["update --must-exist --first-name A", "delete --yes -o json"])
def test_a_failed_look_says_that_nothing_was_written(cli: Cli, words: str) -> None:
    with serve({LOOK: [reply_json({"message": "away"}, 503)]}) as server:
        done = cli(*words.split(), "-e", ADA, "--retries", "0", env=key_for(server))
    assert done.code == 7
    assert f"cannot look up {ADA}: away (HTTP 503); nothing was written" in done.err
    assert server.routes_seen() == [LOOK]
