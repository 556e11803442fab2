"""What updates at once cost each other: a shell's loop beside eight processes at a time.

Run by hand:  .venv/bin/python tests/benchmarks/contention.py [UPDATES]
Every update is a process of its own with the key of a profile, so that all of them share the file
of profiles, the cache and the state folder. Prints processor time and wall time of each way, and
their ratio; ends 1 where an update failed or did not come in.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import sysconfig
import tempfile
import time
from typing import NamedTuple

from bare_service import BareService, bare_service

UPDATES = 1000
AT_ONCE = 8
PROGRAM = f"{sysconfig.get_path('scripts')}/contactctl"
_UPDATE = '"$0" update pN@example.com --prop plan=pro -q'
ONE_BY_ONE = f"for n in $(seq $1); do {_UPDATE.replace('pN', 'p$n')}; done"
EIGHT_AT_ONCE = f"seq $1 | xargs -P {AT_ONCE} -I N {_UPDATE}"


class Cost(NamedTuple):
    """What all updates of one way took, in seconds."""

    wall_s: float
    cpu_s: float


def measure(line: str, updates: int, env: dict[str, str]) -> Cost:
    """Run a line of the shell to its end; exit where an update failed or did not come in."""
    written = BareService.written
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        ["/bin/sh", "-c", line, PROGRAM, str(updates)],
        env=env,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    wall_s, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    came = BareService.written - written
    if done.returncode or came != updates:
        sys.exit(f"ended with {done.returncode}; {came} of {updates} updates came in")
    return Cost(wall_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    """Measure against a server in this process, whose own time is not counted."""
    updates = int(sys.argv[1]) if len(sys.argv) > 1 else UPDATES
    with bare_service() as address, tempfile.TemporaryDirectory() as home:
        env = {"PATH": os.environ["PATH"], "HOME": home}
        add = [PROGRAM, "profile", "add", "work", "--key-stdin", "--base-url", address]
        subprocess.run(add, input=b"key-of-a-benchmark", env=env, capture_output=True, check=True)
        alone = measure(ONE_BY_ONE, updates, env)
        at_once = measure(EIGHT_AT_ONCE, updates, env)
    for name, cost in (("one by one", alone), (f"{AT_ONCE} at once", at_once)):
        print(
            f"{updates} updates, {name:12} {cost.wall_s:6.1f} s  {cost.cpu_s:6.1f} s of processor"
            f" time, {1000 * cost.cpu_s / updates:.0f} ms each"
        )
    print(
        f"at once / one by one: wall {at_once.wall_s / alone.wall_s:.2f},"
        f" processor time {at_once.cpu_s / alone.cpu_s:.2f} (on {os.cpu_count()} cores)"
    )


if __name__ == "__main__":
    main()
