"""The part of import that writes a plan: every row looked up, nothing written to any contact."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from contactctl.commands.imports import dry_run
from contactctl.commands.imports.plan_answers import Entry, Shown
from contactctl.commands.imports.problems import unmet_lines
from contactctl.errors import RowsFailedError
from contactctl.flags.file_account import account_of
from contactctl.flags.plan_flags import planned_note
from contactctl.importing.checking.report import DryTally, would_of
from contactctl.plans.lines import FileSource, Header, Planned
from contactctl.plans.plan_file import written_whole
from contactctl.plans.planning import Planner
from contactctl.wording import counted

if TYPE_CHECKING:
    from pathlib import Path

    from contactctl.commands.imports.call import ImportCall
    from contactctl.importing.checking.plan import Plan
    from contactctl.importing.row import Finished


def write(call: ImportCall, plan: Plan, path: Path) -> None:
    """Look every row up and write the plan.

    Raises :class:`RowsFailedError` where rows have no line in it, as they are refused or could not
    be looked up, and as :func:`dry_run.look`; then what is there of it is whole all the same.
    """
    # A plan is as old as its first look-up, not as its last.
    output, began = call.session.output, time.time()
    call.session.check_team()
    account = account_of(call.session)
    tally = DryTally(call.rows(plan), looks=True)
    shown = Shown(str(path), account, output)
    # A person who reads the plan knows lists by their names.
    lists = {one.id: one.name for one in call.session.account.lists()}
    with written_whole(path) as (writer, finish):
        planner = Planner(writer, lists)

        def tell(finished: Finished) -> None:
            item = planner.add(finished)
            shown.take(_entry(finished, item))
            if output.form == "json":
                output.write_json(tally.row_to_json(finished))

        dry_run.look(call, plan, tally, tell)
        # Within the block: no file is left of a plan that is refused.
        dry_run.refuse_too_many(call, plan, tally)
        source = FileSource(plan.source.name, plan.identity.digest, plan.identity.mapping)
        finish(Header("plan", account, began, source, planner.counts))
    output.show(shown.answer())
    shown.save(call.sending.summary)
    output.note(planned_note(path, call.session))
    for line in unmet_lines(plan):
        output.warn(line)
    if planner.left_out:
        rows = counted(planner.left_out, "row is", "rows are")
        raise RowsFailedError(
            f"{rows} not in the plan: refused, or not looked up", hint="see why with --dry-run"
        )


def _entry(finished: Finished, item: Planned | None) -> Entry:
    job, result = finished
    reason = None if result.error is None else result.error.message
    shown = item or Planned(job.change.refs, "nothing", {})
    return Entry(job.row.line, str(would_of(result)), shown, reason)
