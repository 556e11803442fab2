"""Ctrl-C, SIGTERM and SIGHUP: one line, soon, and a death by the real signal."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest
from command_calls import key_for, serve
from conftest import PROGRAM
from fault_server import silence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fault_server import FaultServer, Visit

UPDATE = ("update", "--email", "ada@example.com")
#: Two seconds are promised; the rest is for a machine that is busy with other tests.
WAIT_S = 5.0
WORDS = {
    signal.SIGINT: "error: interrupted",
    signal.SIGTERM: "error: stopped by SIGTERM",
    signal.SIGHUP: "error: stopped by SIGHUP",
}


@pytest.fixture
def mute() -> Iterator[FaultServer]:
    """Serve a service that never answers an update."""
    with serve({"PUT contacts/update": [silence]}) as server:
        yield server


def start(
    server: FaultServer, own_folders: Mapping[str, str], *more: str, ignored: str = ""
) -> subprocess.Popen[str]:
    """Start an update, from a shell that ignores a signal where one is named."""
    line = f'trap \'\' {ignored}; exec "$0" "$@"' if ignored else 'exec "$0" "$@"'
    return subprocess.Popen(
        ["/bin/sh", "-c", line, str(PROGRAM), *UPDATE, *more],
        env={"PATH": os.environ["PATH"], **own_folders, **key_for(server)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end_of(process: subprocess.Popen[str]) -> tuple[str, str, float]:
    """Return what was printed, and how long it took to end."""
    started = time.monotonic()
    out, err = process.communicate(timeout=40)
    return out, err, time.monotonic() - started


@pytest.mark.parametrize(
    ("signum", "times"),
    [
        *((signum, 1) for signum in WORDS),
        (signal.SIGINT, 2),
        *(pytest.param(signum, 2, marks=pytest.mark.slow) for signum in [*WORDS][1:]),
    ],
)
def test_a_signal_while_waiting_for_an_answer(
    mute: FaultServer, own_folders: dict[str, str], signum: signal.Signals, times: int
) -> None:
    process = start(mute, own_folders)
    mute.wait_for_request()
    for _ in range(times):
        process.send_signal(signum)
    out, err, took_s = end_of(process)
    assert process.returncode == -signum
    assert took_s < WAIT_S
    assert out == ""
    if times == 1:
        assert err.splitlines() == [
            WORDS[signum],
            "  outcome: unknown, it may have been applied",
        ]
    else:  # the second one may come before the first has been said
        assert set(err.splitlines()) <= {
            WORDS[signum],
            "  outcome: unknown, it may have been applied",
        }
        assert "Traceback" not in err


def test_in_json_the_signal_is_one_error_object(
    mute: FaultServer, own_folders: dict[str, str]
) -> None:
    process = start(mute, own_folders, "-o", "json")
    mute.wait_for_request()
    process.send_signal(signal.SIGTERM)
    _, err, _ = end_of(process)
    assert err.count("\n") == 1
    assert '"code":"interrupted"' in err
    assert '"outcome":"unknown"' in err


@pytest.mark.slow
@pytest.mark.parametrize("delay_ms", range(0, 300, 3))
def test_ctrl_c_at_any_moment_leaves_no_write_unsaid(
    own_folders: dict[str, str], delay_ms: int
) -> None:
    """Only Python's own start, before it runs the program, may swallow it; it says so then."""
    with serve({}) as server:
        process = start(server, own_folders)
        time.sleep(delay_ms / 1000)
        process.send_signal(signal.SIGINT)
        out, err, _ = end_of(process)
        written = server.count > 0
    by_python = "Exception ignored in" in err or "Failed checking if argv[0]" in err
    assert "contactctl/cli.py" not in err
    if written and not by_python:
        assert out or "  outcome: " in err


@pytest.mark.parametrize("signum", [signal.SIGHUP, signal.SIGINT])
def test_what_the_parent_ignores_stays_ignored(
    own_folders: dict[str, str], signum: signal.Signals
) -> None:
    """As under nohup, or in the background of a script."""
    signalled = threading.Event()

    def hang_up_then(_visit: Visit) -> bool:
        assert signalled.wait(60)
        return False

    with serve({"PUT contacts/update": [hang_up_then]}) as server:
        ignored = signum.name.removeprefix("SIG")
        process = start(server, own_folders, "--retries", "0", ignored=ignored)
        server.wait_for_request()
        process.send_signal(signum)
        signalled.set()
        _, err, _ = end_of(process)
    assert process.returncode == 7
    assert "error: cannot update" in err


def test_where_nothing_was_written_a_stop_does_not_claim_doubt(
    own_folders: dict[str, str],
) -> None:
    with serve({"GET contacts/find": [silence]}) as server:
        process = start(server, own_folders, "--must-exist", "-o", "json")
        server.wait_for_request()
        process.send_signal(signal.SIGINT)
        _, err, _ = end_of(process)
    assert '"outcome":"not_sent"' in err
