from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from certificates import make_authority
from client_calls import KEY
from command_calls import key_for, serve
from doctor_findings import findings
from fault_server import reply_json, silence
from faults import FAULTS
from looped_cases import case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Cli
    from fault_server import FaultServer
    from faults import Fault

ROUTE = "GET api-key"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with serve() as running:
        yield running


def test_every_fault_is_a_finding(cli: Cli, server: FaultServer) -> None:
    """One request is made, and its failure is told by the check that it belongs to."""
    for fault in FAULTS:
        if fault.meets(ROUTE):
            with case(fault):
                server.begin_anew({ROUTE: [fault.behave]})
                check_fault(cli, server, fault)


def check_fault(cli: Cli, server: FaultServer, fault: Fault) -> None:
    timeout = "0.5" if fault.slow else "20"
    done = cli("doctor", "--timeout", timeout, "-o", "json", env=key_for(server))
    assert server.count == 1
    found = findings(done)
    assert done.code == fault.exit_code_for(ROUTE)
    (failed,) = (name for name, check in found.items() if check["status"] == "fail")
    assert failed == ("connection" if fault.status is None else "key accepted")
    assert found[failed]["hint"]
    assert KEY not in done.out


@pytest.mark.parametrize(
    ("status", "code", "hint"),
    [
        (401, 4, "Settings → API"),
        (403, 4, "Settings → API"),
        (429, 7, "wait"),
        (503, 7, "status.loops.so"),
        (302, 5, "profile show"),
    ],
)
def test_an_answer_that_is_no_success_is_the_keys_finding(
    cli: Cli, server: FaultServer, status: int, code: int, hint: str
) -> None:
    """One request is made, whatever the flags say of retries: the doctor waits for nothing."""
    server.routes[ROUTE] = [reply_json({"success": False, "message": "no"}, status)]
    done = cli("doctor", "-o", "json", "--retries", "3", env=key_for(server))
    found = findings(done)
    assert done.code == code
    assert (found["connection"]["status"], found["TLS"]["status"]) == ("ok", "ok")
    assert found["key accepted"]["status"] == "fail"
    assert hint in found["key accepted"]["hint"]
    assert server.count == 1


def test_an_address_where_nobody_answers(cli: Cli, refused_port: int) -> None:
    url = f"http://127.0.0.1:{refused_port}/api"
    env = {"LOOPS_API_KEY": KEY, "CONTACTCTL_BASE_URL": url}
    done = cli("doctor", "-o", "json", env=env)
    found = findings(done)
    assert done.code == 7
    assert found["connection"]["status"] == "fail"
    assert "key accepted" not in found


def test_the_deadline_holds(cli: Cli, server: FaultServer) -> None:
    server.routes[ROUTE] = [silence]
    started = time.monotonic()
    done = cli("doctor", "--timeout", "0.5", "-o", "json", env=key_for(server))
    assert done.code == 7
    assert "0.5 s" in findings(done)["connection"]["detail"]
    assert time.monotonic() - started < 10


def test_a_certificate_of_an_unknown_issuer(cli: Cli, tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    with serve() as server:
        server.tls = authority.server_context("localhost")
        env = {"LOOPS_API_KEY": KEY, "CONTACTCTL_BASE_URL": server.url_of("localhost")}
        distrusted = cli("doctor", "-o", "json", env=env)
        trusted = cli("doctor", "-o", "json", env={**env, "SSL_CERT_FILE": str(authority.file)})
    found = findings(distrusted)
    assert distrusted.code == 9
    assert (found["connection"]["status"], found["TLS"]["status"]) == ("ok", "fail")
    assert "SSL_CERT_FILE" in found["TLS"]["hint"]
    assert trusted.code == 0
    assert "is trusted" in findings(trusted)["TLS"]["detail"]
    assert "SSL_CERT_FILE" in findings(trusted)["environment"]["detail"]


def test_trust_that_cannot_be_set_up_sends_nothing(cli: Cli) -> None:
    env = {"LOOPS_API_KEY": KEY, "SSL_CERT_FILE": "/nowhere.pem"}
    done = cli("doctor", "-o", "json", env=env)
    found = findings(done)
    assert done.code == 9
    assert found["TLS"]["status"] == "fail"
    assert "connection" not in found
