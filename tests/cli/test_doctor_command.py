from __future__ import annotations

import shlex
import sys
import time
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from client_calls import KEY
from command_calls import key_for, serve
from doctor_findings import findings
from fault_server import reply_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Cli
    from fault_server import FaultServer

    from contactctl.exact_json import JsonObject

ROUTE = "GET api-key"
TEAM: JsonObject = {"success": True, "teamName": "Acme"}


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with serve() as running:
        yield running


def test_nothing_set_up_is_said_with_the_next_step_and_nothing_is_made(
    cli: Cli, tmp_path: Path
) -> None:
    done = cli("doctor", "-o", "json")
    found = findings(done)
    assert done.code == 4
    assert found["profile"]["status"] == "fail"
    assert "contactctl profile add" in found["profile"]["hint"]
    assert found["connection"]["status"] == "warn"
    assert found["config folder"]["status"] == "ok"
    assert list(tmp_path.iterdir()) == []


def test_all_is_well(cli: Cli, server: FaultServer) -> None:
    now = formatdate(time.time(), usegmt=True)
    headers = [("Date", now), ("x-ratelimit-limit", "10"), ("x-ratelimit-remaining", "9")]
    server.routes[ROUTE] = [reply_json(TEAM, headers=headers)]
    done = cli("doctor", "-o", "json", env=key_for(server))
    found = findings(done)
    assert done.code == 0
    assert {check["status"] for check in found.values()} == {"ok"}
    assert found["address"]["detail"] == f"{server.url} (CONTACTCTL_BASE_URL)"
    assert found["API key"]["detail"] == f"****{KEY[-4:]} (LOOPS_API_KEY)"
    assert found["key accepted"]["detail"].endswith("team Acme")
    assert found["clock"]["detail"].startswith("within")
    assert found["rate limit"]["detail"] == "10 requests a second, 9 left of this one"
    assert server.routes_seen() == [ROUTE]


@pytest.mark.parametrize("words", [(), ("-q",), ("-v",), ("-o", "json")])
@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("status", [200, 401])
def test_the_key_is_never_shown(
    cli: Cli, server: FaultServer, words: tuple[str, ...], status: int, *, terminal: bool
) -> None:
    echo = reply_json({"success": status == 200, "teamName": KEY, "message": KEY}, status)
    server.routes[ROUTE] = [echo]
    done = cli("doctor", *words, terminal=terminal, env=key_for(server))
    assert done.code == (0 if status == 200 else 4)
    assert KEY not in done.out + done.err
    assert KEY[:8] not in done.out + done.err


def test_a_clock_that_is_wrong_is_a_warning(cli: Cli, server: FaultServer) -> None:
    an_hour_ago = formatdate(time.time() - 3600, usegmt=True)
    server.routes[ROUTE] = [reply_json(TEAM, headers=[("Date", an_hour_ago)])]
    done = cli("doctor", env=key_for(server))
    assert done.code == 0
    (line,) = [line for line in done.out.splitlines() if "\tclock\t" in line]
    assert line.startswith("warn\tclock\t360")
    assert "ahead of the service's\tset this machine's clock" in line


def test_a_clock_is_compared_when_the_key_is_refused_too(cli: Cli, server: FaultServer) -> None:
    date = formatdate(time.time() + 3600, usegmt=True)
    server.routes[ROUTE] = [reply_json({"success": False}, 401, [("Date", date)])]
    assert "behind" in findings(cli("doctor", "-o", "json", env=key_for(server)))["clock"]["detail"]


def test_the_sandbox_needs_nothing_set_up(cli: Cli) -> None:
    done = cli("doctor", "--sandbox", "-o", "json")
    found = findings(done)
    assert done.code == 0
    assert found["profile"]["detail"].startswith("sandbox")
    assert found["key accepted"]["status"] == "ok"
    assert "clock" not in found


def test_a_damaged_sandbox_is_found_whoever_asks(
    cli: Cli, server: FaultServer, tmp_path: Path
) -> None:
    file = tmp_path / "sandbox.db"
    file.write_bytes(b"no database, but longer than the header of one" * 50)
    env = {"CONTACTCTL_SANDBOX_DB": str(file)}
    for words, more in ((("--sandbox",), {}), ((), key_for(server))):
        done = cli("doctor", *words, "-o", "json", env={**env, **more})
        assert done.code == 9
        assert "sandbox reset" in findings(done)["sandbox file"]["hint"]


def test_a_damaged_profiles_file_keeps_no_other_check_from_being_made(
    cli: Cli, server: FaultServer
) -> None:
    path = Path(cli.env["CONTACTCTL_CONFIG_DIR"]) / "profiles.toml"
    path.parent.mkdir(mode=0o700)
    path.write_text("version = 99")
    done = cli("doctor", "-o", "json", env=key_for(server))
    found = findings(done)
    assert done.code == 9
    assert found["profiles file"]["status"] == "fail"
    assert "update contactctl" in found["profiles file"]["hint"]
    assert found["key accepted"]["status"] == "ok"


# profiles


def add(cli: Cli, server: FaultServer, *words: str) -> None:
    place = ("--base-url", server.url, "--no-check")
    done = cli("profile", "add", "work", *place, *(words or ("--key-stdin",)), stdin=KEY)
    assert done.code == 0, done.err


def test_a_profile_and_its_limits_are_said(cli: Cli, server: FaultServer) -> None:
    add(cli, server, "--key-stdin", "--read-only", "--only-domains", "example.com")
    done = cli("doctor", "-o", "json")
    found = findings(done)
    assert done.code == 0
    assert found["profile"]["detail"] == "work (the active one)"
    assert found["writes"]["detail"].startswith("refused")
    assert found["only domains"]["detail"].startswith("example.com")
    assert found["profiles file"]["detail"].endswith("(1 profile)")


def test_a_file_and_a_folder_open_to_others_are_warnings(cli: Cli, server: FaultServer) -> None:
    add(cli, server)
    folder = Path(cli.env["CONTACTCTL_CONFIG_DIR"])
    folder.chmod(0o755)
    (folder / "profiles.toml").chmod(0o644)
    done = cli("doctor", "-o", "json")
    found = findings(done)
    assert done.code == 0
    assert found["config folder"]["hint"] == f"chmod 700 {folder}"
    assert found["profiles file"]["hint"] == f"chmod 600 {folder / 'profiles.toml'}"


def test_a_variable_that_overrules_the_active_profile_is_a_warning(
    cli: Cli, server: FaultServer
) -> None:
    add(cli, server)
    found = findings(cli("doctor", "-o", "json", env=key_for(server)))
    assert found["overruled"]["status"] == "warn"
    assert "the active profile work" in found["overruled"]["detail"]


def test_a_variable_with_another_address_fails_and_nothing_is_sent(
    cli: Cli, server: FaultServer
) -> None:
    add(cli, server)
    done = cli("doctor", "-o", "json", env={"CONTACTCTL_BASE_URL": "https://other.example/api"})
    assert done.code == 4
    assert findings(done)["address"]["status"] == "fail"
    assert server.count == 0


def test_a_profile_that_is_not_there_is_a_finding(cli: Cli, server: FaultServer) -> None:
    add(cli, server)
    done = cli("doctor", "-p", "wrok", "-o", "json")
    assert done.code == 4
    assert findings(done)["profile"]["hint"] == "did you mean work?"


def test_a_key_command_is_run_and_its_failure_a_finding(cli: Cli, server: FaultServer) -> None:
    add(cli, server, "--key-command", shlex.join([sys.executable, "-c", "raise SystemExit(3)"]))
    done = cli("doctor", "-o", "json")
    found = findings(done)
    assert done.code == 4
    assert found["API key"]["status"] == "ok"
    assert found["key command"]["status"] == "fail"
    assert server.count == 0


def test_another_team_than_before_is_a_warning(cli: Cli, server: FaultServer) -> None:
    add(cli, server)
    assert cli("profile", "check").code == 0
    server.routes[ROUTE] = [reply_json({**TEAM, "teamName": "Other"})]
    found = findings(cli("doctor", "-o", "json"))
    assert found["team"]["detail"].startswith("Acme")
    assert found["key accepted"]["status"] == "warn"


# forms


def test_a_terminal_shows_what_to_do_below_each_finding(cli: Cli) -> None:
    done = cli("doctor", terminal=True, env={"NO_COLOR": "1", "COLUMNS": "200"})
    lines = done.out.splitlines()
    (at,) = [n for n, line in enumerate(lines) if line.startswith("fail  profile")]
    assert lines[at + 1].strip().startswith("→ run `contactctl profile add NAME`")
    assert "\x1b" not in done.out


def test_nothing_foreign_moves_the_cursor(cli: Cli, server: FaultServer) -> None:
    server.routes[ROUTE] = [reply_json({**TEAM, "teamName": "[red]\x1b[2J\u202e"})]
    done = cli("doctor", terminal=True, env={**key_for(server), "NO_COLOR": "1", "COLUMNS": "200"})
    assert "[red]\\u{1b}[2J\\u{202e}" in done.out


def test_quiet_prints_the_worst_status(cli: Cli) -> None:
    assert (cli("doctor", "-q").out, cli("doctor", "-q", "--sandbox").out) == ("fail\n", "ok\n")
    assert cli("doctor", "-q").err == ""


def test_two_places_named_are_a_usage_error(cli: Cli) -> None:
    assert cli("doctor", "--sandbox", "-p", "work").code == 2
