"""A plan that was reviewed, while somebody else wrote: those rows are refused, the rest is done."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import PROGRAM
from import_process import json_lines, variables
from sandbox_served import Served, served

from contactctl.plans.opposite import fields_of
from contactctl.sandbox.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contactctl.exact_json import JsonObject

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
#: What the README's workflow runs in its pull request, and on merge.
PLAN, APPLY = re.findall(r"^ +- run: (contactctl .*plan\.jsonl.*)$", README, re.MULTILINE)
COUNT = 10
#: The other writer changes two, makes one that is to be made, and leaves the rest alone.
TOUCHED = ("p2@example.com", "p4@example.com", "p9@example.com")

State = dict[str, "JsonObject"]


@pytest.fixture
def service(memory_path: Path) -> Iterator[Served]:
    with served(memory_path / "sandbox.sqlite3") as server:
        yield server


@pytest.fixture
def before(service: Served, memory_path: Path) -> State:
    """Make the half of the contacts, and return them."""
    with service.client() as client:
        for number in range(0, COUNT, 2):
            body = {"email": f"p{number}@example.com", "firstName": "Old", "plan": "free"}
            assert client.put("contacts/update", json=body).status_code == 200
    return state(memory_path)


def state(folder: Path) -> State:
    """Return the fields of every contact that have a value, by address; ids apart."""
    with open_store(folder / "sandbox.sqlite3") as store:
        found = {str(one["email"]): fields_of(one) for one in store.dump()}
    return {who: {k: v for k, v in one.items() if v != ""} for who, one in found.items()}


@dataclass
class Runner:
    """A machine of its own, that knows nothing of what another one did."""

    folder: Path
    service: Served

    def __post_init__(self) -> None:
        self.folder.mkdir()

    def __call__(self, command: str, code: int = 0) -> list[dict[str, Any]]:
        done = subprocess.run(
            ["/bin/sh", "-c", f"{command} -o json"],
            env={
                "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}",
                "HOME": str(self.folder),
                "GITHUB_STEP_SUMMARY": "summary.md",
                **variables(self.service),
            },
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def take(self, name: str, other: Runner) -> None:
        """Download what another one has uploaded."""
        (self.folder / name).write_bytes((other.folder / name).read_bytes())


def drifted(rows: list[dict[str, Any]]) -> set[str]:
    failed = [row for row in rows if row["status"] == "failed"]
    assert {row["error"]["code"] for row in failed} == {"drifted"}
    return {row["email"] for row in failed}


def test_what_others_changed_since_the_plan_is_left_as_they_made_it(
    memory_path: Path, service: Served, before: State
) -> None:
    review, merge, again = (Runner(memory_path / name, service) for name in ("r", "m", "a"))
    lines = [f"p{number}@example.com,New{number},pro\n" for number in range(COUNT)]
    (review.folder / "people.csv").write_text("email,firstName,plan\n" + "".join(lines))

    review(PLAN)
    assert state(memory_path) == before
    summary = (review.folder / "summary.md").read_text()
    assert "5 to create, 5 to update" in summary
    assert r"p\*\*\*@example.com" in summary
    assert "p1@" not in summary

    with service.client() as other:
        for email in TOUCHED:
            body = {"email": email, "firstName": "Theirs"}
            assert other.put("contacts/update", json=body).status_code == 200
    theirs = {email: state(memory_path)[email] for email in TOUCHED}

    merge.take("plan.jsonl", review)
    assert drifted(merge(APPLY, code=6)) == {*TOUCHED}
    assert len(json_lines((merge.folder / "rejects.jsonl").read_text())) == len(TOUCHED)
    after = state(memory_path)
    assert {email: after[email] for email in TOUCHED} == theirs
    mine = [f"p{number}@example.com" for number in range(COUNT)]
    mine = [email for email in mine if email not in TOUCHED]
    assert {after[email]["firstName"] for email in mine} == {f"New{who[1:-12]}" for who in mine}
    assert len(after) == COUNT

    again.take("plan.jsonl", review)
    assert drifted(again(APPLY, code=6)) == {*TOUCHED, *mine}
    assert state(memory_path) == after

    assert len(json_lines((merge.folder / "undo.jsonl").read_text())) == COUNT - len(TOUCHED) + 2
    merge("contactctl apply undo.jsonl")
    assert state(memory_path) == before | theirs
