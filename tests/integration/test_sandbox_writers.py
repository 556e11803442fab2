"""Many writers at once, and writers that are killed: nothing is lost, nothing is half."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from sandbox_calls import ADA, Rules
from sandbox_http import called_over_wsgi, put
from sandbox_served import python_process, served

from contactctl.sandbox.app import Settings
from contactctl.sandbox.records import Property
from contactctl.sandbox.server import Listen
from contactctl.sandbox.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [f"p{number}" for number in range(100)]

WRITER = """
import sys
from pathlib import Path
from contactctl.sandbox.calls import Call
from contactctl.sandbox.rules import update
from contactctl.sandbox.store import open_store

with open_store(Path(sys.argv[1])) as store:
    for name in sys.argv[2:]:
        with store.write() as transaction:
            update(transaction, Call(body={"email": "ada@example.com", name: name}))
"""
FOREVER = """
import sys
from pathlib import Path
from contactctl.exact_json import Number
from contactctl.sandbox.calls import Call
from contactctl.sandbox.rules import update
from contactctl.sandbox.store import open_store

with open_store(Path(sys.argv[1])) as store:
    for number in range(int(sys.argv[2]), 10**9):
        with store.write() as transaction:
            for email in ("ada@example.com", "bob@example.com"):
                values = {"seats": Number(str(number)), "note": "x" * (number % 498)}
                update(transaction, Call(body={"email": email, **values}))
        print(number, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a sandbox that has a property for each writer."""
    path = tmp_path / "sandbox.sqlite3"
    with open_store(path) as store, store.write() as transaction:
        transaction.add_properties(Property(name, "string") for name in NAMES)
    return path


def written(path: Path) -> list[str]:
    """Return the names that the one contact has a value for."""
    with open_store(path) as store:
        (contact,) = store.dump()
    return [name for name in NAMES if contact.get(name) == name]


def test_a_hundred_updates_by_threads_over_http_are_all_there(path: Path) -> None:
    with (
        served(path, listen=Listen(port=0, threads=16)) as sandbox,
        sandbox.client() as client,
        ThreadPoolExecutor(16) as threads,
    ):
        done = threads.map(lambda name: put(client, email=ADA, **{name: name}), NAMES)
        assert {answer.status_code for answer in done} == {200}
    assert written(path) == NAMES


def test_a_hundred_updates_by_threads_in_process_are_all_there(path: Path) -> None:
    with called_over_wsgi(path, Settings()) as client, ThreadPoolExecutor(16) as threads:
        done = threads.map(lambda name: put(client, email=ADA, **{name: name}), NAMES)
        assert {answer.status_code for answer in done} == {200}
    assert written(path) == NAMES


def test_a_hundred_updates_by_processes_are_all_there(path: Path) -> None:
    with ExitStack() as stack:
        writers = [
            stack.enter_context(python_process(WRITER, str(path), *NAMES[start::5]))
            for start in range(5)
        ]
        assert [writer.wait(timeout=60) for writer in writers] == [0] * 5
    assert written(path) == NAMES


def test_several_processes_that_are_first_make_one_sandbox(tmp_path: Path) -> None:
    path = tmp_path / "new" / "sandbox.sqlite3"
    with ExitStack() as stack:
        writers = [
            stack.enter_context(python_process(WRITER, str(path), "plan", "note")) for _ in range(4)
        ]
        assert [writer.wait(timeout=60) for writer in writers] == [0] * 4
    with open_store(path) as store:
        assert Rules(store).contact()["note"] == "note"


def test_a_killed_writer_leaves_the_old_or_the_new_state(path: Path) -> None:
    """Both contacts change in one transaction, so they are always alike."""
    chance = random.Random(14)  # noqa: S311 - moments to kill at, no secrets
    acknowledged = 0
    for _ in range(6):
        with python_process(FOREVER, str(path), str(acknowledged + 1)) as writer:
            assert writer.stdout is not None
            lines = [writer.stdout.readline()]
            time.sleep(chance.uniform(0, 0.05))
            writer.kill()
            lines += writer.stdout.read().splitlines()
        acknowledged = int(lines[-1])
        with open_store(path) as store:
            ada, bob = store.dump()
        states = {(str(item["seats"]), str(item["note"])) for item in (ada, bob)}
        assert len(states) == 1
        (state,) = states
        assert state[0] in {f"Number('{acknowledged}')", f"Number('{acknowledged + 1}')"}
