"""The parts of a run put together: journal, memory, threads."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contactctl.files import JOURNAL_FOLDER, make_private_folder
from contactctl.importing.gate import Gate
from contactctl.importing.intake import Intake
from contactctl.importing.pace import Pacer, Rate
from contactctl.importing.run import ImportRun
from contactctl.importing.runs import Runs
from contactctl.importing.sender import Sender
from contactctl.importing.sent import open_sent_memory
from contactctl.importing.sent_rows import SentRows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from contactctl.importing.plan import Plan
    from contactctl.importing.sender import Updates


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run an import."""

    rate: Rate
    retries: int
    max_failures: int | None = None
    changed_only: bool = False
    resume: bool = False


@contextmanager
def open_run(plan: Plan, client: Updates, state: Path, options: RunOptions) -> Iterator[ImportRun]:
    """Open a new run, or the one to resume; what it opened is closed at the end.

    Raises :class:`UsageError` when there is nothing to resume, :class:`MachineError` and
    :class:`DamagedFileError` where the state folder cannot be used.
    """
    make_private_folder(state)
    runs = Runs(state / JOURNAL_FOLDER)
    runs.clean_up()
    with ExitStack() as stack:
        opened = runs.resume(plan.about) if options.resume else runs.begin(plan.about)
        stack.callback(opened.close)
        memory = stack.enter_context(open_sent_memory(state, plan.about.account))
        memory.drop_expired()
        sent_rows = SentRows(memory, changed_only=options.changed_only)
        gate = Gate(Pacer(options.rate))
        yield ImportRun(
            Intake(plan.source.rows(), plan.converter, opened.journal, sent_rows),
            Sender(client, gate, retries=options.retries),
            gate,
            opened.journal,
            sent_rows,
            max_failures=options.max_failures,
        )


def count_unchanged(plan: Plan, state: Path) -> int:
    """Return how many rows of a plan would not be sent with ``--changed-only``."""
    with open_sent_memory(state, plan.about.account) as memory:
        return plan.count_unchanged(SentRows(memory, changed_only=True))
