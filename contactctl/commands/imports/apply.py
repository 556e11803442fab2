"""apply."""

import time
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from contactctl.commands.imports import answers, plan_answers
from contactctl.commands.imports.apply_flags import ApplyFlags
from contactctl.commands.imports.sending_flags import most_changes
from contactctl.errors import ExitCode, GuardError, RowsFailedError, UsageError
from contactctl.files import folder, journal_folder
from contactctl.flags.file_account import account_of, team_words
from contactctl.flags.options import with_session
from contactctl.flags.preview_flags import DryRunFlags
from contactctl.flags.row_flags import SummaryTo, check_rejects, check_summary
from contactctl.flags.undo_flag import check_undo, open_row_undo
from contactctl.importing.checking.report import Tally
from contactctl.output import Output
from contactctl.plans.admission import (
    DEFAULT_MAX_AGE,
    MOST_AGE,
    check_account,
    check_age,
    parse_age,
)
from contactctl.plans.applying import Application
from contactctl.plans.lines import FileSource
from contactctl.plans.plan_file import open_plan_file
from contactctl.plans.rejects import open_rejects
from contactctl.progress import Progress
from contactctl.runs.flag_words import global_words
from contactctl.runs.limits import address_check, would_be_refused
from contactctl.runs.pace import rate_of
from contactctl.runs.patience import usual_patience_s, wait_for_account
from contactctl.runs.stop import Stop
from contactctl.runs.telling import minor_beside, told
from contactctl.safe_text import quoted
from contactctl.session import DEFAULT_RETRIES, Session
from contactctl.shells import call_line
from contactctl.signals import stops_told
from contactctl.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from contactctl.importing.row import Finished
    from contactctl.importing.sending.look import Opposites
    from contactctl.importing.sending.work import RunOptions

EXAMPLES = {
    "apply": (
        "contactctl import people.csv --plan plan.jsonl --summary summary.md",
        "contactctl apply plan.jsonl --dry-run",
        "contactctl apply plan.jsonl --max-changes 500 --rejects rejects.jsonl",
        "contactctl apply plan.jsonl --undo-file undo.jsonl",
        "contactctl apply plan.jsonl --resume",
        "contactctl apply undo.jsonl",
    )
}


@dataclass(frozen=True, slots=True)
class ApplyCall:
    """A call of apply whose file was read and admitted."""

    session: Session
    flags: ApplyFlags
    application: Application

    @property
    def state(self) -> Path:
        """The folder of journals and of what is remembered."""
        return folder("state", self.session.env)

    @property
    def options(self) -> "RunOptions":
        """How to run it."""
        from contactctl.importing.sending.work import RunOptions

        session, sending = self.session, self.flags.sending
        retries = session.flags.retries
        return RunOptions(
            rate_of(session, self.flags.rate),
            DEFAULT_RETRIES if retries is None else retries,
            sending.patience_s(usual_patience_s(session)),
            max_failures=self.flags.max_failures,
            resume=self.flags.resume,
            opposites=self._opposites(),
        )

    def _opposites(self) -> "Callable[[], AbstractContextManager[Opposites]] | None":
        """Return what opens the undo file; None where none is asked for."""
        path, identity = self.flags.undo_file, self.application.identity
        if path is None:
            return None
        source = FileSource(self.flags.file, identity.digest, identity.mapping)
        return lambda: open_row_undo(self.session, path, source, resume=self.flags.resume)

    @property
    def resume_command(self) -> str:
        """What to type to go on with this run."""
        words = [*self.flags.words(), *([] if self.flags.resume else ["--resume"])]
        named = global_words(self.session.flags)
        words += team_words(self.session)
        return call_line([*named, "apply", self.flags.file, *words])


@with_session
def apply(
    session: Session, flags: ApplyFlags, preview: DryRunFlags, summary: SummaryTo = None
) -> int | None:
    """Carry out a plan, or take back what an undo file records.

    Each contact is looked up again. Where it is no longer as the plan found it, its line fails as
    drifted and nothing of it is written; else only the fields that change are sent. Between that
    look and the write somebody else may still write: the service has no conditional write. An undo
    file is taken back from its end, and what cannot be restored is named and counted.
    """
    preview.check(session)
    if flags.resume and preview.dry_run:
        raise UsageError(
            "--resume goes on with a run, and --dry-run sends nothing", hint="give one of them"
        )
    # Before the file is read: a name that is taken costs neither a look-up nor a wait.
    if not preview.dry_run:
        check_undo(flags.undo_file, beside=flags.rejects, resume=flags.resume)
    check_rejects(flags.rejects, flags.file)
    check_summary(summary, Path(flags.file), flags.rejects, flags.undo_file)
    call = _admitted(session, flags)
    if preview.dry_run:
        return _show(call, preview, summary)
    # Not for a dry run, which a read-only profile may do.
    session.check_write_allowed()
    _apply(call, summary)
    return None


def _admitted(session: Session, flags: ApplyFlags) -> ApplyCall:
    """Read the file and refuse it as a whole where it must not be carried out."""
    file = open_plan_file(Path(flags.file), flags.file)
    patience_s = flags.sending.patience_s(usual_patience_s(session))
    wait_for_account(session, patience_s)
    account = account_of(session)
    # First of all: the messages after this one would be about somebody else's contacts.
    check_account(file, account)
    is_plan = file.header.kind == "plan"
    # A way back grows no more dangerous with age: each field is held against what is there. Only
    # for how long it is known that it was applied is a limit.
    max_age = parse_age(flags.max_age or (DEFAULT_MAX_AGE if is_plan else MOST_AGE))
    if not flags.resume:  # what was begun in time may be gone on with
        check_age(file, max_age, time.time())
    application = Application(
        file, account.digest, session.account.properties(), address_check(session)
    )
    if flags.max_changes is not None:
        _check_changes(application, most_changes(flags.max_changes, file.count))
    return ApplyCall(session, flags, application)


def _check_changes(application: Application, most: int) -> None:
    changes = application.changes
    if changes > most:
        raise GuardError(
            f"{changes:,} of {counted(application.file.count, 'line')} change a contact, and"
            f" --max-changes allows {most:,}; nothing was written",
            hint="see them with --dry-run, or allow more",
        )


def _apply(call: ApplyCall, summary: Path | None) -> None:
    output, tally, stop = call.session.output, Tally(call.application.file.count), Stop()
    shown = _shown(call, is_done=True)
    try:
        with stop.told(tally, call.resume_command):
            _run(call, tally, stop, shown)
    finally:
        if tally.told:
            output.note(answers.summary(tally))
            # Of a run that was stopped too: what it did is done.
            with minor_beside(tally, output):
                shown.save(summary)
    if not tally.rows:
        output.note(f"{quoted(call.flags.file)} has no line: there was nothing to do")
    if tally.failed:
        raise _rows_failed(call, tally)


def _run(call: ApplyCall, tally: Tally, stop: Stop, shown: plan_answers.Shown) -> None:
    from contactctl.plans.applying import open_application

    session, flags = call.session, call.flags
    opened = open_application(call.application, session.client, call.state, call.options)
    with ExitStack() as stack:
        run = stack.enter_context(opened)
        stop.watch(run)
        # Only now, which empties the file: a plan that is refused must not cost what it holds.
        reject = stack.enter_context(open_rejects(flags.rejects, call.application.file))
        progress, results = stack.enter_context(told(session.output, flags.file, tally, run))
        for finished in results:
            # Written down before it is told: a reader that goes away ends the run.
            reject(finished)
            shown.add(finished)
            # The call that was stopped has told of these already.
            if not finished.job.earlier:
                _tell(finished, session.output, progress)
    if run.stopped:
        raise stop.error(tally.told, tally.rows)


def _tell(finished: "Finished", output: Output, progress: Progress) -> None:
    """Tell of one line: all of it as JSON, else what an undo could not bring back."""
    if output.form == "json":
        output.write_json(finished.to_json_object())
    elif lost := plan_answers.lost_line(finished):
        progress.say(lost)


def _show(call: ApplyCall, preview: DryRunFlags, summary: Path | None) -> int | None:
    """Show what of the file would still be carried out."""
    from contactctl.plans.applying import open_dry_application

    session, stop = call.session, Stop()
    output, tally = session.output, Tally(call.application.file.count)
    shown = _shown(call, is_done=False)
    opened = open_dry_application(call.application, session.client, call.options)
    with stops_told(stop.take), opened as run:
        stop.watch(run)
        with told(output, call.flags.file, tally, run) as (_, results):
            for finished in results:
                shown.add(finished)
                if output.form == "json":
                    output.write_json(plan_answers.row_to_json(finished))
    if run.stopped:
        raise stop.error(tally.told, tally.rows)
    output.show(shown.answer())
    shown.save(summary)
    would_change = not would_be_refused(session) and shown.changes
    return ExitCode.WOULD_CHANGE if preview.exit_code and would_change else None


def _shown(call: ApplyCall, *, is_done: bool) -> plan_answers.Shown:
    account, output = call.application.file.header.account, call.session.output
    return plan_answers.Shown(call.flags.file, account, output, is_done=is_done)


def _rows_failed(call: ApplyCall, tally: Tally) -> RowsFailedError:
    message = f"{tally.failed:,} of {counted(tally.rows, 'line')} failed"
    hint = "drifted contacts were left as they are; "
    if call.application.file.header.kind == "plan":
        hint += "make a new plan to see what would happen now"
    elif _may_be_applied_again(call):
        hint += "nothing was taken back, so take later runs back and then apply this file again"
    else:
        hint += "nothing in such a line was undone"
    if call.flags.rejects is None:
        hint += "; --rejects FILE saves such lines"
    error = RowsFailedError(message, hint=hint)
    error.counts = tally.counts
    return error


def _may_be_applied_again(call: ApplyCall) -> bool:
    """Tell whether the run that has ended counts as none."""
    from contactctl.importing.keeping.journals import Journals

    journals = Journals(journal_folder(call.session.env))
    return journals.may_begin_once(call.application.identity)
