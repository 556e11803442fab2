"""Every fault meets every call: the right error, outcome and number of requests, and no key."""

from __future__ import annotations

import time
import traceback
from typing import TYPE_CHECKING

import pytest
from client_calls import CALLS, KEY, Spied, spied_client
from fault_server import FaultServer, reply_json
from faults import DEADLINES_S, FAULTS, Fault
from looped_cases import case

from contactctl.errors import ContactctlError, NoConnectionError, Outcome, error_codes

if TYPE_CHECKING:
    from contactctl.exact_json import JsonValue

SLACK_S = 10.0


def fail(spied: Spied, route: str) -> ContactctlError:
    with spied.client, pytest.raises(ContactctlError) as caught:
        CALLS[route](spied.client)
    return caught.value


@pytest.mark.parametrize("route", CALLS)
def test_every_fault_becomes_the_promised_error(route: str) -> None:
    with FaultServer([]) as server:
        for number, fault in enumerate(FAULTS, start=[*CALLS].index(route)):
            if fault.meets(route) and _is_met(route, fault, number):
                with case(route, fault):
                    check_fault(server, route, fault)


def _is_met(route: str, fault: Fault, number: int) -> bool:
    """Choose all faults for the update, and for other calls a third in turn and what differs."""
    return route == "PUT contacts/update" or fault.status == 404 or number % 3 == 0


def check_fault(server: FaultServer, route: str, fault: Fault) -> None:
    # Each slow attempt takes its whole deadline, so one call stands for all in being repeated.
    retries = 0 if fault.slow and route != "PUT contacts/update" else 1
    for timeout_s in DEADLINES_S if fault.slow else [30.0]:
        server.begin_anew({name: [fault.behave] for name in CALLS})  # who repeats may look first
        spied = spied_client(server.url, retries=retries, timeout_s=timeout_s)
        started = time.monotonic()
        error = fail(spied, route)
        took_s = time.monotonic() - started
        assert not fault.slow or took_s < (1 + retries) * timeout_s + SLACK_S
        if (error.status, server.count) == (fault.status, 1 + retries):
            break
    attempts = 1 + retries * fault.repeated
    assert (error.code, error.status) == (fault.code_for(route), fault.status)
    assert error.exit_code == fault.exit_code_for(route)
    assert error.outcome == fault.outcome_for(route)
    assert (error.attempts, server.count) == (attempts, attempts)
    assert len(spied.waits) == attempts - 1
    assert all(wait >= min(fault.asks_s, 60) for wait in spied.waits)
    assert fault.status is None or str(fault.status) in error.message
    assert error.hint
    assert "may have been applied" in error.message or error.outcome is not Outcome.UNKNOWN


@pytest.mark.parametrize("route", CALLS)
def test_a_refused_connection_is_tried_again_and_nothing_was_sent(
    route: str, refused_port: int
) -> None:
    spied = spied_client(f"http://127.0.0.1:{refused_port}/api", retries=2)
    error = fail(spied, route)
    assert isinstance(error, NoConnectionError)
    assert (error.outcome, error.attempts, len(spied.waits)) == (Outcome.NOT_SENT, 3, 2)
    assert "refused" in error.message


@pytest.mark.parametrize(
    "body",
    [
        {"success": False, "message": f"Bad key {KEY}"},
        {"error": f"Bearer {KEY}"},
        {"success": True, "id": KEY},
        {"success": True, KEY: KEY, "isSuppressed": KEY},
        [{"id": KEY, "key": KEY, "type": "string", "name": KEY}],
    ],
    ids=str,
)
def test_a_key_that_the_service_echoes_is_masked(body: JsonValue) -> None:
    echo = [("Location", f"https://{KEY}.example/{KEY}"), ("Retry-After", KEY), ("X-Key", KEY)]
    for status in (200, 302, 400, 401, 429, 500):
        with case(status), FaultServer([reply_json(body, status, echo)]) as server:
            spied = spied_client(server.url)
            with spied.client:
                shown = [_shown_by(spied, route) for route in CALLS]
            shown += [*spied.lines, repr(spied.client)]
            assert KEY not in "".join(shown)
            keys = {request.headers["authorization"] for request in server.received}
            assert keys == {f"Bearer {KEY}"}


def _shown_by(spied: Spied, route: str) -> str:
    try:
        return repr(CALLS[route](spied.client))
    except ContactctlError as error:
        return "".join(traceback.format_exception(error)) + repr(vars(error))


def test_no_fault_shows_key_or_payload_in_the_whole_chain_of_exceptions() -> None:
    route = "PUT contacts/update"
    for fault in [fault for fault in FAULTS if not fault.slow]:
        with case(fault), FaultServer([fault.behave]) as server:
            error = fail(spied_client(server.url, retries=0), route)
            shown = "".join(repr(item) + repr(item.args) for item in chain_of(error))
            assert KEY not in shown
            assert "firstName" not in shown


def chain_of(error: BaseException) -> list[BaseException]:
    """Return an exception and all below it."""
    chain = [error]
    while (below := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(below)
    return chain


def test_the_table_of_faults_uses_codes_that_exist() -> None:
    assert {fault.code for fault in FAULTS} <= set(error_codes())
