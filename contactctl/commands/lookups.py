"""lists, properties and suppression: what the account holds beside contacts."""

from typing import Annotated, Literal

import typer

from contactctl import answers
from contactctl.changes.field_rules import check_new_property
from contactctl.changes.preview import Preview
from contactctl.exact_json import JsonObject, to_json
from contactctl.flags import PROPERTIES
from contactctl.flags.contact_flags import RefFlags, Yes
from contactctl.flags.options import with_session
from contactctl.flags.preview_flags import DryRunFlags
from contactctl.flags.row_flags import RowsFlags
from contactctl.flags.shown import account_words, shown
from contactctl.output import Answer
from contactctl.session import Session

EXAMPLES = {
    "lists": ("contactctl lists", "contactctl lists --output json | jq -r '.[].id'"),
    "list_properties": (
        "contactctl properties list",
        "contactctl properties list --custom --output json",
    ),
    "create_property": ("contactctl properties create renewedAt --type date",),
    "check_suppression": (
        "contactctl suppression check ada@example.com",
        "contactctl suppression check --from people.csv -o json",
    ),
    "remove_suppression": (
        "contactctl suppression remove ada@example.com --yes",
        "contactctl suppression remove --from checked.txt --yes",
    ),
}

Custom = Annotated[
    bool,
    typer.Option("--custom", help="Leave the standard properties out.", rich_help_panel=PROPERTIES),
]
Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="In camelCase, such as planName.", rich_help_panel=PROPERTIES
    ),
]
Type = Annotated[
    Literal["string", "number", "boolean", "date"],
    typer.Option(
        "--type",
        help="The type of its values; it cannot be changed later.",
        rich_help_panel=PROPERTIES,
    ),
]


@with_session
def lists(session: Session) -> None:
    """Show the mailing lists: id, name, who sees it, description."""
    found = session.client.lists()
    rows = [
        (
            item.get("id"),
            item.get("name"),
            "public" if item.get("isPublic") is True else "private",
            item.get("description"),
        )
        for item in found
    ]
    columns = ("id", "name", "seen", "about")
    session.output.show(answers.table(columns, rows, json=[*found], empty="no mailing lists"))


@with_session
def list_properties(session: Session, *, custom: Custom = False) -> None:
    """Show the contact properties: key, type, label."""
    found = session.client.properties("custom" if custom else "all")
    rows = [(item.get("key"), item.get("type"), item.get("label")) for item in found]
    columns = ("key", "type", "label")
    session.output.show(answers.table(columns, rows, json=[*found], empty="no properties"))


@with_session
def create_property(session: Session, name: Name, kind: Type, preview: DryRunFlags) -> int | None:
    """Create a custom contact property; it can be neither renamed nor removed here."""
    preview.check(session)
    if not check_new_property(name):
        session.output.warn(f"{name} is not in camelCase, which the service asks for")
    if preview.dry_run:
        known = {item.get("key") for item in session.client.properties()}
        found = Preview("create", {"name": name, "type": kind})
        if name in known:
            found = Preview("refused", found.request, reason="this property already exists")
        return preview.show(session, found, name, noun="property")
    session.check_write_allowed()
    reply = session.client.create_property(name, kind)
    words, account = f"created the property {name} ({kind})", shown(session, ()).account
    session.output.show(answers.done(words, reply, plain=[name], account=account))
    return None


@with_session
def check_suppression(session: Session, who: RefFlags, rows: RowsFlags) -> None:
    """Show whether the service holds back all mail to a contact, and the quota of removals."""
    if rows.are_given(*who):
        from contactctl.runs.suppressions import check_many

        check_many(session, rows)
        return
    status = session.client.suppression(who.to_ref())
    session.output.show(_status(status))


@with_session
def remove_suppression(
    session: Session, who: RefFlags, rows: RowsFlags, preview: DryRunFlags, *, yes: Yes = False
) -> int | None:
    """Take a contact off the suppression list; each removal spends quota.

    The address bounced or complained before: make sure that it works and wants mail. With --from,
    the run stops before a removal that the quota does not cover, and --resume goes on with it.
    """
    preview.check(session)
    if rows.are_given(*who):
        from contactctl.runs.suppressions import remove_many

        return remove_many(session, rows, preview, yes=yes)
    ref = who.to_ref()
    # For the address in it: a limit by domain holds for user ids as well.
    status = session.client.suppression(ref)
    if preview.dry_run:
        query: JsonObject = {ref.name: ref.value}
        found = Preview("remove", query)
        if not status["isSuppressed"]:
            found = Preview("refused", query, reason="the contact is not suppressed")
        return preview.show(session, found, str(ref), _address(status))
    session.check_write_allowed(_address(status))
    if not yes:
        account = account_words(session)
        session.confirm(f"{account}: remove {ref} from the suppression list?")
    reply = session.client.remove_suppression(ref)
    words, account = f"removed {ref} from the suppression list", shown(session, ()).account
    session.output.show(answers.done(words, reply, account=account))
    return None


def _status(status: JsonObject) -> Answer:
    quota = status.get("removalQuota")
    left = quota if isinstance(quota, dict) else {}
    row = (to_json(status["isSuppressed"]), left.get("remaining"), left.get("limit"))
    return answers.table(("suppressed", "removals left", "of"), [row], json=status)


def _address(status: JsonObject) -> str | None:
    contact = status.get("contact")
    email = contact.get("email") if isinstance(contact, dict) else None
    return email if isinstance(email, str) else None
