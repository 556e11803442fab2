"""A real import on a machine with troubles: a second one, a full disk, a folder that is none."""

from __future__ import annotations

import os
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest
from chained_rows import write_csv
from conftest import PROGRAM
from import_process import error_of, importing, json_lines
from import_trial import IN_FLIGHT, MEANT, Trial, held

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


COMMAND = f"contactctl import people.csv -o json --rate=max {' '.join(MEANT)}"


def shell(import_: Trial, line: str) -> subprocess.CompletedProcess[str]:
    """Run a line of a shell in the folder of the file; keep what it told."""
    done = subprocess.run(
        ["/bin/bash", "-c", line],
        env={**import_.env, "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}"},
        cwd=import_.folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    import_.told += json_lines(done.stdout)
    return done


def test_the_same_file_is_not_imported_twice_at_once(
    tmp_path: Path, own_folders: Mapping[str, str]
) -> None:
    import_ = Trial(tmp_path, own_folders, 60, seed=1)
    release = threading.Event()
    with held(release) as hold, import_.serve(around=hold), import_.run("--rate=max") as run:
        import_.log.wait_for_held(run, IN_FLIGHT)
        for more in ((), ("--resume",)):
            with import_.run("--rate=max", *more) as second:
                assert second.end() == 9
            assert "another process is already at work on" in str(error_of(second)["message"])
        release.set()
        assert run.end() == import_.code
    import_.check_end()


def test_two_files_are_imported_at_once(tmp_path: Path, own_folders: Mapping[str, str]) -> None:
    """They share the memory of what was sent, and the server."""
    import_ = Trial(tmp_path, own_folders, 80, seed=14)
    other = write_csv(tmp_path / "others.csv", import_.rows[:40])
    words = ("--rate=max", "--changed-only")
    with (
        import_.serve(),
        import_.run(*words) as run,
        importing(import_.env, tmp_path, other, *MEANT, *words) as second,
    ):
        assert (run.end(), second.end()) == (6, 6)
    assert len(import_.told) == 80
    assert "40 rows: " in second.err


@pytest.mark.parametrize("kib", [8, 20])
def test_a_disk_that_is_full_stops_it_and_loses_nothing(
    tmp_path: Path, own_folders: Mapping[str, str], kib: int
) -> None:
    """No file may grow beyond a limit, which to a program is a full disk."""
    import_ = Trial(tmp_path, own_folders, 160, seed=15)
    # Python, too, writes files: a module compiled under the limit would stay cut off for good.
    import_.env["PYTHONDONTWRITEBYTECODE"] = "1"
    with import_.serve():
        full = shell(import_, f"ulimit -f {kib}; {COMMAND}")
        assert full.returncode == 9, full.stderr
        error = json_lines(full.stderr)[-1]["error"]
        assert isinstance(error, dict)
        assert error["code"] == "machine", error
        again = ("--resume",) if any((tmp_path / "state/imports").glob("*.journal")) else ()
        assert import_.run_to_its_end("--rate=max", *again) == import_.code
    import_.check_end(kills=1)


def test_a_state_folder_that_is_none_is_told_before_the_first_write(
    tmp_path: Path, own_folders: Mapping[str, str]
) -> None:
    import_ = Trial(tmp_path, own_folders, 20, seed=16)
    import_.state.write_text("a file where a folder should be")
    with import_.serve():
        with import_.run() as run:
            assert run.end() == 9
        assert str(import_.state) in str(error_of(run)["message"])
        assert import_.log.writes == []


def test_a_full_stdout_stops_it_and_a_resume_goes_on(
    tmp_path: Path, own_folders: Mapping[str, str]
) -> None:
    import_ = Trial(tmp_path, own_folders, 60, seed=17)
    with import_.serve():
        full = shell(import_, f"{COMMAND} >/dev/full")
        assert full.returncode == 9, full.stderr
        assert "--resume" in full.stderr
        assert import_.run_to_its_end("--rate=max", "--resume") == import_.code
    import_.check_end()


def test_a_reader_that_goes_away_ends_it_and_a_resume_goes_on(
    tmp_path: Path, own_folders: Mapping[str, str]
) -> None:
    import_ = Trial(tmp_path, own_folders, 60, seed=18)
    gone, release = tmp_path / "gone", threading.Event()
    os.mkfifo(gone)
    reader = "{ head -n 1; exec <&-; : >gone; }"

    def listen() -> None:
        gone.open().close()  # opens when the reader, gone from the other pipe, opens it too
        release.set()

    threading.Thread(target=listen, daemon=True).start()
    # One row alone: what else came before the reader went would have been told to nobody.
    with held(release, after=1) as hold, import_.serve(around=hold):
        done = shell(import_, f"{COMMAND} | {reader}; exit ${{PIPESTATUS[0]}}")
        assert (done.returncode, done.stderr) == (141, "")
        assert import_.run_to_its_end("--rate=max", "--resume") == import_.code
    import_.check_end(kills=1)
