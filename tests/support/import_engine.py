"""An import without files, network or processes: rows from a list, a service in memory."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from known_account import account_fields

from contactctl.changes.update import Wish
from contactctl.errors import ContactctlError, RefusedError
from contactctl.exact_json import JsonObject, parse_json
from contactctl.importing.columns.convert import CsvConverter
from contactctl.importing.columns.rules import ColumnRules
from contactctl.importing.keeping.delta import Delta
from contactctl.importing.keeping.journal_rows import RunIdentity
from contactctl.importing.keeping.journals import Journals
from contactctl.importing.keeping.sent_memory import open_sent_memory
from contactctl.importing.pacing.limiter import Limiter
from contactctl.importing.pacing.outage import Outage
from contactctl.importing.pacing.pacer import Pacer, Rate
from contactctl.importing.row import Row
from contactctl.importing.sending.engine import ImportRun
from contactctl.importing.sending.intake import Intake
from contactctl.importing.sending.look import Guards, LookingSender, PacedFinder, write_looked
from contactctl.importing.sending.sender import Sender
from contactctl.service.replies import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from pathlib import Path

    from contactctl.contact import ContactRef
    from contactctl.importing.row import Finished

COLUMNS = ("email", "userId", "plan")
IDENTITY = RunIdentity("people.csv", "digest", "mapping", "account")


class Dead(BaseException):
    """The process has been killed: nothing that it does from now on happens."""


class Fuse:
    """Lets so many events happen, then kills; None never does."""

    def __init__(self, events: int | None = None) -> None:
        self.left = events
        self.count = 0
        self._lock = threading.Lock()

    def tick(self) -> None:
        """Pass one event, or die."""
        with self._lock:
            if self.left is not None and self.count >= self.left:
                raise Dead
            self.count += 1


@dataclass
class FakeService:
    """Upserts like the service, by either identifier, and remembers every write in order."""

    fuse: Fuse = field(default_factory=Fuse)
    answer: Callable[[JsonObject], None] = lambda _: None
    headers: dict[str, str] = field(default_factory=dict)
    contacts: list[JsonObject] = field(default_factory=list)
    writes: list[JsonObject] = field(default_factory=list)
    looks: list[str] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    before: Callable[[JsonObject], None] = lambda _: None

    def update_once(self, body: bytes) -> Reply[JsonObject]:
        """Apply one update; ``answer`` may raise instead, ``before`` may take its time."""
        payload = parse_json(body)
        assert isinstance(payload, dict)
        self.fuse.tick()  # the request leaves
        with self._flying():
            self.before(payload)
            self.answer(payload)
            with self.lock:
                contact_id = self._apply(payload)
        self.fuse.tick()  # the answer arrives
        return Reply(200, self.headers, {"success": True, "id": contact_id})

    def find_once(self, ref: ContactRef) -> Reply[list[JsonObject]]:
        """Return the contacts under an identifier, as they are now."""
        self.fuse.tick()
        with self.lock:
            self.looks.append(str(ref))
            found: list[JsonObject] = [
                {"email": None, "userId": None, **contact, "id": f"contact-{number}"}
                for number, contact in enumerate(self.contacts)
                if contact.get(ref.name) == ref.value
            ]
        self.fuse.tick()
        return Reply(200, self.headers, found)

    @contextmanager
    def _flying(self) -> Iterator[None]:
        with self.lock:
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            yield
        finally:
            with self.lock:
                self.in_flight -= 1

    def _apply(self, payload: JsonObject) -> str:
        for number, contact in enumerate(self.contacts):
            if any(payload.get(key) and payload[key] == contact.get(key) for key in COLUMNS[:2]):
                contact.update(payload)
                self.writes.append(payload)
                return f"contact-{number}"
        if "email" not in payload:
            raise RefusedError("userId not found", status=400)
        self.contacts.append(dict(payload))
        self.writes.append(payload)
        return f"contact-{len(self.contacts) - 1}"

    def state(self) -> list[JsonObject]:
        """Return the contacts in an order that does not depend on when they were made."""
        return sorted(self.contacts, key=lambda item: str(item.get("email")))


class FusedConnection:
    """A database connection whose every statement may be the last, before or after it."""

    def __init__(self, connection: Any, fuse: Fuse) -> None:  # noqa: ANN401
        self.connection = connection
        self._fuse = fuse

    @property
    def in_transaction(self) -> bool:
        """Say no when dead: nobody rolls back then."""
        return bool(self.connection.in_transaction)

    def getlimit(self, category: int) -> int:
        """Return a limit of SQLite; nothing happens for it."""
        limit: int = self.connection.getlimit(category)
        return limit

    def execute(self, *words: Any) -> Any:  # noqa: ANN401
        """Execute between two events."""
        self._fuse.tick()
        result = self.connection.execute(*words)
        try:
            self._fuse.tick()
        except BaseException:
            result.close()  # the traceback would keep it alive, and its lock
            raise
        return result

    def executemany(self, *words: Any) -> Any:  # noqa: ANN401
        """Execute between two events."""
        self._fuse.tick()
        result = self.connection.executemany(*words)
        self._fuse.tick()
        return result

    def close(self) -> None:
        """Let go of the file; what was not committed is rolled back, as the next reader would."""
        self.connection.rollback()  # by itself: statements kept alive by a traceback hold locks
        self.connection.close()


def rows(*texts: str) -> list[Row]:
    """Return numbered rows of ``email userId plan``, ``-`` for an empty cell."""
    cells = [[cell.replace("-", "") for cell in text.split()] for text in texts]
    return [Row(n, n + 1, tuple(row)) for n, row in enumerate(cells, start=1)]


@dataclass
class Engine:
    """One import over a state folder, as often as it takes."""

    folder: Path
    rows: Sequence[Row]
    service: FakeService
    retries: int = 3
    rate: Rate = field(default_factory=lambda: Rate(share=1.0))
    fuses_memory: bool = False
    changed_only: bool = False
    max_failures: int | None = None
    most_in_flight: int = 50
    looks: bool = False
    grace_s: float = 2.0
    patience_s: float = 0.0
    run: ImportRun | None = None

    def results(
        self, *, resume: bool = False, fuse: Fuse | None = None, disk: Fuse | None = None
    ) -> Generator[Finished, None, None]:
        """Begin or resume, and yield results; ``fuse`` is for all events, ``disk`` for files."""
        journals = Journals(self.folder)
        opened = journals.resume(IDENTITY) if resume else journals.begin(IDENTITY)
        memory = open_sent_memory(self.folder, "account")
        journal = opened.journal
        self.service.fuse = fuse or Fuse()
        files: list[Any] = [journal, memory] if self.fuses_memory else [journal]
        for file in files:
            file._connection.execute("PRAGMA synchronous = OFF")  # no power is cut here
            if fuse or disk:
                file._connection = FusedConnection(file._connection, fuse or disk or Fuse())
        delta = Delta(memory, changed_only=self.changed_only)
        outage = Outage(self.patience_s, lambda low, _: low / 100)
        limiter = Limiter(Pacer(self.rate), outage=outage)
        fields = account_fields({"plan": "string"}, str)
        intake = Intake(self.rows, CsvConverter(COLUMNS, ColumnRules(), fields), journal, delta)
        sender = Sender(
            self.service, limiter, retries=self.retries, uniform=lambda low, _: low + 0.001
        )
        self.run = ImportRun(
            intake,
            self._looking(sender) if self.looks else sender,
            limiter,
            journal,
            delta,
            max_failures=self.max_failures,
            most_in_flight=self.most_in_flight,
            grace_s=self.grace_s,
        )
        try:
            yield from self.run.results()
        finally:
            with suppress(Dead):
                memory.close()
            with suppress(Dead, ContactctlError):
                opened.close()

    def _looking(self, sender: Sender) -> LookingSender:
        finder, wish = PacedFinder(self.service, sender), Wish(replace_user_id=True)
        return LookingSender(finder, Guards(wish), partial(write_looked, sender))

    def all(self, *, resume: bool = False) -> list[Finished]:
        """Return all results."""
        return list(self.results(resume=resume))
