"""What stands in a journal's file, and the marks that show whether it still is what was written.

SQLite's own check passes flipped bytes inside a row, so every row carries a digest of itself.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from contactctl.exact_json import JsonError, Number, parse_json, to_json
from contactctl.files import elsewhere
from contactctl.importing.row import parse_result, to_text
from contactctl.sqlite_file import FileKind

if TYPE_CHECKING:
    from contactctl.exact_json import JsonValue
    from contactctl.importing.row import Result

    ResultRow: TypeAlias = tuple[int, str, bytes]
    StateRow: TypeAlias = tuple[str, bytes]

JOURNAL = FileKind(
    name="import journal",
    application_id=int.from_bytes(b"ccij", "big"),
    version=2,
    way_out="import the file again without --resume; the journal is left as it is",
    elsewhere=elsewhere("state"),
)
JOURNAL_SCHEMA = """
    CREATE TABLE run (one INTEGER PRIMARY KEY, text TEXT, mark BLOB);
    CREATE TABLE result (ordinal INTEGER PRIMARY KEY, text TEXT, mark BLOB)
"""

_MARK_BYTES = 8


@dataclass(slots=True)
class State:
    """How far a run has come: ``reported`` rows from the file's start have been told of."""

    identity: RunIdentity
    finished: bool = False
    reported: int = 0


def result_row(result: Result) -> ResultRow:
    """Return a result as its row of the journal."""
    text = to_text(result)
    # With the ordinal, so that a row cannot pass for another.
    return result.ordinal, text, _mark(f"{result.ordinal}:{text}")


def parse_result_row(ordinal: object, text: object, mark: object) -> Result:
    """Read a row back; raise ``ValueError`` where it is not as it was written."""
    if not isinstance(ordinal, int) or not isinstance(text, str):
        raise JsonError("a value of another type")
    if mark != _mark(f"{ordinal}:{text}"):
        raise JsonError("another text than its mark is of")
    return parse_result(ordinal, text)


def state_row(state: State) -> StateRow:
    """Return a run's state as its row of the journal."""
    identity = state.identity
    text = to_json(
        [
            [
                identity.source,
                identity.digest,
                identity.mapping,
                identity.account,
                Number(str(identity.rows)),
            ],
            state.finished,
            Number(str(state.reported)),
        ]
    )
    return text, _mark(text)


def parse_state_row(text: object, mark: object) -> State:
    """Read a run's state back; raise ``ValueError`` where it is not as it was written."""
    if not isinstance(text, str) or mark != _mark(text):
        raise JsonError("another text than its mark is of")
    value: JsonValue = parse_json(text)
    match value:
        case [
            [str() as source, str() as digest, str() as mapping, str() as account, Number() as n],
            bool() as finished,
            Number() as reported,
        ]:
            identity = RunIdentity(source, digest, mapping, account, int(n.text))
            return State(identity, finished, int(reported.text))
    raise JsonError("not a run's state")


def _mark(text: str) -> bytes:
    # Against damage, not against forgery: eight bytes are enough for that.
    return hashlib.blake2b(text.encode(), digest_size=_MARK_BYTES).digest()


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """What a run imports: the file's name and digest, what its cells mean, and for whose account.

    ``rows`` is how many rows the file has.
    """

    source: str
    digest: str
    mapping: str
    account: str
    rows: int = 0
