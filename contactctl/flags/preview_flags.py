"""The flags that say what is looked at before a write, and whether there is to be one."""

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from contactctl import answers
from contactctl.changes.field_rules import checked_standard
from contactctl.changes.preview import Preview
from contactctl.changes.update import Wish, wished_address
from contactctl.contact import ContactChange
from contactctl.errors import ExitCode, UsageError
from contactctl.flags import GUARDS, PREVIEW, WHO
from contactctl.output import is_terminal
from contactctl.session import Session

if TYPE_CHECKING:
    from contactctl.changes.draft import DeclaredTypes

DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Show what would be sent and changed; write nothing.",
        rich_help_panel=PREVIEW,
    ),
]
Offline = Annotated[
    bool,
    typer.Option(
        "--offline",
        help="With --dry-run: make no request, show only the body.",
        rich_help_panel=PREVIEW,
    ),
]
ExitCodeFlag = Annotated[
    bool,
    typer.Option(
        "--exit-code",
        help="With --dry-run: exit 8 when something would change.",
        rich_help_panel=PREVIEW,
    ),
]
ExpectTeam = Annotated[
    str | None,
    typer.Option(
        "--expect-team",
        metavar="NAME",
        help="Write only if the API key is this team's; else exit 4.",
        rich_help_panel=GUARDS,
    ),
]
NewEmail = Annotated[
    str | None,
    typer.Option(
        "--new-email",
        metavar="ADDRESS",
        help="Change the address; the contact is looked up first and needs a user id.",
        rich_help_panel=WHO,
    ),
]
ReplaceUserId = Annotated[
    bool,
    typer.Option(
        "--replace-user-id",
        help="Allow replacing the user id that a contact has.",
        rich_help_panel=GUARDS,
    ),
]
MustExist = Annotated[
    bool,
    typer.Option(
        "--must-exist",
        help="Look the contact up first; if there is none, exit 3.",
        rich_help_panel=GUARDS,
    ),
]
NoLookup = Annotated[
    bool,
    typer.Option(
        "--no-lookup",
        help="Do not look the contact up before the write, as update does at a terminal.",
        rich_help_panel=GUARDS,
    ),
]


class DryRunFlags:
    """Whether to write at all."""

    def __init__(
        self,
        *,
        dry_run: DryRun = False,
        exit_code: ExitCodeFlag = False,
        expect_team: ExpectTeam = None,
    ) -> None:
        self.dry_run = dry_run
        self.exit_code = exit_code
        self.expect_team = expect_team

    def check(self, session: Session) -> None:
        """Refuse ``--exit-code`` on its own; raises :class:`UsageError`."""
        session.expected_team = self.expect_team
        if self.exit_code and not self.dry_run:
            raise UsageError("--exit-code goes with --dry-run", hint="add --dry-run")

    def show(
        self,
        session: Session,
        preview: Preview,
        who: str,
        *addresses: str | None,
        noun: str = "contact",
        declared: "DeclaredTypes | None" = None,
    ) -> int | None:
        """Show the preview and return the exit code; ``addresses`` are who would be written to."""
        from contactctl.flags.shown import refusal, shown  # update starts without it

        reason = refusal(session, *addresses, offline=preview.would == "unknown")
        if reason:
            preview = preview._replace(would="refused", reason=reason)
        drawn = shown(session, [*preview.request, *preview.changes], declared)
        session.output.show(answers.preview(preview, who, noun, drawn))
        if preview.reason:
            session.output.warn(preview.reason)
        return ExitCode.WOULD_CHANGE if self.exit_code and preview.would_change else None


class PreviewFlags(DryRunFlags):
    """Whether to write at all, and whether to look for the preview."""

    def __init__(
        self,
        *,
        dry_run: DryRun = False,
        exit_code: ExitCodeFlag = False,
        offline: Offline = False,
        expect_team: ExpectTeam = None,
    ) -> None:
        super().__init__(dry_run=dry_run, exit_code=exit_code, expect_team=expect_team)
        self.offline = offline

    def check(self, session: Session) -> None:
        """Refuse what goes with ``--dry-run`` alone; raises :class:`UsageError`."""
        super().check(session)
        if self.offline and not self.dry_run:
            raise UsageError("--offline goes with --dry-run", hint="add --dry-run")


class LookFlags(NamedTuple):
    """What to look at, and what to allow, before the write."""

    new_email: NewEmail = None
    replace_user_id: ReplaceUserId = False
    must_exist: MustExist = False
    no_lookup: NoLookup = False

    def to_wish(
        self,
        session: Session,
        change: ContactChange,
        preview: PreviewFlags,
        *,
        keeps_undo: bool = False,
        plans: bool = False,
    ) -> Wish:
        """Return what is asked for; raises :class:`UsageError` for contradictions.

        A profile that may write to some domains alone must know the address behind a user id.
        """
        wants = {
            "--must-exist": self.must_exist,
            "--new-email": self.new_email is not None,
            "--undo-file": keeps_undo,
            "--plan": plans,
            "--dry-run without --offline": preview.dry_run and not preview.offline,
        }
        # The first that needs a look-up stands in the message, by the name that was typed.
        asked = next((name for name, given in wants.items() if given), None)
        refused = "--no-lookup" if self.no_lookup else "--offline" if preview.offline else None
        if asked and refused:
            raise UsageError(f"{asked} needs a look-up, and {refused} forbids it", hint="give one")
        guarded = change.user_id is not None and session.limits and session.limits.domains
        # Never unasked in a script, whose loop would take twice the requests.
        looks = asked or (not refused and (guarded or is_terminal(session.run.stdout)))
        new = self.new_email
        address = None
        if new is not None:
            address = wished_address(change, str(checked_standard("email", new)))
        return Wish(address, self.replace_user_id, self.must_exist, bool(looks))
