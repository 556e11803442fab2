"""The pytest plugin, as the tests of somebody else's code use it."""

from __future__ import annotations

import asyncio
import re
import ssl
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from conftest import run_python
from sandbox_calls import ADA, BOB
from test_readme import blocks

from contactctl.errors import MachineError
from contactctl.sandbox.in_thread import served_in_thread
from contactctl.sandbox.server import Listen

if TYPE_CHECKING:
    from conftest import Program

    from contactctl.testing import LoopsSandbox

pytest_plugins = ["pytester"]

NOTHING_LOADED = """
import sys, threading

def test_nothing_is_loaded():
    assert [name for name in sys.modules if name.startswith("contactctl")] == [
        "contactctl", "contactctl.pytest_plugin"
    ]
    assert not [one for one in threading.enumerate() if one.name == "contactctl-sandbox"]
"""
#: Made once: to read whom a system trusts takes longer than a call that asks nobody to be trusted.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
#: They take more of the time than ours does, in each of the processes.
OTHERS_PLUGINS = ("anyio", "hypothesispytest", "platformdirs", "pytest_cov", "randomly")
INTERRUPTED = """
def test_is_interrupted(loops_sandbox):
    raise KeyboardInterrupt
"""


def call(sandbox: LoopsSandbox, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401 - handed on
    """Call the sandbox as code under test would, with its key unless there is another."""
    headers = {"Authorization": f"Bearer {options.pop('key', sandbox.api_key)}"}
    url = f"{sandbox.url}/v1{path}"
    return httpx.request(method, url, headers=headers, verify=NO_TLS, **options)


def update(sandbox: LoopsSandbox, email: str = ADA, **options: Any) -> int:  # noqa: ANN401 - handed on
    """Update a contact and return the status."""
    return call(sandbox, "PUT", "/contacts/update", json={"email": email}, **options).status_code


def servers() -> set[int | None]:
    """Return the threads of this process that serve a sandbox."""
    return {one.ident for one in threading.enumerate() if one.name == "contactctl-sandbox"}


def test_the_plugin_imports_nothing_that_pytest_has_not() -> None:
    code = (
        "import sys, pytest; before = set(sys.modules); import contactctl.pytest_plugin;"
        "print(*sorted(set(sys.modules) - before))"
    )
    assert run_python(code, {}).split() == ["contactctl", "contactctl.pytest_plugin"]


def test_the_example_passes_in_each_worker_and_nothing_is_loaded_before(
    pytester: pytest.Pytester,
) -> None:
    (example,) = blocks("python")
    assert example.count("\n") <= 15
    pytester.makepyfile(test_a=NOTHING_LOADED, test_b=example)
    done = pytester.runpytest_subprocess(
        *(word for name in OTHERS_PLUGINS for word in ("-p", f"no:{name}")),
        *("-W", "error", "-n", "2", "--dist", "each"),
        *("--block-network", "--allowed-hosts", "127.0.0.1"),
    )
    done.assert_outcomes(passed=4)


def test_the_server_ends_with_an_interrupted_session(pytester: pytest.Pytester) -> None:
    before = servers()
    with pytest.raises(KeyboardInterrupt):
        pytester.runpytest_inprocess("-p", "no:randomly", pytester.makepyfile(INTERRUPTED))
    assert servers() == before


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_begins_with_an_empty_sandbox(loops_sandbox: LoopsSandbox, turn: int) -> None:
    assert (loops_sandbox.contacts, loops_sandbox.requests) == ([], []), turn
    assert (loops_sandbox.faults["fail"], len(loops_sandbox.dump()["lists"])) == ([], 3)
    loops_sandbox.load({"lists": [], "contacts": [{"email": BOB}]})
    loops_sandbox.fail(503, times=2)
    assert update(loops_sandbox) == 503


def test_contacts_and_requests_are_seen(loops_sandbox: LoopsSandbox) -> None:
    assert [update(loops_sandbox, email) for email in (ADA, BOB, "nobody")] == [200, 200, 400]
    assert [one["email"] for one in loops_sandbox.contacts] == [ADA, BOB]
    assert loops_sandbox.contact(ADA.upper()) == loops_sandbox.contacts[0]
    assert loops_sandbox.contact("carl@example.com") is None
    seen = [(one["path"], one["status"], one["request"]) for one in loops_sandbox.requests]
    assert seen[1:] == [
        ("/api/v1/contacts/update", 200, {"email": BOB}),
        ("/api/v1/contacts/update", 400, {"email": "nobody"}),
    ]


def test_another_key_is_refused(loops_sandbox: LoopsSandbox) -> None:
    assert (update(loops_sandbox, key="another"), loops_sandbox.contacts) == (401, [])


def test_requests_fail_in_the_order_that_was_asked_for(loops_sandbox: LoopsSandbox) -> None:
    assert update(loops_sandbox) == 200
    loops_sandbox.fail(429, times=2, retry_after=3)
    loops_sandbox.fail(503)
    loops_sandbox.fail(404, method="GET", path="/lists")
    answers = [call(loops_sandbox, "PUT", "/contacts/update", json={"email": ADA})]
    assert (answers[0].status_code, answers[0].headers["retry-after"]) == (429, "3")
    assert [update(loops_sandbox) for _ in range(3)] == [429, 503, 200]
    assert call(loops_sandbox, "GET", "/lists").status_code == 404
    loops_sandbox.fail(500, times=None)
    assert {update(loops_sandbox) for _ in range(3)} == {500}


def test_faults_are_set_in_the_place_of_others(loops_sandbox: LoopsSandbox) -> None:
    loops_sandbox.fail(500, times=None)
    loops_sandbox.set_faults(fail=["503@2"], latency=["1:/lists"], rate_limit=1000)
    assert [update(loops_sandbox) for _ in range(3)] == [200, 503, 200]
    kept = {"fail": ["503@2"], "latency": ["1:/lists"], "rateLimit": 1000}
    assert {name: loops_sandbox.faults[name] for name in kept} == kept
    loops_sandbox.set_faults()
    assert loops_sandbox.faults["rateLimit"] is None


def test_what_cannot_be_is_said_and_changes_nothing(loops_sandbox: LoopsSandbox) -> None:
    with pytest.raises(ValueError, match="contact 1: Invalid email address;"):
        loops_sandbox.load({"contacts": [{"email": "nobody"}], "lists": []})
    for status, times in ((200, 1), (503, 0)):
        with pytest.raises(ValueError, match="not a failure"):
            loops_sandbox.fail(status, times)
    assert (len(loops_sandbox.dump()["lists"]), loops_sandbox.faults["fail"]) == (3, [])


def test_a_process_under_test_finds_it_by_its_variables(
    loops_sandbox: LoopsSandbox, program: Program
) -> None:
    assert program("update", "--email", ADA, env=loops_sandbox.env).code == 0
    assert [one["email"] for one in loops_sandbox.contacts] == [ADA]


def test_code_that_waits_for_many_answers_at_once_is_served(loops_sandbox: LoopsSandbox) -> None:
    async def all_of_them() -> list[int]:
        headers = {"Authorization": f"Bearer {loops_sandbox.api_key}"}
        url = f"{loops_sandbox.url}/v1/contacts/update"
        async with httpx.AsyncClient(headers=headers, verify=NO_TLS) as client:
            sent = [client.put(url, json={"email": f"p{at}@example.com"}) for at in range(20)]
            answers = await asyncio.gather(*sent)
            assert len(loops_sandbox.contacts) == 20
            return [answer.status_code for answer in answers]

    assert asyncio.run(all_of_them()) == [200] * 20


def test_why_a_server_cannot_begin_is_raised_where_it_was_asked_for(refused_port: int) -> None:
    listen = Listen(port=refused_port)
    with (
        pytest.raises(MachineError, match=re.escape(f"port {refused_port}")),
        served_in_thread(lambda _environ, _start: [], listen, threading.Event()),
    ):
        pytest.fail("it began")
