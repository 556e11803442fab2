"""What is asked before an update that is easily meant otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.changes.lookup import in_words
from contactctl.errors import NotFoundError
from contactctl.flags.shown import account_words
from contactctl.output import is_terminal

if TYPE_CHECKING:
    from contactctl.changes.update import Plan
    from contactctl.session import Session


def ask_before(session: Session, plan: Plan, *, no_lookup: bool) -> None:
    """Ask before somebody is re-subscribed, or created by a change that only takes away.

    Where nobody can be asked, the first is said, since a flag asked for it. The second is a typing
    error that leaves the real person as it was: at a terminal it is refused, with
    :class:`NotFoundError`; a script is told, unless ``no_lookup`` says that it knows. Raises
    :class:`UsageError` for a no.
    """
    if plan.preview.resubscribes:
        _ask_to_resubscribe(session, plan)
    if not plan.change.only_takes_away or no_lookup:
        return
    if plan.preview.would == "create":
        _ask_to_create(session, plan)
    elif plan.looked is None and plan.change.email is not None:
        session.output.warn(_told(plan))


def _ask_to_resubscribe(session: Session, plan: Plan) -> None:
    who = plan.change.refs[0]
    if _at_terminal(session) and session.can_ask:
        session.confirm(f"{account_words(session)}: {who} has opted out; subscribe again?")
    else:
        session.output.warn(f"{who} has opted out, and --subscribed undoes that")


def _ask_to_create(session: Session, plan: Plan) -> None:
    if not _at_terminal(session):
        session.output.warn(_told(plan))
        return
    nobody = f"there is no contact with {in_words(plan.change.refs)}"
    if not session.can_ask:
        raise NotFoundError(
            f"{nobody}, and this change would only take something away from it",
            hint="check the spelling; --no-lookup creates the contact all the same",
            attempts=len(plan.change.refs),
        )
    session.confirm(
        f"{account_words(session)}: {nobody}, and this change only takes something away."
        " Create it all the same?"
    )


def _told(plan: Plan) -> str:
    return (
        f"if there is no contact {plan.change.refs[0]}, this creates one;"
        " --must-exist refuses that, --no-lookup says that it is meant"
    )


def _at_terminal(session: Session) -> bool:
    return is_terminal(session.run.stdout)
