"""The command profile add, with the key given in each way and not shown."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from profile_calls import ADD, SECRET, URL, add, book_at

from contactctl.profiles.profile import KeyCommand, KeyVariable, StoredKey

if TYPE_CHECKING:
    from conftest import Cli


@pytest.fixture
def path(own_folders: dict[str, str]) -> Path:
    return Path(own_folders["CONTACTCTL_CONFIG_DIR"]) / "profiles.toml"


def test_a_key_from_stdin_is_kept_in_a_private_file_and_shown_nowhere(cli: Cli, path: Path) -> None:
    done = cli(*ADD, "work", "--key-stdin", stdin=f"{SECRET}\n")
    assert (done.code, done.out) == (0, "work\n")
    assert "plain text" in done.err
    assert "--key-env and --key-command" in done.err
    assert SECRET not in done.out + done.err
    assert book_at(path).profiles["work"].key == StoredKey(SECRET)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_variable_and_a_command_are_referred_to_and_not_read(cli: Cli, path: Path) -> None:
    env = cli(*ADD, "a", "--key-env", "WORK_KEY", env={"WORK_KEY": SECRET})
    command = cli(*ADD, "b", "--key-command", "/nowhere/op read x")
    assert (env.code, command.code) == (0, 0)
    assert "plain text" not in env.err + command.err
    profiles = book_at(path).profiles
    assert profiles["a"].key == KeyVariable("WORK_KEY")
    assert profiles["b"].key == KeyCommand("/nowhere/op read x")
    assert SECRET not in path.read_text()


def test_the_first_profile_becomes_active_and_the_second_says_how(cli: Cli, path: Path) -> None:
    add(cli, "first")
    second = add(cli, "second")
    assert book_at(path).active == "first"
    assert "contactctl profile use second" in second.err


def test_limits_and_address_are_kept(cli: Cli, path: Path) -> None:
    limits = ("--read-only", "--only-domains", "A.com,b.org", "--base-url", f"{URL}/v1/")
    add(cli, "work", "--key-env", "V", *limits)
    profile = book_at(path).profiles["work"]
    assert (profile.read_only, profile.only_domains) == (True, ("a.com", "b.org"))
    assert profile.base_url == URL


def test_the_address_in_the_environment_is_the_default(cli: Cli, path: Path) -> None:
    env = {"CONTACTCTL_BASE_URL": "http://localhost:8025/api/v1"}
    assert cli(*ADD, "work", "--key-env", "V", env=env).code == 0
    assert book_at(path).profiles["work"].base_url == "http://localhost:8025/api"


def test_json_says_all_but_the_key(cli: Cli) -> None:
    done = cli(*ADD, "work", "--key-stdin", "-o", "json", stdin=SECRET)
    assert done.err == ""
    assert json.loads(done.out) == {
        "name": "work",
        "active": True,
        "team": None,
        "keySource": "file",
        "keyName": None,
        "readOnly": False,
        "onlyDomains": [],
        "expectTeam": None,
        "baseUrl": URL,
        "checked": False,
    }


def test_quiet_says_nothing(cli: Cli) -> None:
    done = cli(*ADD, "work", "--key-stdin", "-q", stdin=SECRET)
    assert (done.code, done.out, done.err) == (0, "", "")


def test_a_name_that_is_there_is_replaced_only_when_told(cli: Cli, path: Path) -> None:
    add(cli, "work", "--key-env", "OLD")
    refused = cli(*ADD, "work", "--key-env", "NEW")
    assert refused.code == 2
    assert "there is a profile work already" in refused.err
    assert "--replace" in refused.err
    add(cli, "work", "--key-env", "NEW", "--replace")
    assert book_at(path).profiles["work"].key == KeyVariable("NEW")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("work",), 2, "the API key cannot be asked for here"),
        (("work", "--key-stdin", "--key-env", "V"), 2, "two ways"),
        (("work", "--key-env", ""), 2, "--key-env takes the name"),
        (("work", "--key-env", "A=b"), 2, "--key-env takes the name"),
        (("work", "--key-command", "op 'x"), 2, "--key-command: the key command cannot be split"),
        (("work", "--key-command", ""), 2, "--key-command: the key command is empty"),
        (("work", "--key-stdin"), 4, "the API key on standard input is empty"),
        (("sandbox", "--key-env", "V"), 2, "the name sandbox is taken"),
        (("a b", "--key-env", "V"), 2, "this cannot be the name of a profile"),
        (("", "--key-env", "V"), 2, "this cannot be the name of a profile"),
        (("work", "--key-env", "V", "--base-url", "http://x.org"), 2, "--base-url cannot be used"),
        (("work", "--key-env", "V", "--base-url", ""), 2, "--base-url cannot be used"),
        (("work", "--key-env", "V", "--only-domains", "a,b"), 2, "is not a domain"),
        (("work", "--key-env", "V", "--only-domains", ""), 2, "is not a domain"),
    ],
)
def test_what_cannot_be_a_profile_is_refused_and_nothing_kept(
    cli: Cli, path: Path, words: tuple[str, ...], code: int, message: str
) -> None:
    done = cli(*ADD, *words)
    assert (done.code, done.out) == (code, "")
    assert message in done.err
    assert not path.exists()


@pytest.mark.parametrize(
    "key", [f"{SECRET} x", f"{SECRET}\n\n", f"{SECRET}\udcff", f"\x1b{SECRET}"]
)
def test_a_bad_key_is_refused_without_its_text(cli: Cli, path: Path, key: str) -> None:
    done = cli(*ADD, "work", "--key-stdin", stdin=key)
    assert done.code == 4
    assert " at position " in done.err
    assert SECRET not in done.err
    assert not path.exists()


def test_a_key_typed_as_an_argument_is_refused_and_not_repeated(cli: Cli) -> None:
    done = cli(*ADD, "work", SECRET, "--key-env", "V")
    assert done.code == 2
    assert SECRET not in done.out + done.err


def test_a_terminal_is_no_place_to_pipe_a_key_from(cli: Cli) -> None:
    done = cli(*ADD, "work", "--key-stdin", stdin=SECRET, terminal=True)
    assert done.code == 2
    assert "would show the key" in done.err


def test_a_variable_that_overrules_is_warned_of(cli: Cli) -> None:
    done = cli(*ADD, "work", "--key-env", "V", env={"LOOPS_API_KEY": SECRET})
    assert "LOOPS_API_KEY is set and overrides the active profile" in done.err
