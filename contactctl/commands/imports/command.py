"""import."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from contactctl.commands.imports import answers, creating, dry_run
from contactctl.commands.imports import planning as plan_file
from contactctl.commands.imports.call import ImportCall
from contactctl.commands.imports.checking import checked
from contactctl.commands.imports.file_flags import ColumnFlags, FileFlags, MapFlags
from contactctl.commands.imports.map_file import check_target, load_map, save_map
from contactctl.commands.imports.opening import opened
from contactctl.commands.imports.problems import unmet_lines
from contactctl.commands.imports.sending import send
from contactctl.commands.imports.sending_flags import GuardFlags, SendFlags
from contactctl.errors import UsageError
from contactctl.flags.options import with_session
from contactctl.flags.plan_flags import PlanFlags
from contactctl.flags.preview_flags import PreviewFlags
from contactctl.flags.row_flags import check_rejects, check_summary
from contactctl.flags.undo_flag import check_undo
from contactctl.importing.checking.plan import Plan
from contactctl.importing.checking.report import Forecast
from contactctl.importing.reading.input_file import InputFile
from contactctl.runs.flag_words import unwritten_words
from contactctl.runs.patience import account_words
from contactctl.runs.resuming import has_rows_left, say_nothing_to_resume, say_unfinished
from contactctl.runs.stop import way_on_named
from contactctl.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.importing.names.new_properties import NewProperty

EXAMPLES = {
    "import_": (
        "contactctl import people.csv --dry-run",
        "contactctl import people.csv --lookup --must-exist --rejects rejects.csv",
        "contactctl import people.csv --max-changes 5%",
        "contactctl import people.csv --plan plan.jsonl --summary summary.md",
        "contactctl import people.csv --resume",
        "contactctl import people.csv --map 'Tier=plan' --ignore Notes --set source=crm",
        "export-from-crm | contactctl import - --format jsonl --changed-only",
    )
}


@with_session
def import_(  # noqa: PLR0913, PLR0917 - a set of flags each
    session: Session,
    reading: FileFlags,
    columns: ColumnFlags,
    maps: MapFlags,
    guards: GuardFlags,
    sending: SendFlags,
    preview: PreviewFlags,
    planning: PlanFlags,
) -> int | None:
    """Update many contacts from a file: CSV, TSV, JSON Lines or a JSON array, one contact per row.

    A column is matched to a field, a property or a list by its name, however it is written; true
    and false join and leave a list. An empty cell leaves its field alone, null empties it. The
    whole file is checked before the first write. --resume goes on with an interrupted run.
    """
    preview.check(session)
    sending.check(preview)
    planning.check(
        Path(reading.file),
        dry_run=preview.dry_run,
        resume=sending.resume,
        undo_file=guards.undo_file is not None,
        rejects=sending.rejects is not None,
    )
    if planning.plan is not None:
        # A plan says what was there before, which only a look-up can know.
        guards = replace(guards, lookup=True)
    _check_files(reading, guards, sending, preview, planning)
    kept = _kept(maps, is_planned=planning.plan is not None)

    def call_of(reading: FileFlags, input_file: InputFile) -> ImportCall:
        instead = tuple(unwritten_words(preview, planning))
        return ImportCall(
            session, input_file, reading, columns, maps, kept, guards, sending, instead
        )

    with opened(session, reading, sending, call_of, offline=preview.offline) as opening:
        call, plan, new = checked(opening, offline=preview.offline)
        _save_map(call)
        if preview.dry_run:
            creating.show(call, new, would=True)
            return dry_run.show(call, plan, preview, new)
        if planning.plan is not None:
            plan_file.write(call, plan, planning.plan)
        else:
            _carry_out(call, plan, new)
    return None


def _check_files(
    reading: FileFlags,
    guards: GuardFlags,
    sending: SendFlags,
    preview: PreviewFlags,
    planning: PlanFlags,
) -> None:
    """Refuse files that are written where another file of the call lies."""
    source = Path(reading.file)
    check_rejects(sending.rejects, reading.file)
    check_summary(sending.summary, source, planning.plan, guards.undo_file, sending.rejects)
    if not preview.dry_run:
        check_undo(guards.undo_file, beside=sending.rejects, resume=sending.resume)


def _carry_out(call: ImportCall, plan: Plan, new: "Sequence[NewProperty]") -> None:
    """Say what is about to happen, ask where that is needed, and send."""
    call.session.check_write_allowed()
    # Before anything is announced: a job of every night should say one line and end.
    if not has_rows_left(call.session, plan, resume=call.sending.resume):
        return
    with way_on_named(call.resume_command if call.sending.resume else None):
        _announce(call, plan)
        creating.confirm(call, new)
        # Last before the first write, so that as little as can be happens in between.
        dry_run.check_changes(call, plan)
        creating.create(call, new)
    _send(call, plan)


def _kept(maps: MapFlags, *, is_planned: bool) -> ColumnFlags:
    """Return the flags of columns that a file holds; none without ``--map-file``.

    Raises :class:`UsageError` for what does not go together, and as :func:`check_target`.
    """
    if is_planned and maps.create_properties:
        raise UsageError(
            "--plan writes nothing, and --create-properties would",
            hint="create them first, as an import of one row does: --limit 1",
        )
    if maps.save_map is not None:
        check_target(maps.save_map)
    return ColumnFlags() if maps.map_file is None else load_map(maps.map_file)


def _save_map(call: ImportCall) -> None:
    """Write the flags of columns down, now that the whole file was read by them."""
    path = call.maps.save_map
    if path is not None:
        save_map(path, call.columns)
        call.session.output.note(f"saved the mapping; to use it again: --map-file {path}")


def _send(call: ImportCall, plan: Plan) -> None:
    from contactctl.importing.keeping.journals import NothingToResumeError

    try:
        send(call, plan)
    except NothingToResumeError:  # another process has finished it since it was looked for
        say_nothing_to_resume(call.session, plan)


def _announce(call: ImportCall, plan: Plan) -> None:
    """Say what is about to happen, and whether an earlier run of the same could go on instead."""
    output = call.session.output
    unchanged = None if call.sending.resume else plan.report.unchanged_rows
    looks, limit = int(call.guards.looks), call.limit(plan)
    account = account_words(call.session)  # before the limit is asked for
    forecast = Forecast(plan, call.expected_per_second, unchanged, limit, looks, account)
    output.note("\n".join(answers.forecast_lines(forecast)))
    for line in unmet_lines(plan):
        output.warn(line)
    if not call.sending.resume:
        say_unfinished(call.session, plan, call.resume_command)
