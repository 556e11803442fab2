"""What a served sandbox bears: 50 clients, slow ones and bad requests beside, and its memory.

Run by hand on Linux:  .venv/bin/python tests/benchmarks/served.py [REQUESTS]
Prints requests a second, the server's memory as it goes on (the log of requests on, in memory and
to a file), and how long the control addresses took to answer; ends 1 where a write was lost or an
answer was none.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import random
import socket
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.queues import Queue
    from multiprocessing.synchronize import Event

CLIENTS = 50
SLOW_CLIENTS = 40
BAD_REQUESTS = 1000
PROGRAM = str(Path(sysconfig.get_path("scripts")) / "contactctl")
HEADERS = {"Authorization": "Bearer made-up-key", "Content-Type": "application/json"}
NOISE = (
    b"\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00", b"PUT / HTTP/1.1\r\nHost: x",
    b"PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"GET /%00%ff HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /_sandbox/load HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{'a': [[[",
)  # fmt: skip


@dataclass
class Server:
    """A served sandbox: its port, its process, and what went wrong with it."""

    port: int
    pid: int
    faults: list[str] = field(default_factory=list)

    def connection(self) -> http.client.HTTPConnection:
        """Return a connection that waits a minute at the most."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def control(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """Return what a control address answers."""
        connection = self.connection()
        connection.request("GET", f"/_sandbox{path}")
        return json.loads(connection.getresponse().read())

    def resident_kib(self) -> int:
        """Return how much memory the server holds."""
        status = Path(f"/proc/{self.pid}/status").read_text("utf-8")
        return int(next(line for line in status.splitlines() if "VmRSS" in line).split()[1])


@contextmanager
def serving(log: Path) -> Iterator[Server]:
    """Serve a sandbox in memory until the block ends."""
    words = ("--memory", "--rate-limit=0", f"--log={log}", "-q", "--port=0")
    with subprocess.Popen(
        [PROGRAM, "sandbox", "serve", *words], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().rsplit(":", 1)[1].split("/")[0])
        try:
            yield Server(port, process.pid)
        finally:
            process.terminate()


def write(server: Server, client: int, count: int) -> None:
    """Update one contact again and again, and look at it now and then."""
    connection = server.connection()
    for number in range(1, count + 1):
        body = json.dumps({"email": f"c{client}@example.com", "seats": number, "note": "x" * 200})
        connection.request("PUT", "/api/v1/contacts/update", body, HEADERS)
        reply = connection.getresponse()
        if reply.status != 200 or not json.loads(reply.read())["success"]:
            server.faults.append(f"client {client}, request {number}: {reply.status}")


def be_slow(server: Server, stopping: threading.Event) -> None:
    """Hold connections open with half a request each, a byte more a second."""
    with ExitStack() as stack:
        held = [
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            for _ in range(SLOW_CLIENTS)
        ]
        for connection in held:
            connection.sendall(b"PUT /api/v1/contacts/update HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ")
        while not stopping.wait(1):
            for connection in held:
                connection.sendall(b"a")


def be_bad(server: Server) -> None:
    """Send what is no request, or half of one, and go."""
    chance = random.Random(5)  # noqa: S311 - the same each time
    for number in range(BAD_REQUESTS):
        noise = NOISE[number % len(NOISE)] if number % 3 else chance.randbytes(200)
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(noise)


def look(server: Server, stopping: Event, waits: Queue[list[float]]) -> None:
    """Ask as the page does, once in a while, and tell at the end how long the answers took.

    In a process of its own: in this one it would wait for the clients.
    """
    last, took_s = 0, []
    while not stopping.wait(0.5):
        started_s = time.monotonic()
        last = server.control(f"/requests?after={last}&most=100")["last"]
        took_s.append(time.monotonic() - started_s)
    waits.put(took_s)


def run(server: Server, count: int) -> float:
    """Send so many requests from all clients at once; return how long that took, in seconds."""
    context = multiprocessing.get_context("spawn")
    stopping, looked, waits = threading.Event(), context.Event(), context.Queue()
    looking = context.Process(target=look, args=(server, looked, waits))
    looking.start()
    beside = [
        threading.Thread(target=be_slow, args=(server, stopping)),
        threading.Thread(target=be_bad, args=(server,)),
    ]
    share = count // CLIENTS
    clients = [threading.Thread(target=write, args=(server, n, share)) for n in range(CLIENTS)]
    started_s = time.monotonic()
    for thread in (*beside, *clients):
        thread.start()
    for thread in clients:
        thread.join()
    took_s = time.monotonic() - started_s
    stopping.set()
    looked.set()
    waited_s = waits.get()
    looking.join()
    for thread in beside:
        thread.join()
    middle, longest = statistics.median(waited_s or [0]), max(waited_s, default=0)
    print(f"wait for the control: {middle:.2f} s in the middle, {longest:.2f} s at the most")
    contacts = server.control("/dump")["contacts"]
    lost = [one["email"] for one in contacts if one["seats"] != share]
    if lost or len(contacts) != CLIENTS:
        server.faults.append(f"{len(contacts)} contacts, last writes lost of {lost}")
    return took_s


def main(count: int) -> int:
    """Measure and print; return 1 where something was lost."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "log.jsonl") as server:
        print(f"memory at the start: {server.resident_kib() // 1024} MiB")
        for part in range(5):
            took_s = run(server, count // 5)
            rate, size = count / 5 / took_s, server.resident_kib() / 1024
            print(f"{(part + 1) * count // 5} requests: {rate:.0f} a second, {size:.1f} MiB")
        lines = sum(1 for _ in (Path(folder) / "log.jsonl").open("rb"))
        print(f"{lines} lines in the log")
        faults = server.faults
    print("\n".join(faults[:20]) or "nothing was lost")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
