"""What an import would do, and what it has come to so far, in numbers."""

from __future__ import annotations

import math
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contactctl.exact_json import JsonObject, Number
from contactctl.importing.row import is_invalid
from contactctl.safe_text import excerpt

if TYPE_CHECKING:
    from collections.abc import Callable

    from contactctl.changes.preview import Would
    from contactctl.importing.checking.check import CheckReport
    from contactctl.importing.checking.plan import Plan
    from contactctl.importing.row import Finished, Job, Kind, Result, RowChange

#: Rows that a dry run shows.
SHOWN_ROWS = 10
#: Failed rows that are kept for the summary; the rest is counted.
KEPT_FAILURES = 20

_WOULD: dict[Kind, Would] = {
    "created": "create",
    "updated": "update",
    "deleted": "delete",
    "removed": "remove",
    "unchanged": "nothing",
}
_SERVER_ERRORS = 500


@dataclass(frozen=True, slots=True)
class Forecast:
    """A plan, and at how many requests a second it runs.

    ``unchanged`` is how many rows say nothing new; None when that will only be seen on the way.
    ``limit`` is how many rows are taken where that is not all, ``looks`` how often the contact of
    a row is looked up before its write, ``account`` says in words whose contacts they are.
    """

    plan: Plan
    per_second: float
    unchanged: int | None = 0
    limit: int | None = None
    looks: int = 0
    account: str = ""

    @property
    def to_send(self) -> int:
        """Return how many rows would be sent, at the most."""
        sendable = self.plan.report.sendable_rows - (self.unchanged or 0)
        return sendable if self.limit is None else min(sendable, self.limit)

    @property
    def seconds(self) -> float:
        """Return how long that would take."""
        requests = self.to_send * (1 + self.looks)
        return 0.0 if math.isinf(self.per_second) else requests / self.per_second


class Tally:
    """Counts results; ``clock`` is in seconds. Another thread may read it."""

    def __init__(self, rows: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.rows = rows
        self.told = self.done = self.failed = self.skipped = self.earlier = self.sent = 0
        #: Rows whose contacts do not exist, where that is told apart from failures.
        self.missing = 0
        #: Failed rows that could not be sent, of which the check has told.
        self.invalid = 0
        #: The lines and contacts of the first other failed rows, each with its reason.
        self.failures: list[tuple[str, str]] = []
        #: How many rows did what, where their contacts were looked up.
        self.changes: Counter[Kind] = Counter()
        #: What lines of an undo file could not bring back, and of how many contacts.
        self.lost: Counter[str] = Counter()
        self._clock = clock
        self._began = clock()

    def add(self, finished: Finished) -> None:
        """Count one row."""
        job, result = finished
        self.told += 1
        if job.earlier:
            self.earlier += 1
        elif result.attempts or result.change is not None:
            self.sent += 1
        if result.change is not None:
            self.changes[result.change.kind] += 1
            self.lost.update(result.change.lost)
        if result.status == "skipped":
            self.skipped += 1
        elif result.error is None:
            self.done += 1
        else:
            self.failed += 1
            self.invalid += is_invalid(result)
            # The check has listed the invalid ones before the first write.
            if len(self.failures) < KEPT_FAILURES and not is_invalid(result):
                self.failures.append((row_words(job), result.error.message))

    def skip(self, rows: int) -> None:
        """Count so many rows that say nothing new."""
        self.told += rows
        self.skipped += rows

    @property
    def counts(self) -> dict[str, int]:
        """Return how many rows came to which end."""
        return {"done": self.done, "failed": self.failed, "skipped": self.skipped}

    @property
    def seconds(self) -> float:
        """Return how long this has been going on."""
        return self._clock() - self._began

    @property
    def rate(self) -> float:
        """Return rows a second, those told of by an earlier run aside."""
        seconds = self.seconds
        return (self.told - self.earlier) / seconds if seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Return how much time is left at this rate; None while that is not known."""
        rate = self.rate
        return (self.rows - self.told) / rate if rate > 0 else None


class DryTally:
    """Counts what the rows of a dry run would do, and keeps the first that would do something.

    ``rows`` is how many there are, ``looks`` tells whether the run itself would look each contact
    up, and so not send what already exists.
    """

    def __init__(self, rows: int, *, looks: bool) -> None:
        self.rows = rows
        self.looks = looks
        self.told = self.skipped = 0
        #: Rows that cannot be sent, of which the check has told.
        self.invalid = 0
        self.would: Counter[Would] = Counter()
        #: Contacts that would get another user id, and another address.
        self.user_ids = self.addresses = 0
        self.shown: list[Finished] = []
        #: The first other rows that would be refused, each with its reason.
        self.refusals: list[str] = []

    @property
    def changes(self) -> int:
        """Return how many contacts would be created or updated."""
        return self.would["create"] + self.would["update"]

    @property
    def sends_unchanged(self) -> bool:
        """Tell whether rows that change nothing would be sent as well, as nobody looks."""
        return not self.looks and self.would["nothing"] > self.skipped

    @property
    def to_send(self) -> int:
        """Return how many rows would be sent."""
        unchanged = self.would["nothing"] - self.skipped if self.sends_unchanged else 0
        return self.changes + self.would["unknown"] + unchanged

    @property
    def shown_fields(self) -> set[str]:
        """Return the names of the fields that would change in the rows that are shown."""
        changes = (result.change for _, result in self.shown)
        return {name for change in changes if change is not None for name in change.fields}

    @property
    def in_a_word(self) -> Would:
        """Return what the import would do, in one word for programs."""
        words: tuple[Would, ...] = ("create", "update", "unknown")
        found = [word for word in words if self.would[word]]
        return "nothing" if not found else "update" if "update" in found else found[0]

    def add(self, finished: Finished) -> None:
        """Count one row."""
        would = would_of(finished.result)
        self.told += 1
        self.would[would] += 1
        self.skipped += finished.result.status == "skipped"
        self._keep(finished, would)
        change = finished.result.change
        if change is not None and change.kind == "updated":
            self.user_ids += _replaces(change, "userId")
            self.addresses += _replaces(change, "email")

    @property
    def shows_enough(self) -> bool:
        """Tell whether no further row would be shown."""
        return len(self.shown) == SHOWN_ROWS

    def add_alike(self, rows: int) -> None:
        """Count so many rows of which nothing is known but that they can be sent."""
        self.told += rows
        self.would["unknown"] += rows

    def _keep(self, finished: Finished, would: Would) -> None:
        job, result = finished
        if is_invalid(result):
            self.invalid += 1
        elif result.error is not None:
            if len(self.refusals) < KEPT_FAILURES:
                who = f" {job.change.words}" if job.change.refs else ""
                self.refusals.append(f"line {job.row.line}:{who} {would}: {result.error.message}")
        elif would != "nothing" and len(self.shown) < SHOWN_ROWS:
            self.shown.append(finished)

    def row_to_json(self, finished: Finished) -> JsonObject:
        """Return the one JSON object that tells of a row."""
        job, result = finished
        change, would = result.change, would_of(result)
        sent = would in {"create", "update", "unknown"} and result.error is None
        sent = sent or (would == "nothing" and not self.looks and result.status != "skipped")
        return {
            "line": _number(job.row.line),
            "email": job.change.email,
            "userId": job.change.user_id,
            "would": would,
            "id": result.id,
            "changes": None if change is None else change.to_json_object(),
            "request": job.change.to_payload() if sent else None,
            "error": None if result.error is None else result.error.to_json_object(),
        }

    def to_json_object(self, report: CheckReport, seconds: float) -> JsonObject:
        """Return the numbers; ``seconds`` is how long the run itself would take."""
        return {
            "would": self.in_a_word,
            "rows": _number(self.told),
            "toSend": _number(self.to_send),
            "create": _number(self.would["create"]),
            "update": _number(self.would["update"]),
            "nothing": _number(self.would["nothing"]),
            "refused": _number(self.would["refused"]),
            "unknown": _number(self.would["unknown"]),
            "replacesUserId": _number(self.user_ids),
            "changesAddress": _number(self.addresses),
            "contacts": _number(report.named.contacts),
            "repeating": _number(report.repeating_rows),
            "seconds": _number(math.ceil(seconds)),
            "clears": {name: _number(count) for name, count in report.cleared.items()},
        }


def would_of(result: Result) -> Would:
    """Return what the row of a dry run would do; what could not be looked up is not known."""
    if result.error is not None:
        passing = result.error.status is None or result.error.status >= _SERVER_ERRORS
        return "unknown" if result.attempts and passing else "refused"
    if result.status == "skipped":
        return "nothing"
    return "unknown" if result.change is None else _WOULD[result.change.kind]


def _replaces(change: RowChange, name: str) -> bool:
    """Tell whether an identifier takes the place of another one."""
    item = change.fields.get(name)
    return item is not None and bool(item.before)


def row_words(job: Job) -> str:
    """Return a row's line, and whose it is where that could be read."""
    who = job.change.email or (job.change.user_id and f"user id {job.change.user_id}")
    return f"line {job.row.line}" + (f", {excerpt(who)}" if who else "")


def _number(value: int) -> Number:
    return Number(str(value))
