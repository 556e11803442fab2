"""One file with repeated contacts, the sandbox that it goes to, and what is true at the end."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from chained_rows import (
    Reference,
    chained_rows,
    contacts_in,
    number_in,
    reference,
    write_csv,
)
from import_process import Importing, importing, number_of, variables
from request_log import RequestLog
from sandbox_http import slow
from sandbox_served import served

from contactctl.sandbox.app import Settings
from contactctl.sandbox.server import Listen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from chained_rows import ChainedRow
    from sandbox_served import Served

    from contactctl.exact_json import JsonObject

#: Where the service names no limit, an import has so many requests under way.
IN_FLIGHT = 10
#: The rows give contacts other user ids and addresses, and mean it.
MEANT = ("--replace-user-id", "--change-address")


@dataclass
class Trial:
    """An import from its first run to its last; ``told`` is what all of them printed."""

    folder: Path
    folders: Mapping[str, str]
    count: int
    seed: int
    name: str = "people.csv"
    env: dict[str, str] = field(default_factory=dict)
    log: RequestLog = field(default_factory=RequestLog)
    told: list[JsonObject] = field(default_factory=list)
    port: int = 0

    def __post_init__(self) -> None:
        write_csv(self.file, self.rows)

    @property
    def file(self) -> Path:
        return self.folder / self.name

    @property
    def sandbox(self) -> Path:
        return self.folder / "sandbox.sqlite3"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @cached_property
    def rows(self) -> list[ChainedRow]:
        return chained_rows(self.count, self.seed)

    @cached_property
    def expected(self) -> Reference:
        """What the rows make when they are sent one after the other, without a break."""
        return reference(self.folder / "reference.sqlite3", self.rows)

    @property
    def code(self) -> int:
        """The code of a run that comes to its end."""
        return 0 if len(self.expected.done) == len(self.rows) else 6

    @contextmanager
    def serve(
        self,
        settings: Settings | None = None,
        around: Callable[[WSGIApplication], WSGIApplication] = lambda app: app,
    ) -> Iterator[Served]:
        """Serve the sandbox, on the same port each time, and point the processes at it."""
        with served(
            self.sandbox,
            settings or Settings(script=slow(0.005)),
            listen=Listen(port=self.port, threads=2 * IN_FLIGHT),
            around=lambda app: self.log.around(around(app)),
        ) as server:
            self.port = server.port
            self.env = {**self.folders, **variables(server), **self.env}
            yield server

    @contextmanager
    def run(self, *words: str, stdin: Path | None = None) -> Iterator[Importing]:
        """Start an import of the file, or of ``stdin``; what it told is kept at the end."""
        file, words = "-" if stdin else self.file, ("-o", "json", *MEANT, *words)
        with importing(self.env, self.folder, file, *words, stdin=stdin) as run:
            yield run
        self.told += run.rows

    def run_to_its_end(self, *words: str) -> int:
        with self.run(*words) as run:
            return run.end()

    def check_end(self, *, kills: int = 0) -> None:
        """Hold everything against rows sent one after the other, without a break."""
        assert contacts_in(self.sandbox) == self.expected.contacts
        done = self.expected.done
        assert {number_of(row): row["status"] for row in self.told} == {
            row.number: "done" if row.number in done else "failed" for row in self.rows
        }
        applied = Counter(number_in(payload["note"]) for payload in self.log.applied)
        assert applied.keys() == done
        assert applied.total() - len(applied) <= kills * IN_FLIGHT
        # What was told in the moment before a kill is told again, in the same words.
        assert len(self.told) - len(self.rows) <= kills * IN_FLIGHT
        assert len({str(row) for row in self.told if row["status"] == "done"}) == len(done)


def delayed(app: WSGIApplication, wait: Callable[[], object]) -> WSGIApplication:
    """Return an application that calls ``wait`` before each update, and before nothing else."""

    def waiting(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "PUT":
            wait()
        return app(environ, start_response)

    return waiting


def jittered(app: WSGIApplication, *, most_s: float, seed: int) -> WSGIApplication:
    """Return an application that lets each update wait for a time of its own."""
    chance, lock = random.Random(seed), threading.Lock()  # noqa: S311 - the same for the same seed

    def wait() -> None:
        with lock:
            wait_s = chance.uniform(0, most_s)
        time.sleep(wait_s)

    return delayed(app, wait)


@contextmanager
def held(
    release: threading.Event, after: int = 0
) -> Iterator[Callable[[WSGIApplication], WSGIApplication]]:
    """Give what lets some updates pass and holds the others until the event or the block's end."""
    passes = iter(range(after))

    def wait() -> None:
        if next(passes, None) is None:
            release.wait(30)

    try:
        yield lambda app: delayed(app, wait)
    finally:
        release.set()
