"""A call over the contacts that a file names: the file opened, and checked."""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from contactctl.connection import account_id
from contactctl.errors import UsageError
from contactctl.files import folder, journal_folder
from contactctl.flags.file_account import team_words
from contactctl.flags.row_flags import check_rejects
from contactctl.importing.checking.targets import make_target_plan
from contactctl.importing.columns.rules import parse_rules
from contactctl.importing.names.naming import AccountFields
from contactctl.importing.reading.input_file import open_input
from contactctl.importing.values.value_rules import parse_value_rules
from contactctl.runs.flag_words import global_words
from contactctl.runs.limits import address_check
from contactctl.runs.pace import expected_per_second, parse_patience_s, parse_rate, rate_of
from contactctl.runs.patience import account_words, usual_patience_s, wait_for_account
from contactctl.runs.problems import group_lines, groups_to_json, problem_lines, rows_words
from contactctl.runs.resuming import resumed_input
from contactctl.safe_text import excerpt
from contactctl.session import DEFAULT_RETRIES
from contactctl.shells import call_line
from contactctl.wording import counted, duration, per_second

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from contactctl.flags.row_flags import RowsFlags
    from contactctl.importing.checking.check import Problem
    from contactctl.importing.checking.plan import Plan
    from contactctl.importing.reading.input_file import InputFile
    from contactctl.importing.sending.look import Opposites
    from contactctl.importing.sending.work import RunOptions
    from contactctl.session import Session

_PIPE = "| contactctl import -"


@dataclass(frozen=True, slots=True)
class ManyCall:
    """A call whose file is open; ``own`` are the words of the command's own flags."""

    session: Session
    command: str
    rows: RowsFlags
    input_file: InputFile
    own: tuple[str, ...] = ()

    @property
    def state(self) -> Path:
        """The folder of journals and of what is remembered."""
        return folder("state", self.session.env)

    @property
    def patience_s(self) -> float:
        """How long a service that is away is waited for; less where somebody looks on."""
        return parse_patience_s(self.rows.patience, usual_patience_s(self.session))

    @property
    def resume_command(self) -> str:
        """What to type to go on with this run."""
        given = self.rows._replace(source=None, resume=True).words()
        file, words = resumed_input(self.input_file, given, has_form=bool(self.rows.form))
        named = [*global_words(self.session.flags), *self.command.split(), f"--from={file}"]
        return call_line([*named, *self.own, *words, *team_words(self.session)])

    def options(
        self, opposites: Callable[[], AbstractContextManager[Opposites]] | None = None
    ) -> RunOptions:
        """Return how to go through the rows."""
        from contactctl.importing.sending.work import RunOptions

        retries = self.session.flags.retries
        return RunOptions(
            rate_of(self.session, self.rows.rate),
            DEFAULT_RETRIES if retries is None else retries,
            self.patience_s,
            max_failures=self.rows.max_failures,
            resume=self.rows.resume,
            opposites=opposites,
        )


@contextmanager
def opened(
    session: Session, command: str, rows: RowsFlags, own: Sequence[str] = ()
) -> Iterator[ManyCall]:
    """Open the file of a call; raises :class:`UsageError` and :class:`MachineError`."""
    check_rejects(rows.rejects, rows.source or "")
    # Read for their errors: later would be after the file was read.
    parse_rate(rows.rate)
    parse_patience_s(rows.patience, 0.0)
    try:
        with open_input(
            rows.source or "",
            session.run.stdin,
            journal_folder(session.env),
            form=rows.form,
            delimiter=rows.delimiter,
            encoding=rows.encoding,
            allow_newlines=rows.allow_newlines,
            skip_lines=rows.skip_lines or 0,
            header=rows.header,
            sheet=rows.sheet,
            backslash_escapes=rows.backslash_escapes,
            skip_bad_text=rows.skip_invalid,
            only_names=True,
        ) as input_file:
            yield ManyCall(session, command, rows, input_file, tuple(own))
    except UsageError as error:
        # What makes rows of a file is to be piped into this call, and not into an import.
        words = [*global_words(session.flags), *command.split(), "--from", "-"]
        pipe = f"| {call_line(words)}"
        error.message = error.message.replace(_PIPE, pipe)
        error.hint = error.hint and error.hint.replace(_PIPE, pipe)
        raise


def checked(call: ManyCall, *, writes: bool = False) -> Plan:
    """Check the whole file; raises :class:`UsageError` for rows that name nobody.

    A command that ``writes`` keeps to the addresses that the profile allows.
    """
    session, rows = call.session, call.rows
    rules = parse_rules(
        rows.maps or (), values=parse_value_rules(rows.null_texts or (), (), (), ())
    )
    # A new sandbox is made now, before it is asked which one it is.
    wait_for_account(session, call.patience_s)
    plan = make_target_plan(
        call.input_file.source,
        rules,
        AccountFields(session.offline_account, typed=False),
        account_id(session.credentials, session.env),
        name=call.input_file.name,
        doing=call.command,
        check_addresses=address_check(session) if writes else None,
        on_problem=partial(_trace, session) if session.output.verbose else None,
    )
    report = plan.report
    if report.problem_rows and not rows.skip_invalid:
        lines = [f"{rows_words(report)} cannot be sent; nothing was sent", *group_lines(report)]
        hint = "correct the file, or go through the other rows with --skip-invalid"
        error = UsageError("\n".join(lines), hint=hint)
        error.groups = groups_to_json(report)
        raise error
    return plan


def _trace(session: Session, problem: Problem) -> None:
    session.output.trace(f"line {problem.line}: {problem.text}")


def forecast(call: ManyCall, plan: Plan, *, requests: int = 1, writes: bool = False) -> str:
    """Return whom the file names, what of it is left out, and how long it takes.

    ``requests`` is how many each row takes; with ``writes`` it is said whose contacts they are.
    """
    report, session = plan.report, call.session
    rows = f"{counted(report.rows, 'row')}, {counted(report.named.contacts, 'contact')}"
    line = f"{excerpt(plan.source.name)}: {rows}"
    # Whoever writes is told whose contacts they are, by which the limit is known as well.
    account = account_words(session) if writes else ""
    speed = expected_per_second(session, rate_of(session, call.rows.rate))
    if not math.isinf(speed):
        took = duration(requests * report.sendable_rows / speed)
        line += f", about {took} at {per_second(speed)}"
    told = [f"account: {account}"] if account else []
    return "\n".join([line, *told, *problem_lines(report)])
