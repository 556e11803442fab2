"""The command that prints an API key: run at each use, without a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from contactctl.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY_COMMAND_TIMEOUT_S = 60.0


def split_command(text: str) -> list[str]:
    """Return the words of a key command, split as a POSIX shell would and nothing expanded.

    The same rules hold on Windows: a backslash must be doubled or stand in single quotes.
    Raises :class:`CredentialsError` for an open quote and for a text without words.
    """
    import shlex

    try:
        words = shlex.split(text)
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
    Raises :class:`CredentialsError` when it cannot start, fails, or takes over ``timeout_s``.
    """
    import subprocess

    words = split_command(text)
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, split here, no shell
            words,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=None if show_messages else subprocess.DEVNULL,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        _fail(words, f"gave no key within {timeout_s:g} seconds")
    except OSError as error:
        _fail(words, f"cannot be started: {error.strerror or type(error).__name__}")
    except ValueError:
        _fail(words, "cannot be started: there is a NUL in it")
    if done.returncode != 0:
        _fail(words, _how_it_ended(done.returncode))
    return done.stdout.decode("utf-8", "surrogateescape")


def _how_it_ended(returncode: int) -> str:
    if returncode < 0:
        return f"was ended by signal {-returncode}"
    return f"failed with exit code {returncode}"


def _fail(words: list[str], what: str) -> NoReturn:
    raise CredentialsError(
        f"the key command ({words[0]} …) {what}",
        hint="run the command yourself to see what it says; `contactctl profile show` says which"
        " file it is kept in",
    ) from None
