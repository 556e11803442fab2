"""Several writers on one memory of sent rows, in an order that a test decides step by step."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from import_engine import rows
from known_account import account_fields

from contactctl.errors import Outcome, UnavailableError
from contactctl.importing.columns.convert import CsvConverter
from contactctl.importing.columns.rules import ColumnRules
from contactctl.importing.keeping.delta import Delta, other_write
from contactctl.importing.keeping.sent_memory import open_sent_memory
from contactctl.importing.row import Job, Result, RowError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


_CONVERTER = CsvConverter(
    ("email", "userId", "plan"), ColumnRules(), account_fields({"plan": "string"}, str)
)


def job(text: str, ordinal: int = 1) -> Job:
    """Return the row ``email userId plan``, ``-`` for an empty cell."""
    (row,) = rows(text)
    row = row._replace(ordinal=ordinal)
    return Job(row, _CONVERTER.to_change(row))


@dataclass
class World:
    """The service, which knows who is who, and the last body that each contact was sent."""

    folder: Path
    holds: dict[str, bytes] = field(default_factory=dict)
    bodies: set[bytes] = field(default_factory=set)
    writers: list[Writer] = field(default_factory=list)

    def close(self) -> None:
        """Let go of the files of all writers, killed or not."""
        for writer in self.writers:
            writer.memory._connection.close()

    def land(self, item: Job) -> str:
        """Apply a row: contact 1 has the address p1@x.co and the user id 1."""
        change = item.change
        contact = change.user_id or str(change.email).removeprefix("p").partition("@")[0]
        self.holds[contact] = item.body
        self.bodies.add(item.body)
        return contact

    def check(self) -> int:
        """Hold the memory against the service; return how many contacts it remembers."""
        with open_sent_memory(self.folder, "account") as memory:
            digests = {memory.digest(body): body for body in self.bodies}
            known = memory.known(list(digests))
            for digest, number in known.items():
                contacts = [name for name in self.holds if memory._number("id", name) == number]
                assert [self.holds[name] for name in contacts] == [digests[digest]]
            return len(known)


class Writer:
    """An import that sends one row at a time, each in three steps: announced, landed, told."""

    def __init__(
        self, world: World, name: str, *, clock: Callable[[], float] = lambda: 0.0
    ) -> None:
        self.world = world
        world.writers.append(self)
        self.name = name
        self.memory = open_sent_memory(world.folder, "account", writer=name)
        self.memory._connection.execute("PRAGMA synchronous = OFF")  # no power is cut here
        self.delta = Delta(self.memory, changed_only=True, clock=clock)
        self.ordinal = 0

    def announce(self, *texts: str) -> list[Job]:
        """Announce rows that are not unchanged, and return them."""
        jobs = []
        for text in texts:
            self.ordinal += 1
            jobs.append(job(text, self.ordinal))
        same = self.delta.unchanged(jobs)
        jobs = [item for item in jobs if item.ordinal not in same]
        self.delta.before_sending(jobs)
        return jobs

    def tell(self, item: Job, contact: str | None, outcome: Outcome = Outcome.NOT_APPLIED) -> None:
        """Tell the end of a row, and bring it to disk."""
        error = None if contact else RowError("code", "no", None, str(outcome))
        result = Result(item.ordinal, "failed" if error else "done", contact, 1, error)
        self.delta.after_sending(item, result)
        self.delta.flush()

    def send(self, text: str) -> None:
        """Send a row from its first step to its last."""
        for item in self.announce(text):
            self.tell(item, self.world.land(item))

    def kill(self) -> None:
        """End as a killed process does: nothing is said to anybody, and its locks are free."""
        self.memory._connection.close()
        self.memory._claims.signs.end(is_over=False)


@dataclass
class Running:
    """A writer, what it announced and has not sent, and what it sent and has not told."""

    writer: Writer
    waiting: list[Job] = field(default_factory=list)
    landed: list[tuple[Job, str]] = field(default_factory=list)


class Schedule:
    """Two imports and single commands that write to four contacts, in a random order of steps.

    Some are killed, some writes land long after nobody hears of them any more.
    """

    STEPS = ("announce", "land", "land", "tell", "tell", "kill", "command", "arrive", "lose")

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = random.Random(seed)  # noqa: S311 - the same for the same seed
        self.names = iter(f"writer-{number}" for number in range(10_000))
        self.running = [Running(Writer(world, next(self.names))) for _ in range(2)]
        self.late: list[Job] = []

    def run(self, steps: int) -> int:
        """Hold the memory against the service after every step; return what it remembers then."""
        for _ in range(steps):
            getattr(self, self.chance.choice(self.STEPS))(self.chance.choice(self.running))
            self.world.check()
        for one in self.running:
            one.landed += [(item, self.world.land(item)) for item in one.waiting]
            for item, contact in one.landed:
                one.writer.tell(item, contact)
            one.writer.memory.close()
        return self.world.check()

    def row(self) -> str:
        """Return a row of one of four contacts, with or without its user id."""
        contact = self.chance.randint(1, 4)
        user_id = self.chance.choice(["-", str(contact)])
        return f"p{contact}@x.co {user_id} v{self.chance.randint(1, 3)}"

    def announce(self, one: Running) -> None:
        """Announce two rows, when those before have ended."""
        if not one.waiting and not one.landed:
            one.waiting = one.writer.announce(self.row(), self.row())

    def land(self, one: Running) -> None:
        """Send the next row, which is applied."""
        if one.waiting and not one.landed:
            item = one.waiting.pop(0)
            one.landed.append((item, self.world.land(item)))

    def tell(self, one: Running) -> None:
        """Let the answer arrive."""
        if one.landed:
            one.writer.tell(*one.landed.pop(0))

    def lose(self, one: Running) -> None:
        """Send the next row, which may be applied long after its answer was given up."""
        if one.waiting and not one.landed:
            item = one.waiting.pop(0)
            one.writer.tell(item, None, Outcome.UNKNOWN)
            self.late.append(item)

    def arrive(self, _: Running) -> None:
        """Apply what nobody waits for any more."""
        if self.late:
            self.world.land(self.late.pop())

    def kill(self, one: Running) -> None:
        """Kill a writer, sometimes; another one, or a resumed one, takes its place."""
        if self.chance.random() < 0.3:
            one.writer.kill()
            if one.waiting and self.chance.random() < 0.5:  # on its way when it was killed
                self.late.append(one.waiting[0])
            name = self.chance.choice([one.writer.name, next(self.names)])
            self.running[self.running.index(one)] = Running(Writer(self.world, name))

    def command(self, _: Running) -> None:
        """Write as update does; sometimes without an answer, and applied much later or never."""
        item = job(self.row())
        with (
            suppress(UnavailableError),
            other_write(self.world.folder, "account", item.change.refs) as write,
        ):
            if self.chance.random() < 0.3:
                self.late.append(item)
                raise UnavailableError("no answer", outcome=Outcome.UNKNOWN)
            write.contact_id = self.world.land(item)
            self.world.check()
