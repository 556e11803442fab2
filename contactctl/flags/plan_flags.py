"""The flags of plans: where one is written to, and its summary for people."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from contactctl.errors import GuardError, UsageError
from contactctl.files import is_one_file
from contactctl.flags import WAY
from contactctl.flags.file_account import account_of, team_words
from contactctl.flags.preview_flags import DryRunFlags
from contactctl.flags.undo_flag import UndoFlag
from contactctl.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contactctl.changes.preview import Preview
    from contactctl.plans.lines import Planned

PlanTo = Annotated[
    Path | None,
    typer.Option(
        "--plan",
        metavar="FILE",
        help="Look up what would happen, and write only that, to FILE; contactctl apply FILE"
        " carries it out.",
        rich_help_panel=WAY,
    ),
]


class PlanFlags(NamedTuple):
    """Where a plan is written to; None for a command that is to do its work."""

    plan: PlanTo = None

    def check(self, beside: Path | None = None, **others: bool) -> None:
        """Refuse what does not go with a plan; raises :class:`UsageError`.

        ``beside`` is the file that is read, which must not be written over.
        ``others`` are the flags that look at nobody or go on with a run, by their names.
        """
        if self.plan is None:
            return
        given = next((name for name, is_given in others.items() if is_given), None)
        if given is not None:
            raise UsageError(
                f"--plan and --{given.replace('_', '-')} cannot be combined",
                hint="give one of them",
            )
        if beside is not None and is_one_file(self.plan, beside):
            raise UsageError("--plan names the file that is imported", hint="give another name")


class WayFlags(NamedTuple):
    """The files beside a write: the plan that is made instead of it, or what takes it back."""

    plan: PlanTo = None
    undo_file: UndoFlag = None


class Planning:
    """The plan of a command that writes to one contact; nothing where none is asked for.

    Raises :class:`UsageError` for what does not go with it.
    """

    def __init__(self, session: Session, files: WayFlags, preview: DryRunFlags) -> None:
        self._session = session
        self._path = files.plan
        given = files.undo_file is not None
        PlanFlags(files.plan).check(dry_run=preview.dry_run, undo_file=given)

    @property
    def is_asked(self) -> bool:
        """Tell whether a plan is to be written, and nothing else."""
        return self._path is not None

    def save(self, items: "Iterable[Planned]", preview: "Preview", who: str) -> None:
        """Write the plan and show what it would do.

        Raises :class:`GuardError` for what the service would refuse, and as ``written_whole``.
        """
        import time

        from contactctl import answers
        from contactctl.flags.shown import shown
        from contactctl.plans.lines import Header
        from contactctl.plans.plan_file import written_whole
        from contactctl.plans.planning import Planner

        if self._path is None:
            return
        if preview.would == "refused":
            raise GuardError(f"there is nothing to plan for {who}: {preview.reason}")
        session, began = self._session, time.time()
        session.check_team()
        lists = {one.id: one.name for one in session.account.lists()}
        with written_whole(self._path) as (writer, finish):
            planner = Planner(writer, lists)
            for item in items:
                planner.take(item)
            finish(Header("plan", account_of(session), began, None, planner.counts))
        drawn = shown(session, [*preview.request, *preview.changes])
        session.output.show(answers.preview(preview, who, shown=drawn))
        session.output.note(planned_note(self._path, session))


def planned_note(path: Path, session: Session) -> str:
    """Return what to say when a plan was written."""
    from contactctl.shells import call_line

    profile = session.flags.explicit_profile
    # Typed as it stands, it must not go to whichever profile is active by then.
    account = [] if profile is None else [f"--profile={profile}"]
    command = call_line([*account, "apply", str(path), *team_words(session)])
    return f"nothing was written but the plan; to carry it out:\n{command}"
