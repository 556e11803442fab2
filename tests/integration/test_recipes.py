"""The README's workflows, action and container, as far as a machine can go that has none of them.

YAML is parsed, and the steps are run in their order by bash, against the sandbox; what comes from
elsewhere (pipx, gh, an export) has stand-ins on the PATH. Instructions for containers are parsed.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Iterator

yaml = pytest.importorskip("yaml")  # comes with what records the cassettes

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
PEOPLE = "Email,First name,Plan\nada@example.com,Ada,pro\ngrace@example.com,Grace,free\n"
#: The plan lies where the one job leaves it and the other looks for it.
STAND_INS = {
    "pipx": 'test "$*" = "install contactctl"',
    "gh": "test -f plan.jsonl",
    "export-from-crm": "echo Email,Plan; echo ada@example.com,pro",
    "psql": "echo email,plan; echo ada@example.com,pro",
}
#: What expressions stand for here; all others, secrets among them, for nothing.
TEAM = "Example"
VALUES = {"inputs.file": "people.csv", "matrix.team": TEAM}
_INSTRUCTIONS = {"FROM", "RUN", "ENV", "USER", "WORKDIR", "VOLUME", "ENTRYPOINT"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", README)


def steps_of(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the steps that a shell runs, of an action or of all jobs of a workflow in order.

    Each has all of the variables that are set for it.
    """
    parts = [document["runs"]] if "runs" in document else document["jobs"].values()
    for part in parts:
        for step in part["steps"]:
            assert ("run" in step) != ("uses" in step), step
            if "run" in step:
                around = document.get("env", {}) | part.get("env", {})
                yield step | {"env": around | step.get("env", {})}


def filled_in(text: str, workspace: Path) -> str:
    values = {**VALUES, "github.workspace": str(workspace)}
    return re.sub(r"\$\{\{ (.+?) \}\}", lambda found: values.get(found[1], ""), text)


@pytest.fixture
def environment(tmp_path: Path, own_folders: dict[str, str]) -> dict[str, str]:
    for name, line in STAND_INS.items():
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o700)
    for name in ("people.csv", f"{TEAM}.csv"):
        (tmp_path / name).write_text(PEOPLE)
    paths = [tmp_path / "bin", PROGRAM.parent, os.environ["PATH"]]
    # Its team is the one that the recipes expect.
    load = [str(PROGRAM), "sandbox", "load", "-"]
    team = json.dumps({"teamName": TEAM})
    subprocess.run(load, env=own_folders, input=team, text=True, check=True, capture_output=True)
    return {
        **own_folders,
        "PATH": os.pathsep.join(map(str, paths)),
        "CONTACTCTL_PROFILE": "sandbox",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "RUNNER_TEMP": str(tmp_path),
        "CI": "true",
    }


@pytest.mark.parametrize("text", [one for one in blocks("yaml") if "services:" not in one])
def test_each_recipe_runs_its_steps(text: str, tmp_path: Path, environment: dict[str, str]) -> None:
    steps = list(steps_of(yaml.safe_load(text)))
    assert any("contactctl" in step["run"] for step in steps)
    for step in steps:
        own = {name: filled_in(value, tmp_path) for name, value in step["env"].items()}
        # The key stays away, or the steps would not be about the sandbox.
        own.pop("LOOPS_API_KEY", None)
        assert "${{" not in step["run"], "an input would be text of the script"
        done = subprocess.run(
            ["/bin/bash", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=tmp_path,
            env={**environment, **own},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, (step["run"], done.stderr)


def test_the_action_is_one() -> None:
    (action,) = [one for one in map(yaml.safe_load, blocks("yaml")) if "runs" in one]
    assert {"name", "description", "inputs", "runs"} == set(action)
    assert action["runs"]["using"] == "composite"
    assert all(step["shell"] == "bash" for step in action["runs"]["steps"])
    used = set(re.findall(r"inputs\.([\w-]+)", json.dumps(action["runs"])))
    assert used == set(action["inputs"])


def test_the_composed_sandbox_is_served_by_its_own_name() -> None:
    """Each flag is one that there is, and the name is the one in the address of the others."""
    (text,) = [one for one in blocks("yaml") if "services:" in one]
    services = yaml.safe_load(text)["services"]
    (name,) = [one for one in services if "command" in services[one]]
    words = services[name]["command"].partition("exec contactctl ")[2].rstrip('"').split()
    assert words[:2] == ["sandbox", "serve"]
    help_text = subprocess.run(
        [PROGRAM, *words[:2], "--help"], capture_output=True, text=True, check=True
    )
    assert all(word in help_text.stdout for word in words if word.startswith("--"))
    assert words[words.index("--allow-host") + 1] == name
    assert services["app"]["environment"]["LOOPS_BASE_URL"] == f"http://{name}:8025/api"


def test_the_container_is_made_of_instructions_that_parse() -> None:
    (text,) = blocks("dockerfile")
    lines = [line.split(None, 1) for line in text.replace("\\\n", " ").splitlines()]
    assert lines[0][0] == "FROM"
    for name, rest in lines:
        assert name in _INSTRUCTIONS
        if name == "RUN":
            subprocess.run(["/bin/sh", "-n", "-c", rest], check=True)
        elif name == "ENTRYPOINT":
            assert json.loads(rest) == ["contactctl"]
        elif name == "ENV":
            assert all(re.fullmatch(r"CONTACTCTL_\w+_DIR=/state/\w+", one) for one in rest.split())
