"""One numbered row of input: as read, as it is sent, and what became of it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from contactctl.changes.preview import FieldChange, changes_to_json
from contactctl.contact import ContactChange, fold_address
from contactctl.exact_json import JsonError, Number, parse_json, to_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contactctl.contact import ContactRef
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


Kind = Literal["created", "updated", "deleted", "removed", "unchanged"]
KINDS: tuple[Kind, ...] = ("created", "updated", "deleted", "removed", "unchanged")


class RowChange(NamedTuple):
    """What a row did to its contact, as a look-up before it showed.

    ``lost`` names what a line of an undo file could not bring back. ``requests`` are the bodies
    that would be sent for a line of a plan, known where it is only looked at.
    """

    kind: Kind
    fields: Mapping[str, FieldChange] = MappingProxyType({})
    lost: tuple[str, ...] = ()
    requests: tuple[JsonObject, ...] = ()

    def to_json_object(self) -> JsonObject:
        """Return each field with its value before and after."""
        return changes_to_json(self.fields)


Status = Literal["done", "failed", "skipped"]
_STATUSES: dict[str, Status] = {"done": "done", "failed": "failed", "skipped": "skipped"}


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
    """What became of the row of that ordinal, as the journal keeps it.

    ``change`` is None where the contact was not looked up. ``answer`` is what the service said of
    the contact to whoever only asks; no journal keeps it.
    """

    ordinal: int
    status: Status
    id: str | None = None
    attempts: int = 0
    error: RowError | None = None
    change: RowChange | None = None
    answer: JsonObject | None = None


class Job(NamedTuple):
    """A row in a run, and the change that it asks for.

    ``known`` is its result where the row need not be sent: it cannot be, or it says nothing new,
    or an earlier run sent it. ``earlier`` says that a run before this one, now resumed, has told
    of the row. A row that could not be read as far as its contact has an empty change.
    """

    row: Row
    change: ContactChange = ContactChange()
    known: Result | None = None
    earlier: bool = False

    @property
    def ordinal(self) -> int:
        """Return the row's place in the file."""
        return self.row.ordinal

    @property
    def body(self) -> bytes:
        """Return the request body that says so, made anew: most rows of most runs need none."""
        return self.change.to_body()

    @property
    def keys(self) -> list[str]:
        """Return what it must not share with others in flight: its identifiers, each marked."""
        return identifier_keys(self.change)


class Finished(NamedTuple):
    """A row and what became of it, which is on disk already."""

    job: Job
    result: Result

    def to_json_object(self) -> JsonObject:
        """Return the one JSON object that tells of the row."""
        change, result = self.job.change, self.result
        return {
            "line": Number(str(self.job.row.line)),
            "email": change.email,
            "userId": change.user_id,
            "status": result.status,
            "change": None if result.change is None else result.change.kind,
            "changes": None if result.change is None else result.change.to_json_object(),
            "id": result.id,
            "attempts": Number(str(result.attempts)),
            "error": None if result.error is None else result.error.to_json_object(),
            **lost_to_json(result),
        }


def identifier_keys(change: ContactChange) -> list[str]:
    """Return a change's identifiers, each marked as what it is, as the service compares them."""
    keys = [] if change.email is None else ["e" + fold_address(change.email)]
    # An id is compared to the letter; an address is not.
    if change.user_id is not None:
        keys.append("u" + change.user_id)
    return keys


def ref_key(ref: ContactRef) -> str:
    """Return one identifier, marked as those of a change are."""
    return "e" + fold_address(ref.value) if ref.name == "email" else "u" + ref.value


def contact_keys(contact: JsonObject) -> list[str]:
    """Return a contact's identifiers, marked as those of a change are."""
    email, user_id = contact.get("email"), contact.get("userId")
    return identifier_keys(
        ContactChange(
            email if isinstance(email, str) else None,
            user_id if isinstance(user_id, str) and user_id else None,
        )
    )


def failed(ordinal: int, error: ContactctlError, attempts: int) -> Result:
    """Return the result of a row that the service, or a guard of ours, refused for good."""
    reason = RowError(error.code, error.message, error.status, str(error.outcome))
    return Result(ordinal, "failed", None, attempts, reason)


def invalid(ordinal: int, problem: str) -> Result:
    """Return the result of a row that could not be sent at all."""
    return Result(ordinal, "failed", None, 0, RowError("usage", problem))


def lost_to_json(result: Result) -> JsonObject:
    """Return what could not be restored, as it stands in a row's JSON; nothing for nothing."""
    lost = () if result.change is None else result.change.lost
    return {"lost": [*lost]} if lost else {}


def is_invalid(result: Result) -> bool:
    """Tell whether the row could not be sent at all."""
    # What cannot be put into a request has the code as well, and took an attempt.
    return result.error is not None and result.error.code == "usage" and not result.attempts


def to_text(result: Result) -> str:
    """Return all of a result but its ordinal as one line."""
    values: list[JsonValue] = [result.status, result.id, Number(str(result.attempts))]
    if result.error is not None:
        code, message, status, outcome = result.error
        values += [code, message, None if status is None else Number(str(status)), outcome]
    elif result.change is not None:
        values += [result.change.kind, result.change.to_json_object()]
        values += [[*result.change.lost]] if result.change.lost else []
    return to_json(values)


def parse_result(ordinal: int, text: str) -> Result:
    """Read what :func:`to_text` wrote; raise ``ValueError`` for anything else."""
    values = parse_json(text)
    match values:
        # The shapes differ in length and types, so that results of earlier versions are read as
        # well.
        case [str() as word, str() | None as found, Number() as count] if word in _STATUSES:
            return Result(ordinal, _STATUSES[word], found, int(count.text))
        case [
            "done",
            str() | None as found,
            Number() as count,
            str() as kind,
            dict() as changes,
            *lost,
        ]:
            fields = dict(map(_field_change, changes.items()))
            change = RowChange(_kind(kind), fields, _lost(lost))
            return Result(ordinal, "done", found, int(count.text), change=change)
        case ["failed", None, Number() as count, str() as code, str() as message, seen, str() as o]:
            http = int(seen.text) if isinstance(seen, Number) else None
            return Result(
                ordinal, "failed", None, int(count.text), RowError(code, message, http, o)
            )
    raise JsonError("not a result")


def _kind(word: str) -> Kind:
    kind = next((kind for kind in KINDS if kind == word), None)
    if kind is None:
        raise JsonError("not what a row does")
    return kind


def _lost(values: list[JsonValue]) -> tuple[str, ...]:
    match values:
        case []:
            return ()
        case [list() as names]:
            return tuple(name for name in names if isinstance(name, str))
    raise JsonError("not what a row lost")


def _field_change(item: tuple[str, JsonValue]) -> tuple[str, FieldChange]:
    match item:
        case [name, {"from": before, "to": after}]:
            return name, FieldChange(before, after)
    raise JsonError("not a field's change")
