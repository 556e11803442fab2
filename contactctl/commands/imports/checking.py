"""The part of import before its first write: the whole file checked, and what to say of it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from contactctl.commands.imports import creating
from contactctl.commands.imports.map_file import check_target
from contactctl.commands.imports.problems import columns_refusal, rows_refusal
from contactctl.commands.imports.questions import NoAnswerError, Questions, may_ask
from contactctl.commands.imports.way_out import find_way_out, way_past_rows
from contactctl.connection import OfflineError, account_id
from contactctl.contact import ContactChange
from contactctl.errors import UsageError
from contactctl.exact_json import to_json
from contactctl.files import SENT_FILE_NAME, is_there
from contactctl.github import Annotations
from contactctl.importing.checking.identities import Permits
from contactctl.importing.checking.plan import (
    FaultyColumnsError,
    Plan,
    file_converter,
    judge_rows,
    make_plan,
)
from contactctl.importing.names.naming import AccountFields
from contactctl.importing.names.unknown_columns import UnknownColumnsError
from contactctl.importing.reading.input_file import STDIN
from contactctl.importing.row import Finished, Job, Row, invalid
from contactctl.runs.flag_words import with_words
from contactctl.runs.limits import address_check
from contactctl.runs.patience import wait_for_account
from contactctl.safe_text import quoted
from contactctl.shells import shell_quoted
from contactctl.wording import shell_word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from contactctl.commands.imports.call import ImportCall
    from contactctl.importing.checking.check import CheckReport, Problem
    from contactctl.importing.columns.rules import ColumnRules
    from contactctl.importing.consent.consent_columns import UndecidedConsentError
    from contactctl.importing.keeping.sent_memory import SentMemory
    from contactctl.importing.names.new_properties import NewProperty


#: In jq; null and scalars stay where they are.
_OBJECT_APART = (
    'if (.[KEY] | type) == "object" then . + ([.[KEY] | paths(type != "object") as $p |'
    ' {key: ([KEY] + $p | map(tostring) | join(" ")), value: getpath($p)}] | from_entries)'
    " | del(.[KEY]) else . end"
)


class Checked(NamedTuple):
    """A file that can be imported, and the properties to be made before.

    ``call`` has the flags that answers to questions came to.
    """

    call: ImportCall
    plan: Plan
    new: Sequence[NewProperty]


def checked(call: ImportCall, *, offline: bool, asks: bool = True) -> Checked:
    """Check the whole file; raises :class:`UsageError` for what must not be sent.

    Everything that is wrong is told at once, with the command that imports the file as it is; at
    a terminal, what stops the file is asked about if ``asks``.
    """
    fields = _fields(call, typed=not call.columns.no_schema, offline=offline)
    has_asked = False
    while True:
        new, rules, known = creating.planned(call, call.columns.to_rules(), fields)
        look = _Look(call, rules, known)
        try:
            plan = look.plan()
            break
        except FaultyColumnsError as error:
            if not asks or not may_ask(call, error):
                raise look.refusal(error) from None
            call = _answered(look, error)
            has_asked = True
    if not call.sending.skip_invalid and plan.report.problem_rows:
        way = way_past_rows(plan.report, look.judge(told=True))
        raise rows_refusal(plan.report, way, call.ready_line(*way.words))
    return Checked(_saving(call) if has_asked else call, plan, new)


@dataclass(frozen=True, slots=True)
class _Look:
    """A look at a file by what the flags say of its columns."""

    call: ImportCall
    rules: ColumnRules
    fields: AccountFields

    def plan(self) -> Plan:
        """Return what is to be done; raises as :func:`make_plan`."""
        call = self.call
        account = account_id(call.session.credentials, call.session.env)
        with _memory(call, account) as memory:
            return make_plan(
                call.input_file.source,
                self.rules,
                self.fields,
                account,
                name=call.input_file.name,
                memory=memory,
                on_problem=_problem_teller(call),
                **_terms(call),
            )

    def judge(self, *, told: bool) -> Callable[[Sequence[str]], CheckReport]:
        """Return what reads the rows by more flags; it tells of their problems once, if at all."""
        call = self.call
        tellers = [] if told else [_problem_teller(call)]

        def judge(words: Sequence[str]) -> CheckReport:
            on_problem = tellers.pop() if tellers else None
            source, rules = call.input_file.source, self._rules_with(words)
            return judge_rows(source, rules, self.fields, on_problem=on_problem, **_terms(call))

        return judge

    def check(self, words: Sequence[str], error: FaultyColumnsError) -> None:
        """Raise :class:`UsageError` for more flags that do not fit the file, which ``error`` stops.

        Of its columns that no flag speaks of nothing is said.
        """
        rules = self._rules_with(words)
        left = {column.name for column in error.unknown if column.name not in rules.maps}
        rules = replace(rules, ignored=rules.ignored | left)
        stopping = {column.name for column in error.consent.columns} if error.consent else set()
        try:
            file_converter(self.call.input_file.source, rules, self.fields)
        except UnknownColumnsError as found:
            rivals = [column for column in found.unknown if column.name not in stopping]
            if rivals:
                raise UsageError(rivals[0].told or rivals[0].name) from None

    def refusal(self, error: FaultyColumnsError) -> UsageError:
        """Return the error for columns that stop the file, with the way out."""
        call = self.call
        way = find_way_out(error, self.judge(told=error.told))
        creates = call.maps.create_properties
        found = columns_refusal(error, way, call.ready_line(*way.words), creates=creates)
        deep = next((column for column in error.unknown if column.through), None)
        if deep and not call.input_file.passes_once:
            found.command = f"{deep.through} | {_piped(call).command('--ignore-unknown')}"
            found.hint = (
                f"the command below moves what {quoted(deep.name)} holds, the addresses among it,"
                " up one level, and leaves out what matches no field"
            )
        elif error.consent and error.consent.movable and not call.input_file.passes_once:
            found.command = f"{_moved_up(call, error.consent)} | {_piped(call).command()}"
            found.hint = (
                f"the command below moves what {', '.join(map(quoted, error.consent.movable))}"
                " holds to the top of the row, and stops once more to say what it may mean"
            )
        sheet = call.input_file.source.sheet
        if sheet is not None and sheet.others:
            found.message += f"\nread: {sheet.told}"
        return found

    def _rules_with(self, words: Sequence[str]) -> ColumnRules:
        rules = with_words(self.call.columns, words).to_rules()
        return replace(rules, created=self.rules.created)


def _piped(call: ImportCall) -> ImportCall:
    """Return the call with its input from a pipe."""
    reading = replace(call.reading, file=STDIN, form="jsonl")
    piped = replace(call.input_file, name=STDIN, passes_once=True)
    return replace(call, reading=reading, input_file=piped)


def _moved_up(call: ImportCall, consent: UndecidedConsentError) -> str:
    """Return the command that takes objects apart, into keys that name the way to each value."""
    rows = call.input_file.source.layout.rows
    steps = [_OBJECT_APART.replace("KEY", to_json(name)) for name in consent.movable]
    program = shell_quoted(" | ".join(filter(None, [rows, *steps])))
    return f"jq -c {program} {shell_word(call.input_file.source.name)}"


def _answered(look: _Look, error: FaultyColumnsError) -> ImportCall:
    """Return the call with what a person answers; raises the refusal where nobody does."""
    call = look.call
    questions = Questions(call.session, look.fields, partial(look.check, error=error))
    try:
        words = questions.about(error, call.input_file.source)
    except NoAnswerError:
        raise look.refusal(error) from None
    return replace(call, given=with_words(call.given, words))


def _saving(call: ImportCall) -> ImportCall:
    """Return the call with a file to keep the answers in, if a person wants that."""
    call.session.output.note(f"\nthe same without questions:\n{call.ready_line()}")
    if call.maps.save_map is not None:
        return call
    questions = Questions(call.session, AccountFields(call.session.account), lambda _: None)
    try:
        path = questions.where_to_save(
            f"{call.input_file.source.name}.map.toml", lambda path: check_target(Path(path))
        )
    except NoAnswerError:
        return call
    return call if path is None else replace(call, maps=replace(call.maps, save_map=Path(path)))


@contextmanager
def _memory(call: ImportCall, account: str) -> Iterator[SentMemory | None]:
    """Open what was sent before, where the call is to send what is new and there is any."""
    is_wanted = call.sending.changed_only and not call.instead
    if not is_wanted or not is_there(call.state / SENT_FILE_NAME):
        yield None
        return
    from contactctl.importing.keeping.sent_memory import open_sent_memory

    with open_sent_memory(call.state, account) as memory:
        yield memory


def _terms(call: ImportCall) -> dict[str, Any]:
    """Return by what else rows are judged than by their columns."""
    guards = call.guards
    return {
        "check_addresses": address_check(call.session),
        "looks": guards.looks,
        "permits": Permits(guards.replace_user_id, guards.change_address),
    }


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
        session.output.note(
            "the declared types are not known offline: types are guessed from the values"
        )
        typed = False
    return AccountFields(account, typed=typed)


def _problem_teller(call: ImportCall) -> Callable[[Problem], None] | None:
    """Return what tells of every problem: in JSON mode as a failed row, with -v as a line.

    In a job of GitHub's each is an annotation as well.
    """
    if call.sending.skip_invalid:
        return None  # each is told as a row that failed
    session = call.session
    annotations = Annotations(session.output, call.input_file.source.name)

    def tell(problem: Problem) -> None:
        annotations.add(problem.line, problem.text)
        if session.output.form == "json":
            # In the form of a failed row, so that programs read one kind of line.
            job = Job(Row(0, problem.line), ContactChange(*problem.who))
            finished = Finished(job, invalid(0, problem.text))
            session.output.write_json(finished.to_json_object())
        else:
            session.output.trace(f"line {problem.line}: {problem.text}")

    return tell
