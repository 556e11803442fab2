"""update, create, find, delete."""

from functools import partial
from typing import Annotated

import typer

from contactctl import answers
from contactctl.answers import CONTACT_FIELDS
from contactctl.changes.lookup import describe, find_one, look_up
from contactctl.changes.preview import Preview, preview_create, preview_offline
from contactctl.changes.update import carry_out, plan_update
from contactctl.contact import ContactRef
from contactctl.errors import UsageError
from contactctl.exact_json import JsonObject, JsonValue
from contactctl.flags.contact_flags import ContactFlags, RefFlags, Yes
from contactctl.flags.options import with_session
from contactctl.flags.plan_flags import Planning, WayFlags
from contactctl.flags.preview_flags import DryRunFlags, LookFlags, PreviewFlags
from contactctl.flags.undo_flag import Undo
from contactctl.session import Session

EXAMPLES = {
    "update": (
        "contactctl update ada@example.com --first-name Ada --prop plan=pro",
        "contactctl update --user-id 42 --email new@example.com",
        "contactctl update --email old@example.com --new-email new@example.com",
        "contactctl update --email ada@example.com --prop seats=12 --prop trial=false --unset note",
        "jq -c '{email, plan}' row.json | contactctl update --data - --output json",
    ),
    "create": (
        "contactctl create --email ada@example.com --user-id 42 --first-name Ada",
        "contactctl create ada@example.com --prop plan=pro --dry-run",
    ),
    "find": (
        "contactctl find ada@example.com",
        "contactctl find --user-id 42 --field plan",
        "contactctl find ada@example.com --output json | jq .mailingLists",
    ),
    "delete": (
        "contactctl delete ada@example.com",
        "contactctl delete --user-id 42 --yes",
        "contactctl delete --email ada@example.com --plan plan.jsonl",
    ),
}

Field = Annotated[
    str | None,
    typer.Option("--field", metavar="NAME", help="Print the value of this field alone."),
]


@with_session
def update(
    session: Session,
    fields: ContactFlags,
    preview: PreviewFlags,
    look: LookFlags,
    files: WayFlags,
) -> int | None:
    """Change one contact, or create it when no contact has this address or user id.

    With both --email and --user-id the service matches either and rewrites the other. At a
    terminal the contact is looked up before the write, which is a request more.
    """
    preview.check()
    # These two refuse what does not go together, and names that are taken, before any request.
    undo = Undo(session, files.undo_file, preview)
    planning = Planning(session, files, preview)
    change, declared = fields.to_change(session, offline=preview.offline)
    wish = look.to_wish(session, change, preview, keeps_undo=undo.is_kept, plans=planning.is_asked)
    if preview.offline:
        return preview.show(
            session, preview_offline(change), str(change.refs[0]), declared=declared
        )
    plan = plan_update(session.client, change, wish, declared)
    # Said before the write and in a preview alike; the flag itself was the permission.
    if plan.preview.resubscribes:
        session.output.warn(f"{plan.change.refs[0]} has opted out, and --subscribed undoes that")
    if preview.dry_run:
        if len(plan.steps) > 1:
            session.output.note("two requests: the user id is written before the address changes")
        who = str(plan.change.refs[0])
        return preview.show(session, plan.preview, who, declared=declared)
    if planning.is_asked:
        from contactctl.plans.planning import planned_update

        # The plan was looked up already, so that it is written from that very look.
        planning.save(planned_update(plan, declared), plan.preview, str(plan.change.refs[0]))
        return None
    session.check_write_allowed(*plan.addresses)
    # Before the write: if its answer is lost, what the contact holds is not known either.
    writing = session.other_write(*(ref for step in plan.steps for ref in step.refs))
    with undo.of_update(plan, declared), writing as write:
        saved = carry_out(session.client, plan)
        # An import may know the contact by an identifier that was not given here.
        write.contact_id = saved.id
    payload = plan.change.to_payload()
    session.output.show(answers.written(plan.words, saved.reply, payload, declared))
    return None


@with_session
def create(
    session: Session,
    fields: ContactFlags,
    preview: PreviewFlags,
    files: WayFlags,
) -> int | None:
    """Create one contact; an address or user id that is taken is an error."""
    preview.check()
    undo = Undo(session, files.undo_file, preview)
    planning = Planning(session, files, preview)
    change, declared = fields.to_change(session, offline=preview.offline)
    # The service creates nobody by a user id alone.
    if change.email is None:
        raise UsageError("a new contact needs an address", hint="give --email ADDRESS")
    if preview.offline:
        return preview.show(session, preview_offline(change), change.email)
    if preview.dry_run or planning.is_asked:
        found = look_up(session.client, change.refs).contact
        plan = preview_create(change, found, declared)
        if planning.is_asked:
            from contactctl.plans.lines import Planned

            planning.save([Planned(change.refs, "create", plan.changes)], plan, change.email)
            return None
        return preview.show(session, plan, change.email, declared=declared)
    session.check_write_allowed(change.email)
    from contactctl.changes.created import unlike_created  # update starts without it

    # The way back first: making it takes a look, and the contact is claimed for the write alone.
    with undo.of_creation(change, declared), session.other_write(*change.refs) as write:
        saved = session.client.create(change, partial(unlike_created, change, declared=declared))
        write.contact_id = saved.id
    words = f"created {change.email}"
    session.output.show(answers.written(words, saved.reply, change.to_payload(), declared))
    return None


@with_session
def find(session: Session, who: RefFlags, field: Field = None) -> None:
    """Show one contact; without such a contact, exit 3."""
    contact = find_one(session.client, who.to_ref())
    if field is not None:
        session.output.show(answers.bare(_value(session, contact, field)))
        return
    # Types cost a request unless they are cached, and only a drawn custom property shows them.
    drawn_with_types = session.output.for_a_person and not contact.keys() <= {*CONTACT_FIELDS}
    declared = session.account.properties() if drawn_with_types else None
    session.output.show(answers.contact(contact, declared))


@with_session
def delete(
    session: Session,
    who: RefFlags,
    preview: DryRunFlags,
    files: WayFlags,
    *,
    yes: Yes = False,
) -> int | None:
    """Delete one contact. If it is added again later, it comes back subscribed."""
    preview.check()
    undo = Undo(session, files.undo_file, preview)
    planning = Planning(session, files, preview)
    ref = who.to_ref()
    if preview.dry_run or planning.is_asked:
        contact = find_one(session.client, ref)
        body: JsonObject = {ref.name: ref.value}
        if planning.is_asked:
            from contactctl.plans.planning import planned_deletion

            gone = planned_deletion(ref, contact)
            planning.save([gone], Preview("delete", body, gone.changes), str(ref))
            return None
        return preview.show(session, Preview("delete", body), str(ref))
    # Refused before the look: nobody would be asked in the end, and the look costs a request.
    if not yes and not session.can_ask:
        raise UsageError("deleting is not confirmed", hint="nobody can be asked here; give --yes")
    _check_deletion(session, ref, yes=yes)
    with undo.of_deletion(ref), session.other_write(ref) as write:
        if not write.is_known:  # an import may know the person by the other identifier
            found = find_one(session.client, ref).get("id")
            write.contact_id = found if isinstance(found, str) else None
        reply = session.client.delete(ref)
        # All that imports remember of the contact goes too: its id never comes back.
        write.gone = True
    session.output.show(answers.done(f"deleted {ref}", reply))
    return None


def _check_deletion(session: Session, ref: ContactRef, *, yes: bool) -> None:
    """Check the profile's limits, and ask; the contact is looked up only where that needs it."""
    # A limit by domain holds for user ids as well, whose address only a look can tell.
    limited = bool(session.credentials.only_domains) and ref.name == "userId"
    contact = None if yes and not limited else find_one(session.client, ref)
    email = contact.get("email") if contact else ref.value
    session.check_write_allowed(email if isinstance(email, str) else None)
    if yes or contact is None:
        return
    # A deletion forgets the opt-out too, and new contacts are subscribed.
    if contact.get("subscribed") is False:
        session.output.warn(
            "this person has opted out; adding the address again would subscribe it"
        )
    session.confirm(f"Delete {describe(contact)}?")


def _value(session: Session, contact: JsonObject, name: str) -> JsonValue:
    """Return one field; a property that is declared but not set is null.

    Raises :class:`UsageError` for a field that there is not.
    """
    if name in contact:
        return contact[name]
    # The service leaves out properties that are not set; only the account can tell a typo.
    declared = session.account.declared_for([name])
    if name in declared:
        return None
    from contactctl.wording import nearest

    near = nearest(name, {**contact, **declared})
    raise UsageError(
        f"a contact has no field {name}",
        hint=f"did you mean {', '.join(near)}?" if near else "see contactctl properties list",
    )
