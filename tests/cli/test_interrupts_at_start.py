"""A Ctrl-C during the imports: the process dies of it, and nothing is written.

A harness stops the real program in the middle of an import, says so, and goes on when told.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from command_calls import key_for, serve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fault_server import FaultServer

#: Argument 1 is the module whose import waits; 2 says what becomes of an exception there; 3 how
#: SIGINT begins, whatever started the tests: as Python leaves it, or as it was ignored before.
HARNESS = """
import os, signal, sys
_, waits_at, swallows, begins, ready, go, *words = sys.argv
signal.signal(signal.SIGINT, getattr(signal, begins))
for name in ("SIGTERM", "SIGHUP"):
    signal.signal(getattr(signal, name), signal.SIG_DFL)
sys.argv = ["contactctl", *words]
class Waiting:
    def find_spec(self, name, path=None, target=None):
        if name == waits_at:
            sys.meta_path.remove(self)
            try:
                os.write(int(ready), b"!")
                os.read(int(go), 1)
            except BaseException:
                if swallows == "keeps":
                    raise
                if swallows == "turns":
                    raise RuntimeError("cannot release un-acquired lock")
sys.meta_path.insert(0, Waiting())
from contactctl.__main__ import run
run()
"""
UPDATE = ("update", "--email", "ada@example.com")
BEFORE_THE_COMMAND = [
    "contactctl.cli",
    "contactctl.profiles.store",
    "typer",
    "contactctl.commands.contacts",
]
IN_THE_COMMAND = ["contactctl.network.messages", "httpcore", "contactctl.service.client"]


class Waiting:
    """The program, in the middle of an import."""

    def __init__(
        self, module: str, env: Mapping[str, str], *, becomes: str = "keeps", ignored: bool = False
    ) -> None:
        ready, ready_end = os.pipe()
        go_end, self._go = os.pipe()
        how = (becomes, "SIG_IGN" if ignored else "default_int_handler")
        self.process = subprocess.Popen(
            [sys.executable, "-c", HARNESS, module, *how, str(ready_end), str(go_end), *UPDATE],
            env={"PATH": os.environ["PATH"], **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            pass_fds=(ready_end, go_end),
        )
        os.close(ready_end)
        os.close(go_end)
        assert os.read(ready, 1) == b"!", self.process.communicate()[1]
        os.close(ready)

    def end(self) -> tuple[int, str, str]:
        """Let it go on; return its exit code and what it printed."""
        os.close(self._go)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err


@pytest.fixture
def service() -> Iterator[FaultServer]:
    with serve({}) as server:
        yield server


@pytest.mark.parametrize(
    ("module", "signum"),
    [
        *((module, signal.SIGINT) for module in BEFORE_THE_COMMAND),
        *zip(BEFORE_THE_COMMAND, (signal.SIGTERM, signal.SIGHUP) * 2, strict=True),
    ],
)
def test_before_the_command_begins_a_signal_ends_the_process_at_once(
    service: FaultServer, own_folders: dict[str, str], module: str, signum: signal.Signals
) -> None:
    """Whoever would swallow an exception there: there is none."""
    waiting = Waiting(module, {**own_folders, **key_for(service)}, becomes="swallows")
    waiting.process.send_signal(signum)
    waiting.process.wait(timeout=20)  # it is not told to go on
    assert waiting.end() == (-signum, "", "")
    assert service.count == 0


def test_an_interrupt_that_python_printed_before_the_program_began_ends_it(
    service: FaultServer, own_folders: dict[str, str]
) -> None:
    """As it does in the middle of its look at the script's folder; ``sys.last_type`` tells."""
    code = "import sys; sys.last_type = KeyboardInterrupt; sys.argv[0] = 'contactctl'\n"
    code += "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += "from contactctl.__main__ import run; run()"
    done = subprocess.run(
        [sys.executable, "-c", code, *UPDATE],
        env={"PATH": os.environ["PATH"], **own_folders, **key_for(service)},
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert (done.returncode, service.count) == (-signal.SIGINT, 0)


@pytest.mark.parametrize("module", IN_THE_COMMAND)
def test_an_interrupt_that_an_import_of_the_command_swallows_stops_it_before_it_writes(
    service: FaultServer, own_folders: dict[str, str], module: str
) -> None:
    waiting = Waiting(module, {**own_folders, **key_for(service)}, becomes="swallows")
    waiting.process.send_signal(signal.SIGINT)
    code, out, err = waiting.end()
    assert (code, out, err) == (-signal.SIGINT, "", "error: interrupted\n")
    assert service.count == 0


@pytest.mark.parametrize("becomes", ["keeps", "turns"])
def test_an_interrupt_in_the_command_is_said(
    service: FaultServer, own_folders: dict[str, str], becomes: str
) -> None:
    """Also where the import makes another exception of it, which is no bug of ours."""
    waiting = Waiting("httpcore", {**own_folders, **key_for(service)}, becomes=becomes)
    waiting.process.send_signal(signal.SIGINT)
    assert waiting.end() == (-signal.SIGINT, "", "error: interrupted\n")
    assert service.count == 0


@pytest.mark.parametrize("module", ["typer", "httpcore"])
def test_an_interrupt_that_the_parent_ignores_stays_ignored(
    service: FaultServer, own_folders: dict[str, str], module: str
) -> None:
    waiting = Waiting(module, {**own_folders, **key_for(service)}, ignored=True)
    waiting.process.send_signal(signal.SIGINT)
    code, _, _ = waiting.end()
    assert (code, service.count) == (0, 1)
