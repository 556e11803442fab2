"""The part of import before its first write: the whole file checked, and what to say of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from contactctl.commands.imports import creating
from contactctl.commands.imports.call import ImportCall, address_check
from contactctl.commands.imports.flag_words import with_words
from contactctl.commands.imports.patience import wait_for_account
from contactctl.commands.imports.problems import columns_refusal, rows_refusal
from contactctl.commands.imports.way_out import find_way_out, way_past_rows
from contactctl.connection import OfflineError, account_id
from contactctl.importing.identities import Permits
from contactctl.importing.naming import AccountFields
from contactctl.importing.plan import FaultyColumnsError, Plan, judge_rows, make_plan
from contactctl.importing.row import Finished, Job, Row, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from contactctl.importing.check import CheckReport, Problem
    from contactctl.importing.new_properties import NewProperty
    from contactctl.importing.rules import ColumnRules


class Checked(NamedTuple):
    """A file that can be imported, and the properties to be made before."""

    plan: Plan
    new: Sequence[NewProperty]


def checked(call: ImportCall, *, offline: bool) -> Checked:
    """Check the whole file; raises :class:`UsageError` for what must not be sent.

    Everything that is wrong is told at once, with the command that imports the file as it is.
    """
    fields = _fields(call, typed=not call.columns.no_schema, offline=offline)
    new, rules, fields = creating.planned(call, call.columns.to_rules(), fields)
    try:
        plan = make_plan(
            call.input_file.source,
            rules,
            fields,
            account_id(call.session.credentials, call.session.env),
            name=call.input_file.name,
            on_problem=_problem_teller(call),
            **_terms(call),
        )
    except FaultyColumnsError as error:
        way = find_way_out(error, _judge(call, rules, fields, told=error.told))
        creates = call.maps.create_properties
        raise columns_refusal(error, way, call.command(*way.words), creates=creates) from None
    if not call.sending.skip_invalid and plan.report.problem_rows:
        way = way_past_rows(plan.report, _judge(call, rules, fields, told=True))
        raise rows_refusal(plan.report, way, call.command(*way.words))
    return Checked(plan, new)


def _terms(call: ImportCall) -> dict[str, Any]:
    """Return by what else rows are judged than by their columns."""
    guards = call.guards
    return {
        "check_addresses": address_check(call.session),
        "looks": guards.looks,
        "permits": Permits(guards.replace_user_id, guards.change_address),
    }


def _judge(
    call: ImportCall, given: ColumnRules, fields: AccountFields, *, told: bool
) -> Callable[[Sequence[str]], CheckReport]:
    """Return what reads the rows by more flags; it tells of their problems once, if at all."""
    tellers = [] if told else [_problem_teller(call)]

    def judge(words: Sequence[str]) -> CheckReport:
        on_problem = tellers.pop() if tellers else None
        rules = replace(with_words(call.columns, words).to_rules(), created=given.created)
        source = call.input_file.source
        return judge_rows(source, rules, fields, on_problem=on_problem, **_terms(call))

    return judge


def _fields(call: ImportCall, *, typed: bool, offline: bool) -> AccountFields:
    session = call.session
    if not offline:
        # A new sandbox is made now, before it is asked which one it is.
        wait_for_account(session, call.patience_s)
        return AccountFields(session.account, typed=typed)
    account = session.offline_account
    try:
        _ = account.properties() if typed else None
    except OfflineError:
        session.output.note("the declared types are not known offline: typed by look alone")
        typed = False
    return AccountFields(account, typed=typed)


def _problem_teller(call: ImportCall) -> Callable[[Problem], None] | None:
    """Return what tells of every problem: in JSON mode as a failed row, with -v as a line."""
    if call.sending.skip_invalid:
        return None  # each is told as a row that failed
    session = call.session

    def tell(problem: Problem) -> None:
        if session.output.form == "json":
            # In the form of a failed row, so that programs read one kind of line.
            finished = Finished(Job(Row(0, problem.line)), invalid(0, problem.text))
            session.output.write_json(finished.to_json_object())
        else:
            session.output.trace(f"line {problem.line}: {problem.text}")

    return tell
