"""update."""

from typing import TYPE_CHECKING

from contactctl import answers
from contactctl.answers import Shown
from contactctl.changes.preview import preview_offline
from contactctl.changes.update import Plan, carry_out, plan_update
from contactctl.flags.contact_flags import ContactFlags
from contactctl.flags.options import with_session
from contactctl.flags.plan_flags import Planning, WayFlags
from contactctl.flags.preview_flags import LookFlags, PreviewFlags
from contactctl.flags.undo_flag import Undo
from contactctl.session import Session

if TYPE_CHECKING:
    from contactctl.changes.draft import DeclaredTypes
    from contactctl.contact import ContactChange

EXAMPLES = {
    "update": (
        "contactctl update ada@example.com --first-name Ada --prop plan=pro",
        "contactctl update --user-id 42 --email new@example.com",
        "contactctl update --email old@example.com --new-email new@example.com",
        "contactctl update --email ada@example.com --prop seats=12 --prop trial=false --unset note",
        "jq -c '{email, plan}' row.json | contactctl update --data - --output json",
    ),
}


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
    terminal the contact is looked up before the write, which costs one more request.
    """
    preview.check(session)
    # These two refuse what does not go together, and names that are taken, before any request.
    undo = Undo(session, files.undo_file, preview)
    planning = Planning(session, files, preview)
    change, declared = fields.to_change(session, offline=preview.offline)
    wish = look.to_wish(session, change, preview, keeps_undo=undo.is_kept, plans=planning.is_asked)
    if preview.offline:
        who = str(change.refs[0])
        return preview.show(session, preview_offline(change), who, change.email, declared=declared)
    plan = plan_update(session.client, change, wish, declared)
    who = str(plan.change.refs[0])
    if plan.preview.resubscribes and (preview.dry_run or planning.is_asked):
        session.output.warn(f"{who} has opted out, and --subscribed undoes that")
    if preview.dry_run:
        if len(plan.steps) > 1:
            session.output.note("two requests: the user id is written before the address changes")
        return preview.show(session, plan.preview, who, *plan.addresses, declared=declared)
    if planning.is_asked:
        from contactctl.plans.planning import planned_update

        # The plan was looked up already, so that it is written from that very look.
        planning.save(planned_update(plan, declared), plan.preview, who)
        return None
    session.check_write_allowed(*plan.addresses)
    drawn = _shown(session, plan.change, declared)
    if plan.changes_nothing and session.output.for_a_person and not undo.is_kept:
        found = plan.looked.contact if plan.looked else None
        session.output.show(answers.unchanged(who, (found or {}).get("id"), drawn.account))
        return None
    if plan.preview.resubscribes or plan.change.only_takes_away:
        from contactctl.flags.asking import ask_before

        ask_before(session, plan, no_lookup=look.no_lookup)
    _write(session, plan, declared, undo, drawn)
    return None


def _write(
    session: Session, plan: Plan, declared: "DeclaredTypes | None", undo: Undo, drawn: Shown
) -> None:
    """Write what takes the change back, make the change, and show it."""
    # Before the write: if its answer is lost, what the contact holds is not known either.
    writing = session.other_write(*(ref for step in plan.steps for ref in step.refs))
    with undo.of_update(plan, declared), writing as write:
        saved = carry_out(session.client, plan)
        # An import may know the contact by an identifier that was not given here.
        write.contact_id = saved.id
    changes = plan.preview.changes if plan.preview.would == "update" else None
    payload = plan.change.to_payload()
    session.output.show(answers.written(plan.words, saved.reply, payload, drawn, changes))


def _shown(session: Session, change: "ContactChange", declared: "DeclaredTypes | None") -> Shown:
    """Return what the views need; where nobody looks, what finds it is not even imported."""
    if not session.output.for_a_person:
        return Shown()
    from contactctl.flags.shown import shown

    return shown(session, change.to_payload(), declared)
