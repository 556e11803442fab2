"""find --from and delete --from killed at random and resumed: nothing lost, all undoable."""

from __future__ import annotations

import random
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from chained_rows import dumped
from import_process import calling, variables
from sandbox_http import slow
from sandbox_served import served

from contactctl.sandbox.app import Settings
from contactctl.sandbox.server import Listen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from contactctl.exact_json import JsonObject

#: Where the service names no limit, so many requests are under way.
IN_FLIGHT = 10
_LOOK_S = 0.001
ONE = pytest.mark.parametrize(
    ("seed", "count", "kills"),
    [(1, 60, 3), pytest.param(2, 2000, 50, marks=pytest.mark.slow)],
)


@dataclass
class Battered:
    """A call over a list of contacts that is killed again and again, and resumed."""

    folder: Path
    env: dict[str, str]
    words: tuple[str, ...]
    chance: random.Random
    told: list[JsonObject] = field(default_factory=list)

    @property
    def resume(self) -> tuple[str, ...]:
        """The first runs may have been killed before they were any."""
        return ("--resume",) if any(self.folder.glob("state/imports/*.journal")) else ()

    @property
    def has_ended(self) -> bool:
        """Tell whether a run came to its end before it could be killed."""
        return any(self.folder.glob("state/imports/*.finished"))

    def run_and_kill(self, most_rows: int) -> None:
        """Run until it has told of so many rows, or has come to its end, and kill it."""
        rows = self.chance.randrange(most_rows)
        with calling(self.env, self.folder, *self.words, *self.resume) as run:
            while (
                run.process.poll() is None and (run.folder / "out").read_bytes().count(b"\n") < rows
            ):
                time.sleep(_LOOK_S)
            run.kill()
        self.told += run.rows

    def run_to_its_end(self, kills: int, most_rows: int) -> None:
        """Kill it so often, and then let it come to its end, where some contacts may be gone."""
        for _ in range(kills):
            if not self.has_ended:
                self.run_and_kill(most_rows)
        if not self.has_ended:
            with calling(self.env, self.folder, *self.words, *self.resume) as run:
                assert run.end() in {0, 3}, run.err
            self.told += run.rows


@contextmanager
def people(folder: Path, folders: Mapping[str, str], count: int) -> Iterator[dict[str, str]]:
    """Serve a sandbox with so many contacts and a few more; all but those stand in a list."""
    names = [f"p{number}@example.com" for number in range(count)]
    (folder / "people.txt").write_text("".join(f"{name}\n" for name in names))
    settings = Settings(script=slow(0.005))
    with served(
        folder / "sandbox.sqlite3", settings, listen=Listen(port=0, threads=2 * IN_FLIGHT)
    ) as server:
        with server.client() as client:
            for name in [*names, "kept@example.com"]:
                client.put("/contacts/update", json={"email": name, "plan": name})
        yield {**folders, **variables(server)}


def contacts(folder: Path) -> list[dict[str, Any]]:
    found = [
        {name: value for name, value in one.items() if name != "id" and value is not None}
        for one in dumped(folder / "sandbox.sqlite3")
    ]
    return sorted(found, key=lambda one: str(one["email"]))


@ONE
def test_a_backup_has_everybody_however_often_it_was_killed(
    tmp_path: Path, own_folders: Mapping[str, str], seed: int, count: int, kills: int
) -> None:
    with people(tmp_path, own_folders, count) as env:
        words = ("find", "--from", str(tmp_path / "people.txt"), "-ojson", "--rate=max")
        call = Battered(tmp_path, env, words, random.Random(seed))  # noqa: S311 - the same kills
        call.run_to_its_end(kills, count // kills)
    assert {str(one["email"]): one["plan"] for one in call.told} == {
        f"p{number}@example.com": f"p{number}@example.com" for number in range(count)
    }
    # What was told in the moment before a kill is told again.
    assert len(call.told) - count <= kills * IN_FLIGHT
    kept = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert not [path for path in kept if b"@example.com" in path.read_bytes()]


@ONE
def test_who_was_deleted_comes_back_however_often_it_was_killed(
    tmp_path: Path, own_folders: Mapping[str, str], seed: int, count: int, kills: int
) -> None:
    """A deletion that was under way may be told as one of nobody by the run that goes on."""
    with people(tmp_path, own_folders, count) as env:
        before = contacts(tmp_path)
        file = str(tmp_path / "people.txt")
        words = ("delete", "--from", file, f"--confirm={count}", "-ojson", "--rate=max")
        call = Battered(tmp_path, env, words, random.Random(seed))  # noqa: S311 - the same kills
        call.run_to_its_end(kills, count // kills)
        assert [one["email"] for one in contacts(tmp_path)] == ["kept@example.com"]
        told = {str(one["email"]): one["change"] for one in call.told}
        assert len(told) == count
        assert [*told.values()].count(None) <= kills * IN_FLIGHT
        undo = ("apply", f"{file}.undo.jsonl", "--rate=max")
        with calling(env, tmp_path, *undo) as run:
            assert run.end() == 0, run.err
        assert contacts(tmp_path) == before
