"""What one update takes over a distance, beside curl: 30 ms each way and TLS, on loopback.

Run by hand where curl is installed:  .venv/bin/python tests/benchmarks/distance.py [RUNS]
Wall time from start to end of whole processes, in turns; each figure is a median. How fast the
machine is counts: `python -c pass` is printed for that.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from http.server import ThreadingHTTPServer
from pathlib import Path
from queue import SimpleQueue
from socket import IPPROTO_TCP, SHUT_WR, TCP_NODELAY, create_connection, create_server, socket
from typing import TYPE_CHECKING

sys.path.append(str(Path(__file__).parents[1] / "support"))
from bare_service import BareService
from certificates import Authority, make_authority

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 31
ONE_WAY_S = 0.030
BODY = '{"email":"ada@example.com","plan":"pro"}'
PROGRAM = str(Path(sysconfig.get_path("scripts")) / "contactctl")
WHO = ("--email", "ada@example.com")
#: One request each, and a look before the write: two of them, on one connection.
CALLS = (
    ("update", *WHO, "--prop", "plan=pro", "--no-schema"),
    ("find", *WHO),
    ("update", *WHO, "--prop", "plan=pro", "--must-exist", "--no-schema"),
)


@contextmanager
def service(authority: Authority) -> Iterator[int]:
    """Serve https on loopback until the block ends; yield the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BareService)
    context = authority.server_context("127.0.0.1")
    # In the thread of its connection: others need not wait for a handshake.
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def far_away(port: int) -> Iterator[int]:
    """Let what goes through another port take its time, each way; yield that port."""
    with create_server(("127.0.0.1", 0)) as door:

        def take() -> None:
            with suppress(OSError):  # the door is closed at the end
                while True:
                    near, _ = door.accept()
                    far = create_connection(("127.0.0.1", port))
                    for pair in ((near, far), (far, near)):
                        # What is written in two pieces would wait here once more.
                        pair[0].setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
                        _carry(*pair)

        threading.Thread(target=take, daemon=True).start()
        yield door.getsockname()[1]


def _carry(source: socket, target: socket) -> None:
    """Carry what comes from one end to the other, each piece when its time is up."""
    under_way: SimpleQueue[tuple[float, bytes]] = SimpleQueue()

    def read() -> None:
        data = b"-"
        while data:
            try:
                data = source.recv(65536)
            except OSError:
                data = b""
            under_way.put((time.monotonic() + ONE_WAY_S, data))

    def write() -> None:
        while True:
            due, data = under_way.get()
            time.sleep(max(0.0, due - time.monotonic()))
            with suppress(OSError):
                if not data:
                    target.shutdown(SHUT_WR)
                    return
                target.sendall(data)

    for work in (read, write):
        threading.Thread(target=work, daemon=True).start()


def wall_ms(command: Sequence[str], env: dict[str, str]) -> float:
    """Run a command to its end and return how long that took, in milliseconds."""
    started = time.perf_counter()
    subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - started) * 1000


def curl(address: str, authority: Authority, *words: str) -> list[str]:
    """Return a call of curl with a key."""
    headers = ("-H", "Authorization: Bearer key", "-H", "Content-Type: application/json")
    return ["curl", "-sSf", "--cacert", str(authority.file), *headers, *words, address]


def main() -> None:
    """Measure each call in turns with curl, which makes one request, and with an empty Python."""
    if shutil.which("curl") is None:
        sys.exit("curl is not installed")
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory())
        authority = make_authority(Path(home))
        port = stack.enter_context(far_away(stack.enter_context(service(authority))))
        address = f"https://127.0.0.1:{port}/api"
        env = {
            "PATH": os.environ["PATH"],
            "HOME": home,
            "LOOPS_API_KEY": "key-of-a-benchmark",
            "CONTACTCTL_BASE_URL": address,
            "SSL_CERT_FILE": str(authority.file),
        }
        put = curl(f"{address}/v1/contacts/update", authority, "-X", "PUT", "-d", BODY)
        commands = [put, [sys.executable, "-c", "pass"], *([PROGRAM, *words] for words in CALLS)]
        runs = [[wall_ms(command, env) for command in commands] for _ in range(RUNS + 1)][1:]
    base, *rest = (statistics.median(column) for column in zip(*runs, strict=True))
    print(f"{'curl, one PUT':60} {base:6.1f} ms")
    names = ["python -c pass", *(" ".join(words) for words in CALLS)]
    for at, (name, own) in enumerate(zip(names, rest, strict=True), start=1):
        ratio = statistics.median(run[at] / run[0] for run in runs)
        print(f"{name:60} {own:6.1f} ms  ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
