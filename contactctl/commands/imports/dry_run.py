"""The part of import that writes nothing: what each row would do, and how many would change."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace

from contactctl.commands.imports import answers
from contactctl.commands.imports.call import ImportCall
from contactctl.commands.imports.problems import unmet_lines
from contactctl.errors import ExitCode, GuardError
from contactctl.flags.preview_flags import PreviewFlags
from contactctl.flags.shown import refusal, shown
from contactctl.github import Annotations
from contactctl.importing.checking.plan import Plan
from contactctl.importing.checking.report import DryTally, Forecast
from contactctl.importing.names.new_properties import NewProperty
from contactctl.importing.row import Finished
from contactctl.progress import shown_progress
from contactctl.runs.patience import account_words
from contactctl.runs.stop import Stop
from contactctl.signals import stops_told
from contactctl.wording import counted


def show(
    call: ImportCall, plan: Plan, preview: PreviewFlags, new: Sequence[NewProperty] = ()
) -> int | None:
    """Show what the rows would do; raises what :func:`check_changes` raises, after that."""
    output = call.session.output
    tally = DryTally(call.rows(plan), looks=call.guards.looks)

    def tell(finished: Finished) -> None:
        if output.form == "json":
            output.write_json(tally.row_to_json(finished))

    look(call, plan, tally, tell, offline=preview.offline)
    forecast = _forecast(call, plan, tally, offline=preview.offline)
    named = shown(call.session, tally.shown_fields).lists
    reason = refusal(call.session, offline=preview.offline)
    output.show(answers.dry_run(tally, forecast, new, named, reason))
    _save_summary(call, tally, forecast)
    for line in [*answers.dry_run_warnings(tally, reason), *unmet_lines(plan)]:
        output.warn(line)
    refuse_too_many(call, plan, tally)
    # What nobody has looked up may change something.
    changes = not reason and (tally.changes or tally.would["unknown"])
    return ExitCode.WOULD_CHANGE if preview.exit_code and changes else None


def _save_summary(call: ImportCall, tally: DryTally, forecast: Forecast) -> None:
    """Append what the rows would do to the file that ``--summary`` names."""
    if call.sending.summary is not None:
        from contactctl.plans import markdown

        lines, cells, below = answers.dry_run_parts(tally, forecast)
        lines[0] = f"dry run of {lines[0]}"
        page = markdown.document(lines, answers.COLUMNS, cells, below)
        markdown.append(call.sending.summary, page)


def check_changes(call: ImportCall, plan: Plan) -> None:
    """Look the whole file up where ``--max-changes`` asks for it.

    Raises :class:`GuardError` when more rows would change than may.
    """
    if call.guards.most_changes(plan.report.rows) is None:
        return
    call.session.output.note("looking every row up before the first write, as --max-changes asks")
    tally = DryTally(call.rows(plan), looks=True)
    look(call, plan, tally, lambda _: None)
    refuse_too_many(call, plan, tally)


def look(
    call: ImportCall,
    plan: Plan,
    tally: DryTally,
    tell: Callable[[Finished], None],
    *,
    offline: bool = False,
) -> None:
    """Look every row up, count and tell of each; raises what ends a run before its file."""
    from contactctl.importing.sending.dry_run import open_dry_run

    stop, output, name = Stop(), call.session.output, plan.source.name
    annotations = Annotations(output, name)
    # A look at the whole file is wanted, whatever an earlier run has sent of it.
    options = replace(call.options(plan), resume=False)
    client = None if offline else call.session.client
    with ExitStack() as stack:
        # Signals first: one that comes while the run is being opened counts as well.
        stack.enter_context(stops_told(stop.take))
        run = stack.enter_context(open_dry_run(plan, client, call.state, options))
        stop.watch(run)
        words = shown_progress(
            output, name, tally.rows, lambda: answers.looked_up(tally, run.stall)
        )
        progress = stack.enter_context(words)
        for finished in stack.enter_context(closing(run.results())):
            if offline and _are_all_alike(call, plan) and tally.shows_enough:
                tally.add_alike(tally.rows - tally.told)
                return
            tally.add(finished)
            tell(finished)
            if finished.result.error is not None:
                annotations.add(finished.job.row.line, finished.result.error.message)
            progress.advance(tally.told)
    if run.stopped:
        raise stop.error(tally.told, tally.rows)


def _are_all_alike(call: ImportCall, plan: Plan) -> bool:
    """Tell whether all there is to say of rows that are not looked up is how many there are."""
    is_told_rows = call.session.output.form == "json"
    return not (is_told_rows or call.sending.changed_only or plan.report.problem_rows)


def refuse_too_many(call: ImportCall, plan: Plan, tally: DryTally) -> None:
    """Refuse more changes than ``--max-changes`` allows; raises :class:`GuardError`."""
    most = call.guards.most_changes(plan.report.rows)
    if most is None or tally.changes <= most:
        return
    rows = f"{tally.changes:,} of {counted(tally.told, 'row')} would change"
    parts = f"{tally.would['create']:,} to create, {tally.would['update']:,} to update"
    raise GuardError(
        f"{rows} ({parts}), and --max-changes allows {most:,}; nothing was written",
        hint="see them with --dry-run, or allow more",
    )


def _forecast(call: ImportCall, plan: Plan, tally: DryTally, *, offline: bool) -> Forecast:
    unsent, looks = plan.report.sendable_rows - tally.to_send, int(call.guards.looks)
    account = account_words(call.session, offline=offline)
    return Forecast(plan, call.expected_per_second, unsent, looks=looks, account=account)
