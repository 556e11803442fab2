"""forget: what imports left on this machine is shown, and removed."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from import_cli import imported
from sandbox_cli import in_sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

DAY_S = 86_400


@pytest.fixture
def imports(tmp_path: Path) -> Path:
    return tmp_path / "state" / "imports"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text("email\nada@example.com\nbob@example.com\n")
    return path


def age(folder: Path, days: float) -> None:
    for path in folder.iterdir():
        os.utime(path, (time.time() - days * DAY_S,) * 2)


@pytest.mark.parametrize(
    "words",
    [
        ("update", "--email=bob@example.com"),
        ("create", "--email=new@example.com"),
        ("delete", "--email=ada@example.com", "--yes"),
    ],
)
def test_every_command_that_writes_cleans_what_has_expired(
    cli: Cli, imports: Path, file: Path, words: tuple[str, ...]
) -> None:
    assert imported(cli, file).code == 0
    age(imports, 8)
    assert in_sandbox(cli, "find", "--email=ada@example.com").code == 0
    assert list(imports.glob("*.finished"))
    assert in_sandbox(cli, *words).code == 0
    assert not list(imports.glob("*.finished"))
