"""A key that a command prints at each use: run without a shell, its output and time bounded."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NoReturn

from contactctl.errors import CredentialsError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping, Sequence

#: Time for a person to unlock a password manager.
KEY_COMMAND_TIMEOUT_S = 60.0
#: Far more than any key; endless output must not fill the memory.
MAX_OUTPUT_BYTES = 1 << 16


def split_command(text: str, platform: str = sys.platform) -> list[str]:
    """Return the words of a key command, split as a POSIX shell would and nothing expanded.

    On Windows a backslash means itself, as in the names of folders; both kinds of quotes hold words
    together there too. Raises :class:`CredentialsError` for an open quote and for a text without
    words.
    """
    import shlex

    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters = True, ""
    if platform == "win32":
        lexer.escape = ""
    try:
        words = list(lexer)
    except ValueError:
        raise CredentialsError(
            "the key command cannot be split into words: a quote or a backslash is left open",
            hint="quote it as a shell would read it, such as: op read 'op://vault/loops/key'",
        ) from None
    if not words or not words[0]:
        raise CredentialsError(
            "the key command is empty", hint="give a command that prints the API key"
        )
    return words


def command_name(text: str) -> str:
    """Return the program that a key command starts; its arguments are shown nowhere."""
    try:
        return split_command(text)[0]
    except CredentialsError:
        return "?"


def run_key_command(
    text: str,
    env: Mapping[str, str],
    *,
    show_messages: bool = False,
    timeout_s: float = KEY_COMMAND_TIMEOUT_S,
) -> str:
    """Run a key command and return what it printed: the key, with its final line break.

    It gets no stdin. Its stderr reaches ours with ``show_messages`` (for a person at a terminal,
    who may have to touch a security key) and is dropped otherwise, since it may hold the key.
    Raises :class:`CredentialsError` when it cannot start, fails, prints more than 64 KiB, or takes
    over ``timeout_s``.
    """
    import subprocess

    words = split_command(text)
    output = _Output()
    try:
        process = _start(words, env, output, show_messages=show_messages)
        _wait(process, timeout_s)
    except subprocess.TimeoutExpired:
        _fail(words, f"gave no key within {timeout_s:g} seconds")
    except OSError as error:
        _fail(words, f"cannot be started: {error.strerror or type(error).__name__}")
    except ValueError:
        _fail(words, "cannot be started: there is a NUL in it")
    finally:
        output.close()
    if output.is_too_long:
        _fail(words, f"printed more than {MAX_OUTPUT_BYTES} bytes, which is no key")
    # Not what it printed: half a key, or a message, would be sent as one.
    if process.returncode != 0:
        _fail(words, _how_it_ended(process.returncode))
    return output.data.decode("utf-8", "surrogateescape")


class _Output:
    """A pipe that a thread reads up to a mark of our own, and no further than the limit.

    Not to its end: a process that the command leaves behind may hold the pipe open for ever. What
    the command printed stands before the mark, which is written when the command has ended.
    """

    def __init__(self) -> None:
        import threading

        self.data = b""
        self.is_too_long = False
        self._mark = os.urandom(16)
        self._reading, self.writing = os.pipe()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._read, daemon=True)

    def read_from(self, process: subprocess.Popen[bytes]) -> None:
        """Begin to read; a process that prints too much is killed."""
        self._process = process
        self._thread.start()

    def close(self) -> None:
        """Read to the mark, and close the pipe."""
        if self._process is not None:
            try:
                os.write(self.writing, self._mark)
            except OSError:  # the reader has had enough
                self.is_too_long = True
            self._thread.join()
        else:
            os.close(self._reading)
        os.close(self.writing)

    def _read(self) -> None:
        found = bytearray()
        while (at := found.find(self._mark)) < 0:
            found += os.read(self._reading, MAX_OUTPUT_BYTES)
            if len(found) > MAX_OUTPUT_BYTES + len(self._mark):
                self.is_too_long = True
                break
        # From now on whoever writes is told, and nobody waits for room in the pipe.
        os.close(self._reading)
        self.data = bytes(found[:at]) if at >= 0 else b""
        if self.is_too_long and self._process is not None:
            self._process.kill()


def _start(
    words: Sequence[str], env: Mapping[str, str], output: _Output, *, show_messages: bool
) -> subprocess.Popen[bytes]:
    import subprocess

    process = subprocess.Popen(  # noqa: S603 - the user's own command, split here, no shell
        _to_start(words, env),
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=output.writing,
        stderr=None if show_messages else subprocess.DEVNULL,
    )
    output.read_from(process)
    return process


def _to_start(words: Sequence[str], env: Mapping[str, str]) -> str | Sequence[str]:
    if sys.platform == "win32":
        from contactctl.profiles.windows_programs import to_start

        return to_start(words, env)
    return words


def _wait(process: subprocess.Popen[bytes], timeout_s: float) -> None:
    """Wait for the end of a process; whatever else ends the wait ends the process too."""
    try:
        process.wait(timeout_s)
    except BaseException:
        process.kill()
        process.wait()
        raise


def _how_it_ended(returncode: int) -> str:
    if returncode < 0:
        return f"was ended by signal {-returncode}"
    return f"failed with exit code {returncode}"


def _fail(words: Sequence[str], what: str) -> NoReturn:
    # The exceptions of subprocess repeat the arguments, hence `from None`.
    raise CredentialsError(
        f"the key command ({words[0]} …) {what}",
        hint="run the command yourself to see what it says; `contactctl profile show` says which"
        " file it is kept in",
    ) from None
