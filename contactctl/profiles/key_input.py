"""A key taken from a person or a pipe: asked for without an echo, or read from standard input."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from contactctl.errors import MachineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

#: Far more than any key; a wrong file must not fill the memory.
MAX_KEY_BYTES = 1 << 16
_OTHER_WAYS = "give --key-stdin, --key-env VARIABLE or --key-command 'COMMAND'"


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
    # Pasted keys bring spaces, and none of them is a part of a key.
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
            return stdin.read(MAX_KEY_BYTES)
        # As bytes: an error of decoding would carry what it could not decode.
        found: bytes = buffer.read(MAX_KEY_BYTES)
    except OSError as error:
        raise MachineError(
            f"--key-stdin: cannot read standard input: {error.strerror}", hint="pipe the key in"
        ) from error
    return found.decode("utf-8", "surrogateescape")
