"""The documents that the sandbox loads and dumps: from a file, from an account, to stdout."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from contactctl.errors import MachineError, UsageError
from contactctl.safe_text import quoted
from contactctl.session import Session

if TYPE_CHECKING:
    from contactctl.exact_json import JsonObject
    from contactctl.sandbox.store import Store

#: Of what ``GET /lists`` and ``GET /contacts/properties`` answer.
_OF_LISTS = ("id", "name", "description", "isPublic")
_OF_PROPERTIES = ("key", "label", "type")


def document_of(session: Session, file: Path) -> "JsonObject":
    """Read a document from a file, or for ``-`` from standard input.

    Raises :class:`UsageError` for what cannot be loaded, :class:`MachineError` for what cannot be
    read.
    """
    from contactctl.sandbox.snapshot import parse_snapshot

    return parse_snapshot(_read_stdin(session) if str(file) == "-" else _read_file(file))


def account_document(session: Session) -> "JsonObject":
    """Ask the account in force for its lists and custom properties; no contact is asked for.

    Raises :class:`UsageError` where that is the sandbox.
    """
    if session.credentials.is_sandbox:
        raise UsageError(
            "the account in force is the sandbox itself",
            hint="give --profile NAME, or set LOOPS_API_KEY",
        )
    lists, properties = session.client.lists(), session.client.properties("custom")
    return {
        "lists": [_only(item, _OF_LISTS) for item in lists],
        "properties": [_only(item, _OF_PROPERTIES) for item in properties],
    }


def load_into(store: "Store", document: "JsonObject") -> "JsonObject":
    """Load a document, whole or not at all, and return how many of each it held."""
    from contactctl.sandbox.snapshot import load

    with store.write() as transaction:
        return load(transaction, document, time.time()).to_json_object()


def dump_all(session: Session, store: "Store") -> None:
    """Print everything as one document, a contact a line."""
    from contactctl.sandbox.snapshot import dump_lines

    for line in dump_lines(store, time.time()):
        session.output.write_lines([line])


def _only(item: "JsonObject", names: tuple[str, ...]) -> "JsonObject":
    return {name: item[name] for name in names if name in item}


def _read_file(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"there is no file {quoted(str(file))}", hint="check its name") from None
    except OSError as error:
        raise MachineError(f"cannot read {file}: {error.strerror}") from error


def _read_stdin(session: Session) -> bytes:
    stdin = session.run.stdin
    if stdin is None or stdin.closed:
        raise UsageError("standard input is closed", hint="pipe the document in")
    if stdin.isatty():
        raise UsageError("standard input is a terminal", hint="pipe the document in")
    return stdin.buffer.read() if hasattr(stdin, "buffer") else stdin.read().encode()
