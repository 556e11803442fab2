"""The flags that say what is to be written on a contact, shared by update and create."""

from dataclasses import dataclass
from typing import Annotated

import typer

Email = Annotated[
    str | None,
    typer.Option("-e", "--email", metavar="ADDRESS", help="The contact's email address."),
]
UserId = Annotated[
    str | None,
    typer.Option("-u", "--user-id", metavar="ID", help="The contact's user id (your own)."),
]
FirstName = Annotated[str | None, typer.Option("--first-name", metavar="TEXT", help="First name.")]
LastName = Annotated[str | None, typer.Option("--last-name", metavar="TEXT", help="Last name.")]
UserGroup = Annotated[
    str | None,
    typer.Option("--user-group", metavar="TEXT", help="User group; a contact has one."),
]
Source = Annotated[
    str | None,
    typer.Option("--source", metavar="TEXT", help="Where the contact came from (default API)."),
]
Subscribed = Annotated[
    bool | None,
    typer.Option(
        "--subscribed/--unsubscribed",
        show_default=False,
        help="Subscribe or unsubscribe; left out, nothing changes. --subscribed re-subscribes"
        " people who opted out.",
    ),
]
Lists = Annotated[
    list[str] | None,
    typer.Option(
        "--list",
        metavar="ID=true|false",
        help="Add to or remove from a mailing list, by id or name; repeatable.",
    ),
]
Props = Annotated[
    list[str] | None,
    typer.Option(
        "--prop",
        metavar="KEY=VALUE",
        help="Set a property, typed as the account declares it; KEY:=JSON sends exactly that"
        " JSON value. Repeatable.",
    ),
]
Unset = Annotated[
    list[str] | None,
    typer.Option("--unset", metavar="FIELD", help="Empty a property; repeatable."),
]
Data = Annotated[
    str | None,
    typer.Option(
        "-d",
        "--data",
        metavar="JSON|@FILE|-",
        help="A JSON object to start from; flags replace its fields. - reads standard input.",
    ),
]
NoSchema = Annotated[
    bool,
    typer.Option(
        "--no-schema",
        help="Do not ask for the declared types: true and false become booleans, plain numbers"
        " numbers, everything else text.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be sent and changed; write nothing.")
]
Offline = Annotated[
    bool, typer.Option("--offline", help="With --dry-run: make no request, show the body alone.")
]
ExitCodeFlag = Annotated[
    bool, typer.Option("--exit-code", help="With --dry-run: exit 8 when something would change.")
]
NewEmail = Annotated[
    str | None,
    typer.Option(
        "--new-email",
        metavar="ADDRESS",
        help="Change the address; the contact is looked up first and needs a user id.",
    ),
]
ReplaceUserId = Annotated[
    bool,
    typer.Option("--replace-user-id", help="Allow to write over a different user id."),
]
MustExist = Annotated[
    bool,
    typer.Option("--must-exist", help="Look first; without such a contact, exit 3."),
]
NoLookup = Annotated[
    bool,
    typer.Option(
        "--no-lookup",
        help="No look before the write. At a terminal update looks first, which is a request more.",
    ),
]
Yes = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")]


@dataclass(frozen=True, slots=True)
class ContactFlags:
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


@dataclass(frozen=True, slots=True)
class PreviewFlags:
    """Whether to write at all."""

    dry_run: DryRun = False
    offline: Offline = False
    exit_code: ExitCodeFlag = False


@dataclass(frozen=True, slots=True)
class LookFlags:
    """What to look at, and what to allow, before the write."""

    new_email: NewEmail = None
    replace_user_id: ReplaceUserId = False
    must_exist: MustExist = False
    no_lookup: NoLookup = False
