"""Words that are no command or flag of ours: what is typed instead, and all faults at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from contactctl import faults
from contactctl.cli import root_group
from contactctl.menu import COMMANDS, Branch

if TYPE_CHECKING:
    from conftest import Cli

MEANT = [
    (group, word, meant)
    for group, words in faults._COMMANDS.items()
    for word, meant in words.items()
]


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("get ada@example.com", "contactctl find ADDRESS"),
        ("rm ada@example.com", "contactctl delete ADDRESS"),
        ("login", "contactctl profile add NAME"),
        ("whoami", "contactctl profile check"),
        ("upsert", "contactctl update ADDRESS"),
        ("updaet", "contactctl update"),
        ("profile rm work", "contactctl profile remove NAME"),
        ("update --api-key loops-canary", "contactctl profile add NAME"),
    ],
)
def test_the_command_to_type_stands_on_a_line_of_its_own(cli: Cli, line: str, command: str) -> None:
    done = cli(*line.split())
    assert (done.code, done.out, done.err.splitlines()[-1]) == (2, "", command)
    assert "canary" not in done.err
    hint = json.loads(cli(*line.split(), "-o", "json").err)["error"]["hint"]
    assert hint.endswith(command)


@pytest.mark.parametrize(("group", "word", "meant"), MEANT)
def test_what_is_named_instead_is_there(group: str, word: str, meant: str) -> None:
    """A command that is renamed, or one of these words that becomes a command, is noticed."""
    node = COMMANDS if not group else COMMANDS.children[group]
    assert isinstance(node, Branch)
    assert word not in node.children
    found = root_group().child(group, "contactctl") if group else root_group()
    for name in meant.split():
        if not name.islower() or name.startswith("--"):
            break
        found = found.child(name, "contactctl")  # type: ignore[union-attr] # a group, or this fails
    assert found.name


def test_a_word_that_is_near_nothing_is_not_repeated(cli: Cli) -> None:
    done = cli("canary-0123456789")
    assert done.err == "error: there is no such command\n  hint: see `contactctl --help`\n"


def test_all_that_is_wrong_is_said_at_once(cli: Cli) -> None:
    done = cli("update", "--emial", "--timeout", "soon", "--retries", "99", "-q", "--first-name")
    assert done.code == 2
    assert done.err.splitlines() == [
        "error: 5 things are wrong:",
        "  there is no flag --emial; did you mean --email?",
        '  --timeout "soon" is not a number',
        '  --retries "99" is more than 20',
        "  --first-name has no value; give --first-name TEXT",
        "  no contact is named; give an address or --user-id ID",
        "  hint: see `contactctl update --help`",
    ]


def test_faults_of_values_are_among_them(cli: Cli) -> None:
    line = "update ada@ --emial --prop email=x --prop seats --unset email --list News --new-email b"
    assert cli(*line.split()).err.splitlines()[0] == "error: 7 things are wrong:"
    done = cli(*line.replace("--emial ", "").replace("--new-email b", "--prop seats=1").split())
    assert (done.code, done.out) == (2, "")
    assert [row.partition(";")[0] for row in done.err.splitlines()] == [
        "error: 5 things are wrong:",
        '  "ada@" is not an email address',
        "  email is not for --prop",
        '  --prop "seats" is not KEY=VALUE',
        "  email cannot be emptied",
        '  --list "News" is not ID=true or ID=false',
    ]


def test_faults_of_typed_values_are_told_at_once(cli: Cli) -> None:
    props = ("--prop", "seats=many", "--prop", "trial=maybe", "--prop", "plann=pro")
    done = cli("update", "ada@example.com", "--sandbox", "--list", "Weekly digest=true", *props)
    assert done.code == 2
    for words in ("3 things", "not a number", "not a boolean", 'no property "plann"'):
        assert words in done.err


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--json find x@example.com", "did you mean --output json?"),
        ("--timeout soon find x@example.com", "not a number"),
        ("--sandbox", "no command is given"),
        ("profile -q", "no command is given"),
        ("lists canary", "1 word is too many"),
        ("forget --force --all", "did you mean --yes?"),
    ],
)
def test_faults_before_and_behind_the_word_of_a_command(cli: Cli, line: str, words: str) -> None:
    done = cli(*line.split())
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert "canary" not in done.err


def test_a_flag_of_every_command_may_stand_twice(cli: Cli) -> None:
    assert cli("-q", "-q", "version", "-q", "-q").code == 0


def test_a_bare_address_is_led_to_find(cli: Cli) -> None:
    done = cli("ada@example.com")
    assert done.code == 2
    assert done.err.splitlines() == [
        "error: there is no such command",
        "  hint: type this instead",
        "contactctl find ADDRESS",
    ]


def test_what_may_be_the_value_of_a_mistyped_flag_is_no_word_too_many(cli: Cli) -> None:
    done = cli("find", "ada@example.com", "--feild", "plan")
    assert done.err == "error: there is no flag --feild\n  hint: did you mean --field?\n"
