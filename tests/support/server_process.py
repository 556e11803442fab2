"""The sandbox served by a process of its own, which is killed and started again on one port."""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from forked_program import Forked, forked
from sandbox_http import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_END_S = 30.0


@dataclass
class ServerProcess:
    """Serves a sandbox file; ``starts`` counts how often it was started."""

    db: Path
    env: Mapping[str, str]
    port: int
    latency_ms: int
    starts: int = 0
    _process: Forked | None = field(default=None, repr=False)

    @property
    def variables(self) -> dict[str, str]:
        """The variables that send a process to this server."""
        url = f"http://127.0.0.1:{self.port}/api"
        return {"LOOPS_API_KEY": KEY, "CONTACTCTL_BASE_URL": url}

    def start(self) -> None:
        """Start it, and wait until it listens."""
        words = [f"--port={self.port}", f"--latency={self.latency_ms}", "--rate-limit=0"]
        words = ["sandbox", "serve", *words, f"--db={self.db}", "-q"]
        every = {"PATH": os.environ["PATH"], **self.env}
        reading, writing = os.pipe()
        with (
            os.fdopen(reading, "rb") as told,
            os.fdopen(writing, "wb") as out,
            Path(os.devnull).open("rb") as given,
            self.db.with_suffix(".err").open("ab") as err,
        ):
            self._process = forked(words, every, (given, out, err))
            self.starts += 1
            out.close()
            assert told.readline()

    def kill(self) -> None:
        """Kill it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_END_S)


@contextmanager
def server_process(
    db: Path, env: Mapping[str, str], *, latency_ms: int = 0
) -> Iterator[ServerProcess]:
    """Serve a sandbox file until the block ends."""
    with socket.socket() as holder:
        # Bound and not listening: while the server is away, nobody else gets its port.
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        server = ServerProcess(db, env, holder.getsockname()[1], latency_ms)
        server.start()
        try:
            yield server
        finally:
            server.kill()
