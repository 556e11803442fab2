"""The README's jobs, run as GitHub would run their steps: its shell and its variables."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.testing import LoopsSandbox

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
STEPS = re.findall(r"^ +- run: (.*contactctl .*)$", README, re.MULTILINE)
#: The one command of each job but those of the plan, by what stands out in it.
(ONE_OFF,), (NIGHTLY,), (MATRIX,) = (
    [step for step in STEPS if part in step] for part in ("update", "psql", "EXPECT_TEAM")
)
SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")
PEOPLE = "email,plan\nada@example.com,pro\nbea@example.com,free\n"

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="GitHub's shell is bash")


def plans(service: LoopsSandbox) -> dict[str, object]:
    return {one["email"]: one.get("plan") for one in service.contacts}


@dataclass
class Runner:
    """A machine of its own, as each job of GitHub's gets one."""

    folder: Path
    service: LoopsSandbox

    def __post_init__(self) -> None:
        self.folder.mkdir()

    def __call__(
        self, command: str, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*SHELL, command],
            env={
                "PATH": f"{self.folder}:{PROGRAM.parent}:{os.environ['PATH']}",
                "HOME": str(self.folder),
                "CI": "true",
                "GITHUB_ACTIONS": "true",
                "GITHUB_WORKSPACE": str(self.folder),
                "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
                "CONTACTCTL_STATE_DIR": str(self.folder / "state"),
                "DATABASE_URL": "postgres://nowhere",
                **self.service.env,
                **(env or {}),
            },
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def bring_psql(self, rows: str, code: int = 0) -> None:
        """Have a psql here that prints these rows."""
        (self.folder / "rows.csv").write_text(rows)
        program = self.folder / "psql"
        program.write_text(f'#!/bin/sh\ncat "{self.folder}/rows.csv"\nexit {code}\n')
        program.chmod(0o755)

    @property
    def summary(self) -> str:
        return (self.folder / "summary.md").read_text()


def test_one_update(memory_path: Path, loops_sandbox: LoopsSandbox) -> None:
    done = Runner(memory_path / "runner", loops_sandbox)(ONE_OFF)
    assert (done.returncode, done.stderr) == (0, "")
    assert plans(loops_sandbox) == {"ada@example.com": "pro"}


def test_every_night_only_what_changed_is_sent(
    memory_path: Path, loops_sandbox: LoopsSandbox
) -> None:
    team = {"CONTACTCTL_EXPECT_TEAM": "Sandbox"}
    first, second, third = (Runner(memory_path / name, loops_sandbox) for name in "abc")
    first.bring_psql(PEOPLE)
    assert first(NIGHTLY, team).returncode == 0
    assert "2 done" in first.summary

    # All that is cached is this file.
    (second.folder / "state").mkdir()
    shutil.copy(first.folder / "state" / "sent.sqlite3", second.folder / "state")
    second.bring_psql(PEOPLE.replace("free", "trial"))
    done = second(NIGHTLY, team)
    assert (done.returncode, plans(loops_sandbox)["bea@example.com"]) == (0, "trial")
    assert "1 done, 1 unchanged since last sent" in second.summary
    kept = (first.folder / "state" / "sent.sqlite3").read_bytes()
    assert b"example.com" not in kept

    third.bring_psql("email,plan\n", code=2)
    assert third(NIGHTLY, team).returncode == 2
    third.bring_psql(PEOPLE)
    other = third(NIGHTLY, {"CONTACTCTL_EXPECT_TEAM": "Example"})
    assert other.returncode == 4
    assert "example.com" not in (done.stderr + other.stderr).replace("***@example.com", "")


def test_a_job_for_each_team(memory_path: Path, loops_sandbox: LoopsSandbox) -> None:
    runner = Runner(memory_path / "runner", loops_sandbox)
    for team in ("Sandbox", "Globex"):
        (runner.folder / f"{team}.csv").write_text(PEOPLE + "nobody,free\n")
    done = runner(MATRIX, {"CONTACTCTL_EXPECT_TEAM": "Sandbox"})
    assert done.returncode == 2
    assert "::error file=Sandbox.csv,line=4,title=contactctl::" in done.stderr
    (runner.folder / "Sandbox.csv").write_text(PEOPLE)
    assert runner(MATRIX, {"CONTACTCTL_EXPECT_TEAM": "Sandbox"}).returncode == 0
    assert "Sandbox.csv: 2 rows: 2 done" in runner.summary
    (runner.folder / "Globex.csv").write_text(PEOPLE)
    assert runner(MATRIX, {"CONTACTCTL_EXPECT_TEAM": "Globex"}).returncode == 4
