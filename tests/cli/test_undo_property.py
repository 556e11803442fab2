"""Whatever was changed, taking it back brings the state before back, field by field."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest
from import_process import json_lines
from random_changes import FAST, change_something, people, random_fields, state_of
from sandbox_cli import in_sandbox, saved

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

    from contactctl.exact_json import JsonObject

_SLOW = pytest.mark.slow


def taken_back(cli: Cli, undo: Path) -> list[JsonObject]:
    done = in_sandbox(cli, "apply", str(undo), FAST, "-o", "json")
    assert done.code in {0, 6}, done.err
    return json_lines(done.out)


def started(cli: Cli, chance: random.Random, kinds: str) -> dict[str, JsonObject]:
    for person in people():
        data = {**person, **random_fields(chance, chance.choice(kinds.split(", ")))}
        resubscribed = ("--subscribed",) if data.pop("subscribed", None) else ()
        saved(cli, "--data", json.dumps(data), *resubscribed)
    return state_of(cli)


@pytest.mark.parametrize("kinds", ["lists", "subscribed", "lists, subscribed"])
@pytest.mark.parametrize(
    "seeds", [range(1), *(pytest.param(range(n, n + 20), marks=_SLOW) for n in (1, 21, 41))]
)
def test_the_state_before_comes_back(cli: Cli, tmp_path: Path, seeds: range, kinds: str) -> None:
    """Who is opted out can join no list: only there may something stay, and is said to."""
    for seed in seeds:
        chance = random.Random(f"{seed} {kinds}")  # noqa: S311 - the same changes each time
        assert cli("sandbox", "reset").code == 0
        states = [started(cli, chance, kinds)]
        files = [tmp_path / f"{seed}-{number}.jsonl" for number in range(4)]
        for file in files:
            change_something(cli, chance, kinds, file)
            states.append(state_of(cli))
        for file in reversed(files):
            if not file.exists():  # nobody was there to be deleted
                states.pop()
                continue
            rows = taken_back(cli, file)
            states.pop()
            lost = {str(name) for row in rows for name in row.get("lost", [])}  # type: ignore[union-attr]
            if {name for name in lost if name.startswith("mailingLists")}:
                break
            assert {row["status"] for row in rows} <= {"done"}, (seed, rows)
            assert state_of(cli) == states[-1], seed
