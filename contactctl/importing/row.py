"""One numbered row of input: as read, as it is sent, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from contactctl.exact_json import JsonError, Number, parse_json, to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.contact import ContactChange
    from contactctl.errors import ContactctlError
    from contactctl.exact_json import JsonObject, JsonValue


class Row(NamedTuple):
    """One row as read: ``cells`` from CSV, ``values`` from JSON.

    ``ordinal`` counts rows from 1, ``line`` is where in the file the row begins. A row with a
    ``problem`` cannot be used; then ``cells`` may hold its text as the only cell.
    """

    ordinal: int
    line: int
    cells: Sequence[str] = ()
    values: JsonObject | None = None
    problem: str | None = None


Status = Literal["done", "failed", "skipped"]


class RowError(NamedTuple):
    """Why a row failed: an error's code and message, the status, what is known of the write."""

    code: str
    message: str
    status: int | None = None
    outcome: str = "not_sent"

    def to_json_object(self) -> JsonObject:
        """Return the error as it stands in a row's JSON."""
        return {
            "code": self.code,
            "message": self.message,
            "status": None if self.status is None else Number(str(self.status)),
            "outcome": self.outcome,
        }


class Result(NamedTuple):
    """What became of the row of that ordinal, as the journal keeps it."""

    ordinal: int
    status: Status
    id: str | None = None
    attempts: int = 0
    error: RowError | None = None


class RowOutcome(NamedTuple):
    """A row and what became of it.

    ``email`` and ``user_id`` are None where the row could not be read that far. ``earlier`` says
    that a run before this one, now resumed, has reported the row.
    """

    row: Row
    result: Result
    email: str | None = None
    user_id: str | None = None
    earlier: bool = False

    def to_json_object(self) -> JsonObject:
        """Return the one JSON object that tells of the row."""
        result = self.result
        return {
            "line": Number(str(self.row.line)),
            "email": self.email,
            "userId": self.user_id,
            "status": result.status,
            "id": result.id,
            "attempts": Number(str(result.attempts)),
            "error": None if result.error is None else result.error.to_json_object(),
        }


def failed(ordinal: int, error: ContactctlError, attempts: int) -> Result:
    """Return the result of a row that the service, or a guard of ours, refused for good."""
    reason = RowError(error.code, error.message, error.status, str(error.outcome))
    return Result(ordinal, "failed", None, attempts, reason)


def invalid(ordinal: int, problem: str) -> Result:
    """Return the result of a row that could not be sent at all."""
    return Result(ordinal, "failed", None, 0, RowError("usage", problem))


def to_text(result: Result) -> str:
    """Return all of a result but its ordinal as one line."""
    values: list[JsonValue] = [result.status, result.id, Number(str(result.attempts))]
    if result.error is not None:
        code, message, status, outcome = result.error
        values += [code, message, None if status is None else Number(str(status)), outcome]
    return to_json(values)


def parse_result(ordinal: int, text: str) -> Result:
    """Read what :func:`to_text` wrote; raise ``ValueError`` for anything else."""
    values = parse_json(text)
    match values:
        case [("done" | "failed" | "skipped") as status, str() | None as found, Number() as count]:
            return Result(ordinal, status, found, int(count.text))  # type: ignore[arg-type]
        case ["failed", None, Number() as count, str() as code, str() as message, seen, str() as o]:
            http = int(seen.text) if isinstance(seen, Number) else None
            return Result(
                ordinal, "failed", None, int(count.text), RowError(code, message, http, o)
            )
    raise JsonError("not a result")


class Job(NamedTuple):
    """A row, the change that it asks for, and the request body that says so."""

    row: Row
    change: ContactChange
    body: bytes

    @property
    def ordinal(self) -> int:
        """Return the row's place in the file."""
        return self.row.ordinal

    @property
    def keys(self) -> Sequence[str]:
        """Return what it must not share with others in flight: its identifiers, each marked.

        Addresses count without case, as the service compares them.
        """
        return identifier_keys(self.change.email, self.change.user_id)

    def to_outcome(self, result: Result, *, earlier: bool = False) -> RowOutcome:
        """Return what to tell of the row."""
        return RowOutcome(self.row, result, self.change.email, self.change.user_id, earlier)


def make_job(row: Row, change: ContactChange) -> Job:
    """Return the job of a row."""
    return Job(row, change, change.to_body())


def identifier_keys(email: str | None, user_id: str | None) -> list[str]:
    """Return a row's identifiers, each marked as what it is."""
    keys = [] if email is None else ["e" + email.lower()]
    if user_id is not None:
        keys.append("u" + user_id)
    return keys
