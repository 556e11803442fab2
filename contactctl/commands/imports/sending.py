"""The part of import that writes: rows sent, told of, and summed up; stops and failures."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING

from contactctl.commands.imports import answers
from contactctl.commands.imports.call import ImportCall
from contactctl.errors import RowsFailedError
from contactctl.importing.checking.plan import Plan
from contactctl.importing.checking.report import Tally
from contactctl.importing.keeping.rejects import Rejects
from contactctl.importing.row import Result, Row
from contactctl.importing.values.fields import ERROR_COLUMNS
from contactctl.runs.problems import problem_lines
from contactctl.runs.stop import Stop
from contactctl.runs.telling import failure_lines, minor_beside, told
from contactctl.wording import counted

if TYPE_CHECKING:
    from contactctl.importing.sending.engine import ImportRun


def send(call: ImportCall, plan: Plan) -> None:
    """Send the rows and say what became of them.

    Raises what ends a run before its file, with the command that goes on with it, and
    :class:`RowsFailedError` when it came to its end with failed rows.
    """
    tally, stop = Tally(call.rows(plan)), Stop()
    try:
        with stop.told(tally, call.resume_command):
            _send(call, plan, tally, stop)
    finally:
        # Said of a failure too: it is what a person needs to know before going on.
        if tally.told:
            call.session.output.note(answers.summary(tally, plan.report.spellings))
            with minor_beside(tally, call.session.output):
                _save_summary(call, plan, tally)
    if tally.rows < plan.report.rows:
        left = counted(plan.report.rows - tally.rows, "row")
        call.session.output.note(
            f"{left} left for later by --limit; to import them:\n{call.rest_command}"
        )
    else:
        # Every row has its end on disk: nobody will ask for the copy again.
        call.input_file.kept = False
    if tally.failed:
        raise _rows_failed(call, tally)


def _save_summary(call: ImportCall, plan: Plan, tally: Tally) -> None:
    """Append what became of the rows to the file that ``--summary`` names."""
    if call.sending.summary is None:
        return
    from contactctl.plans import markdown

    heading, *others = answers.result_lines(tally, plan.report.spellings)
    lines = [f"{plan.source.name}: {heading}", *problem_lines(plan.report), *others]
    # They begin with who failed, for whom there is a column.
    more = failure_lines(tally)[len(tally.failures) :]
    page = markdown.document(lines, ("row", "failed, since"), tally.failures, more)
    markdown.append(call.sending.summary, page)


def _send(call: ImportCall, plan: Plan, tally: Tally, stop: Stop) -> None:
    output = call.session.output
    with ExitStack() as stack:
        run = stack.enter_context(_opened(call, plan))
        stop.watch(run)
        call.input_file.kept = True  # until the run is finished
        if _is_passed_over(call, plan):
            run.pass_over()
            tally.skip(tally.rows)
            return
        reject = stack.enter_context(_rejects(call, plan))
        _, results = stack.enter_context(told(output, plan.source.name, tally, run))
        for finished in results:
            # Written down before it is told: a reader that goes away ends the run.
            reject(finished.job.row, finished.result)
            # The call that was stopped has printed these already.
            if output.form == "json" and not finished.job.earlier:
                output.write_json(finished.to_json_object())
    if run.stopped:
        raise stop.error(tally.told, tally.rows)


def _is_passed_over(call: ImportCall, plan: Plan) -> bool:
    """Tell whether the check has found that no row is to be sent, and nobody wants to hear of each.

    Then the file need not be read through once more, which takes as long as the check.
    """
    report, sending = plan.report, call.sending
    wants_rows = call.session.output.form == "json" or sending.rejects or sending.resume
    return report.new_rows == 0 and not report.problem_rows and not wants_rows


def _opened(call: ImportCall, plan: Plan) -> "AbstractContextManager[ImportRun]":
    from contactctl.importing.sending.work import open_run

    return open_run(plan, call.session.client, call.state, call.options(plan))


@contextmanager
def _rejects(call: ImportCall, plan: Plan) -> Iterator[Callable[[Row, Result], None]]:
    """Give a function that writes failed rows down, or does nothing without ``--rejects``."""
    path = call.sending.rejects
    if path is None:
        yield lambda *_: None
        return
    has_error = plan.fields.is_property(ERROR_COLUMNS[0])
    escapes = call.reading.backslash_escapes
    with Rejects(
        path, plan.source, has_error_property=has_error, backslash_escapes=escapes
    ) as rejects:
        yield rejects.add


def _rows_failed(call: ImportCall, tally: Tally) -> RowsFailedError:
    path = call.sending.rejects
    hint = "--rejects FILE saves such rows, ready to be fixed and imported again"
    if path is not None:
        hint = f"fix the rows in {path} and import that file"
    message = f"{tally.failed:,} of {counted(tally.rows, 'row')} failed"
    error = RowsFailedError(message, hint=hint)
    error.counts = tally.counts
    return error
