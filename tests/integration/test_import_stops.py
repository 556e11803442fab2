"""A real import that is stopped: it dies of the signal, soon, and says how to go on."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest
from forked_program import started
from import_process import Importing, calling, error_of
from import_trial import IN_FLIGHT, MEANT, Trial, held
from sandbox_http import slow

from contactctl.sandbox.app import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: A name that a shell would take apart.
NAME = "people of ada's; $HOME.csv"
#: Two seconds are promised; the rest is for a machine that is busy with other tests.
SOON_S = 5.0


@pytest.fixture
def release() -> threading.Event:
    """Return what lets go of updates that are held back."""
    return threading.Event()


def resume_command(run: Importing) -> str:
    """Return the command that the error names, as somebody would copy it."""
    _, colon, command = str(error_of(run)["hint"]).partition("resume with: ")
    assert colon
    return command


def paste(import_: Trial, command: str) -> int:
    """Run a line as a shell reads it; keep what it told."""
    reader = f'contactctl() {{ printf "%s\\0" "$@"; }}; {command}'
    read = subprocess.run(["/bin/bash", "-c", reader], capture_output=True, check=True)
    words = read.stdout.decode().split("\0")[:-1]
    with calling(import_.env, import_.folder, *words) as run:
        code = run.end()
    import_.told += run.rows
    return code


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_lets_what_is_under_way_end_and_names_the_way_on(
    tmp_path: Path,
    own_folders: Mapping[str, str],
    release: threading.Event,
    signum: signal.Signals,
) -> None:
    import_ = Trial(tmp_path, own_folders, 80, seed=6, name=NAME)
    with (
        held(release, after=30) as hold,
        import_.serve(Settings(script=slow(0.05)), around=hold),
    ):
        with import_.run("--rate=max", f"--rejects={tmp_path / 'bad rows.csv'}") as run:
            import_.log.wait_for_held(run, IN_FLIGHT, answered=30)
            run.send(signum)
            release.set()
            began = time.monotonic()
            assert run.end() == -signum
        assert time.monotonic() - began < SOON_S
        assert 30 + IN_FLIGHT <= len(import_.log.writes) < len(import_.rows)
        assert '"code":"interrupted"' in run.err
        assert paste(import_, resume_command(run)) == import_.code
    import_.check_end()
    rejects = (tmp_path / "bad rows.csv").read_text().splitlines()
    assert len(rejects) - 1 == len(import_.rows) - len(import_.expected.done)


def test_standard_input_is_kept_until_it_is_imported(
    tmp_path: Path, own_folders: Mapping[str, str], release: threading.Event
) -> None:
    """Nobody else may read it, and nothing is left of it at the end."""
    import_ = Trial(tmp_path, own_folders, 80, seed=6)
    with (
        held(release, after=30) as hold,
        import_.serve(Settings(script=slow(0.02)), around=hold),
    ):
        with import_.run("--rate=max", stdin=import_.file) as run:
            import_.log.wait_for_held(run, IN_FLIGHT, answered=30)
            run.send(signal.SIGTERM)
            release.set()
            assert run.end() == -signal.SIGTERM
        (kept,) = (import_.state / "imports").glob("stdin*")
        assert kept.stat().st_mode & 0o777 == 0o600
        assert paste(import_, resume_command(run)) == import_.code
    import_.check_end()
    assert not kept.exists()


def test_a_second_ctrl_c_waits_for_nothing(
    tmp_path: Path, own_folders: Mapping[str, str], release: threading.Event
) -> None:
    """What was under way may have been applied; a resumed run sends it again."""
    import_ = Trial(tmp_path, own_folders, 60, seed=10)
    with held(release) as hold, import_.serve(around=hold), import_.run("--rate=max") as run:
        import_.log.wait_for_held(run, IN_FLIGHT)
        run.send(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            run.end(0.6)  # what comes within 0.3 s counts as the same signal
        run.send(signal.SIGINT)
        assert run.end() == -signal.SIGINT
        assert "stopped at once" in run.err  # how long it would have waited is the engine's test
        release.set()
        import_.log.wait_until_idle()
    with import_.serve():
        assert paste(import_, resume_command(run)) == import_.code
    import_.check_end(kills=1)


def test_a_request_that_never_ends_keeps_no_import_alive(
    tmp_path: Path, own_folders: Mapping[str, str], release: threading.Event
) -> None:
    """A few seconds for what is under way, and no more."""
    import_ = Trial(tmp_path, own_folders, 60, seed=11)
    with held(release) as hold, import_.serve(around=hold), import_.run("--rate=max") as run:
        import_.log.wait_for_held(run, IN_FLIGHT)
        run.send(signal.SIGTERM)
        began = time.monotonic()
        assert run.end() == -signal.SIGTERM
        assert time.monotonic() - began < 15  # the request is held for twice as long
    assert "--resume" in resume_command(run)


@pytest.mark.parametrize("delay_s", [0.0, 0.05, 0.1, 0.15, 0.2])
def test_ctrl_c_at_any_moment_of_the_start(
    tmp_path: Path, own_folders: Mapping[str, str], delay_s: float
) -> None:
    """Before the interpreter is up, Python says what it says; ours says nothing worse.

    Where one meets Python's own dropping of an import lock, before our first line, it says so and
    goes on.
    """
    import_ = Trial(tmp_path, own_folders, 200, seed=12)  # more than can be sent by then
    words = ("import", import_.file, *MEANT, "--rate=max")
    with (
        import_.serve(Settings(script=slow(0.05))),
        calling(import_.env, tmp_path, *words, start=started) as run,
    ):
        time.sleep(0.05 + delay_s)
        run.send(signal.SIGINT)
        code = run.end()
    of_python = ("Fatal Python error", "Exception ignored in: <function _get_module_lock")
    assert code in {-signal.SIGINT, 130} or any(words in run.err for words in of_python)
    assert "contactctl/cli.py" not in run.err
