"""All contacts that a file names deleted, as soon as their number is confirmed."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from contactctl.errors import ExitCode, UsageError
from contactctl.flags.shown import account_words
from contactctl.flags.undo_flag import check_undo, open_row_undo
from contactctl.plans.applying import Forgetting
from contactctl.plans.deleting import DeletingSender
from contactctl.plans.lines import FileSource
from contactctl.runs.flag_words import global_words
from contactctl.runs.limits import address_check, would_be_refused
from contactctl.runs.many import Task, as_it_is, go_through
from contactctl.runs.many_call import checked, forecast, opened
from contactctl.runs.would import tell_would, told_row
from contactctl.safe_text import excerpt
from contactctl.shells import call_line
from contactctl.wording import counted

if TYPE_CHECKING:
    from contactctl.flags.preview_flags import DryRunFlags
    from contactctl.flags.row_flags import RowsFlags
    from contactctl.importing.checking.plan import Plan
    from contactctl.importing.row import Finished
    from contactctl.importing.sending.look import Opposites
    from contactctl.importing.sending.sender import Sender
    from contactctl.runs.many_call import ManyCall
    from contactctl.session import Session

_UNDO_SUFFIX = ".undo.jsonl"
_DELETED = "deleted"


class Wanted(NamedTuple):
    """How a deletion is confirmed and taken back, as far as the flags say it."""

    confirm: int | None = None
    undo_file: Path | None = None
    no_undo: bool = False


def delete_many(
    session: Session, rows: RowsFlags, preview: DryRunFlags, wanted: Wanted
) -> int | None:
    """Delete the contacts; raises as :func:`go_through`, and :class:`UsageError` for a no."""
    keeps, confirm = not (wanted.no_undo or preview.dry_run), wanted.confirm
    undo = (wanted.undo_file or _usual_undo_file(rows)) if keeps else None
    check_undo(undo, beside=rows.rejects, resume=rows.resume)
    own = [] if confirm is None else [f"--confirm={confirm}"]
    own.append("--no-undo" if undo is None else f"--undo-file={undo}")
    with opened(session, "delete", rows, own) as call:
        plan = checked(call, writes=True)
        if not preview.dry_run:
            session.check_write_allowed()
        session.output.note(forecast(call, plan, requests=2, writes=not preview.dry_run))
        if not preview.dry_run:
            _confirm(session, plan, confirm, undo)
        ends = go_through(call, plan, _task(call, plan, undo, looks_only=preview.dry_run))
    would_change = bool(ends[_DELETED]) and not (preview.dry_run and would_be_refused(session))
    return ExitCode.WOULD_CHANGE if preview.exit_code and would_change else None


def _task(call: ManyCall, plan: Plan, undo: Path | None, *, looks_only: bool) -> Task:
    session, resume = call.session, call.rows.resume

    def sends(sender: Sender, opposites: Opposites | None) -> DeletingSender:
        limits = address_check(session)
        return DeletingSender(session.client, sender, opposites, limits, looks_only=looks_only)

    source = FileSource(plan.source.name, plan.identity.digest, plan.identity.mapping)
    return Task(
        sends,
        partial(tell_would if looks_only else told_row, session.output),
        _word_of,
        Forgetting,
        as_it_is,
        None if undo is None else partial(open_row_undo, session, undo, source, resume=resume),
        looks_only,
        prints_rows=looks_only,
    )


def _word_of(finished: Finished) -> str:
    change = finished.result.change
    return _DELETED if change is None or change.kind == _DELETED else "named once more"


def _usual_undo_file(rows: RowsFlags) -> Path:
    """Return where the way back goes: beside the file, or here for what came through a pipe."""
    source = Path(rows.source or "")
    name = source.name if source.is_file() else _DELETED
    return (source.parent if source.is_file() else Path()) / f"{name}{_UNDO_SUFFIX}"


def _confirm(session: Session, plan: Plan, given: int | None, undo: Path | None) -> None:
    """Take the number of contacts as the yes; raises :class:`UsageError` for any other."""
    count = plan.report.named.contacts
    contacts, account = counted(count, "contact"), account_words(session)
    if given is None and not session.can_ask:
        raise UsageError(
            f"deleting {contacts} is not confirmed ({account})", hint=f"give --confirm {count}"
        )
    if given is not None and given != count:
        raise UsageError(
            f"--confirm {given} is not their number: {excerpt(plan.source.name)} names {contacts}",
            hint="look at the file again; nothing was written",
        )
    session.output.note(_way_back(session, undo))
    if given is None:
        typed = session.ask(f"{account}: to delete {contacts}, type their number:").strip()
        if typed.replace(",", "") != str(count):
            from contactctl.questions import declined

            raise declined()


def _way_back(session: Session, undo: Path | None) -> str:
    if undo is None:
        return "what is deleted cannot be brought back"
    line = call_line([*global_words(session.flags), "apply", str(undo)])
    return f"how to restore them is written to {excerpt(str(undo))}; to do so:\n{line}"
