"""The flags that say what is to be written on a contact, shared by update and create."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple, TextIO

import typer

from contactctl import answers
from contactctl.changes.data_input import parse_data, read_data
from contactctl.changes.draft import ChangeFlags, Draft, to_change, to_draft
from contactctl.changes.field_rules import checked_standard
from contactctl.changes.preview import Preview
from contactctl.changes.update import Wish, wished_address
from contactctl.connection import OfflineError
from contactctl.contact import FLAG_FIELDS, ContactChange, ContactRef
from contactctl.errors import ExitCode, UsageError
from contactctl.flags import groups
from contactctl.output import is_terminal
from contactctl.session import Session

if TYPE_CHECKING:
    from contactctl.account.account import Account
    from contactctl.changes.draft import DeclaredTypes

#: How the table of standard fields spells the flag of each.
_FLAGS = {one.name: one.flag for one in FLAG_FIELDS}

Email = Annotated[
    str | None,
    typer.Option(
        "-e",
        _FLAGS["email"],
        metavar="ADDRESS",
        help="The contact's email address.",
        rich_help_panel=groups.WHO,
    ),
]
UserId = Annotated[
    str | None,
    typer.Option(
        "-u",
        _FLAGS["user_id"],
        metavar="ID",
        help="The contact's user id (your own).",
        rich_help_panel=groups.WHO,
    ),
]
FirstName = Annotated[
    str | None,
    typer.Option(
        _FLAGS["first_name"], metavar="TEXT", help="First name.", rich_help_panel=groups.FIELDS
    ),
]
LastName = Annotated[
    str | None,
    typer.Option(
        _FLAGS["last_name"], metavar="TEXT", help="Last name.", rich_help_panel=groups.FIELDS
    ),
]
UserGroup = Annotated[
    str | None,
    typer.Option(
        _FLAGS["user_group"],
        metavar="TEXT",
        help="User group; a contact has one.",
        rich_help_panel=groups.FIELDS,
    ),
]
Source = Annotated[
    str | None,
    typer.Option(
        _FLAGS["source"],
        metavar="TEXT",
        help="Where the contact came from (default API).",
        rich_help_panel=groups.FIELDS,
    ),
]
Subscribed = Annotated[
    bool | None,
    typer.Option(
        _FLAGS["subscribed"],
        show_default=False,
        help="Subscribe or unsubscribe; left out, nothing changes. --subscribed re-subscribes"
        " people who opted out.",
        rich_help_panel=groups.FIELDS,
    ),
]
Lists = Annotated[
    list[str] | None,
    typer.Option(
        "--list",
        metavar="ID=true|false",
        help="Add to or remove from a mailing list, by id or name; repeatable.",
        rich_help_panel=groups.LISTS,
    ),
]
Props = Annotated[
    list[str] | None,
    typer.Option(
        "--prop",
        metavar="KEY=VALUE",
        help="Set a property, typed as the account declares it; KEY:=JSON sends exactly that"
        " JSON value. Repeatable.",
        rich_help_panel=groups.LISTS,
    ),
]
Unset = Annotated[
    list[str] | None,
    typer.Option(
        "--unset",
        metavar="FIELD",
        help="Empty a property; repeatable.",
        rich_help_panel=groups.LISTS,
    ),
]
Data = Annotated[
    str | None,
    typer.Option(
        "-d",
        "--data",
        metavar="JSON|@FILE|-",
        help="A JSON object to start from; flags replace its fields. - reads standard input.",
        rich_help_panel=groups.FIELDS,
    ),
]
NoSchema = Annotated[
    bool,
    typer.Option(
        "--no-schema",
        help="Do not ask for the declared types: true and false become booleans, plain numbers"
        " numbers, everything else text.",
        rich_help_panel=groups.LISTS,
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Show what would be sent and changed; write nothing.",
        rich_help_panel=groups.PREVIEW,
    ),
]
Offline = Annotated[
    bool,
    typer.Option(
        "--offline",
        help="With --dry-run: make no request, show the body alone.",
        rich_help_panel=groups.PREVIEW,
    ),
]
ExitCodeFlag = Annotated[
    bool,
    typer.Option(
        "--exit-code",
        help="With --dry-run: exit 8 when something would change.",
        rich_help_panel=groups.PREVIEW,
    ),
]
NewEmail = Annotated[
    str | None,
    typer.Option(
        "--new-email",
        metavar="ADDRESS",
        help="Change the address; the contact is looked up first and needs a user id.",
        rich_help_panel=groups.WHO,
    ),
]
ReplaceUserId = Annotated[
    bool,
    typer.Option(
        "--replace-user-id",
        help="Allow to write over a different user id, where a look finds one.",
        rich_help_panel=groups.GUARDS,
    ),
]
MustExist = Annotated[
    bool,
    typer.Option(
        "--must-exist",
        help="Look first; without such a contact, exit 3.",
        rich_help_panel=groups.GUARDS,
    ),
]
NoLookup = Annotated[
    bool,
    typer.Option(
        "--no-lookup",
        help="No look before the write. At a terminal update looks first, which is a request more.",
        rich_help_panel=groups.GUARDS,
    ),
]
Yes = Annotated[
    bool, typer.Option("-y", "--yes", help="Do not ask.", rich_help_panel=groups.GUARDS)
]


class RefFlags(NamedTuple):
    """Who is meant, by exactly one identifier."""

    email: Email = None
    user_id: UserId = None

    def to_ref(self) -> ContactRef:
        """Return the one contact ref; raises :class:`UsageError` for none, two or a bad one."""
        # By way of a draft, so that an identifier is held to the same rules as in a write.
        draft = to_draft(ChangeFlags({"email": self.email, "user_id": self.user_id}))
        refs = to_change(draft, None).refs
        if len(refs) > 1:
            raise UsageError("two identifiers are given", hint="give --email or --user-id")
        return refs[0]


class ContactFlags(NamedTuple):
    """What to write, as the flags give it."""

    email: Email = None
    user_id: UserId = None
    first_name: FirstName = None
    last_name: LastName = None
    user_group: UserGroup = None
    source: Source = None
    subscribed: Subscribed = None
    lists: Lists = None
    props: Props = None
    unset: Unset = None
    data: Data = None
    no_schema: NoSchema = False

    def to_change(
        self, session: Session, *, offline: bool = False
    ) -> "tuple[ContactChange, DeclaredTypes | None]":
        """Return the change, typed by the account, with the declared types; None if not asked.

        Raises :class:`UsageError` for whatever must not be sent.
        """
        draft = self._to_draft(session.run.stdin)
        _ = session.credentials  # a body that is shown offline is for one account too
        # Standard fields have types of our own: without a property nobody is asked.
        needs_types = bool(draft.custom_keys) and not self.no_schema
        if not needs_types and not draft.flag_lists:
            return to_change(draft, None), None
        account = session.offline_account if offline else session.account
        # Lists first: an id needs no request, and a wrong name should not cost that of the types.
        draft = draft.with_list_ids(account.resolve_list)
        declared = _declared(session, account, draft.custom_keys) if needs_types else None
        return to_change(draft, declared), declared

    def _to_draft(self, stdin: TextIO) -> Draft:
        data = None if self.data is None else parse_data(read_data(self.data, stdin))
        return to_draft(
            ChangeFlags(
                {one.name: getattr(self, one.name) for one in FLAG_FIELDS},
                lists=self.lists or (),
                props=self.props or (),
                unset=self.unset or (),
                data=data,
            )
        )


def _declared(session: Session, account: "Account", keys: Sequence[str]) -> "DeclaredTypes | None":
    try:
        return account.declared_for(keys)
    # Typed by look, a preview says more than no preview.
    except OfflineError:
        session.output.note("the declared types are not known offline: typed by look alone")
        return None


class DryRunFlags:
    """Whether to write at all."""

    def __init__(self, *, dry_run: DryRun = False, exit_code: ExitCodeFlag = False) -> None:
        self.dry_run = dry_run
        self.exit_code = exit_code

    def check(self) -> None:
        """Refuse ``--exit-code`` on its own; raises :class:`UsageError`."""
        if self.exit_code and not self.dry_run:
            raise UsageError("--exit-code goes with --dry-run", hint="add --dry-run")

    def show(
        self,
        session: Session,
        preview: Preview,
        who: str,
        *,
        noun: str = "contact",
        declared: "DeclaredTypes | None" = None,
    ) -> int | None:
        """Show the preview and return the exit code that the flags ask for."""
        session.output.show(answers.preview(preview, who, noun, declared))
        if preview.reason:
            session.output.warn(preview.reason)
        return ExitCode.WOULD_CHANGE if self.exit_code and preview.would_change else None


class PreviewFlags(DryRunFlags):
    """Whether to write at all, and whether to look for the preview."""

    def __init__(
        self, *, dry_run: DryRun = False, exit_code: ExitCodeFlag = False, offline: Offline = False
    ) -> None:
        super().__init__(dry_run=dry_run, exit_code=exit_code)
        self.offline = offline

    def check(self) -> None:
        """Refuse what goes with ``--dry-run`` alone; raises :class:`UsageError`."""
        super().check()
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
        # The first that needs a look stands in the message, by the name that was typed.
        asked = next((name for name, given in wants.items() if given), None)
        refused = "--no-lookup" if self.no_lookup else "--offline" if preview.offline else None
        if asked and refused:
            raise UsageError(f"{asked} needs a look, and {refused} forbids it", hint="give one")
        guarded = change.user_id is not None and session.credentials.only_domains
        # Never unasked in a script, whose loop would take twice the requests.
        looks = asked or (not refused and (guarded or is_terminal(session.run.stdout)))
        new = self.new_email
        address = None
        if new is not None:
            address = wished_address(change, str(checked_standard("email", new)))
        return Wish(address, self.replace_user_id, self.must_exist, bool(looks))
