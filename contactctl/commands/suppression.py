"""suppression check, suppression remove."""

from contactctl import answers
from contactctl.changes.preview import Preview
from contactctl.commands.contact_flags import DryRunFlags, RefFlags, Yes
from contactctl.commands.options import with_session
from contactctl.exact_json import JsonObject, to_json
from contactctl.output import Answer
from contactctl.session import Session

EXAMPLES = {
    "check": ("contactctl suppression check --email ada@example.com",),
    "remove": ("contactctl suppression remove --email ada@example.com --yes",),
}


@with_session
def check(session: Session, who: RefFlags) -> None:
    """Show whether the service holds back all mail to a contact, and the quota of removals."""
    status = session.client.suppression(who.to_ref())
    session.output.show(_status(status))


@with_session
def remove(
    session: Session, who: RefFlags, preview: DryRunFlags, *, yes: Yes = False
) -> int | None:
    """Take a contact off the suppression list; each removal spends quota.

    The address bounced or complained before: make sure that it works and wants mail.
    """
    preview.check()
    ref = who.to_ref()
    status = session.client.suppression(ref)
    if preview.dry_run:
        query: JsonObject = {ref.name: ref.value}
        found = Preview("remove", query)
        if not status["isSuppressed"]:
            found = Preview("refused", query, reason="the contact is not suppressed")
        return preview.show(session, found, str(ref))
    session.check_write_allowed(_address(status))
    if not yes:
        session.confirm(f"Remove {ref} from the suppression list?", flag="--yes")
    reply = session.client.remove_suppression(ref)
    session.output.show(answers.done(f"removed {ref} from the suppression list", reply))
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
