"""A plan that was reviewed, while somebody else wrote: those rows are refused, the rest is done."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from conftest import PROGRAM
from import_process import json_lines, variables
from sandbox_served import Served, served

from contactctl.plans.opposite import fields_of
from contactctl.sandbox.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from contactctl.exact_json import JsonObject

COUNT = 20
#: The other writer changes two, makes one that is to be made, and leaves the rest alone.
TOUCHED = ("p2@example.com", "p4@example.com", "p15@example.com")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "sandbox.sqlite3") as server:
        yield server


def state(folder: Path) -> dict[str, JsonObject]:
    """Return the fields of every contact that have a value, by address; ids apart."""
    with open_store(folder / "sandbox.sqlite3") as store:
        found = {str(one["email"]): fields_of(one) for one in store.dump()}
    return {who: {k: v for k, v in one.items() if v != ""} for who, one in found.items()}


def test_what_others_changed_since_the_plan_is_left_as_they_made_it(
    tmp_path: Path, own_folders: Mapping[str, str], service: Served
) -> None:
    env = {"PATH": os.environ["PATH"], **own_folders, **variables(service)}

    def run(*words: str, code: int = 0) -> list[dict[str, Any]]:
        done = subprocess.run(
            [str(PROGRAM), *words, "-o", "json"],
            env=env,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    with service.client() as other:
        for number in range(0, COUNT, 2):
            body = {"email": f"p{number}@example.com", "firstName": "Old", "plan": "free"}
            assert other.put("contacts/update", json=body).status_code == 200
        before = state(tmp_path)
        lines = [f"p{number}@example.com,New{number},pro\n" for number in range(COUNT)]
        (tmp_path / "people.csv").write_text("email,firstName,plan\n" + "".join(lines))

        run("import", "people.csv", "--plan", "plan.jsonl", "--summary", "summary.md")
        assert state(tmp_path) == before
        for email in TOUCHED:
            body = {"email": email, "firstName": "Theirs"}
            assert other.put("contacts/update", json=body).status_code == 200
        theirs = {email: state(tmp_path)[email] for email in TOUCHED}

        rows = run("apply", "plan.jsonl", "--undo-file", "undo.jsonl", code=6)
    refused = {row["email"]: row["error"]["code"] for row in rows if row["status"] == "failed"}
    assert refused == dict.fromkeys(TOUCHED, "drifted")
    after = state(tmp_path)
    assert {email: after[email] for email in TOUCHED} == theirs
    assert {after[f"p{n}@example.com"]["firstName"] for n in (0, 1, 19)} == {
        "New0",
        "New1",
        "New19",
    }
    assert len(after) == COUNT

    assert len(json_lines((tmp_path / "undo.jsonl").read_text())) == COUNT - 3 + 2
    run("apply", "undo.jsonl")
    assert state(tmp_path) == before | theirs
