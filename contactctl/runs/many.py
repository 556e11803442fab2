"""The contacts that a file names gone through: each is done, told of and summed up."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

from contactctl.errors import NotFoundError, RowsFailedError
from contactctl.importing.checking.report import Tally
from contactctl.importing.keeping.rejects import Rejects
from contactctl.importing.keeping.unkept import AskedAgain
from contactctl.runs.resuming import (
    has_rows_left,
    say_nothing_to_resume,
    say_unfinished,
)
from contactctl.runs.stop import Stop
from contactctl.runs.telling import failure_lines, rows_told, told
from contactctl.signals import stops_told
from contactctl.wording import counted, duration, per_second

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from contactctl.importing.checking.plan import Plan
    from contactctl.importing.keeping.journal import Journal
    from contactctl.importing.keeping.sent_memory import SentMemory
    from contactctl.importing.row import Finished
    from contactctl.importing.sending.engine import ImportRun
    from contactctl.importing.sending.intake import Record, SentRows
    from contactctl.importing.sending.look import Opposites
    from contactctl.importing.sending.sender import Sender
    from contactctl.importing.sending.workers import Sends
    from contactctl.runs.many_call import ManyCall


class Task(NamedTuple):
    """What a command does with each contact.

    ``sends`` makes what does it; ``tell`` prints the row, ``word_of`` is what became of one that is
    done. The others are as in :class:`Work` and :class:`RunOptions`: by default nothing is written.
    A task that ``only_looks`` shows what would be done, and has no journal; ``prints_rows`` says
    whether rows are printed in text too.
    """

    sends: Callable[[Sender, Opposites | None], Sends]
    tell: Callable[[Finished], None]
    word_of: Callable[[Finished], str]
    remembers: Callable[[SentMemory], SentRows] | None = None
    record: Callable[[Journal], Record] = AskedAgain
    opposites: Callable[[], AbstractContextManager[Opposites]] | None = None
    only_looks: bool = False
    prints_rows: bool = True


class _Tally(Tally):
    """Counts contacts that do not exist apart from failures."""

    def add(self, finished: Finished) -> None:
        """Count one row."""
        super().add(finished)
        if _is_missing(finished):
            self.failed -= 1
            self.missing += 1


def _is_missing(finished: Finished) -> bool:
    error = finished.result.error
    return error is not None and error.code == NotFoundError.code


def as_it_is(journal: Journal) -> Journal:
    """Return the journal for the record: of writes every end is kept in it."""
    return journal


def go_through(call: ManyCall, plan: Plan, task: Task) -> Counter[str]:
    """Do a task with each contact, tell of it, sum up, and return how many came to which end.

    Raises what ends the run before its file, with the command that goes on with it;
    :class:`RowsFailedError` when it came to its end with failed rows, and :class:`NotFoundError`
    where nothing is wrong but that some of the contacts do not exist.
    """
    from contactctl.importing.keeping.journals import NothingToResumeError

    session, rows = call.session, call.rows
    ends, tally, stop = Counter[str](), _Tally(plan.report.rows), Stop()
    if task.only_looks:
        with stops_told(stop.take):
            _run(call, plan, task, tally, ends, stop)
        session.output.note(_summary(tally, ends))
        return ends
    if not has_rows_left(session, plan, resume=rows.resume):
        return ends
    if not rows.resume:
        say_unfinished(session, plan, call.resume_command)
    try:
        with stop.told(tally, call.resume_command):
            _run(call, plan, task, tally, ends, stop)
    except NothingToResumeError:  # another process has finished it since it was looked for
        say_nothing_to_resume(session, plan)
        return ends
    finally:
        if tally.told:
            session.output.note(_summary(tally, ends))
    # Every row has its end on disk: nobody will ask for the copy again.
    call.input_file.kept = False
    _raise_failures(call, tally)
    return ends


def _run(  # noqa: PLR0913, PLR0917 - the parts of a run
    call: ManyCall, plan: Plan, task: Task, tally: Tally, ends: Counter[str], stop: Stop
) -> None:
    source = plan.source
    with ExitStack() as stack:
        run = stack.enter_context(_opened_run(call, plan, task))
        stop.watch(run)
        call.input_file.kept = not task.only_looks  # until the run is finished
        path = call.rows.rejects
        rejects = None if path is None else stack.enter_context(Rejects(path, source))
        output, prints = call.session.output, task.prints_rows or None
        shown = told(output, source.name, tally, run, prints_rows=prints)
        _, results = stack.enter_context(shown)
        for finished in results:
            # Written down before it is told: a reader that goes away ends the run.
            if rejects is not None:
                rejects.add(finished.job.row, finished.result)
            ends[_end_of(finished, task)] += 1
            # The call that was stopped has told of these already.
            if not finished.job.earlier:
                task.tell(finished)
    if run.stopped:
        raise stop.error(tally.told, tally.rows)


def _opened_run(call: ManyCall, plan: Plan, task: Task) -> AbstractContextManager[ImportRun]:
    from contactctl.importing.sending.work import Work, open_look, open_work

    source, identity = plan.source, plan.identity
    work = Work(
        source.rows(),
        plan.converter,
        source.check_unchanged,
        identity.account,
        lambda journals: (journals.resume if call.rows.resume else journals.begin)(identity),
        task.sends,
        task.remembers,
        task.record,
    )
    client, options = call.session.client, call.options(task.opposites)
    if task.only_looks:
        return open_look(work, identity, client, options)
    return open_work(work, client, call.state, options)


_NOT_FOUND, _FAILED = "not found", "failed"


def _end_of(finished: Finished, task: Task) -> str:
    if finished.result.error is None:
        return task.word_of(finished)
    return _NOT_FOUND if _is_missing(finished) else _FAILED


def _summary(tally: Tally, ends: Counter[str]) -> str:
    parts = [f"{count:,} {end}" for end, count in sorted(ends.items(), key=_bad_last)]
    parts += [f"{tally.earlier:,} of them in an earlier run"] if tally.earlier else []
    ending = f"{rows_told(tally)}: {', '.join(parts)}, in {duration(tally.seconds)}"
    speed = f" ({per_second(tally.rate)})" if tally.sent else ""
    return "\n".join([ending + speed, *failure_lines(tally)])


def _bad_last(item: tuple[str, int]) -> tuple[bool, bool]:
    return item[0] == _FAILED, item[0] == _NOT_FOUND


def _raise_failures(call: ManyCall, tally: Tally) -> None:
    rows = counted(tally.rows, "row")
    if tally.failed:
        hint = None if call.rows.rejects else "--rejects FILE saves such rows, with the reason"
        bad = tally.failed + tally.missing
        failure = RowsFailedError(f"{bad:,} of {rows} failed", hint=hint)
        failure.counts = {**tally.counts, "failed": bad}
        raise failure
    if tally.missing:
        error = NotFoundError(f"no contact exists for {tally.missing:,} of {rows}")
        error.is_of_write = False  # that of each row is told with it
        raise error
