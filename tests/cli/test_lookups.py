"""suppression, lists and properties: forms, previews, questions and exit codes, in the sandbox."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from command_calls import GOOD, key_for, serve
from fault_server import reply_json
from sandbox_cli import LISTS, NOTE, in_sandbox, saved

if TYPE_CHECKING:
    from conftest import Cli

    from contactctl.exact_json import JsonValue

ADA = "ada@example.com"
REMOVE = ("suppression", "remove", "-e", ADA)


@pytest.fixture
def suppressed(cli: Cli) -> Cli:
    saved(cli, "-e", ADA)
    assert cli("sandbox", "suppress", ADA).code == 0
    return cli


def is_suppressed(cli: Cli) -> bool:
    found = in_sandbox(cli, "suppression", "check", "-e", ADA, "-o", "json").json["isSuppressed"]
    assert isinstance(found, bool)
    return found


def test_a_standard_field_that_an_answer_lacks_has_no_value(cli: Cli) -> None:
    with serve() as server:  # whose contact and properties lack both
        words = ("find", "-e", ADA, "--field", "optInStatus", "--field", "createdAt")
        assert cli(*words, env=key_for(server)).out == "\n\n"
        assert server.routes_seen() == ["GET contacts/find"]


# suppression


def test_check_prints_status_and_quota(suppressed: Cli) -> None:
    words = ("suppression", "check", "-e", ADA)
    piped = in_sandbox(suppressed, *words)
    in_json = in_sandbox(suppressed, *words, "-o", "json")
    drawn = in_sandbox(suppressed, *words, terminal=True)
    assert (piped.out, piped.err) == ("true\t100\t100\n", NOTE)
    assert in_sandbox(suppressed, *words, "-q").out == "true\n"
    assert list(in_json.json) == ["contact", "isSuppressed", "removalQuota"]
    assert [line.split() for line in drawn.out.splitlines()][-1] == ["true", "100", "100"]


def test_remove_takes_the_contact_off_the_list_and_spends_quota(suppressed: Cli) -> None:
    done = in_sandbox(suppressed, *REMOVE, "--yes")
    assert (done.code, done.out) == (0, f"removed {ADA} from the suppression list\n")
    check = in_sandbox(suppressed, "suppression", "check", "-e", ADA)
    assert check.out == "false\t99\t100\n"


def test_remove_of_who_is_not_suppressed_is_refused(cli: Cli) -> None:
    saved(cli, "-e", ADA)
    done = in_sandbox(cli, *REMOVE, "--yes", "-o", "json")
    assert (done.code, done.error["code"]) == (5, "refused")


def test_remove_needs_yes_off_a_terminal_and_asks_at_one(suppressed: Cli) -> None:
    refused = in_sandbox(suppressed, *REMOVE)
    assert (refused.code, is_suppressed(suppressed)) == (2, True)
    assert "--yes" in refused.err
    env = {"TERM": "dumb"}
    for answer, code, after in (("n\n", 2, True), ("y\n", 0, False)):
        words = (*REMOVE, "--sandbox")
        done = suppressed(*words, stdin=answer, terminal=True, env=env)
        assert done.code == code
        assert "sandbox: remove ada@example.com from the suppression list? [y/N]" in done.err
        assert is_suppressed(suppressed) is after


@pytest.mark.parametrize(("state", "would", "code"), [("", "remove", 8), ("--off", "refused", 0)])
def test_a_preview_of_remove(suppressed: Cli, state: str, would: str, code: int) -> None:
    assert not state or suppressed("sandbox", "suppress", ADA, state).code == 0
    before = is_suppressed(suppressed)
    done = in_sandbox(suppressed, *REMOVE, "--dry-run", "--exit-code", "-o", "json")
    assert (done.code, done.json["would"], done.err) == (code, would, "")
    assert is_suppressed(suppressed) is before


# lists


def test_lists_in_each_form(cli: Cli) -> None:
    piped = in_sandbox(cli, "lists")
    rows = [line.split("\t") for line in piped.out.splitlines()]
    assert [row[1] for row in rows] == ["Product updates", "Weekly digest", "Beta testers"]
    assert rows[1] == [LISTS["Weekly digest"], "Weekly digest", "public", ""]
    assert piped.err == NOTE
    assert in_sandbox(cli, "lists", "-q").out.split() == [row[0] for row in rows]
    found = json.loads(in_sandbox(cli, "lists", "-o", "json").out)
    assert [item["name"] for item in found] == [row[1] for row in rows]
    assert "Weekly digest" in in_sandbox(cli, "lists", terminal=True).out


def test_no_lists_are_no_error(cli: Cli) -> None:
    with serve({"GET lists": [reply_json([])]}) as server:
        env = {**key_for(server), "TERM": "dumb"}
        assert cli("lists", env=env).out == ""
        assert cli("lists", "-o", "json", env=env).out == "[]\n"
        assert cli("lists", terminal=True, env=env).out == "no mailing lists\n"


@pytest.mark.parametrize("name", ["Weekly digest", "WEEKLY DIGEST", " weekly digest "])
def test_a_list_is_known_by_its_name(cli: Cli, name: str) -> None:
    saved(cli, "-e", ADA, "--list", f"{name}=true")
    done = in_sandbox(cli, "find", "-e", ADA, "--field", "mailingLists")
    assert done.out == f'{{"{LISTS["Weekly digest"]}":true}}\n'


def test_a_name_that_two_lists_have_is_refused_with_both(cli: Cli) -> None:
    two = reply_json([{"id": "cl1", "name": "News"}, {"id": "cl2", "name": "news"}])
    with serve({"GET lists": [two]}) as server:
        done = cli("update", "-e", ADA, "--list", "News=true", env=key_for(server))
    assert (done.code, server.routes_seen()) == (2, ["GET lists"])
    assert '2 mailing lists are called "News"' in done.err
    assert "cl1" in done.err
    assert "cl2" in done.err


def test_the_lists_are_asked_for_once_an_hour_and_again_for_a_new_name(cli: Cli) -> None:
    more: JsonValue = {"id": "cl2", "name": "Later"}
    known = GOOD["GET lists"]
    assert isinstance(known, list)
    answers = [reply_json(known), reply_json([*known, more])]
    with serve({"GET lists": answers}) as server:
        for name in ("News", "News", "Later", "Later"):
            words = ("update", "-e", ADA, "--list", f"{name}=true")
            assert cli(*words, env=key_for(server)).code == 0
    assert server.routes_seen().count("GET lists") == 2


# properties


def test_properties_in_each_form(cli: Cli) -> None:
    piped = in_sandbox(cli, "properties", "list")
    assert "plan\tstring\tPlan" in piped.out.splitlines()
    assert "email\tstring\tEmail" in piped.out.splitlines()
    custom = in_sandbox(cli, "properties", "list", "--custom", "-q").out.split()
    assert {*custom} == {"plan", "seats", "trial", "note", "zip", "signupDate", "trialEndsAt"}
    found = json.loads(in_sandbox(cli, "properties", "list", "--custom", "-o", "json").out)
    assert found[custom.index("plan")] == {"key": "plan", "label": "Plan", "type": "string"}


def test_a_property_is_created_and_can_be_set_at_once(cli: Cli) -> None:
    done = in_sandbox(cli, "properties", "create", "renewedAt", "--type", "date")
    assert (done.code, done.out) == (0, "renewedAt\n")
    saved(cli, "-e", ADA, "--prop", "renewedAt=2024-01-17")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("plan",), "--type is missing: one of string"),
        (("--type", "string"), "NAME is missing"),
        (("x", "--type", "text"), '"text"'),
        (("", "--type", "string"), "empty"),
        (("two words", "--type", "string"), "two words"),
        (("email", "--type", "string"), "email"),
        (("updatedAt", "--type", "date"), "updatedAt"),
        (("mailingLists", "--type", "string"), "mailingLists"),
        (("1st", "--type", "string"), "1st"),
        (("x" * 600, "--type", "string"), "498"),
    ],
)
def test_names_that_cannot_be_properties_are_refused_here(
    cli: Cli, words: tuple[str, ...], message: str
) -> None:
    with serve() as server:
        done = cli("properties", "create", *words, env=key_for(server))
    assert (done.code, done.out, server.count) == (2, "", 0)
    assert message in done.err


def test_snake_case_is_warned_of_and_taken(cli: Cli) -> None:
    done = in_sandbox(cli, "properties", "create", "plan_name", "--type", "string")
    assert done.code == 0
    assert "warning: plan_name is not in camelCase" in done.err


@pytest.mark.parametrize(
    ("name", "would", "code"), [("fresh", "create", 8), ("plan", "refused", 0)]
)
def test_a_preview_of_a_new_property(cli: Cli, name: str, would: str, code: int) -> None:
    words = ("properties", "create", name, "--type", "string", "--dry-run", "--exit-code")
    done = in_sandbox(cli, *words, "-o", "json")
    assert (done.code, done.json["would"]) == (code, would)
    assert done.json["request"] == {"name": name, "type": "string"}
    assert "fresh" not in in_sandbox(cli, "properties", "list").out


@pytest.mark.parametrize("wrong", ["plan_name", "PLANNAME", "planname", "plan-name", "planNmae"])
def test_another_spelling_of_a_property_is_recognised(cli: Cli, wrong: str) -> None:
    assert in_sandbox(cli, "properties", "create", "planName", "--type", "string").code == 0
    done = in_sandbox(cli, "update", "-e", ADA, "--prop", f"{wrong}=x")
    assert done.code == 2
    assert "did you mean planName" in done.err
