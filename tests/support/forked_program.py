"""The program in processes of their own, forked from one that has imported it already.

A start costs more than most of what is tested here: this spares it, and nothing else. What is
killed, stopped and waited for is a process like any other.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Streams = tuple[IO[bytes], IO[bytes], IO[bytes]]

#: What imports need, with all that it imports in turn.
_MODULES = (
    *("contactctl.cli", "contactctl.connection", "contactctl.network.transport", "typer", "rich"),
    *(
        "contactctl.tree",
        "contactctl.profiles.store",
        "contactctl.service.client",
        "gzip",
        "ctypes",
    ),
    *(
        "contactctl.importing.keeping.kept",
        "contactctl.account.cache",
        "contactctl.plans.undo_file",
    ),
    *("contactctl.commands.imports.command", "contactctl.commands.imports.dry_run"),
    *("contactctl.commands.imports.creating", "contactctl.commands.imports.sending"),
    *("contactctl.commands.imports.planning", "contactctl.commands.imports.apply"),
    *("contactctl.commands.finding", "contactctl.commands.deletion", "contactctl.runs.backup"),
    *("contactctl.runs.deletion", "contactctl.commands.sandbox.command"),
    *("contactctl.sandbox.server", "contactctl.sandbox.store", "filelock", "sqlite3"),
)
_LENGTH_BYTES = 8
_PLACES = 4  # the three streams, and a socket that closes with the process


class Forked:
    """A process of the program, with the methods of ``Popen`` that tests call."""

    def __init__(self, mother: _Mother, pid: int, alive: socket.socket) -> None:
        self._mother, self.pid, self._alive = mother, pid, alive
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the code if it has ended, negative for a signal."""
        return self._waited(0)

    def wait(self, most_s: float) -> int:
        """Wait until it has ended, and return its code."""
        code = self._waited(most_s)
        if code is None:
            raise subprocess.TimeoutExpired("contactctl", most_s)
        return code

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self.send_signal(signal.SIGKILL)

    def send_signal(self, signum: signal.Signals) -> None:
        """Send a signal, unless it is known to have ended; until then its id is its own."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    def _waited(self, most_s: float) -> int | None:
        if self.returncode is None and select.select([self._alive], [], [], most_s)[0]:
            self.returncode = self._mother.code_of(self.pid)
            self._alive.close()
        return self.returncode


def forked(words: Sequence[str], env: Mapping[str, str], streams: Streams) -> Forked:
    """Call the program with these words, variables and streams."""
    return _mother().fork(words, env, [stream.fileno() for stream in streams])


def started(
    words: Sequence[str], env: Mapping[str, str], streams: Streams
) -> subprocess.Popen[bytes]:
    """Call the program as :func:`forked` does, from the first moment of a start."""
    from conftest import PROGRAM  # not for the process that this file is run by

    stdin, stdout, stderr = streams
    return subprocess.Popen([PROGRAM, *words], env=env, stdin=stdin, stdout=stdout, stderr=stderr)


class _Mother:
    """The process that others are forked from: one for all tests, as it is never changed."""

    def __init__(self) -> None:
        self._asked, given = socket.socketpair()
        self._lock = threading.Lock()
        with given:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(given.fileno())],
                env={"PATH": os.environ["PATH"]},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # or its children would write as to our terminal
                pass_fds=[given.fileno()],
            )

    def fork(self, words: Sequence[str], env: Mapping[str, str], streams: list[int]) -> Forked:
        alive, held = socket.socketpair()
        request = json.dumps({"words": words, "env": env, "cwd": str(Path.cwd())}).encode()
        with held, self._lock:
            length = b"%*d" % (_LENGTH_BYTES, len(request))
            socket.send_fds(self._asked, [length], [*streams, held.fileno()])
            self._asked.sendall(request)
            return Forked(self, self._answer(), alive)

    def code_of(self, pid: int) -> int:
        """Return the code of a process that has ended, and forget it."""
        with self._lock:
            self._asked.sendall(b"%*d" % (_LENGTH_BYTES, -pid))
            return self._answer()

    def close(self) -> None:
        """End it, when its children have ended."""
        self._asked.close()
        self._process.wait()

    def _answer(self) -> int:
        return int(_exactly(self._asked, _LENGTH_BYTES))


@cache
def _mother() -> _Mother:
    found = _Mother()
    atexit.register(found.close)
    return found


def _exactly(connection: socket.socket, count: int) -> bytes:
    """Read so many bytes."""
    found = connection.recv(count, socket.MSG_WAITALL)
    if len(found) < count:
        raise EOFError
    return found


def _serve(connection: socket.socket) -> None:
    """Fork and wait as asked, until nobody asks any more."""
    import importlib

    for name in _MODULES:
        importlib.import_module(name)
    while True:
        head, places, _, _ = socket.recv_fds(connection, _LENGTH_BYTES, _PLACES)
        if not head:
            return
        length = int(head + connection.recv(_LENGTH_BYTES - len(head), socket.MSG_WAITALL))
        if length < 0:
            answer = os.waitstatus_to_exitcode(os.waitpid(-length, 0)[1])
        else:
            answer = _child(json.loads(_exactly(connection, length)), places)
        connection.sendall(b"%*d" % (_LENGTH_BYTES, answer))


def _child(call: dict[str, object], places: list[int]) -> int:
    """Fork, and return the id of the process that makes the call."""
    pid = os.fork()
    if not pid:
        try:
            _call(call, places)
        except BaseException:  # noqa: BLE001 - nothing may come back to where others are forked
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(99)
    for place in places:
        os.close(place)
    return pid


def _call(call: dict[str, object], places: list[int]) -> NoReturn:
    """Be the program, as if this process had just been started."""
    from contactctl.__main__ import run

    words, env, cwd = call["words"], call["env"], call["cwd"]
    assert isinstance(words, list)
    assert isinstance(env, dict)
    for number, place in enumerate(places[:3]):
        os.dup2(place, number)
        os.close(place)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding="utf-8", closefd=False)
        for number, mode in enumerate("rww")
    )
    os.set_inheritable(places[3], False)  # noqa: FBT003 - what it starts may outlive it
    os.chdir(str(cwd))
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["contactctl", *words]
    run()


if __name__ == "__main__":
    del sys.path[0]  # the folder of this file, which the program would not have either
    try:
        _serve(socket.socket(fileno=int(sys.argv[1])))
    except KeyboardInterrupt:
        sys.exit(130)
