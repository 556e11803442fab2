"""An import before its first write: what file, what it means, what the check found."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from contactctl.changes.typing_rules import ValueProblem
from contactctl.errors import GuardError, UsageError
from contactctl.importing.checking.check import CheckReport, check_rows
from contactctl.importing.columns.convert import CsvConverter
from contactctl.importing.columns.convert_json import JsonConverter
from contactctl.importing.consent.consent_watch import ConsentWatch
from contactctl.importing.consent.opted_out import OptedOutConverter
from contactctl.importing.keeping.journal_rows import RunIdentity
from contactctl.importing.names.address_columns import AddressColumns
from contactctl.importing.names.unknown_columns import UnknownColumnsError
from contactctl.importing.row import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from contactctl.changes.draft import DeclaredTypes
    from contactctl.contact import ContactChange
    from contactctl.importing.checking.check import Problem
    from contactctl.importing.checking.identities import Named, Permits
    from contactctl.importing.columns.convert import Converter, FileConverter, UnmetWords
    from contactctl.importing.columns.rules import ColumnRules
    from contactctl.importing.consent.consent_columns import UndecidedConsentError
    from contactctl.importing.keeping.sent_memory import SentMemory
    from contactctl.importing.names.naming import AccountFields
    from contactctl.importing.names.unknown_columns import UnknownColumn
    from contactctl.importing.reading.source import Source
    from contactctl.importing.row import Row

    CheckAddresses: TypeAlias = Callable[[Sequence[str | None]], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be imported, checked from the first row to the last."""

    source: Source
    fields: AccountFields
    converter: Converter
    report: CheckReport
    identity: RunIdentity
    left_out: Sequence[str] = ()
    passed_over: Sequence[str] = ()
    unmet: UnmetWords = field(default_factory=dict)

    @property
    def declared(self) -> DeclaredTypes | None:
        """The declared types of properties, None where values are typed by their look."""
        return self.fields.account.properties() if self.fields.typed else None

    def jobs(self) -> Iterator[Job]:
        """Yield what would be sent, row by row; those that cannot be are passed over."""
        for row in self.source.rows():
            try:
                change = self.converter.to_change(row)
            except ValueProblem:
                continue
            yield Job(row, change)


class FaultyColumnsError(UsageError):
    """Columns stop a file: they fill no field, or speak of consent and nobody has decided.

    ``unknown`` are those that fill no field, without those of ``consent``, the error for the
    others. ``told`` says whether the problems of rows were told of on the way.
    """

    def __init__(
        self,
        unknown: Sequence[UnknownColumn],
        consent: UndecidedConsentError | None,
        *,
        told: bool,
    ) -> None:
        speaking = {column.name for column in consent.columns} if consent else set()
        self.unknown = tuple(column for column in unknown if column.name not in speaking)
        self.consent = consent
        self.told = told
        errors = [consent] if consent else []
        found = [*errors, UnknownColumnsError(self.unknown)] if self.unknown else errors
        super().__init__("\nand ".join(error.message for error in found), hint=found[-1].hint)


class LimitedConverter:
    """Converts rows as another converter does, and refuses contacts that may not be written to.

    ``check`` is given the addresses that a row may touch, and raises :class:`GuardError`. A user
    id may pick a contact whose address is not known here, which is None, unless a look-up before
    the write will tell.
    """

    def __init__(self, converter: Converter, check: CheckAddresses, *, looks: bool) -> None:
        self._converter = converter
        self._check = check
        self._looks = looks

    def to_change(self, row: Row) -> ContactChange:
        """Return what the row asks for; raise :class:`ValueProblem` when it cannot be sent."""
        change = self._converter.to_change(row)
        # With a user id the service may pick another contact than the address says: None for that.
        addresses = [] if change.email is None else [change.email]
        unknown = [] if change.user_id is None or self._looks else [None]
        try:
            self._check([*addresses, *unknown])
        except GuardError as error:
            problem = ValueProblem(
                error.message,
                hint=error.hint,
                kind="an address that may not be written to",
                value=change.email,
                column="email",
            )
            problem.who = change.email, change.user_id
            raise problem from None
        return change


class ConsistentConverter:
    """Converts rows as another converter does, and refuses those that contradict others."""

    def __init__(self, converter: Converter, named: Named) -> None:
        self._converter = converter
        self._named = named

    def to_change(self, row: Row) -> ContactChange:
        """Return what the row asks for; raise :class:`ValueProblem` when it cannot be sent."""
        change = self._converter.to_change(row)
        if self._named.is_refused(row.ordinal):
            problem = ValueProblem(
                "other rows give this address another user id, or this user id another address",
                hint="--replace-user-id and --change-address permit it",
            )
            problem.who = change.email, change.user_id
            raise problem
        return change


def make_plan(  # noqa: PLR0913 - what a file, its columns and an account come to
    source: Source,
    rules: ColumnRules,
    fields: AccountFields,
    account: str,
    *,
    name: str,
    check_addresses: CheckAddresses | None = None,
    looks: bool = False,
    permits: Permits | None = None,
    memory: SentMemory | None = None,
    on_problem: Callable[[Problem], None] | None = None,
) -> Plan:
    """Look at the whole file and return what is to be done.

    ``account`` tells accounts apart, ``name`` is the file as a later call would name it.
    ``check_addresses`` refuses what may not be written to, as far as it is known before the
    contacts are looked up, where they will be (``looks``). Rows that contradict each other about
    who is who, but for what ``permits`` allows, are never sent. ``memory`` tells which rows say
    something new. Raises :class:`UsageError` for what is wrong with the file or its columns as a
    whole; rows are in the report.
    """
    watch = ConsentWatch(source.columns, rules, fields)
    try:
        read = file_converter(source, rules, fields)
    except UnknownColumnsError as error:
        unknown = _looked_at(error, source, watch)
        raise FaultyColumnsError(unknown, watch.undecided, told=False) from None
    opted_out = OptedOutConverter(read)
    limited = _limited(opted_out, check_addresses, looks=looks)
    rows, look = watch.rows(source.rows()), partial(check_rows, permits=permits, memory=memory)
    report = look(rows, limited, on_problem=on_problem)
    report.spellings, unjoined = read.notes.take(), opted_out.count
    consent, no_fields = watch.undecided, read.unknown
    if consent or no_fields:
        raise FaultyColumnsError(no_fields.unknown if no_fields else (), consent, told=True)
    report, converter = _without_contradictions(source, limited, report, look, on_problem)
    report.unjoined = unjoined
    # Whatever changes the meaning of a cell: a resume with another meaning would be another import.
    mapping = f"{rules.describe()} {source.meaning}"
    mapping += "" if fields.typed else " by look"  # cells typed so mean other values
    if rules.ignore_unknown:  # what is unknown today may be a field tomorrow
        mapping += f" without {sorted(read.left_out)}"
    identity = RunIdentity(name, source.digest, mapping, account, report.rows)
    return Plan(
        source, fields, converter, report, identity, read.left_out, read.passed_over, read.unmet
    )


def _looked_at(
    error: UnknownColumnsError, source: Source, watch: ConsentWatch
) -> Sequence[UnknownColumn]:
    """Read all rows for what they say of consent; return the columns with what cells suggest."""
    looks = AddressColumns(source.columns or ())
    for _ in looks.rows(watch.rows(source.rows())):
        pass
    return error.unknown if error.has_identifier else looks.suggest(error.unknown)


def _only(
    named: Named, on_problem: Callable[[Problem], None] | None
) -> Callable[[Problem], None] | None:
    """Return what tells of contradicting rows alone: of all others it was told already."""
    if on_problem is None:
        return None
    return lambda problem: on_problem(problem) if named.is_refused(problem.ordinal) else None


def judge_rows(  # noqa: PLR0913 - as for make_plan
    source: Source,
    rules: ColumnRules,
    fields: AccountFields,
    *,
    check_addresses: CheckAddresses | None = None,
    looks: bool = False,
    permits: Permits | None = None,
    on_problem: Callable[[Problem], None] | None = None,
) -> CheckReport:
    """Return what is wrong with the rows by rules that decide on every column.

    For a file that :func:`make_plan` has refused: nothing is to be sent by this. Raises
    :class:`UsageError` where the rules do not fit the file.
    """
    converter = _limited(file_converter(source, rules, fields), check_addresses, looks=looks)
    look = partial(check_rows, permits=permits)
    report = look(source.rows(), converter, on_problem=on_problem)
    return _without_contradictions(source, converter, report, look, on_problem)[0]


def _without_contradictions(
    source: Source,
    converter: Converter,
    first: CheckReport,
    look: Callable[..., CheckReport],
    on_problem: Callable[[Problem], None] | None,
) -> tuple[CheckReport, Converter]:
    """Return report and converter that refuse rows which contradict others, as ``first`` says."""
    if not first.named.contradictions:
        return first, converter
    consistent = ConsistentConverter(converter, first.named)
    # Once more, to tell of those rows, and to count the others without them.
    report = look(source.rows(), consistent, on_problem=_only(first.named, on_problem))
    report.take_contradictions(first)
    return report, consistent


def _limited(read: Converter, check_addresses: CheckAddresses | None, *, looks: bool) -> Converter:
    if check_addresses is None:
        return read
    return LimitedConverter(read, check_addresses, looks=looks)


def file_converter(source: Source, rules: ColumnRules, fields: AccountFields) -> FileConverter:
    """Return what converts the rows of a file.

    Raises :class:`UnknownColumnsError` for a header with columns that fill no field (keys of JSON
    are told of when all rows were seen), and :class:`UsageError` as :func:`bind_columns`.
    """
    if source.columns is None:
        each = f"{source.layout.rows} | " if source.layout.rows else ""
        return JsonConverter(rules, fields, name=source.name, each=each)
    return CsvConverter(source.columns, rules, fields, delimiter=source.delimiter)
