"""A journal of a run, with the results of its first rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.importing.keeping.journal import create_journal
from contactctl.importing.keeping.journal_rows import RunIdentity
from contactctl.importing.row import Result

if TYPE_CHECKING:
    from pathlib import Path

    from contactctl.importing.keeping.journal import Journal

IDENTITY = RunIdentity("people.csv", "digest", '{"map":{}}', "account", 10)


def done(ordinal: int) -> Result:
    return Result(ordinal, "done", f"contact-{ordinal}", 1)


def make(path: Path, count: int = 0) -> Journal:
    """Create a journal whose first rows are noted as done, not yet on disk."""
    journal = create_journal(path, IDENTITY)
    for ordinal in range(1, count + 1):
        journal.note(done(ordinal))
    return journal
