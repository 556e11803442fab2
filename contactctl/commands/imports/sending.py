"""The part of import that writes: rows sent, told of, and summed up; stops and failures."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

from contactctl.commands.imports import answers
from contactctl.commands.imports.call import ImportCall
from contactctl.errors import Ending, Outcome, RowsFailedError, StoppedError
from contactctl.importing.fields import ERROR_COLUMNS
from contactctl.importing.plan import Plan
from contactctl.importing.rejects import Rejects
from contactctl.importing.report import Tally
from contactctl.importing.row import Result, Row
from contactctl.progress import shown_progress
from contactctl.session import DEFAULT_RETRIES
from contactctl.signals import stops_told
from contactctl.wording import counted

if TYPE_CHECKING:
    from contactctl.importing.engine import ImportRun

#: timeout(1) and terminals may send a signal to a process and to its group.
_SAME_SIGNAL_S = 0.3


def send(call: ImportCall, plan: Plan) -> None:
    """Send the rows and say what became of them.

    Raises what ends a run before its file, with the command that goes on with it, and
    :class:`RowsFailedError` when it came to its end with failed rows.
    """
    tally, stop = Tally(plan.report.rows), _Stop()
    try:
        with stops_told(stop.take):
            _send(call, plan, tally, stop)
    except Ending as error:
        if stop.run is not None:
            error.hint = f"{error.hint}; then go on" if error.hint else "go on"
            error.hint += f" with: {call.resume_command}"
        raise
    finally:
        if tally.told:
            call.session.output.note(answers.summary(tally))
    call.input_file.kept = False
    if tally.failed:
        raise _rows_failed(call, tally)


def _send(call: ImportCall, plan: Plan, tally: Tally, stop: "_Stop") -> None:
    output, total = call.session.output, plan.report.rows
    with ExitStack() as stack:
        run = stack.enter_context(_opened(call, plan))
        stop.watch(run)
        call.input_file.kept = True  # until the run is finished
        reject = stack.enter_context(_rejects(call, plan))
        words = shown_progress(
            output, plan.source.name, total, lambda: answers.progress_line(tally)
        )
        advance = stack.enter_context(words)
        for finished in stack.enter_context(closing(run.results())):
            tally.add(finished)
            reject(finished.job.row, finished.result)
            if output.form == "json" and not finished.job.earlier:
                output.write_json(finished.to_json_object())
            advance(tally.told)
    if run.stopped:
        raise stop.error(tally)


def _opened(call: ImportCall, plan: Plan) -> "AbstractContextManager[ImportRun]":
    from contactctl.importing.engine import RunOptions, open_run

    sending, retries = call.sending, call.session.flags.retries
    options = RunOptions(
        call.rate,
        DEFAULT_RETRIES if retries is None else retries,
        max_failures=sending.max_failures,
        changed_only=sending.changed_only,
        resume=sending.resume,
        guards=call.guards_of_run,
    )
    return open_run(plan, call.session.client, call.state, options)


@contextmanager
def _rejects(call: ImportCall, plan: Plan) -> Iterator[Callable[[Row, Result], None]]:
    """Give a function that writes failed rows down, or does nothing without ``--rejects``."""
    path = call.sending.rejects
    if path is None:
        yield lambda *_: None
        return
    has_error = plan.fields.is_property(ERROR_COLUMNS[0])
    with Rejects(path, plan.source, has_error_property=has_error) as rejects:
        yield rejects.add


class _Stop:
    """What a signal does: the first one ends the run soon, the second one at once."""

    def __init__(self) -> None:
        self.run: ImportRun | None = None
        self._signum = 0
        self._first_at = 0.0

    def watch(self, run: "ImportRun") -> None:
        """Stop this run from now on; raise where a stop was asked for before, and swallowed."""
        if self._signum:
            raise StoppedError("stopped before the first row", signum=self._signum)
        self.run = run

    def take(self, signum: int) -> None:
        """Take a signal; raise :class:`StoppedError` before the run, and for the second one."""
        if self.run is None:
            self._signum = signum
            raise StoppedError("stopped before the first row", signum=signum)
        now, again = time.monotonic(), bool(self._signum)
        if again and now - self._first_at < _SAME_SIGNAL_S:
            return
        self._signum, self._first_at = signum, now
        self.run.request_stop(at_once=again)
        if again:
            raise StoppedError("stopped at once", signum=signum)

    def error(self, tally: Tally) -> StoppedError:
        """Return the error of a run that was stopped."""
        rows = f"{tally.told:,} of {counted(tally.rows, 'row')}"
        error = StoppedError(f"stopped after {rows}", signum=self._signum)
        error.outcome = Outcome.NOT_SENT  # what is left; all else has its result
        return error


def _rows_failed(call: ImportCall, tally: Tally) -> RowsFailedError:
    path = call.sending.rejects
    hint = "--rejects FILE writes such rows down, ready to be mended and fed back"
    if path is not None:
        hint = f"mend the rows in {path} and import that file"
    message = f"{tally.failed:,} of {counted(tally.rows, 'row')} failed"
    return RowsFailedError(message, hint=hint, outcome=Outcome.NOT_APPLIED)
