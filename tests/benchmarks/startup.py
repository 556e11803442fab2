"""What a start and one update cost, as ratios to a baseline measured in the same run.

Run by hand, in an environment without click:  .venv/bin/python tests/benchmarks/startup.py [RUNS]
Each figure is the median of paired runs of whole processes: CPU time, user and system. Where
valgrind is installed, instructions are counted as well, which hardly differ from run to run.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from bare_service import bare_service

if TYPE_CHECKING:
    from collections.abc import Sequence

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 31
BODY = '{"email":"ada@example.com","plan":"pro"}'
BARE_PUT = f"""
import sys, httpx
headers = {{"Authorization": "Bearer key", "Content-Type": "application/json"}}
reply = httpx.put(sys.argv[1] + "/v1/contacts/update", content={BODY!r}, headers=headers)
print(reply.json()["id"])
"""
#: The same put without the CA bundle, whose reading would hide half of what is compared.
BARE_PUT_WITHOUT_BUNDLE = BARE_PUT.replace("import sys", "import ssl, sys").replace(
    "headers=headers)", "headers=headers, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))"
)
PROGRAM = str(Path(sysconfig.get_path("scripts")) / "contactctl")


def cpu_ms(command: Sequence[str], env: dict[str, str]) -> float:
    """Run a command to its end and return the CPU time that it used, in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used * 1000


def report(name: str, command: Sequence[str], baseline: Sequence[str], env: dict[str, str]) -> None:
    """Print one line: both medians, and the median of the ratios pair by pair."""
    pairs = [(cpu_ms(command, env), cpu_ms(baseline, env)) for _ in range(RUNS + 1)][1:]
    own, base = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"{name:44} {own:6.1f} ms  baseline {base:6.1f} ms  ratio {ratio:.2f}")


def instructions(command: Sequence[str], env: dict[str, str]) -> float:
    """Run a command under callgrind and return its instructions, in millions."""
    count = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    done = subprocess.run([*count, *command], env=env, capture_output=True, text=True, check=True)
    found = re.search(r"refs: +([0-9,]+)", done.stderr)
    if found is None:
        sys.exit("valgrind counted nothing")
    return int(found[1].replace(",", "")) / 1e6


def count_instructions(address: str, env: dict[str, str]) -> None:
    """Print the instructions of some calls, and their ratio to a bare put without a CA bundle."""
    if shutil.which("valgrind") is None:
        print("note: valgrind is not installed: no instructions are counted")
        return
    base = instructions([sys.executable, "-c", BARE_PUT_WITHOUT_BUNDLE, address], env)
    print(f"{'instructions of httpx.put without a CA bundle':44} {base:6.1f} million")
    who = "--email=ada@example.com"
    calls = (("update", who), ("find", who), ("update", "--help"), ("--help",), ("--version",))
    for words in calls:
        own = instructions([PROGRAM, *words], env)
        name = f"instructions of {' '.join(words)}"
        print(f"{name:44} {own:6.1f} million  ratio {own / base:.2f}")


def main() -> None:
    """Measure against a server in this process, whose own time is not counted."""
    if find_spec("click"):
        print("note: click is installed here, which slows `import httpx`")
    nothing = [sys.executable, "-c", "pass"]
    update = [PROGRAM, "update", "--email", "ada@example.com", "--prop", "plan=pro", "--no-schema"]
    with bare_service() as address, tempfile.TemporaryDirectory() as home:
        env = {
            "PATH": os.environ["PATH"],
            "HOME": home,
            "LOOPS_API_KEY": "key-of-a-benchmark",
            "CONTACTCTL_BASE_URL": address,
        }
        bare_put = [sys.executable, "-c", BARE_PUT, address]
        report("update / bare httpx.put", update, bare_put, env)
        report("update / import httpx", update, [sys.executable, "-c", "import httpx"], env)
        report("--version / python -c pass", [PROGRAM, "--version"], nothing, env)
        report("--help / python -c pass", [PROGRAM, "--help"], nothing, env)
        words = {"_CONTACTCTL_COMPLETE": "bash", "_CONTACTCTL_WORD": "upd"}
        report("completion / python -c pass", [PROGRAM], nothing, {**env, **words})
        count_instructions(address, env)


if __name__ == "__main__":
    main()
