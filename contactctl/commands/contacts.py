"""update, create, find, delete."""

from contactctl import answers, updating
from contactctl.commands.contact_flags import ContactFlags, LookFlags, PreviewFlags
from contactctl.commands.options import with_session
from contactctl.session import Session

EXAMPLES = {
    "update": (
        "contactctl update --email ada@example.com --first-name Ada --prop plan=pro",
        "contactctl update --user-id 42 --email new@example.com",
        "contactctl update --email old@example.com --new-email new@example.com",
        "contactctl update --email ada@example.com --prop seats=12 --prop trial=false --unset note",
        "jq -c '{email, plan}' row.json | contactctl update --data - --output json",
    )
}


@with_session
def update(
    session: Session, fields: ContactFlags, preview: PreviewFlags, look: LookFlags
) -> int | None:
    """Change one contact, or create it when no contact has this address or user id.

    With both --email and --user-id the service matches either and rewrites the other. At a
    terminal the contact is looked up before the write, which is a request more.
    """
    preview.check()
    change, declared = fields.to_change(session, offline=preview.offline)
    wish = look.to_wish(session, change, preview)
    plan = updating.plan_update(session.client, change, wish, declared)
    if plan.preview.resubscribes:
        session.output.warn(f"{plan.change.refs[0]} has opted out, and --subscribed undoes that")
    if preview.dry_run:
        return preview.show(session, plan.preview, str(plan.change.refs[0]))
    session.check_write_allowed(*plan.addresses)
    saved = updating.carry_out(session.client, plan)
    payload = plan.change.to_payload()
    session.output.show(answers.written(plan.words, saved.reply, payload, declared))
    return None
