"""Limits without a profile: whose account it has to be, and variables that hold writes back."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from command_calls import ADA, key_for, serve
from fault_server import reply_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Cli, Done
    from fault_server import FaultServer

WRITES = [
    "update -e ada@example.com --first-name Ada",
    "create -e ada@example.com",
    "delete -e ada@example.com --yes",
    "suppression remove -e ada@example.com --yes",
    "properties create other --type string",
    "import people.csv",
]
READ_ONLY = {"CONTACTCTL_READ_ONLY": "1"}
DOMAINS = {"CONTACTCTL_ONLY_DOMAINS": "example.org"}
ACME, OTHER = {"CONTACTCTL_EXPECT_TEAM": "Acme"}, {"CONTACTCTL_EXPECT_TEAM": "Other"}
KEY_ASKED = "GET api-key"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with serve() as found:
        yield found


@pytest.fixture
def ask(cli: Cli, server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text("email,firstName\nada@example.com,Ada\n")
    return Ask(cli, server)


class Ask:
    """Makes calls with the key in the environment, and tells what was asked of the service."""

    def __init__(self, cli: Cli, server: FaultServer) -> None:
        self._cli = cli
        self._server = server
        self._seen = 0

    def __call__(self, line: str, env: dict[str, str] | None = None) -> Done:
        self._seen = self._server.count
        return self._cli(*line.split(), env={**key_for(self._server), **(env or {})})

    @property
    def routes(self) -> list[str]:
        """The requests of the last call."""
        return self._server.routes_seen()[self._seen :]

    @property
    def written(self) -> list[str]:
        return [route for route in self.routes if not route.startswith("GET")]


@pytest.mark.parametrize("line", WRITES)
def test_another_teams_key_writes_nothing(ask: Ask, line: str) -> None:
    for done in (ask(line, OTHER), ask(f"{line} --expect-team Other")):
        assert (done.code, ask.written) == (4, [])
        assert 'the API key is the one of team "Acme"' in done.err
    error = ask(f"{line} -o json", OTHER).error
    assert (error["code"], error["outcome"]) == ("credentials", "not_sent")


@pytest.mark.parametrize("line", WRITES)
def test_the_expected_teams_key_is_asked_about_once(ask: Ask, line: str) -> None:
    ask(line)
    usual = Counter(ask.routes)
    assert ask(line, ACME).code == 0
    assert Counter(ask.routes) == usual | Counter({KEY_ASKED: 1})
    assert ask.routes.index(KEY_ASKED) < ask.routes.index(ask.written[0])


def test_nobody_is_asked_whose_key_it_is_where_no_team_is_expected(ask: Ask) -> None:
    ask("update -e ada@example.com --first-name Ada", READ_ONLY | {"CONTACTCTL_READ_ONLY": "0"})
    assert ask.routes == ["PUT contacts/update"]


def test_what_only_reads_asks_nobody_whose_key_it_is(ask: Ask) -> None:
    assert ask("find -e ada@example.com", OTHER | READ_ONLY).code == 0
    assert KEY_ASKED not in ask.routes


def test_a_service_that_names_no_team_is_not_the_expected_one(cli: Cli) -> None:
    with serve({KEY_ASKED: [reply_json({"success": True})]}) as server:
        env = key_for(server) | ACME
        done = cli("update", "-e", "ada@example.com", env=env)
    assert (done.code, server.routes_seen()) == (4, [KEY_ASKED])
    assert "names no team" in done.err


def test_a_team_that_cannot_be_asked_for_keeps_the_write_back(cli: Cli) -> None:
    with serve({KEY_ASKED: [reply_json({"message": "no"}, 503)]}) as server:
        env = key_for(server) | ACME
        done = cli("update", "-e", "ada@example.com", "--retries", "0", "-o", "json", env=env)
    assert (done.code, server.routes_seen()) == (7, [KEY_ASKED])
    assert done.error["outcome"] in {"not_sent", "not_applied"}


@pytest.mark.parametrize("line", WRITES)
def test_the_variable_forbids_every_write(ask: Ask, line: str) -> None:
    done = ask(line, READ_ONLY)
    assert (done.code, ask.written) == (5, [])
    assert "CONTACTCTL_READ_ONLY" in done.err


@pytest.mark.parametrize("line", [line for line in WRITES if "properties" not in line])
def test_the_variable_allows_some_domains_alone(ask: Ask, line: str) -> None:
    done = ask(line, DOMAINS)
    # A row that may not be written is what is wrong with a file.
    assert (done.code, ask.written) == (2 if "import" in line else 5, [])
    assert ("may not be written to" if "import" in line else "example.org, not to ada") in done.err
    assert ask(line, {"CONTACTCTL_ONLY_DOMAINS": "example.com"}).code == 0


@pytest.mark.parametrize("line", WRITES)
def test_a_limit_that_cannot_be_read_keeps_the_write_back(ask: Ask, line: str) -> None:
    done = ask(line, {"CONTACTCTL_READ_ONLY": ""})
    assert (done.code, ask.written) == (2, [])
    assert "CONTACTCTL_READ_ONLY" in done.err


@pytest.mark.parametrize("line", WRITES)
def test_a_dry_run_says_that_the_write_would_be_refused(ask: Ask, line: str) -> None:
    line = f"{line.removesuffix(' --yes')} --dry-run"
    done = ask(line, READ_ONLY)
    assert (done.code, ask.written) == (0, [])
    assert done.out.startswith("would\trefused\n")
    assert "CONTACTCTL_READ_ONLY" in done.err
    in_json = ask(f"{line} -o json --exit-code", READ_ONLY)
    assert (in_json.code, in_json.err) == (0, "")
    last = in_json.out.splitlines()[-1]
    assert '"would":"refused"' in last.replace(" ", "")
    assert "CONTACTCTL_READ_ONLY" in last


@pytest.mark.parametrize("line", ["delete --from", "suppression remove --from"])
def test_a_dry_run_over_many_says_so_too(ask: Ask, line: str) -> None:
    done = ask(f"{line} people.csv --dry-run --exit-code", READ_ONLY)
    assert (done.code, ask.written) == (0, [])
    assert "would be refused: the environment (CONTACTCTL_READ_ONLY)" in done.err
    assert ask(f"{line} people.csv --dry-run --exit-code").code == 8
    assert ask(f"{line} people.csv --dry-run", OTHER).code == 4


def test_a_dry_run_says_so_of_a_domain_too_and_offline(ask: Ask) -> None:
    for line in ("update -e ada@example.com --first-name A", "create -e ada@example.com"):
        done = ask(f"{line} --dry-run --offline -o json", DOMAINS | OTHER)
        assert (done.json["would"], ask.routes) == ("refused", [])
    done = ask("update -u 42 --first-name A --dry-run --offline -o json", DOMAINS)
    assert done.json["would"] == "unknown"
    done = ask("delete -u 42 --dry-run -o json", DOMAINS)
    assert done.json["would"] == "refused"


def test_a_dry_run_and_a_plan_of_another_teams_contacts_are_refused(ask: Ask) -> None:
    for line in WRITES:
        assert ask(f"{line.removesuffix(' --yes')} --dry-run", OTHER).code == 4
    for line in (WRITES[0], "import people.csv"):
        assert ask(f"{line} --plan plan.jsonl", OTHER).code == 4


def test_a_plan_is_applied_within_the_limits(cli: Cli, tmp_path: Path) -> None:
    plan = str(tmp_path / "plan.jsonl")
    finds = {"GET contacts/find": [reply_json([{**ADA, "firstName": "Bea"}])]}
    with serve(finds) as server:
        env = key_for(server)
        made = cli(*WRITES[0].split(), "--plan", plan, "--expect-team", "Acme", env=env)
        assert made.code == 0
        assert f"apply {plan} --expect-team=Acme" in made.err
        assert cli("apply", plan, env=env | OTHER).code == 4
        assert cli("apply", plan, env=env | READ_ONLY).code == 5
        shown = cli("apply", plan, "--dry-run", "--exit-code", env=env | READ_ONLY)
        assert (shown.code, "would be refused" in shown.err) == (0, True)
        assert "PUT contacts/update" not in server.routes_seen()
        assert cli("apply", plan, "--expect-team", "Acme", env=env).code == 0


def test_a_profile_holds_the_team_that_is_expected(cli: Cli, server: FaultServer) -> None:
    words = ("--base-url", server.url, "--key-stdin", "--expect-team")
    key = "a-key-of-some-length"
    other = cli("profile", "add", "live", *words, "Other", stdin=key)
    assert (other.code, "was not saved" in other.err) == (4, True)
    assert cli("profile", "add", "live", *words, "Acme", stdin=key).code == 0
    assert "only team Acme" in cli("profile", "list").out
    assert "expected team\tAcme\tprofile live" in cli("profile", "show").out
    done = cli("update", "-e", "ada@example.com")
    assert (done.code, server.routes_seen()[-2:]) == (0, [KEY_ASKED, "PUT contacts/update"])
    assert cli("update", "-e", "ada@example.com", "--expect-team", "Other").code == 4
    assert cli("profile", "add", "b", "--no-check", *words, "Other", stdin=key).code == 0
    assert cli("update", "-e", "ada@example.com", "-p", "b").code == 4
    assert cli("profile", "check", "b").code == 4


def test_the_limits_in_force_are_shown(cli: Cli, server: FaultServer) -> None:
    env = key_for(server) | OTHER | DOMAINS | {"CONTACTCTL_READ_ONLY": "maybe"}
    shown = cli("profile", "show", env=env).out
    assert "only domains\texample.org\tCONTACTCTL_ONLY_DOMAINS" in shown
    assert "neither yes nor no" in shown
    found = cli("doctor", env=key_for(server) | OTHER)
    assert (found.code, 'is the one of team "Acme"' in found.out) == (4, True)
    assert cli("doctor", env=key_for(server) | ACME).code == 0
