"""What an import costs and reaches, beside baselines measured in the same run.

Run by hand:  .venv/bin/python tests/benchmarks/bulk.py [ROWS]
ROWS, a million unless given, is the size of the large file. Takes about two minutes.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bare_service import BareService, bare_service

from contactctl.connection import account_id
from contactctl.contact import ContactChange
from contactctl.exact_json import Number
from contactctl.importing.keeping.sent_memory import Sent, open_sent_memory
from contactctl.profiles.credentials import resolve
from contactctl.profiles.store import ProfileStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from contactctl.exact_json import JsonScalar
    from contactctl.importing.keeping.sent_memory import SentMemory

PROGRAM = str(Path(sysconfig.get_path("scripts")) / "contactctl")
SENT_ROWS = 5000
LIMITS = {10: 200, 50: 1000}
SEEDED_AT_ONCE = 10_000
MEMORY = "/dev/shm"  # noqa: S108 - a folder of its own is made there
BARE_LOOP = """
import csv, json, sys, threading, httpx
rows = list(csv.DictReader(open(sys.argv[2])))
headers = {"Authorization": "Bearer key", "Content-Type": "application/json"}
def send(client, part):
    for row in part:
        client.put("/v1/contacts/update", content=json.dumps(row)).json()["id"]
with httpx.Client(base_url=sys.argv[1], headers=headers) as client:
    threads = [threading.Thread(target=send, args=(client, rows[n::10])) for n in range(10)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""
BARE_READ = "import csv, sys; sum(1 for _ in csv.reader(open(sys.argv[1], newline='')))"


class Ran(NamedTuple):
    """What a process took, and what it printed."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    lines: list[tuple[float, str]]


def run(command: Sequence[str], env: dict[str, str]) -> Ran:
    """Run a command to its end; each line of its stdout comes with the time of its coming."""
    began = time.monotonic()
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        lines = [(time.monotonic(), line) for line in process.stdout]
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command} ended with {process.returncode}")
    kib = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Ran(wall_s, usage.ru_utime + usage.ru_stime, kib / 1024, lines)


def write_people(path: Path, rows: int, changed_every: int = 0) -> Path:
    """Write a CSV of so many contacts; one in so many of them has another name than before."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("email", "userId", "firstName", "plan", "seats"))
        for n in range(rows):
            name = "Eva" if changed_every and n % changed_every == 0 else "Ada"
            writer.writerow((*person(n), name, "pro", n % 50))
    return path


def person(n: int) -> tuple[str, str]:
    """Return the address and the user id of the n-th contact."""
    return f"person{n}@example.com", f"user-{n}"


def report(name: str, ran: Ran, base: Ran, rows: int) -> None:
    """Print rows a second of a run and of its baseline, and their ratio."""
    own, bare = rows / ran.wall_s, rows / base.wall_s
    print(
        f"{name:38} {own:9,.0f} rows/s  {ran.peak_mib:5.0f} MiB"
        f"   baseline {bare:9,.0f} rows/s  ratio {own / bare:.3f}"
    )


def measure_unlimited(folder: Path, env: dict[str, str]) -> None:
    """Send rows as fast as it goes, beside ten threads that do nothing but send."""
    people = str(write_people(folder / "some.csv", SENT_ROWS))
    bare = run([sys.executable, "-c", BARE_LOOP, env["CONTACTCTL_BASE_URL"], people], env)
    # What is remembered of these rows is no part of the large file: all had the same id for answer.
    own = {**env, "CONTACTCTL_STATE_DIR": str(folder / "state of some")}
    ran = run([PROGRAM, "import", people, "--rate=max", "-q"], own)
    report("unlimited loopback / bare httpx", ran, bare, SENT_ROWS)


@contextmanager
def sandbox(folder: Path, env: dict[str, str], limit: int) -> Iterator[str]:
    """Serve a sandbox with a limit in a process of its own; give its address."""
    words = ("sandbox", "serve", "--port=0", f"--rate-limit={limit}", f"--db={folder / 'db'}")
    command = [PROGRAM, *words]
    with subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def measure_limited(folder: Path, env: dict[str, str], limit: int, rows: int) -> None:
    """Send rows to a sandbox with a limit: the share of it that is reached, and the refusals."""
    people = str(write_people(folder / f"at-{limit}.csv", rows))
    with sandbox(folder, env, limit) as address:
        own = {**env, "CONTACTCTL_BASE_URL": address}
        ran = run([PROGRAM, "import", people, "--rate=max", "-o", "json"], own)
    took_s = ran.lines[-1][0] - ran.lines[0][0]
    share = (rows - 1) / took_s / limit
    refused = sum(int(line.partition('"attempts":')[2].partition(",")[0]) for _, line in ran.lines)
    print(
        f"{f'limit of {limit} a second, --rate max':38} {share:9.1%} of the limit"
        f" for {took_s:.0f} s, {refused - rows} refusals (429)"
    )


def seed_memory(folder: Path, env: dict[str, str], rows: int) -> None:
    """Let this machine remember that it sent every row, as an import would have."""
    state = Path(env["CONTACTCTL_STATE_DIR"])
    credentials = resolve(None, env, ProfileStore(lambda: folder / "profiles.toml"))
    with open_sent_memory(state, account_id(credentials, env)) as memory:
        for start in range(0, rows, SEEDED_AT_ONCE):
            _seed(memory, range(start, min(start + SEEDED_AT_ONCE, rows)))


def _seed(memory: SentMemory, numbers: range) -> None:
    changes = [_change(n) for n in numbers]
    claims = memory.announce([change.refs for change in changes])
    memory.remember(
        [
            Sent(claim, memory.digest(change.to_body()), f"contact-{n}")
            for claim, change, n in zip(claims, changes, numbers, strict=True)
        ]
    )


def _change(n: int) -> ContactChange:
    email, user_id = person(n)
    values: dict[str, JsonScalar] = {
        "firstName": "Ada",
        "plan": "pro",
        "seats": Number(str(n % 50)),
    }
    return ContactChange(email, user_id, values)


def measure_large(folder: Path, env: dict[str, str], rows: int) -> None:
    """Look at a large file, and find that nothing in it is new."""
    people = str(write_people(folder / "many.csv", rows))
    bare = run([sys.executable, "-c", BARE_READ, people], env)
    words = [PROGRAM, "import", people, "-q"]
    looked = run([*words, "--dry-run", "--offline"], env)
    report("--dry-run --offline / csv.reader", looked, bare, rows)
    seed_memory(folder, env, rows)
    written = BareService.written
    report("--changed-only, all old / csv.reader", run([*words, "--changed-only"], env), bare, rows)
    if BareService.written != written:
        sys.exit(f"{BareService.written - written} rows were sent that had not changed")
    changed = str(write_people(folder / "changed.csv", rows, changed_every=100))
    ran = run([PROGRAM, "import", changed, "--changed-only", "--rate=max", "-q"], env)
    report("--changed-only, 1 % new / csv.reader", ran, bare, rows)
    print(f"{'':38} {BareService.written - written:,} sent, {ran.cpu_s:.0f} s of processor time")


def main() -> None:
    """Measure against a server in this process, and against the sandbox in its own."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    # In memory where there is such a folder: what a disk takes for syncs is not ours to compare.
    memory = MEMORY if os.access(MEMORY, os.W_OK) else None
    with bare_service() as address, tempfile.TemporaryDirectory(dir=memory) as name:
        folder = Path(name)
        env = {
            "PATH": os.environ["PATH"],
            "HOME": name,
            "LOOPS_API_KEY": "key-of-a-benchmark",
            "CONTACTCTL_BASE_URL": address,
            "CONTACTCTL_STATE_DIR": str(folder / "state"),
        }
        measure_unlimited(folder, env)
        for limit, count in LIMITS.items():
            measure_limited(folder, env, limit, count)
        measure_large(folder, env, rows)


if __name__ == "__main__":
    main()
