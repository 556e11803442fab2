"""Suppressions of all contacts that a file names: checked, and removed as far as the quota goes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from contactctl.errors import ExitCode
from contactctl.exact_json import Number, to_json
from contactctl.flags.shown import account_words
from contactctl.importing.sending.targeting import CheckingSender, RemovingSender
from contactctl.runs.limits import address_check, would_be_refused
from contactctl.runs.many import Task, as_it_is, go_through
from contactctl.runs.many_call import checked, forecast, opened
from contactctl.runs.would import tell_would, told_row
from contactctl.safe_text import to_safe
from contactctl.wording import counted

if TYPE_CHECKING:
    from contactctl.flags.preview_flags import DryRunFlags
    from contactctl.flags.row_flags import RowsFlags
    from contactctl.importing.row import Finished
    from contactctl.importing.sending.sender import Sender
    from contactctl.output import Output
    from contactctl.session import Session


def check_many(session: Session, rows: RowsFlags) -> None:
    """Tell of each contact whether mail to it is held back; raises as :func:`go_through`."""
    with opened(session, "suppression check", rows) as call:
        plan = checked(call)
        session.output.note(forecast(call, plan))

        def sends(sender: Sender, _: object) -> CheckingSender:
            return CheckingSender(session.client, sender)

        go_through(call, plan, Task(sends, partial(_tell_status, session.output), _status_word))


def remove_many(
    session: Session, rows: RowsFlags, preview: DryRunFlags, *, yes: bool
) -> int | None:
    """Take each contact off the suppression list, until the quota is used up.

    Raises as :func:`go_through`, and :class:`UsageError` for a no.
    """
    looks_only = preview.dry_run
    with opened(session, "suppression remove", rows, ["--yes"]) as call:
        plan = checked(call, writes=True)
        if not looks_only:
            session.check_write_allowed()
        session.output.note(forecast(call, plan, writes=not looks_only))
        if not (looks_only or yes):
            contacts = counted(plan.report.named.contacts, "contact")
            words = f"remove up to {contacts} from the suppression list"
            session.confirm(f"{account_words(session)}: {words}?")

        def sends(sender: Sender, _: object) -> RemovingSender:
            limits = address_check(session)
            return RemovingSender(session.client, sender, limits, looks_only=looks_only)

        tell = tell_would if looks_only else told_row
        task = Task(
            sends,
            partial(tell, session.output),
            _removal_word,
            record=as_it_is,
            only_looks=looks_only,
            prints_rows=looks_only,
        )
        ends = go_through(call, plan, task)
    would_change = bool(ends[_REMOVED]) and not (looks_only and would_be_refused(session))
    return ExitCode.WOULD_CHANGE if preview.exit_code and would_change else None


_REMOVED = "removed"


def _removal_word(finished: Finished) -> str:
    change = finished.result.change
    return _REMOVED if change is not None and change.kind == _REMOVED else "not suppressed"


def _status_word(finished: Finished) -> str:
    status = finished.result.answer
    if status is None:
        return "checked before"
    return "suppressed" if status["isSuppressed"] else "not suppressed"


def _tell_status(output: Output, finished: Finished) -> None:
    job, result = finished
    status = result.answer
    suppressed = None if status is None else status["isSuppressed"]
    if output.form == "json":
        error = None if result.error is None else result.error.to_json_object()
        if error is not None:
            del error["outcome"]  # nothing is written
        output.write_json(
            {
                "line": Number(str(job.row.line)),
                "email": job.change.email,
                "userId": job.change.user_id,
                "id": result.id,
                "isSuppressed": suppressed,
                "removalQuota": None if status is None else status.get("removalQuota"),
                "error": error,
            }
        )
        return
    word = "" if suppressed is None else to_json(suppressed)
    cells = [word, job.change.email or "", job.change.user_id or ""]
    output.write_lines(["\t".join(map(to_safe, cells[:1] if output.quiet else cells))])
