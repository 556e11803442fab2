"""What every test stands on: no developer's configuration, streams as values, the real program."""

from __future__ import annotations

import gc
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from hypothesis import strategies
from pytest_recording import network

from contactctl.cli import main
from contactctl.files import FOLDER_VARIABLES, SANDBOX_VARIABLE
from contactctl.session import Run

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from contactctl.exact_json import JsonObject

#: Here, and not by its entry point (see pyproject.toml): coverage is measured from before this on.
pytest_plugins = ["contactctl.pytest_plugin"]

PROGRAM = Path(sysconfig.get_path("scripts")) / "contactctl"
_STOP_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
_OWN_VARIABLES = (
    *("LOOPS_API_KEY", "CONTACTCTL_PROFILE", "CONTACTCTL_BASE_URL", "CONTACTCTL_DEBUG"),
    *("CONTACTCTL_READ_ONLY", "CONTACTCTL_ONLY_DOMAINS", "CONTACTCTL_EXPECT_TEAM"),
)
_FOREIGN_VARIABLES = (
    *("CI", "GITHUB_ACTIONS", "GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY"),
    *("NO_COLOR", "FORCE_COLOR", "COLUMNS", "HTTP_PROXY", "HTTPS_PROXY"),
)

#: How long an example takes says how busy the machine is, and is no reason to fail.
hypothesis.settings.register_profile(
    "any machine",
    max_examples=30,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("any machine")

_MEMORY = Path("/dev/shm")  # noqa: S108 - whoever writes there makes a folder of its own
_ROOM_BYTES = 1 << 29


def _takes_tests(memory: Path) -> bool:
    """Tell whether this is a folder in memory with room, whose programs may be run."""
    if not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < _ROOM_BYTES:
        return False
    return not os.statvfs(memory).f_flag & os.ST_NOEXEC


# A sync takes no time there, and a fifth of the suite's time was syncs. pytest reads this later.
if _takes_tests(_MEMORY):
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))


class Stream(io.StringIO):
    """A text stream that is, or is not, a terminal."""

    encoding = "utf-8"

    def __init__(self, text: str = "", *, terminal: bool = False) -> None:
        super().__init__(text)
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@dataclass
class Done:
    """What a call left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> JsonObject:
        """The one JSON object on stdout."""
        return _object(self.out)

    @property
    def error(self) -> JsonObject:
        """The error object on the last line of stderr."""
        found = _object(self.err.splitlines()[-1])["error"]
        assert isinstance(found, dict)
        return found


@dataclass
class Cli:
    """Calls the program in this process, through its own boundary."""

    env: dict[str, str]
    stdin: str = ""
    calls: list[Done] = field(default_factory=list)

    def __call__(
        self,
        *words: str,
        stdin: str = "",
        terminal: bool = False,
        stderr_terminal: bool | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Done:
        """Run one call; ``terminal`` makes all three streams a terminal."""
        err_terminal = terminal if stderr_terminal is None else stderr_terminal
        run = Run(
            env={**self.env, **(env or {})},
            stdin=Stream(stdin, terminal=terminal),
            stdout=Stream(terminal=terminal),
            stderr=Stream(terminal=err_terminal),
        )
        code = main(words, run)
        assert isinstance(run.stdout, Stream)
        assert isinstance(run.stderr, Stream)
        return Done(code, run.stdout.getvalue(), run.stderr.getvalue())


@pytest.fixture(autouse=True, scope="session")
def signals_heard() -> Iterator[None]:
    """Hear what the parent ignores, as under nohup: the processes that tests start inherit it."""
    there = [getattr(signal, name) for name in _STOP_SIGNALS if hasattr(signal, name)]
    ignored = [one for one in there if signal.getsignal(one) is signal.SIG_IGN]
    for one in ignored:
        usual = signal.default_int_handler if one is signal.SIGINT else signal.SIG_DFL
        signal.signal(one, usual)
    yield
    for one in ignored:
        signal.signal(one, signal.SIG_IGN)


@hypothesis.given(strategies.none())
def _meet_one_example(_: None) -> None:
    """Do nothing, so that Hypothesis has begun."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the thousands of tests the search for rubbish, which took a fifth of the time."""
    gc.disable()
    done = yield
    _meet_one_example()  # where CI is set, it then looks for what holds its random numbers
    gc.freeze()
    gc.enable()
    return done


@pytest.fixture(autouse=True)
def block_network(pytestconfig: pytest.Config) -> Iterator[None]:
    """Let nothing out but to this machine; the plugin's own asks for seven more fixtures a test."""
    with network.blocking_context(pytestconfig.getoption("--allowed-hosts").split(",")):
        yield


@pytest.fixture(autouse=True, scope="session")
def vcr() -> None:
    """Record nothing: what is recorded takes the plugin's own back."""


@pytest.fixture(autouse=True, scope="session")
def nothing_of_the_developer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Hide the developer's variables, folders and umask; no test has folders but its own."""
    # Where it lets others write, profiles in a folder that a test makes would be refused.
    umask = os.umask(0o022)
    no_folder = tmp_path_factory.getbasetemp() / "a file, so that no folder can be made in it"
    no_folder.touch()
    with pytest.MonkeyPatch.context() as patch:
        for name in (*_OWN_VARIABLES, *_FOREIGN_VARIABLES, SANDBOX_VARIABLE):
            patch.delenv(name, raising=False)
        for name in (*FOLDER_VARIABLES.values(), "HOME"):
            patch.setenv(name, str(no_folder / name))
        yield
    os.umask(umask)


@pytest.fixture
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Give a test folders of its own, not yet made, and return the variables that name them."""
    monkeypatch.delenv("NO_COLOR", raising=False)  # a call of the program in this process sets it
    env = {name: str(tmp_path / kind) for kind, name in FOLDER_VARIABLES.items()}
    env["HOME"] = str(tmp_path / "home")
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    return env


@pytest.fixture
def memory_path(tmp_path: Path) -> Iterator[Path]:
    """Give a folder in memory where the machine has one: a sync takes no time there.

    What a killed process has written is as safe there as on a disk; a power cut is another matter.
    """
    if tmp_path.is_relative_to(_MEMORY) or not os.access(_MEMORY, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=_MEMORY, prefix="contactctl-test-") as found:
        yield Path(found)


@pytest.fixture
def refused_port() -> Iterator[int]:
    """Keep a port of this machine to ourselves and never listen: who calls is refused."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.fixture
def cli(own_folders: dict[str, str]) -> Cli:
    """Call the program in this process."""
    return Cli(env=dict(own_folders))


@pytest.fixture
def program(own_folders: dict[str, str]) -> Program:
    """Call the installed console script in a process of its own."""
    return Program(own_folders)


@dataclass
class Program:
    """Calls the installed program as a shell would, off a terminal."""

    env: Mapping[str, str]

    def __call__(
        self,
        *words: str | bytes,
        stdin: str | bytes = b"",
        env: Mapping[str, str] | None = None,
    ) -> Done:
        """Run one call to its end, at most a minute."""
        done = subprocess.run(
            [str(PROGRAM), *words],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            env={"PATH": os.environ["PATH"], **self.env, **(env or {})},
            capture_output=True,
            timeout=60,
            check=False,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def _object(text: str) -> JsonObject:
    from contactctl.exact_json import parse_json

    found = parse_json(text)
    assert isinstance(found, dict)
    return found


def run_python(code: str, env: Mapping[str, str]) -> str:
    """Run a few lines in a fresh interpreter and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout
