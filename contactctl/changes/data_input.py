"""The argument of ``--data``: JSON, ``@FILE`` or ``-``, read to one JSON object."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, TextIO

from contactctl.errors import MachineError, UsageError
from contactctl.exact_json import JsonError, parse_json
from contactctl.safe_text import to_safe

if TYPE_CHECKING:
    from contactctl.exact_json import JsonObject

#: More than any one contact can hold; a device or a wrong file must not fill the memory.
MAX_DATA_BYTES = 2**20
_FORMS_HINT = "give one JSON object in single quotes, @FILE, or - for standard input"
_BYTE_ORDER_MARK = "\ufeff"


def read_data(argument: str, stdin: TextIO | None) -> str:
    """Return the JSON text that the argument of ``--data`` stands for.

    Raises :class:`UsageError` for a file that is not there, a text that is not UTF-8 or one larger
    than ``MAX_DATA_BYTES``, :class:`MachineError` for a file that cannot be read.
    """
    if argument == "-":
        return _read_stdin(stdin)
    if argument.startswith("@"):
        return _read_file(argument[1:])
    return argument


def parse_data(text: str) -> JsonObject:
    """Read the one JSON object of ``--data``, with or without a byte order mark before it.

    Raises :class:`UsageError` for anything else, a key given twice included.
    """
    # PowerShell writes one before what it pipes, and JSON has no place for it.
    text = text.removeprefix(_BYTE_ORDER_MARK)
    if not text.strip():
        raise UsageError("--data is empty", hint=_FORMS_HINT)
    try:
        value = parse_json(text)
    except JsonError as error:
        raise UsageError(f"--data is not JSON: {error}", hint=_FORMS_HINT) from None
    if isinstance(value, list):
        raise UsageError(
            "--data is a list, and one call changes one contact",
            hint="for many contacts use `contactctl import`",
        )
    if not isinstance(value, dict):
        raise UsageError("--data is not a JSON object", hint=_FORMS_HINT)
    return value


def _read_file(name: str) -> str:
    if not name:
        raise UsageError("--data @ names no file", hint=_FORMS_HINT)
    shown = f'"{to_safe(name)}"'
    try:
        with open(name, "rb") as file:  # noqa: PTH123 - pathlib would be imported for this alone
            return _read_bytes(file, shown)
    except (FileNotFoundError, ValueError):  # a name with a NUL in it is a ValueError
        raise UsageError(
            f"--data: there is no file {shown}", hint="check the name after the @"
        ) from None
    except OSError as error:
        raise _unreadable(shown, error) from error


def _read_stdin(stdin: TextIO | None) -> str:
    source = "standard input"
    if stdin is None or stdin.closed:
        raise UsageError("--data -: standard input is closed", hint=_FORMS_HINT)
    buffer = getattr(stdin, "buffer", None)
    try:
        return stdin.read() if buffer is None else _read_bytes(buffer, source)
    except OSError as error:
        raise _unreadable(source, error) from error


def _read_bytes(file: IO[bytes], source: str) -> str:
    # One byte more tells that there is more, without reading a device to an end it may not have.
    found = file.read(MAX_DATA_BYTES + 1)
    if len(found) > MAX_DATA_BYTES:
        raise UsageError(
            f"--data: {source} is larger than 1 MiB, and one call changes one contact",
            hint="for many contacts use `contactctl import`",
        )
    try:
        return found.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"--data: {source} is not UTF-8 at byte {error.start + 1}",
            hint="convert it, for instance with iconv",
        ) from None


def _unreadable(source: str, error: OSError) -> MachineError:
    reason = error.strerror or type(error).__name__
    return MachineError(
        f"--data: cannot read {source}: {reason}", hint="check what it is, and its permissions"
    )
