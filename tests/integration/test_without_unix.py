"""Nothing that Python has on Unix alone is needed, to be imported or to run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parents[1] / "support" / "without_unix.py"


def test_no_module_and_no_command_needs_what_unix_alone_has(
    tmp_path: Path, own_folders: dict[str, str]
) -> None:
    people, plan, undo = (str(tmp_path / name) for name in ("people.csv", "p.jsonl", "u.jsonl"))
    lines = "Email,First name,Plan", "ada@example.com,Ada,pro", "grace@example.com,Grace,free"
    Path(people).write_text("\n".join(lines), encoding="utf-8")
    here = ["--sandbox", "--no-input"]
    calls = [
        ["update", "ada@example.com", "--prop", "plan=free", *here],
        ["find", "ada@example.com", *here],
        ["import", people, "--plan", plan, "--summary", str(tmp_path / "plan.md"), *here],
        ["apply", plan, "--undo-file", undo, *here],
        ["apply", undo, "--rejects", str(tmp_path / "rejects.jsonl"), *here],
        ["import", people, "--changed-only", "--rejects", str(tmp_path / "r.csv"), *here],
        ["delete", "grace@example.com", "--yes", *here],
        ["profile", "add", "ci", "--key-command", f"{sys.executable} -V", "--no-check"],
        ["profile", "show", "ci"],
        ["forget", "--all", "--yes", *here],
        ["doctor", *here],
        ["completion", "powershell"],
        ["sandbox", "reset", *here],
    ]
    done = subprocess.run(
        [sys.executable, PROGRAM],
        input=json.dumps(calls),
        env={"PATH": os.environ["PATH"], **own_folders},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stdout.splitlines() == [f"{words[0]} 0" for words in calls], done.stderr
    assert done.returncode == 0
