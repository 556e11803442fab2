"""Every fault meets every command: code, outcome, requests, one error in the form asked for."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from certificates import make_authority
from client_calls import KEY
from command_calls import COMMAND_CALLS, CommandCall, key_for, serve
from fault_server import FaultServer, reply, reply_json, silence
from faults import DEADLINES_S, FAULTS, Fault
from looped_cases import case

from contactctl.errors import error_codes

if TYPE_CHECKING:
    from collections.abc import Callable

    from certificates import Authority
    from conftest import Cli, Done

    Check = Callable[[Done, CommandCall, Fault, int], None]

SLACK_S = 10.0
UPDATE = COMMAND_CALLS[0]
NOT_FOUND = 404
OUTCOME_LINES = {
    "not_sent": None,
    "not_applied": "  outcome: not applied",
    "unknown": "  outcome: unknown, it may have been applied",
}
REPEATED = {"hanging up without a reply", "a 429 with nonsense", "a 503"}


def faults_of(call: CommandCall, *, slow: bool) -> list[Fault]:
    """Return what the call's request can meet, in the deadline's time or at once."""
    return [fault for fault in FAULTS if fault.slow == slow and fault.meets(call.route)]


def check_clean(done: Done) -> None:
    """Nothing on stdout, no traceback, no key anywhere."""
    assert done.out == ""
    assert KEY not in done.err
    assert "Traceback" not in done.err
    assert 'File "' not in done.err


def check_json(done: Done, call: CommandCall, fault: Fault, attempts: int) -> None:
    """Hold one line with one error object against what the table of faults promises."""
    check_clean(done)
    assert len(done.err.splitlines()) == 1
    error = json.loads(done.err)["error"]
    outcome = {"outcome": fault.outcome_for(call.route)} if call.writes else {}
    assert list(error) == ["code", "message", "status", *outcome, "attempts", "hint"]
    assert error["code"] == fault.code_for(call.route)
    assert {**error, **outcome} == error
    assert (error["status"], error["attempts"]) == (fault.status, attempts)
    assert error["message"]
    assert error["hint"]


def check_text(done: Done, call: CommandCall, fault: Fault, attempts: int) -> None:
    """Hold the one ``error:`` line, and what is known of it, a line each, against the table."""
    check_clean(done)
    first, *details = done.err.splitlines()
    refused = "the API key was refused: " if fault.code == "unauthorized" else ""
    assert first.startswith(f"error: {refused}cannot ")
    assert all(line.startswith("  ") for line in details)
    assert done.err.count("error:") == 1
    assert fault.status is None or f"HTTP {fault.status}" in first
    tries = None if attempts == 1 else f"  attempts: {attempts}"
    outcome = OUTCOME_LINES[fault.outcome_for(call.route)] if call.writes else None
    wanted = (outcome, tries)
    assert details[:-1] == [line for line in wanted if line]
    assert details[-1].startswith("  hint: ")


ONCE = ("--retries", "0", "--timeout", "20")
FORMS = (("json", check_json), ("text", check_text))


def forms_of(call: CommandCall, fault: Fault, stride: int) -> tuple[tuple[str, Check], ...]:
    """Return the forms of errors in which a command meets a fault, at this stride."""
    if stride == 1 or call is UPDATE or fault.only_routes or fault.status == NOT_FOUND:
        return FORMS  # what those mean depends on the route
    turn, others = divmod(FAULTS.index(fault) + COMMAND_CALLS.index(call), stride)
    return () if others else FORMS[turn % 2 :][:1]


@pytest.mark.parametrize("stride", [4, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("call", COMMAND_CALLS, ids=str)
def test_every_fault_ends_every_command_as_promised(
    cli: Cli, call: CommandCall, stride: int
) -> None:
    """Each fault meets an update in both forms, and each command every fourth fault, in turn."""
    with serve() as server:
        for fault in faults_of(call, slow=False):
            for form, check in forms_of(call, fault, stride):
                server.begin_anew({call.route: [fault.behave]})
                with case(call, fault, form):
                    done = cli(*call.words, *ONCE, "-o", form, env=key_for(server))
                    assert done.code == fault.exit_code_for(call.route)
                    assert server.routes_seen() == call.routes(form)
                    check(done, call, fault, 1)


def meet(cli: Cli, call: CommandCall, fault: Fault, form: str) -> Done:
    """Meet a fault that ends by the deadline alone, within one that lets it come to pass."""
    for timeout_s in DEADLINES_S:
        with serve({call.route: [fault.behave]}) as server:
            words = ("--retries", "0", "--timeout", str(timeout_s), "-o", form)
            started = time.monotonic()
            done = cli(*call.words, *words, env=key_for(server))
            took_s = time.monotonic() - started
        assert took_s < timeout_s + SLACK_S
        seen = server.routes_seen() == call.routes(form)
        if seen and (fault.status is None or str(fault.status) in done.err):
            break
    assert seen
    return done


@pytest.mark.parametrize("stride", [3, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("call", COMMAND_CALLS, ids=str)
def test_what_takes_too_long_ends_by_the_deadline(cli: Cli, call: CommandCall, stride: int) -> None:
    """An update meets all that is slow, and each other command every third of it, in turn."""
    for number, fault in enumerate(faults_of(call, slow=True), COMMAND_CALLS.index(call)):
        if call is not UPDATE and number % stride:
            continue
        with case(call, fault):
            in_json = meet(cli, call, fault, "json")
            assert in_json.code == fault.exit_code_for(call.route)
            check_json(in_json, call, fault, attempts=1)
            if call is UPDATE:  # the deadline knows nothing of forms, and waiting takes its time
                check_text(meet(cli, call, fault, "text"), call, fault, attempts=1)


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.parametrize("fault", [f for f in FAULTS if f.name in REPEATED], ids=str)
def test_what_may_pass_is_repeated_as_often_as_asked(cli: Cli, fault: Fault, form: str) -> None:
    """The first wait is half a second at most; the client's own tests wait for nothing."""
    with serve({UPDATE.route: [fault.behave]}) as server:
        done = cli(*UPDATE.words, "--retries", "1", "-o", form, env=key_for(server))
    assert done.code == fault.exit_code_for(UPDATE.route)
    assert server.routes_seen() == [UPDATE.route] * 2
    check = check_json if form == "json" else check_text
    check(done, UPDATE, fault, attempts=2)


def test_each_attempt_has_a_deadline_of_its_own(cli: Cli) -> None:
    for timeout_s in DEADLINES_S:
        with serve({UPDATE.route: [silence]}) as server:
            more = ("--retries", "1", "--timeout", str(timeout_s))
            started = time.monotonic()
            done = cli(*UPDATE.words, *more, env=key_for(server))
            took_s = time.monotonic() - started
        assert 2 * timeout_s <= took_s < 2 * timeout_s + 0.5 + SLACK_S
        if server.count == 2:
            break
    assert (done.code, server.count) == (7, 2)


@pytest.mark.parametrize("retry_after", ["0", "0.2", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_limit_that_passes_is_waited_for(cli: Cli, retry_after: str) -> None:
    limited = reply(429, b"", [("Retry-After", retry_after)])
    good = reply_json({"success": True, "id": "c1"})
    with serve({UPDATE.route: [limited, good]}) as server:
        started = time.monotonic()
        done = cli(*UPDATE.words, env=key_for(server))
        took_s = time.monotonic() - started
    assert (done.code, done.out, done.err) == (0, "c1\n", "")
    assert server.count == 2
    assert took_s >= (0.2 if retry_after == "0.2" else 0)


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_refused_connection_means_that_nothing_was_sent(
    cli: Cli, form: str, refused_port: int
) -> None:
    url = f"http://127.0.0.1:{refused_port}/api"
    env = {"LOOPS_API_KEY": KEY, "CONTACTCTL_BASE_URL": url}
    for call in COMMAND_CALLS:
        with case(call):
            done = cli(*call.words, "--retries", "0", "-o", form, env=env)
            assert done.code == 7
            check_clean(done)
            if form == "json":
                assert done.error["code"] == "no_connection"
                assert done.error.get("outcome") == ("not_sent" if call.writes else None)
            else:
                assert "refused" in done.err
                assert ("  outcome: not sent\n" in done.err) == call.writes


def test_at_a_terminal_the_error_is_one_panel_without_the_key(cli: Cli) -> None:
    echo = reply_json({"success": False, "message": f"Bearer {KEY} \x1b[31mno"}, 400)
    for call in COMMAND_CALLS:
        with case(call), serve({call.route: [echo]}) as server:
            words = (*call.words, "--retries", "0", "--no-lookup")
            words = words if call.line == UPDATE.line else words[:-1]
            done = cli(*words, stderr_terminal=True, env={**key_for(server), "NO_COLOR": "1"})
            assert done.code == error_codes()["refused"]
            assert done.err.count("╭─ error") == 1
            assert KEY not in done.err
            assert "\x1b[31m" not in done.err
            assert "\\u{1b}[31mno" in done.err


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.mark.parametrize("fault", ["an unknown issuer", "another host's name"])
def test_a_certificate_that_cannot_be_trusted_is_sent_nothing(
    cli: Cli, authority: Authority, fault: str
) -> None:
    host = "127.0.0.1" if fault == "an unknown issuer" else "elsewhere.example"
    trust = {} if fault == "an unknown issuer" else {"SSL_CERT_FILE": str(authority.file)}
    with FaultServer([silence], tls=authority.server_context(host)) as server:
        env = {**key_for(server), **trust}
        for number, call in enumerate(COMMAND_CALLS):
            form = ("json", "text")[number % 2]  # reads and writes are among both
            with case(call):
                done = cli(*call.words, "--retries", "3", "-o", form, env=env)
                assert (done.code, server.count) == (9, 0)
                check_clean(done)
                if form == "text":
                    assert done.err.startswith("error: ")
                    continue
                error = json.loads(done.err)["error"]
                assert (error["code"], error["status"]) == ("tls", None)
                assert error.get("outcome") == ("not_sent" if call.writes else None)


def test_a_name_that_is_none_is_no_connection(cli: Cli) -> None:
    env = {"LOOPS_API_KEY": KEY, "CONTACTCTL_BASE_URL": "https://name.invalid/api"}
    done = cli(*UPDATE.words, "--retries", "0", "--timeout", "5", "-o", "json", env=env)
    check_clean(done)
    assert (done.code, done.error["outcome"]) == (7, "not_sent")
