"""Import every module, and run the calls on stdin, without what Python has on Unix alone.

Prints each module that cannot be imported, and the first word of each call with its exit code. The
libraries look for themselves where they are, and get all there is.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import io
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import time
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MISSING = frozenset(
    [
        "crypt",
        "fcntl",
        "grp",
        "pty",
        "pwd",
        "readline",
        "resource",
        "spwd",
        "syslog",
        "termios",
        "tty",
    ]
)
NAMES = {
    os: "O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NONBLOCK chown fchmod fchown fork forkpty getegid"
    " geteuid getgid getgroups getloadavg getpgid getpgrp getuid killpg lchown mkfifo nice openpty"
    " posix_fadvise pread pwrite register_at_fork sched_getaffinity set_blocking setsid statvfs"
    " sync sysconf uname wait3 wait4 WNOHANG",
    select: "epoll poll kqueue",
    signal: "SIGALRM SIGHUP SIGKILL SIGPIPE SIGQUIT SIGURG SIGUSR1 SIGUSR2 alarm pause"
    " pthread_kill pthread_sigmask setitimer siginterrupt sigwait",
    socket: "AF_UNIX SO_REUSEPORT",
    time: "clock_gettime tzset",
}


def without(module: ModuleType, names: str) -> ModuleType:
    """Return a copy of a module that lacks some names."""
    copy = ModuleType(module.__name__)
    gone = names.split()
    vars(copy).update({name: one for name, one in vars(module).items() if name not in gone})
    return copy


LESS = {module.__name__: without(module, names) for module, names in NAMES.items()}
import_before = builtins.__import__


def import_as_on_windows(
    name: str,
    globals: Mapping[str, object] | None = None,  # noqa: A002 - the names that Python calls it by
    locals: Mapping[str, object] | None = None,  # noqa: A002 - likewise
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    if globals is not None and str(globals.get("__name__")).startswith("contactctl"):
        if name in MISSING:
            raise ModuleNotFoundError(name)
        if name in LESS:
            return LESS[name]
    return import_before(name, globals, locals, fromlist, level)


def import_all() -> None:
    package = importlib.import_module("contactctl")
    for module in pkgutil.walk_packages(package.__path__, "contactctl."):
        try:
            importlib.import_module(module.name)
        except (ImportError, AttributeError) as error:
            print(module.name, error)  # noqa: T201 - what the test reads


def code_of(words: list[str]) -> int:
    """Return the exit code of a call whose answer nobody sees."""
    from contactctl.cli import main

    with contextlib.redirect_stdout(io.StringIO()):
        return main(words)


builtins.__import__ = import_as_on_windows
import_all()
for call in json.load(sys.stdin):
    print(call[0], code_of(call))  # noqa: T201
