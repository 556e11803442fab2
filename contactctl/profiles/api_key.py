"""The API key: where it comes from, checked when it is read, masked wherever it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, TextIO, final

from contactctl.errors import CredentialsError, MachineError, UsageError
from contactctl.safe_text import mask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NAMED_CHARACTERS = {
    " ": "a space",
    "\t": "a tab",
    "\n": "a line break",
    "\r": "a line break",
    "\0": "a NUL",
}
#: Far more than any key; a wrong file must not fill the memory.
_MAX_KEY_BYTES = 1 << 16
_OTHER_WAYS = "give --key-stdin, --key-env VARIABLE or --key-command 'COMMAND'"
#: Time for a person to unlock a password manager.
KEY_COMMAND_TIMEOUT_S = 60.0


@final
class ApiKey:
    """An API key that gives its text to :meth:`reveal` alone; everything else sees a mask."""

    # No dataclass: its repr, asdict and replace would give the text out.
    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the key itself, for the request's header and for ``profiles.toml``."""
        return self._text

    def __str__(self) -> str:
        return mask(self._text)

    def __repr__(self) -> str:
        return f"ApiKey({mask(self._text)})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ApiKey) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


def parse_api_key(text: str, where: str) -> ApiKey:
    """Return the key in a text, which may end in one line break.

    ``where`` goes on from "the API key", as in "in LOOPS_API_KEY". HTTP libraries print a header
    that they refuse whole, so anything but printable ASCII without blanks must stop here: raises
    :class:`CredentialsError` with the kind and place of the bad character, never the text.
    """
    # One line break, as echo and password managers add: more of them is another text.
    key = text.removesuffix("\n").removesuffix("\r")
    if not key:
        raise CredentialsError(
            f"the API key {where} is empty",
            hint="an empty key is never ignored: give the key, or remove the setting",
        )
    for position, character in enumerate(key, start=1):
        if not "!" <= character <= "~":
            raise CredentialsError(
                f"the API key {where} has {_kind(character)} at position {position}",
                hint="copy the key again; it is one word of letters and digits",
            )
    return ApiKey(key)


def _kind(character: str) -> str:
    named = _NAMED_CHARACTERS.get(character)
    if named is not None:
        return named
    return "a control character" if character.isascii() else "a character outside ASCII"


def ask_key(stderr: TextIO, *, ask: Callable[..., str] | None = None) -> str:
    """Ask for a key on the terminal without showing it.

    ``ask`` has the form of :func:`getpass.getpass`. Raises :class:`UsageError` when nothing is
    entered and when the terminal would show the key.
    """
    import getpass
    import warnings

    with warnings.catch_warnings():
        # getpass only warns when it cannot hide the key, and asks all the same.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            key = (ask or getpass.getpass)("API key (not shown): ", stream=stderr)
        except getpass.GetPassWarning:
            raise UsageError("the terminal cannot hide what is typed", hint=_OTHER_WAYS) from None
        except (EOFError, KeyboardInterrupt) as stopped:
            stderr.write("\n")  # or what is said next would stand behind the question
            if isinstance(stopped, KeyboardInterrupt):
                raise
            key = ""
    # Pasted keys bring blanks, and none of them is a part of a key.
    key = key.strip(" \t")
    if not key:
        raise UsageError("no API key was entered", hint=_OTHER_WAYS)
    return key


def read_key(stdin: TextIO | None) -> str:
    """Read a key from standard input, all of it; bytes that are no text come through as such.

    Raises :class:`UsageError` for a terminal, which would show the key, and for a closed stdin.
    """
    if stdin is None or stdin.closed:
        raise UsageError("--key-stdin: standard input is closed", hint="pipe the key in")
    if stdin.isatty():
        raise UsageError(
            "--key-stdin: standard input is a terminal, which would show the key",
            hint="leave out --key-stdin to be asked, or pipe the key in",
        )
    buffer = getattr(stdin, "buffer", None)
    try:
        if buffer is None:
            return stdin.read(_MAX_KEY_BYTES)
        # As bytes: an error of decoding would carry what it could not decode.
        found: bytes = buffer.read(_MAX_KEY_BYTES)
    except OSError as error:
        raise MachineError(
            f"--key-stdin: cannot read standard input: {error.strerror}", hint="pipe the key in"
        ) from error
    return found.decode("utf-8", "surrogateescape")


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
    # Not what it printed: half a key, or a message, would be sent as one.
    if done.returncode != 0:
        _fail(words, _how_it_ended(done.returncode))
    return done.stdout.decode("utf-8", "surrogateescape")


def _how_it_ended(returncode: int) -> str:
    if returncode < 0:
        return f"was ended by signal {-returncode}"
    return f"failed with exit code {returncode}"


def _fail(words: list[str], what: str) -> NoReturn:
    # The exceptions of subprocess repeat the arguments, hence `from None`.
    raise CredentialsError(
        f"the key command ({words[0]} …) {what}",
        hint="run the command yourself to see what it says; `contactctl profile show` says which"
        " file it is kept in",
    ) from None
