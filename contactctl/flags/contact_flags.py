"""The flags that say what is to be written on a contact, shared by update and create."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple, TextIO

import typer

from contactctl.changes.data_input import parse_data, read_data
from contactctl.changes.draft import ChangeFlags, Draft, to_change, to_draft
from contactctl.connection import OfflineError
from contactctl.contact import FLAG_FIELDS, ContactChange, ContactRef
from contactctl.errors import UsageError
from contactctl.flags import FIELDS, GUARDS, LISTS, WHO
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
        rich_help_panel=WHO,
    ),
]
Address = Annotated[
    str | None,
    typer.Argument(
        metavar="ADDRESS",
        help="The contact's email address, as with --email.",
        rich_help_panel=WHO,
    ),
]
UserId = Annotated[
    str | None,
    typer.Option(
        "-u",
        _FLAGS["user_id"],
        metavar="ID",
        help="The contact's user id (your own).",
        rich_help_panel=WHO,
    ),
]
FirstName = Annotated[
    str | None,
    typer.Option(_FLAGS["first_name"], metavar="TEXT", help="First name.", rich_help_panel=FIELDS),
]
LastName = Annotated[
    str | None,
    typer.Option(_FLAGS["last_name"], metavar="TEXT", help="Last name.", rich_help_panel=FIELDS),
]
UserGroup = Annotated[
    str | None,
    typer.Option(
        _FLAGS["user_group"],
        metavar="TEXT",
        help="User group; a contact has one.",
        rich_help_panel=FIELDS,
    ),
]
Source = Annotated[
    str | None,
    typer.Option(
        _FLAGS["source"],
        metavar="TEXT",
        help="Where the contact came from (default API).",
        rich_help_panel=FIELDS,
    ),
]
Subscribed = Annotated[
    bool | None,
    typer.Option(
        _FLAGS["subscribed"],
        show_default=False,
        help="Subscribe or unsubscribe; left out, nothing changes. --subscribed re-subscribes"
        " people who opted out.",
        rich_help_panel=FIELDS,
    ),
]
Lists = Annotated[
    list[str] | None,
    typer.Option(
        "--list",
        metavar="ID=true|false",
        help="Add to or remove from a mailing list, by id or name; repeatable.",
        rich_help_panel=LISTS,
    ),
]
Props = Annotated[
    list[str] | None,
    typer.Option(
        "--prop",
        metavar="KEY=VALUE",
        help="Set a property, typed as the account declares it; KEY:=JSON sends exactly that"
        " JSON value. Repeatable.",
        rich_help_panel=LISTS,
    ),
]
Unset = Annotated[
    list[str] | None,
    typer.Option(
        "--unset",
        metavar="FIELD",
        help="Empty a property; repeatable.",
        rich_help_panel=LISTS,
    ),
]
Data = Annotated[
    str | None,
    typer.Option(
        "-d",
        "--data",
        metavar="JSON|@FILE|-",
        help="A JSON object to start from; flags replace its fields. - reads standard input.",
        rich_help_panel=FIELDS,
    ),
]
NO_SCHEMA_HELP = (
    "Do not ask for the declared types: true and false become booleans, plain numbers numbers,"
    " everything else text."
)
NoSchema = Annotated[
    bool,
    typer.Option("--no-schema", help=NO_SCHEMA_HELP, rich_help_panel=LISTS),
]
Yes = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.", rich_help_panel=GUARDS)]


def one_address(word: str | None, email: str | None) -> str | None:
    """Return the address given as a word of its own or by ``--email``; both are refused.

    A word that is no address raises :class:`UsageError` too, and is not repeated: it may be a
    secret, or part of a text that was to be quoted.
    """
    if word is None:
        return email
    if email is not None:
        raise UsageError(
            "the address is given twice, with --email and without",
            hint="give the address once; put values that hold spaces in quotes",
        )
    if word and "@" not in word:
        raise UsageError(
            "this word is not an email address (not shown, as it could be a secret)",
            hint="give an address or --user-id ID; put values that hold spaces in quotes",
        )
    return word


class RefFlags(NamedTuple):
    """Who is meant, by exactly one identifier."""

    address: Address = None
    email: Email = None
    user_id: UserId = None

    def to_ref(self) -> ContactRef:
        """Return the one contact ref; raises :class:`UsageError` for none, two or a bad one."""
        # By way of a draft, so that an identifier is held to the same rules as in a write.
        draft = to_draft(
            ChangeFlags({"email": one_address(self.address, self.email), "user_id": self.user_id})
        )
        refs = to_change(draft, None).refs
        if len(refs) > 1:
            raise UsageError("two identifiers are given", hint="give an address or --user-id")
        return refs[0]


class ContactFlags(NamedTuple):
    """What to write, as the flags give it."""

    address: Address = None
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
        declared = None
        if needs_types or draft.flag_lists:
            account = session.offline_account if offline else session.account
            # Lists first: an id needs no request, and a wrong name should not cost that of types.
            draft = draft.with_list_ids(account.resolve_list)
            declared = _declared(session, account, draft.custom_keys) if needs_types else None
        change = to_change(draft, declared)
        if draft.custom_keys:  # numbers are among these alone
            from contactctl.changes.rounding import warn_of_rounding

            warn_of_rounding(change.values, session.output.warn)
        return change, declared

    def _to_draft(self, stdin: TextIO) -> Draft:
        data = None if self.data is None else parse_data(read_data(self.data, stdin))
        fields = {one.name: getattr(self, one.name) for one in FLAG_FIELDS}
        fields["email"] = one_address(self.address, self.email)
        return to_draft(
            ChangeFlags(
                fields,
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
        session.output.note(
            "the declared types are not known offline: types are guessed from the values"
        )
        return None
