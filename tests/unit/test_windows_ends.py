"""How a run ends on Windows, with the platform passed in: no process dies of a signal there."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import subprocess
import sys

import pytest

from contactctl import __version__
from contactctl.__main__ import _answer_early
from contactctl.errors import ExitCode, MachineError
from contactctl.failures import unwritable
from contactctl.signals import CLOSED_PIPE_CODE, code_of_signal

AS_SIGBREAK = 21
#: A Ctrl-C or Ctrl-Break right after the start, of a program that does nothing else.
EARLY = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
{before}
from contactctl.__main__ import _leave_interrupts_to_the_system
_leave_interrupts_to_the_system("win32")
{after}
print("went on")
"""


def ended(code: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def test_ctrl_break_ends_as_a_request_to_terminate() -> None:
    assert code_of_signal(AS_SIGBREAK, AS_SIGBREAK) == ExitCode.TERMINATED
    assert code_of_signal(signal.SIGINT, AS_SIGBREAK) == ExitCode.INTERRUPTED
    assert code_of_signal(AS_SIGBREAK, None) == 128 + AS_SIGBREAK


@pytest.mark.parametrize("code", [ExitCode.INTERRUPTED, ExitCode.TERMINATED, CLOSED_PIPE_CODE])
def test_the_code_of_a_stop_is_that_of_the_table(code: int) -> None:
    """To send oneself SIGINT is to end with 2 there, which stands for wrong flags."""
    words = f"from contactctl.signals import end_process; end_process({int(code)}, 'win32')"
    assert ended(words) == (code, "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "signal.raise_signal(signal.SIGINT)"),
        ("sys.last_type = KeyboardInterrupt", ""),
    ],
)
def test_a_ctrl_c_before_the_command_ends_at_once_by_that_code(before: str, after: str) -> None:
    assert ended(EARLY.format(before=before, after=after)) == (ExitCode.INTERRUPTED, "")


def test_what_the_parent_ignores_is_ignored_before_the_command_too() -> None:
    ignored = "signal.signal(signal.SIGINT, signal.SIG_IGN)"
    assert ended(EARLY.format(before=ignored, after="signal.raise_signal(signal.SIGINT)")) == (
        0,
        "went on\n",
    )


def test_each_signal_has_its_own_code_before_the_command() -> None:
    words = (
        "import signal; from contactctl.windows import end_at_once;"
        "signal.signal(signal.SIGTERM, signal.SIG_DFL); end_at_once(['SIGTERM', 'NO_SUCH']);"
        "signal.raise_signal(signal.SIGTERM)"
    )
    assert ended(words) == (ExitCode.TERMINATED, "")


@pytest.mark.parametrize(
    ("number", "platform", "kind"),
    [
        (errno.EINVAL, "win32", BrokenPipeError),
        (errno.EINVAL, "linux", MachineError),
        (errno.ENOSPC, "win32", MachineError),
    ],
)
def test_a_reader_that_went_away_is_none_of_this_machines_faults(
    number: int, platform: str, kind: type[BaseException]
) -> None:
    error = OSError(number, os.strerror(number))
    assert type(unwritable(error, applied=True, platform=platform)) is kind


def test_the_version_ends_with_a_plain_line_end_there_too() -> None:
    """Text streams write CR LF on Windows unless they are told not to."""
    written = io.BytesIO()
    stdout = io.TextIOWrapper(written, "cp1252", newline="\r\n")
    with contextlib.redirect_stdout(stdout):
        assert _answer_early(["--version"]) == 0
    assert written.getvalue() == f"contactctl {__version__}\n".encode()
