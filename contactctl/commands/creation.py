"""create."""

from functools import partial

from contactctl import answers
from contactctl.changes.created import unlike_created
from contactctl.changes.lookup import look_up
from contactctl.changes.preview import preview_create, preview_offline
from contactctl.errors import UsageError
from contactctl.flags.contact_flags import ContactFlags
from contactctl.flags.options import with_session
from contactctl.flags.plan_flags import Planning, WayFlags
from contactctl.flags.preview_flags import PreviewFlags
from contactctl.flags.shown import shown
from contactctl.flags.undo_flag import Undo
from contactctl.session import Session

EXAMPLES = {
    "create": (
        "contactctl create --email ada@example.com --user-id 42 --first-name Ada",
        "contactctl create ada@example.com --prop plan=pro --dry-run",
    ),
}


@with_session
def create(
    session: Session,
    fields: ContactFlags,
    preview: PreviewFlags,
    files: WayFlags,
) -> int | None:
    """Create one contact; an address or user id that is taken is an error."""
    preview.check(session)
    undo = Undo(session, files.undo_file, preview)
    planning = Planning(session, files, preview)
    change, declared = fields.to_change(session, offline=preview.offline)
    # The service creates nobody by a user id alone.
    if change.email is None:
        raise UsageError("a new contact needs an address", hint="give --email ADDRESS")
    if preview.offline:
        body, who = preview_offline(change), change.email
        return preview.show(session, body, who, who, declared=declared)
    if preview.dry_run or planning.is_asked:
        found = look_up(session.client, change.refs).contact
        plan = preview_create(change, found, declared)
        if planning.is_asked:
            from contactctl.plans.lines import Planned

            planning.save([Planned(change.refs, "create", plan.changes)], plan, change.email)
            return None
        return preview.show(session, plan, change.email, change.email, declared=declared)
    session.check_write_allowed(change.email)
    payload = change.to_payload()
    drawn = shown(session, payload, declared)  # before the write, which must not wait for it
    # The way back first: making it takes a look-up, and the contact is claimed for the write alone.
    with undo.of_creation(change, declared), session.other_write(*change.refs) as write:
        saved = session.client.create(change, partial(unlike_created, change, declared=declared))
        write.contact_id = saved.id
    session.output.show(answers.written(f"created {change.email}", saved.reply, payload, drawn))
    return None
