"""What may be written: nothing, some domains alone, one team's contacts alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from command_calls import ADA, SUPPRESSED, serve
from fault_server import reply_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Cli
    from fault_server import FaultServer

    from contactctl.exact_json import JsonObject

WRITES = [
    "update -e ada@example.com --first-name Ada",
    "update -u 42 --first-name Ada",
    "update -e ada@example.com --must-exist",
    "update -e ada@example.com --new-email ada@example.org",
    "create -e ada@example.com",
    "delete -e ada@example.com --yes",
    "delete -u 42 --yes",
    "suppression remove -e ada@example.com --yes",
    "suppression remove -u 42 --yes",
]
READS = ["find -e ada@example.com", "lists", "properties list", "suppression check -u 42"]
PREVIEWS = [
    "update -e ada@example.com --first-name A --dry-run",
    "update -e ada@example.com --first-name A --dry-run --offline",
    "create -e ada@example.com --dry-run",
    "delete -e ada@example.com --dry-run",
    "suppression remove -e ada@example.com --dry-run",
    "properties create other --type string --dry-run",
]


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with serve() as found:
        yield found


def add_profile(cli: Cli, server: FaultServer, *limits: str) -> None:
    words = ("profile", "add", "work", "--no-check", "--base-url", server.url, "--key-stdin")
    assert cli(*words, *limits, stdin="a-key-of-some-length").code == 0


def written(server: FaultServer) -> list[str]:
    return [route for route in server.routes_seen() if not route.startswith("GET")]


@pytest.mark.parametrize("line", [*WRITES, "properties create other --type string"])
@pytest.mark.parametrize("terminal", [False, True])
def test_a_read_only_profile_writes_nothing(
    cli: Cli, server: FaultServer, line: str, *, terminal: bool
) -> None:
    add_profile(cli, server, "--read-only")
    done = cli(*line.split(), terminal=terminal)
    assert (done.code, written(server)) == (5, [])
    assert "read-only" in done.err
    in_json = cli(*line.split(), "-o", "json").error
    assert (in_json["code"], in_json["outcome"]) == ("guarded", "not_sent")


@pytest.mark.parametrize("line", [*READS, *PREVIEWS])
def test_a_read_only_profile_reads_and_previews(cli: Cli, server: FaultServer, line: str) -> None:
    add_profile(cli, server, "--read-only")
    assert cli(*line.split()).code == 0
    assert written(server) == []


@pytest.mark.parametrize("line", WRITES)
def test_no_write_reaches_another_domain(cli: Cli, server: FaultServer, line: str) -> None:
    """Also by a user id alone: then the address behind it is looked up first."""
    add_profile(cli, server, "--only-domains", "example.org,test.example")
    done = cli(*line.split())
    assert (done.code, written(server)) == (5, [])
    assert "example.com" in done.err


@pytest.mark.parametrize("line", [line for line in WRITES if "new-email" not in line])
def test_writes_to_a_domain_of_the_list_go_through(
    cli: Cli, server: FaultServer, line: str
) -> None:
    add_profile(cli, server, "--only-domains", "example.com")
    assert cli(*line.split()).code == 0
    assert len(written(server)) == 1


@pytest.mark.parametrize("address", ["ada@sub.example.com", "ada@example.com.evil.example"])
def test_a_subdomain_is_another_domain(cli: Cli, server: FaultServer, address: str) -> None:
    add_profile(cli, server, "--only-domains", "example.com")
    assert cli("update", "-e", address).code == 5
    assert server.count == 0


def test_a_user_id_beside_an_allowed_address_is_no_way_around_the_look(cli: Cli) -> None:
    """The service would find the contact by the user id, and give it the allowed address."""
    outside = {**ADA, "email": "ada@example.org"}
    line = "update -e new@example.com -u 42 --first-name Ada"
    for words in (line, f"{line} --no-lookup"):
        finds = [reply_json([]), reply_json([outside])]
        with serve({"GET contacts/find": finds}) as server:
            add_profile(cli, server, "--only-domains", "example.com")
            done = cli(*words.split())
            cli("profile", "remove", "work", "--yes")
        assert (done.code, written(server)) == (5, [])


def test_an_address_change_touches_two_domains(cli: Cli) -> None:
    finds = [reply_json([ADA]), reply_json([])]
    with serve({"GET contacts/find": finds}) as server:
        add_profile(cli, server, "--only-domains", "example.com")
        words = ("update", "-e", "ada@example.com", "--new-email", "ada@example.org")
        done = cli(*words)
    assert (done.code, written(server)) == (5, [])
    assert "ada@example.org" in done.err


def test_a_contact_whose_address_is_not_told_is_not_written_to(cli: Cli) -> None:
    nameless: JsonObject = {"id": "c1", "userId": "42"}
    without = reply_json({**SUPPRESSED, "contact": nameless})
    routes = {"GET contacts/find": [reply_json([nameless])], "GET contacts/suppression": [without]}
    with serve(routes) as server:
        add_profile(cli, server, "--only-domains", "example.com")
        for line in ("update -u 42", "delete -u 42 --yes", "suppression remove -u 42 --yes"):
            assert cli(*line.split()).code == 5
    assert written(server) == []
