"""What the wheel puts beside the program, laid out as it is after an installation."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from conftest import PROGRAM

ROOT = Path(__file__).parents[2]
_WHEEL = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"][
    "targets"
]["wheel"]
_BASH = "source share/bash-completion/completions/contactctl; complete -p contactctl"
_ZSH = """
fpath=($PWD/share/zsh/site-functions $fpath)
autoload -Uz compinit
compinit -u -D
print $_comps[contactctl]
"""
#: What each is asked in a folder that has an installation's `share`, and what the answer holds.
QUESTIONS = {
    "man": (["-M", "share/man", "-w", "contactctl"], "share/man/man1/contactctl.1"),
    "bash": (["--norc", "-c", _BASH], "complete -F _contactctl contactctl"),
    "zsh": (["-f", "-c", _ZSH], "_contactctl"),
    "fish": (["-c", "complete -C 'contactctl upd'"], "update\tChange one contact"),
}


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Lay the files out as the wheel says, and return the folder."""
    for source, target in _WHEEL["shared-data"].items():
        (tmp_path / target).parent.mkdir(parents=True)
        shutil.copyfile(ROOT / source, tmp_path / target)
    return tmp_path


@pytest.mark.parametrize("program", QUESTIONS)
def test_each_finds_its_file_where_it_looks(program: str, installed: Path) -> None:
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    words, answer = QUESTIONS[program]
    done = subprocess.run(
        [program, *words],
        cwd=installed,
        env={
            "HOME": str(installed),
            "PATH": f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}",
            "XDG_DATA_DIRS": str(installed / "share"),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert answer in done.stdout


def test_types_are_told_to_who_imports_the_package() -> None:
    assert (ROOT / "contactctl" / "py.typed").read_bytes() == b""
