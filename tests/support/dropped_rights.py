"""Calls of the program by somebody whom folders can be closed to, which root is not."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
#: A user whom no system knows.
STRANGER = 12345
#: Root without its right to go everywhere: Linux tells these rights apart.
_BOUND = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
#: May read all, so that Python can be where root alone may go, and write nothing.
_READS = "-all,+dac_read_search"
_STRANGE = [
    "setpriv",
    *(f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups"),
    *(f"--inh-caps={_READS}", f"--ambient-caps={_READS}", f"--bounding-set={_READS}"),
]


@cache
def can_drop(*, to_stranger: bool = False) -> bool:
    """Tell whether there is anybody to be: others than root are closed out as they are."""
    if not IS_ROOT:
        return hasattr(os, "geteuid") and not to_stranger
    prefix = _STRANGE if to_stranger else _BOUND
    if shutil.which("setpriv") is None:
        return False
    done = subprocess.run([*prefix, sys.executable, "-c", ""], capture_output=True, check=False)
    return done.returncode == 0


class Said(NamedTuple):
    """What a call left behind."""

    code: int
    out: str
    err: str


class Dropped:
    """One process in which calls are made, by root without its rights or by a stranger."""

    def __init__(self, *, as_stranger: bool = False) -> None:
        prefix = _STRANGE if as_stranger else _BOUND
        self._process = subprocess.Popen(
            [*(prefix if IS_ROOT else []), sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=60)

    def __call__(self, words: Sequence[str], env: Mapping[str, str], stdin: str = "") -> Said:
        """Run one call off a terminal, with these variables alone."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([words, {**env}, stdin]) + "\n")
        self._process.stdin.flush()
        return Said(*json.loads(self._process.stdout.readline()))


class _Stream(io.StringIO):
    encoding = "utf-8"


def _answer_calls() -> None:
    from contactctl.cli import main
    from contactctl.session import Run

    for line in sys.stdin:
        words, env, stdin = json.loads(line)
        # platformdirs looks into the process's own.
        os.environ.clear()
        os.environ.update(env)
        out, err = _Stream(), _Stream()
        code = main(words, Run(os.environ, _Stream(stdin), out, err))
        sys.stdout.write(json.dumps([code, out.getvalue(), err.getvalue()]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _answer_calls()
