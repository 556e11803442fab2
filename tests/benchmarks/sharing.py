"""What several imports make of one limit, beside a live client and without: simulated, and run.

Run by hand, with the extra `sandbox`:  .venv/bin/python tests/benchmarks/sharing.py
It simulates, then runs; that takes about ten minutes, as all scenarios are run at once. One word
limits it: --simulate, or --teams, which measures what a process for each of 20 teams costs.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bulk import PROGRAM, Ran, run, sandbox, write_people

# The simulation is the one of the unit tests.
sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from limiters import FixedWindow, SlidingLog, TokenBucket
from shared_limit import World, run_together

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from limiters import Telling

LIMIT = 10
CLIENT_EVERY_S = 0.5
KINDS: dict[str, Callable[[int, float], Telling]] = {
    "window": FixedWindow,
    "log": SlidingLog,
    "bucket": TokenBucket,
}
#: How many imports, and how many rows each has: the simulation ends when the first is done.
SIMULATED = {1: 600, 3: 600, 8: 600, 30: 200}
SEEDS = range(6)
ROWS = 600
TEAMS, TEAM_ROWS = 20, 600
_COLUMNS = "     used   refused  fastest/slowest  client refused"


def simulate() -> None:
    """Print what comes of it against three kinds of limits; "unheeding" is told of nobody else."""
    print(f"{'limit':7}imports client {_COLUMNS}")
    for name in KINDS:
        for runs, rows in SIMULATED.items():
            for client in (0.0, 2.0):
                for tells in (True, False):
                    _simulate(name, World(runs, rows, client, tells=tells))


def _simulate(name: str, world: World) -> None:
    found = [
        run_together(world, KINDS[name](LIMIT, seed / len(SEEDS)), limit=LIMIT, seed=seed)
        for seed in SEEDS
    ]
    used, refused = mean(one.used for one in found), mean(one.refusals for one in found)
    unfairness = mean(one.unfairness for one in found)
    live = mean(one.client_refusals for one in found)
    print(
        f"{name:7}{world.runs:7}{world.client:7.0f} {used:9.1%} {refused:9.2%}"
        f" {unfairness:16.2f} {live:15.1%}{'' if world.tells else '  unheeding'}"
    )


@dataclass
class Client:
    """Asks twice a second, as a live system would, until it is stopped."""

    address: str
    statuses: list[tuple[float, int]] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def ask(self) -> None:
        place = urlsplit(self.address)
        connection = http.client.HTTPConnection(place.hostname or "", place.port)
        while not self.stopping.wait(CLIENT_EVERY_S):
            connection.request(
                "GET", f"{place.path}/v1/lists", headers={"Authorization": "Bearer key"}
            )
            answer = connection.getresponse()
            answer.read()
            self.statuses.append((time.monotonic(), answer.status))


def run_at_once(count: int, *, client: bool, rate: Sequence[str] = ()) -> str:
    """Run so many imports on one sandbox, and say what came of it until the first was done."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address = stack.enter_context(sandbox(folder, _env(folder), LIMIT))
        live = Client(address)
        if client:
            threading.Thread(target=live.ask, daemon=True).start()
        pool = stack.enter_context(ThreadPoolExecutor(count))
        begin = partial(_import, folder, address, rate)
        ran = list(pool.map(begin, range(count)))
        live.stopping.set()
    return f"{count:7}{2 * client:7} {' '.join(rate):11}" + _told(ran, live)


def _told(ran: Sequence[Ran], live: Client) -> str:
    began = max(one.lines[0][0] for one in ran)
    ended = min(one.lines[-1][0] for one in ran)
    taken = [sum(began <= at <= ended for at, _ in one.lines) for one in ran]
    answers = [status for at, status in live.statuses if began <= at <= ended]
    good = answers.count(200)
    attempts = sum(json.loads(line)["attempts"] for one in ran for _, line in one.lines)
    rows = sum(len(one.lines) for one in ran)
    return (
        f"{(sum(taken) + good) / (ended - began) / LIMIT:9.1%} {1 - rows / attempts:9.2%}"
        f" {max(taken) / min(taken):16.2f}  {len(answers) - good} of {len(answers)}"
    )


def _import(folder: Path, address: str, rate: Sequence[str], number: int) -> Ran:
    own = folder / str(number)
    own.mkdir()
    people = str(write_people(own / "people.csv", ROWS))
    env = _env(own) | {"CONTACTCTL_BASE_URL": address}
    return run([PROGRAM, "import", people, "-o", "json", *rate], env)


def _env(folder: Path) -> dict[str, str]:
    # Folders of its own: runs share nothing but the limit, as on different hosts.
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LOOPS_API_KEY": "key-of-a-benchmark",
        "CONTACTCTL_STATE_DIR": str(folder / "state"),
    }


def measure() -> None:
    """Run every scenario, all of them at once, each on a limit of its own."""
    scenarios = [
        partial(run_at_once, count, client=client)
        for count in (1, 3, 8)
        for client in (False, True)
    ]
    scenarios.append(partial(run_at_once, 1, client=False, rate=("--rate=max",)))
    print(f"imports client {'':11}{_COLUMNS}")
    with ThreadPoolExecutor(len(scenarios)) as pool:
        for line in pool.map(lambda scenario: scenario(), scenarios):
            print(line, flush=True)


def measure_teams() -> None:
    """Print what processes at full rate cost, each with a limit of its own."""
    with ExitStack() as stack:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(TEAMS)]
        addresses = [
            stack.enter_context(sandbox(folder, _env(folder), LIMIT)) for folder in folders
        ]
        pool = stack.enter_context(ThreadPoolExecutor(TEAMS))
        places = zip(folders, addresses, strict=True)
        begin = lambda place: _import(place[0], place[1], ("--rate=max",), 0)  # noqa: E731 - short
        ran = list(pool.map(begin, places))
    wall_s, cpu_s = mean(one.wall_s for one in ran), mean(one.cpu_s for one in ran)
    print(
        f"{TEAMS} teams, {TEAM_ROWS} rows each: {TEAM_ROWS / wall_s:.2f} rows a second and team,"
        f" {cpu_s:.2f} s of processor time each ({cpu_s / wall_s:.1%} of a core),"
        f" {max(one.peak_mib for one in ran):.0f} MiB at the most"
    )


def main() -> None:
    """Do what the word asks for."""
    words = sys.argv[1:]
    if words == ["--teams"]:
        measure_teams()
        return
    simulate()
    if not words:
        measure()


if __name__ == "__main__":
    main()
