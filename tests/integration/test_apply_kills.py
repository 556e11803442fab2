"""A plan that is killed at random moments and resumed: all of it is carried out, and once."""

from __future__ import annotations

import random
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from import_process import calling, journal_of, number_of, variables
from sandbox_http import slow
from sandbox_served import served
from undo_trial import RequestCount

from contactctl.contact import ContactRef
from contactctl.plans.lines import Header
from contactctl.plans.opposite import fields_of
from contactctl.plans.plan_file import open_plan_file, planned_of, written_whole
from contactctl.plans.planning import planned_deletion
from contactctl.sandbox.app import Settings
from contactctl.sandbox.server import Listen
from contactctl.sandbox.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from import_process import Importing

    from contactctl.exact_json import JsonObject, JsonValue
    from contactctl.plans.lines import Planned
    from contactctl.plans.plan_file import PlanFile

State = dict[str, dict[str, "JsonValue"]]


@dataclass
class ApplyTrial:
    """So many rows, the half of them of new contacts; every tenth contact is deleted besides."""

    folder: Path
    folders: Mapping[str, str]
    rows: int
    seed: int
    requests: RequestCount = field(default_factory=RequestCount)
    env: dict[str, str] = field(default_factory=dict)
    before: State = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311 - the same kills each time

    @property
    def plan(self) -> Path:
        return self.folder / "plan.jsonl"

    @property
    def undo(self) -> Path:
        return self.folder / "undo.jsonl"

    @contextmanager
    def serve(self) -> Iterator[None]:
        path, around = self.folder / "sandbox.sqlite3", self.requests.around
        settings = Settings(script=slow(0.002))
        with (
            served(path, settings, listen=Listen(port=0, threads=20), around=around) as server,
            server.client() as client,
        ):
            for email in [*(f"p{n}@example.com" for n in range(0, self.rows, 2)), *self.gone]:
                body = {"email": email, "firstName": "Old", "plan": "free"}
                assert client.put("contacts/update", json=body).status_code == 200
            self.env = {**self.folders, **variables(server)}
            self.before = self.contacts()
            self._make_plan()
            yield

    @property
    def gone(self) -> list[str]:
        return [f"d{number}@example.com" for number in range(self.rows // 10)]

    def contacts(self) -> State:
        """Return the fields of each contact by its address."""
        return {str(one["email"]): _values(one) for one in self._dumped()}

    def wanted(self) -> State:
        """Return what there is when all of the plan is carried out."""
        kept = {email: values for email, values in self.before.items() if email not in self.gone}
        for number in range(self.rows):
            email = f"p{number}@example.com"
            made: dict[str, JsonValue] = {"email": email, "subscribed": True, "source": "API"}
            kept[email] = {**kept.get(email, made), "firstName": f"New{number}", "plan": "pro"}
        return kept

    def words(self, phase: str) -> list[str]:
        folder = self.folder / phase / "imports"
        begun = [*folder.glob("*.journal"), *folder.glob("*.finished")]
        file = (
            [str(self.plan), f"--undo-file={self.undo}"] if phase == "apply" else [str(self.undo)]
        )
        return ["apply", *file, "--rate=10000", *(["--resume"] if begun else [])]

    @contextmanager
    def run(self, phase: str) -> Iterator[Importing]:
        """Call the program; each phase has a state folder of its own."""
        state = {"CONTACTCTL_STATE_DIR": str(self.folder / phase)}
        with calling(self.env | state, self.folder, *self.words(phase), "-o", "json") as run:
            yield run

    def run_and_kill(self, phase: str, most_requests: int) -> None:
        count = self.requests.count + self.chance.randrange(most_requests)
        with self.run(phase) as run:
            self.requests.wait_for(count, run.process)
            run.kill()
        self.requests.wait_until_idle()
        if phase == "apply":
            self.check_journal(run)
            self.check_undo_file()

    def end(self, phase: str) -> None:
        with self.run(phase) as run:
            assert run.end(most_s=300) == 0, run.err

    def check_journal(self, run: Importing) -> None:
        """Hold what the journal says is done against what there is, and what was told."""
        if any((self.folder / "apply" / "imports").glob("*.finished")):
            assert self.contacts() == self.wanted()  # it came to its end before the kill
            return
        results = journal_of(self.folder / "apply", self.folder)
        done = {n for n, result in results.items() if result.status == "done"}
        assert {result.error for result in results.values()} <= {None}
        now, wanted = self.contacts(), self.wanted()
        lines = {row.ordinal: planned_of(row).refs[0].value for row in self._read().rows()}
        assert {n for n in done if now.get(lines[n]) != wanted.get(lines[n])} == set()
        assert {number_of(row) for row in run.rows} <= done

    def check_undo_file(self) -> None:
        """Hold what can be taken back against what was written, and what would have been."""
        now, wanted = self.contacts(), self.wanted()
        known = self._opposites()
        for email in self.before.keys() | now.keys():
            old, new = self.before.get(email, {}), now.get(email, {})
            aim = wanted.get(email, {})
            changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
            changes = known[email].changes if email in known else {}
            assert changed <= changes.keys(), email
            for name, change in changes.items():
                assert (change.before or None, change.after or None) == (
                    aim.get(name),
                    old.get(name),
                ), (email, name)

    def _opposites(self) -> dict[str, Planned]:
        if not self.undo.exists() or b"\n" not in self.undo.read_bytes():
            return {}
        items = [planned_of(row) for row in open_plan_file(self.undo, "undo.jsonl").rows()]
        found = {item.refs[0].value: item for item in items}
        assert all(item == found[item.refs[0].value] for item in items)
        return found

    def _make_plan(self) -> None:
        file = self.folder / "people.csv"
        lines = [f"p{n}@example.com,New{n},pro\n" for n in range(self.rows)]
        file.write_text("email,firstName,plan\n" + "".join(lines))
        words = ("import", str(file), f"--plan={self.plan}", "--rate=10000")
        with calling(self.env, self.folder, *words) as run:
            assert run.end(most_s=300) == 0, run.err
        planned = self._read()
        items = [planned_of(row) for row in planned.rows()]
        found = {str(one["email"]): one for one in self._dumped()}
        items += [planned_deletion(ContactRef("email", one), found[one]) for one in self.gone]
        self.chance.shuffle(items)
        header = planned.header
        with written_whole(self.plan) as (writer, finish):
            for item in items:
                writer.add(item)
            finish(Header("plan", header.account, header.created, header.source))

    def _read(self) -> PlanFile:
        return open_plan_file(self.plan, "plan.jsonl")

    def _dumped(self) -> list[JsonObject]:
        with open_store(self.folder / "sandbox.sqlite3") as store:
            return list(store.dump())


def _values(contact: JsonObject) -> dict[str, JsonValue]:
    return {name: value for name, value in fields_of(contact).items() if value != ""}


@pytest.mark.parametrize(
    ("seed", "rows", "kills"),
    [
        (1, 45, 2),
        *[pytest.param(seed, 2000, 6, marks=pytest.mark.slow) for seed in range(100, 200)],
    ],
)
def test_all_of_a_plan_is_carried_out_once_and_taken_back(
    memory_path: Path, own_folders: Mapping[str, str], seed: int, rows: int, kills: int
) -> None:
    trial = ApplyTrial(memory_path, own_folders, rows, seed)
    most = 3 * rows // kills
    with trial.serve():
        for _ in range(kills):
            trial.run_and_kill("apply", most)
        trial.end("apply")
        assert trial.contacts() == trial.wanted()
        for _ in range(kills):
            trial.run_and_kill("undo", most)
        trial.end("undo")
        assert trial.contacts() == trial.before
