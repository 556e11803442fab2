"""An import with an undo file, and the undo, in processes that are killed: what must hold then."""

from __future__ import annotations

import json
import random
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from import_process import calling, variables
from sandbox_cli import LISTS
from sandbox_http import slow
from sandbox_served import served
from waiting_beside import wait_beside

from contactctl.changes.preview import same_value
from contactctl.plans.opposite import fields_of
from contactctl.plans.plan_file import open_plan_file, planned_of
from contactctl.sandbox.app import Settings
from contactctl.sandbox.server import Listen
from contactctl.sandbox.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from import_process import Importing, Process

    from contactctl.exact_json import JsonObject, JsonValue
    from contactctl.plans.lines import Planned

_WAIT_S = 5.0


class RequestCount:
    """Counts the answers of a server, and waits for them."""

    def __init__(self) -> None:
        self.count = self.under_way = 0
        self._changed = threading.Condition()

    def around(self, app: WSGIApplication) -> WSGIApplication:
        def counted(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            self._add(1, 0)
            try:
                return app(environ, start)
            finally:
                self._add(-1, 1)

        return counted

    def wait_for(self, count: int, process: Process) -> None:
        """Wait for so many answers, or the end of the process that asks."""
        with self._changed:
            wait_beside(process, self._changed, lambda: self.count >= count)

    def wait_until_idle(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self.under_way, _WAIT_S)

    def _add(self, under_way: int, count: int) -> None:
        with self._changed:
            self.under_way += under_way
            self.count += count
            self._changed.notify_all()


@dataclass
class UndoTrial:
    """So many rows about a third as many contacts, half of whom are there in the beginning."""

    folder: Path
    folders: Mapping[str, str]
    rows: int
    seed: int
    requests: RequestCount = field(default_factory=RequestCount)
    env: dict[str, str] = field(default_factory=dict)
    before: dict[str, dict[str, JsonValue]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311 - the same rows and kills each time
        text = "".join(f"{json.dumps(row)}\n" for row in self.wanted)
        self.file.write_text(text)

    @property
    def file(self) -> Path:
        return self.folder / "people.jsonl"

    @property
    def undo(self) -> Path:
        return self.folder / "undo.jsonl"

    @property
    def plan(self) -> Path:
        return self.folder / "plan.jsonl"

    @cached_property
    def wanted(self) -> list[dict[str, Any]]:
        return [self._row(self.chance.randrange(self.rows // 3)) for _ in range(self.rows)]

    @contextmanager
    def serve(self) -> Iterator[None]:
        path = self.folder / "sandbox.sqlite3"
        settings = Settings(script=slow(0.002))
        around = self.requests.around
        with (
            served(path, settings, listen=Listen(port=0, threads=20), around=around) as server,
            server.client() as client,
        ):
            for number in range(0, self.rows // 3, 2):
                body = self._row(number) | {"email": f"p{number}@example.com"}
                assert client.put("contacts/update", json=body).status_code == 200
            self.env = {**self.folders, **variables(server)}
            self.before = self.state()
            yield

    def state(self) -> dict[str, dict[str, JsonValue]]:
        """Return the fields of each contact by its address, ids apart."""
        with open_store(self.folder / "sandbox.sqlite3") as store:
            contacts = list(store.dump())
        return {str(one["email"]): _values(one) for one in contacts}

    def words(self, phase: str) -> list[str]:
        """Return what a phase calls: plan, apply and undo, or import and undo."""
        undo = f"--undo-file={self.undo}"
        words = {
            "plan": ["import", str(self.file), f"--plan={self.plan}"],
            "apply": ["apply", str(self.plan), undo],
            "import": ["import", str(self.file), undo],
            "undo": ["apply", str(self.undo)],
        }[phase]
        folder = self.folder / phase / "imports"
        begun = [*folder.glob("*.journal"), *folder.glob("*.finished")]
        return [*words, "--rate=10000", *(["--resume"] if begun else [])]

    @contextmanager
    def run(self, phase: str) -> Iterator[Importing]:
        """Call the program; each phase has a state folder of its own."""
        state = {"CONTACTCTL_STATE_DIR": str(self.folder / phase)}
        words = [*self.words(phase), "-o", "json"]
        with calling({**self.env, **state}, self.folder, *words) as run:
            yield run

    def run_and_kill(self, phase: str, most_requests: int) -> None:
        count = self.requests.count + self.chance.randrange(most_requests)
        with self.run(phase) as run:
            self.requests.wait_for(count, run.process)
            run.kill()
        self.requests.wait_until_idle()

    def kill_at_the_end(self, phase: str) -> None:
        """Kill a run that has told of its last row, and has yet to say that it is finished."""
        last = {"import": self.rows, "apply": self.rows + 1, "undo": 2}[phase]
        with self.run(phase) as run:
            run.wait_for_row(last)
            run.kill()
        self.requests.wait_until_idle()

    def end(self, phase: str) -> None:
        with self.run(phase) as run:
            assert run.end(most_s=300) == 0, run.err

    def lines(self) -> list[Planned]:
        if not self.undo.exists() or b"\n" not in self.undo.read_bytes():
            return []
        file = open_plan_file(self.undo, "undo.jsonl")
        return [planned_of(row) for row in file.rows()]

    def check_undo_file(self, phase: str) -> None:
        """Hold what can be taken back against what was written, and what would have been."""
        first = {"import": 1, "apply": 2}[phase]  # a plan has a header
        known: dict[tuple[str, str], list[JsonValue]] = {}
        for item in self.lines():
            row = self.wanted[(item.line or 0) - first]
            email = f"p{row['userId'][1:]}@example.com"
            lists = {f"mailingLists.{name}": on for name, on in row.get("mailingLists", {}).items()}
            given = {**row, **lists, "email": email, "source": row.get("source", "API")}
            given["subscribed"] = True
            for name, change in item.changes.items():
                assert same_value(name, _plain(change.before), _plain(given.get(name))), name
                known.setdefault((email, name), [change.after]).append(change.before)
        now = self.state()
        for email in self.before.keys() | now.keys():
            old, new = self.before.get(email, {}), now.get(email, {})
            for name in old.keys() | new.keys():
                values = known.get((email, name), [old.get(name)])
                assert _same(name, values[0], old.get(name)), (email, name)
                assert any(_same(name, value, new.get(name)) for value in values), (email, name)

    def _row(self, number: int) -> dict[str, Any]:
        chance = self.chance
        found: dict[str, Any] = {
            "firstName": chance.choice(["Ada", "Bob", None]),
            "plan": chance.choice(["free", "pro", None]),
            "seats": chance.choice([1, 2, 3, None]),
            "source": chance.choice(["crm", "form"]),
            "mailingLists": {chance.choice(list(LISTS.values())): chance.random() < 0.5},
        }
        names = chance.sample(sorted(found), chance.randrange(1, 4))
        who = {"userId": f"u{number}", "email": f"p{number}@example.com"}
        return who | {name: found[name] for name in names}


def _values(contact: JsonObject) -> dict[str, JsonValue]:
    return {name: value for name, value in fields_of(contact).items() if value != ""}


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value as json reads it: numbers that were kept as text, as numbers."""
    text = getattr(value, "text", None)
    return value if text is None else json.loads(text)


def _same(name: str, value: JsonValue, other: JsonValue) -> bool:
    if name.startswith("mailingLists."):
        return (value is True) == (other is True)
    return bool(_plain(value) == _plain(other))
