from __future__ import annotations

import os
import shlex
import signal
import sys
import time
from pathlib import Path

import pytest

from contactctl.errors import CredentialsError, ExitCode
from contactctl.profiles.key_command import command_name, run_key_command, split_command

SECRET = "canary-0123456789abcdef"


def python(code: str) -> str:
    """Return the text of a command that runs a few lines of Python."""
    return shlex.join([sys.executable, "-c", code])


def run(command: str, timeout_s: float = 20.0, **env: str) -> str:
    return run_key_command(command, {"PATH": os.environ["PATH"], **env}, timeout_s=timeout_s)


def test_what_the_command_prints_is_returned_with_its_line_break() -> None:
    assert run(python(f"print({SECRET!r})")) == f"{SECRET}{os.linesep}"


def test_the_command_sees_the_environment_it_is_given() -> None:
    code = "import os; print(os.environ['VAULT'], end='')"
    assert run(python(code), VAULT="v1") == "v1"


def test_no_shell_reads_the_command() -> None:
    """A shell would run `id`, expand $HOME and cut at the semicolon."""
    printed = run(python("import sys; print(sys.argv[1:])") + " '$(id)' $HOME ';' 'a b'")
    assert printed.strip() == "['$(id)', '$HOME', ';', 'a b']"


def test_the_command_has_no_stdin_to_wait_for() -> None:
    assert run(python("import sys; print(repr(sys.stdin.read()))")).strip() == "''"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (f"import sys; print({SECRET!r}); sys.exit(3)", "failed with exit code 3"),
        (f"raise SystemExit({SECRET!r})", "failed with exit code 1"),
        ("import os; os.kill(os.getpid(), 9)", "was ended by signal 9"),
    ],
)
def test_a_command_that_fails_is_a_credentials_error(
    code: str, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CredentialsError) as caught:
        run(python(code))
    assert words in caught.value.message
    assert caught.value.exit_code is ExitCode.CREDENTIALS
    assert SECRET not in f"{caught.value.message}{caught.value.hint}{capfd.readouterr()}"


def test_arguments_of_the_command_are_not_shown() -> None:
    with pytest.raises(CredentialsError) as caught:
        run(f"/nowhere/vault read {SECRET}")
    assert "the key command (/nowhere/vault …) cannot be started: No such file" in (
        caught.value.message
    )
    assert SECRET not in f"{caught.value.message}{caught.value.hint}{caught.value.__cause__}"


def test_a_command_that_takes_too_long_is_stopped() -> None:
    started = time.monotonic()
    with pytest.raises(CredentialsError, match=r"gave no key within 0\.3 seconds"):
        run(python("import time; time.sleep(30)"), timeout_s=0.3)
    assert time.monotonic() - started < 20


#: Prints without end, and does not mind that nobody reads.
DEAF = """
import os
while True:
    try:
        os.write(1, b"x" * 999)
    except OSError:
        pass
"""


@pytest.mark.parametrize("code", [f"while True: print({SECRET!r})", DEAF])
def test_endless_output_is_stopped(code: str) -> None:
    with pytest.raises(CredentialsError, match="printed more than 65536 bytes"):
        run(python(code))


@pytest.mark.parametrize(("length", "is_whole"), [(65_536, True), (65_537, False)])
def test_output_that_is_too_long_by_a_byte_is_no_half_a_key(
    length: int,
    is_whole: bool,  # noqa: FBT001 - a row of the table above
) -> None:
    command = python(f"print('k' * {length}, end='')")
    if is_whole:
        assert len(run(command)) == length
        return
    with pytest.raises(CredentialsError, match="printed more than 65536 bytes"):
        run(command)


#: Leaves a process behind that holds the output open, and says its number on stderr.
LEAVING = f"""
import subprocess, sys
left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(left.pid, file=sys.stderr)
print({SECRET!r})
"""


@pytest.mark.skipif(sys.platform == "win32", reason="ends what is left by its number")
def test_a_process_left_behind_with_the_output_is_not_waited_for(
    capfd: pytest.CaptureFixture[str],
) -> None:
    env = {"PATH": os.environ["PATH"]}
    printed = run_key_command(python(LEAVING), env, show_messages=True)
    os.kill(int(capfd.readouterr().err), signal.SIGKILL)
    assert printed == f"{SECRET}\n"


@pytest.mark.skipif(sys.platform == "win32", reason="asks after a process by its number")
def test_whatever_ends_the_wait_ends_the_command(tmp_path: Path) -> None:
    told = tmp_path / "number"
    code = f"import os, pathlib, time; pathlib.Path({str(told)!r}).write_text(str(os.getpid()))"
    with pytest.raises(CredentialsError, match="gave no key"):
        run(python(f"{code}; time.sleep(600)"), timeout_s=2.0)
    if told.exists():  # a busy machine may not have come so far
        with pytest.raises(ProcessLookupError):
            os.kill(int(told.read_text()), 0)


@pytest.mark.skipif(sys.platform == "win32", reason="counts in /dev/fd")
def test_no_descriptor_stays_open() -> None:
    before = len(list(Path("/dev/fd").iterdir()))
    run(python("print('k')"))
    for command in ("/nowhere/vault", python("raise SystemExit(1)"), "op\0"):
        with pytest.raises(CredentialsError):
            run(command)
    assert len(list(Path("/dev/fd").iterdir())) == before


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("op read 'open", "cannot be split into words"),
        ("op read \\", "cannot be split into words"),
        ("", "is empty"),
        ("   ", "is empty"),
        ("''", "is empty"),
        ("op\0", "a NUL"),
    ],
)
def test_a_text_that_is_no_command_is_refused(command: str, words: str) -> None:
    with pytest.raises(CredentialsError, match=words):
        run(command)


def test_a_folder_cannot_be_the_command(tmp_path: os.PathLike[str]) -> None:
    with pytest.raises(CredentialsError, match="cannot be started: Permission denied"):
        run(shlex.quote(os.fspath(tmp_path)))


def test_bytes_that_are_no_text_come_through_to_be_refused_as_a_key() -> None:
    code = "import sys; sys.stdout.buffer.write(bytes([97, 255]))"
    assert run(python(code)) == "a\udcff"


@pytest.mark.parametrize(("shown", "expected"), [(False, ""), (True, "touch the key")])
def test_messages_of_the_command_are_shown_when_asked_for_alone(
    shown: bool,  # noqa: FBT001 - a row of the table above
    expected: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    code = "import sys; sys.stderr.write('touch the key'); print('k')"
    env = {"PATH": os.environ["PATH"]}
    run_key_command(python(code), env, show_messages=shown)
    assert capfd.readouterr().err == expected


def test_words_are_split_as_a_posix_shell_would() -> None:
    assert split_command(r"op read 'op://a b/key' C:\\bin") == [
        "op",
        "read",
        "op://a b/key",
        "C:\\bin",
    ]


def test_the_name_of_a_command_is_its_first_word() -> None:
    assert command_name(f"op read {SECRET}") == "op"
    assert command_name("'") == "?"
