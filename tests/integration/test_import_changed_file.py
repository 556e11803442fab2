"""A real import whose file changes under it: it stops, says so, and has sent nothing unchecked."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from import_process import error_of
from import_trial import IN_FLIGHT, Trial, held

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


def cut(path: Path) -> None:
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[: len(lines) // 2]))


def append(path: Path) -> None:
    with path.open("a") as file:
        file.write("half@exam")


def replace(path: Path) -> None:
    new = path.with_name("new")
    new.write_text(path.read_text().replace("@", "@other."))
    new.replace(path)


@pytest.mark.parametrize("change", [cut, append, replace])
def test_the_run_stops_and_goes_on_when_the_file_is_put_back(
    tmp_path: Path, own_folders: Mapping[str, str], change: Callable[[Path], None]
) -> None:
    import_ = Trial(tmp_path, own_folders, 80, seed=21)
    release = threading.Event()
    with held(release, after=20) as hold, import_.serve(around=hold):
        with import_.run("--rate=max") as run:
            import_.log.wait_for_held(run, IN_FLIGHT, answered=20)
            content = import_.file.read_bytes()
            change(import_.file)
            release.set()
            assert run.end() == 9
        error = error_of(run)
        assert error["code"] == "changed_file"
        assert "people.csv" in str(error["message"])
        assert "while it was imported" in str(error["message"])
        assert 30 <= len(import_.log.writes) < len(import_.rows)
        import_.file.write_bytes(content)
        assert import_.run_to_its_end("--rate=max", "--resume") == import_.code
    import_.check_end()
