"""delete."""

from typing import Annotated, NamedTuple

import typer

from contactctl import answers
from contactctl.changes.failed_look import not_written
from contactctl.changes.lookup import describe, find_one
from contactctl.changes.preview import Preview
from contactctl.contact import ContactRef
from contactctl.errors import ContactctlError, UsageError
from contactctl.exact_json import JsonObject
from contactctl.flags import GUARDS, WAY
from contactctl.flags.contact_flags import RefFlags, Yes
from contactctl.flags.options import with_session
from contactctl.flags.plan_flags import Planning, WayFlags
from contactctl.flags.preview_flags import DryRunFlags
from contactctl.flags.row_flags import RowsFlags
from contactctl.flags.shown import account_words, list_fields, shown
from contactctl.flags.undo_flag import Undo
from contactctl.session import Session

EXAMPLES = {
    "delete": (
        "contactctl delete ada@example.com",
        "contactctl delete --user-id 42 --yes",
        "contactctl delete --email ada@example.com --plan plan.jsonl",
        "contactctl delete --from gone.txt --confirm 12 --undo-file undo.jsonl",
    ),
}


Confirm = Annotated[
    int | None,
    typer.Option(
        "--confirm",
        metavar="COUNT",
        min=0,
        help="With --from: how many contacts the file names, all of which are deleted.",
        rich_help_panel=GUARDS,
    ),
]
NoUndo = Annotated[
    bool,
    typer.Option(
        "--no-undo",
        help="With --from: write no undo file, so that nothing can be restored.",
        rich_help_panel=WAY,
    ),
]


class ManyFlags(NamedTuple):
    """What only a deletion of many takes."""

    confirm: Confirm = None
    no_undo: NoUndo = False


@with_session
def delete(  # noqa: PLR0913, PLR0917 - a set of flags each
    session: Session,
    who: RefFlags,
    rows: RowsFlags,
    many: ManyFlags,
    preview: DryRunFlags,
    files: WayFlags,
    *,
    yes: Yes = False,
) -> int | None:
    """Delete one contact, or many with --from. Whoever is added again comes back subscribed.

    With --from, you are asked for the number of contacts, or give it with --confirm. How to restore
    each is written to FILE.undo.jsonl, or where --undo-file says, before it is deleted.
    """
    preview.check(session)
    if rows.are_given(*who, plan=files.plan, yes=yes):
        return _delete_many(session, rows, many, preview, files)
    if many.confirm is not None or many.no_undo:
        name = "--no-undo" if many.no_undo else "--confirm"
        raise UsageError(f"{name} goes with --from", hint="add --from FILE")
    undo = Undo(session, files.undo_file, preview)
    planning = Planning(session, files, preview)
    ref = who.to_ref()
    if preview.dry_run or planning.is_asked:
        return _preview_deletion(session, ref, preview, planning)
    # Refused before the look-up: nobody would be asked in the end, and the look-up costs a request.
    if not yes and not session.can_ask:
        raise UsageError(
            "the deletion is not confirmed", hint="no question can be asked here; give --yes"
        )
    gone = _check_deletion(session, ref, yes=yes)
    with undo.of_deletion(ref), session.other_write(ref) as write:
        if not write.is_known:  # an import may know the person by the other identifier
            write.contact_id = _id_of(session, ref)
        reply = session.client.delete(ref)
        # All that imports remember of the contact goes too: its id never comes back.
        write.gone = True
    # The answer is the last that is known of the contact, for whoever keeps it.
    kept: JsonObject = reply if gone is None else {**reply, "contact": gone}
    account = shown(session, ()).account
    session.output.show(answers.done(f"deleted {ref}", kept, account=account))
    return None


def _preview_deletion(
    session: Session, ref: ContactRef, preview: DryRunFlags, planning: Planning
) -> int | None:
    """Save the deletion as a plan where one is asked for, or show it."""
    contact = find_one(session.client, ref)
    body: JsonObject = {ref.name: ref.value}
    if planning.is_asked:
        from contactctl.plans.planning import planned_deletion

        planned = planned_deletion(ref, contact)
        planning.save([planned], Preview("delete", body, planned.changes), str(ref))
        return None
    return preview.show(session, Preview("delete", body), str(ref), _address(contact, ref))


def _id_of(session: Session, ref: ContactRef) -> str | None:
    found = find_one(session.client, ref).get("id")
    return found if isinstance(found, str) else None


def _delete_many(
    session: Session, rows: RowsFlags, many: ManyFlags, preview: DryRunFlags, files: WayFlags
) -> int | None:
    from contactctl.runs.deletion import Wanted, delete_many

    if many.no_undo and files.undo_file is not None:
        raise UsageError("--undo-file and --no-undo contradict each other", hint="give one of them")
    wanted = Wanted(many.confirm, files.undo_file, many.no_undo)
    return delete_many(session, rows, preview, wanted)


def _check_deletion(session: Session, ref: ContactRef, *, yes: bool) -> JsonObject | None:
    """Check the profile's limits, and ask; return the contact.

    It is looked up only where it is asked about, shown, or held to limits; else it is None.
    """
    # A limit by domain holds for user ids as well, whose address only a look-up can tell.
    limited = session.limits is not None and session.limits.domains and ref.name == "userId"
    unseen = yes and not limited and session.output.form != "json"
    try:
        contact = None if unseen else find_one(session.client, ref)
    except ContactctlError as error:
        raise not_written(error) from error
    session.check_write_allowed(_address(contact, ref))
    if yes or contact is None:
        return contact
    drawn = shown(session, list_fields(contact))
    session.output.draw_note(lambda: answers.whom(contact, drawn))
    # A deletion forgets the opt-out too, and new contacts are subscribed.
    if contact.get("subscribed") is False:
        session.output.warn(
            "this person has opted out; adding the address again would subscribe it"
        )
    session.confirm(f"{account_words(session)}: delete {describe(contact)}?")
    return contact


def _address(contact: JsonObject | None, ref: ContactRef) -> str | None:
    """Return the address of who is deleted; where nobody looked, it is the one that was given."""
    email = contact.get("email") if contact else ref.value
    return email if isinstance(email, str) else None
