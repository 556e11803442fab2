"""What the flags of ``sandbox serve`` make of a server, and what goes together."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import Stream

from contactctl.commands.sandbox.command import log_of
from contactctl.commands.sandbox.flags import BehaviourFlags, DataFlags, ListenFlags
from contactctl.errors import CredentialsError, UsageError
from contactctl.sandbox.calls import Answer
from contactctl.sandbox.choices import Manner
from contactctl.sandbox.incoming import Incoming
from contactctl.sandbox.trouble import Fault, Latency, Script
from contactctl.session import Flags, Run, Session


def session(err: Stream | None = None) -> Session:
    return Session(Flags(), Run(stdin=Stream(), stdout=Stream(), stderr=err or Stream(), env={}))


def test_the_flags_become_settings() -> None:
    flags = BehaviourFlags(
        rate_limit=0,
        retry_after=2,
        latency=["80", "5:/lists"],
        fail=["503@3"],
        seed_random=7,
        api_key="made-up",
        lenient=True,
    )
    stopping = threading.Event()
    found = flags.to_settings(session(), ListenFlags(allow_host=["loops"]), stopping)
    assert found.script == Script(
        (Fault(503, numbers=range(3, 4)),), (Latency(0.08), Latency(0.005, "/lists")), 2, 7
    )
    assert (found.rate_limit, found.api_key, found.manner) == (None, "made-up", Manner.LENIENT)
    assert (found.served_host, found.allowed_hosts) == ("127.0.0.1", ("loops",))
    assert found.sleep == stopping.wait


@pytest.mark.parametrize(
    ("flags", "error"),
    [
        ({"strict": True, "lenient": True}, UsageError),
        ({"fail": ["503"]}, UsageError),
        ({"latency": ["soon"]}, UsageError),
        ({"api_key": ""}, CredentialsError),
        ({"api_key": "a b"}, CredentialsError),
    ],
)
def test_what_cannot_be_is_refused(flags: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        BehaviourFlags(**flags).to_settings(session(), ListenFlags(), threading.Event())


@pytest.mark.parametrize("name", ["loops:8025", "http://loops", "loops/", "a b", "", "[::1]"])
def test_a_name_that_no_host_has_is_refused_and_not_waited_for(name: str) -> None:
    with pytest.raises(UsageError, match="is not a host name"):
        _ = ListenFlags(allow_host=["loops", name]).allowed_hosts


@pytest.mark.parametrize("name", ["loops", "Loops.internal", "my_host-1", "10.0.0.7", "fd00::7"])
def test_a_name_or_an_address_can_be_allowed(name: str) -> None:
    assert ListenFlags(allow_host=[name]).allowed_hosts == (name,)


@pytest.mark.parametrize(
    "flags",
    [{"db": Path("a"), "memory": True}, {"db": Path()}, {"seed": Path()}, {"log": Path()}],
)
def test_data_is_in_one_place_and_files_have_names(flags: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        DataFlags(**flags).check()
    DataFlags(memory=True, seed=Path("-"), log=Path("b")).check()


def test_a_request_is_a_line_for_a_person_and_one_in_the_file(tmp_path: Path) -> None:
    err = Stream()
    with ExitStack() as stack:
        log = log_of(session(err), tmp_path / "log.jsonl", stack)
        incoming = Incoming({"REQUEST_METHOD": "GET", "PATH_INFO": "/api/v1/lists"})
        log.add(incoming, Answer([]), now_s=0, took_s=0.001)
        log_of(session(err), None, stack).add(incoming, Answer([]), now_s=0, took_s=0.001)
    here = datetime.fromtimestamp(0).astimezone()
    assert err.getvalue() == f"{here:%H:%M:%S} GET /api/v1/lists 200 1.0 ms\n" * 2
    assert (tmp_path / "log.jsonl").read_text().count("\n") == 1
