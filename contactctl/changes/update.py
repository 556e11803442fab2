"""An update from the wish to the write: what is looked at, what is guarded, what is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from contactctl.changes.lookup import (
    AddressChange,
    Finder,
    Looked,
    address_change,
    check_identity,
    describe,
    find_at_most_one,
    find_one,
    in_words,
    look_up,
)
from contactctl.changes.preview import Preview, preview_offline, preview_update
from contactctl.contact import ContactChange, ContactRef, fold_address
from contactctl.errors import (
    ContactctlError,
    Ending,
    GuardError,
    NotFoundError,
    Outcome,
    UsageError,
)

if TYPE_CHECKING:
    from contactctl.changes.draft import DeclaredTypes
    from contactctl.exact_json import JsonObject
    from contactctl.service.client import Saved


class Updater(Finder, Protocol):
    """What an update needs of the client."""

    def update(self, change: ContactChange) -> Saved:
        """Write the change."""


class Wish(NamedTuple):
    """What is asked for besides the change itself.

    ``address`` is the one that the contact has and the one that it shall get, None for no change.
    ``replace_user_id``, ``change_address`` and ``resubscribe`` say what else may happen to the
    contact that a look-up finds.
    """

    address: AddressChange | None = None
    replace_user_id: bool = False
    must_exist: bool = False
    looks: bool = False
    change_address: bool = True
    resubscribe: bool = True


class Plan(NamedTuple):
    """The writes that an update takes, and what is known about them beforehand.

    There are two where an address changes and the contact must get its user id first. ``looked``
    is None when nothing was looked up; the preview then only has the body.
    """

    steps: tuple[ContactChange, ...]
    preview: Preview
    looked: Looked | None = None

    @property
    def change(self) -> ContactChange:
        """The last write, which carries the fields."""
        return self.steps[-1]

    @property
    def addresses(self) -> tuple[str | None, ...]:
        """Every address that the writes touch, before and after; None for one not known.

        A user id may pick a contact with another address than the one given, which it gets then.
        """
        given = tuple(step.email for step in self.steps if step.email is not None)
        if self.looked is None:
            by_user_id = any(step.user_id is not None for step in self.steps)
            return (*given, None) if by_user_id else given
        found = self.looked.contact
        before = found.get("email") if found else None
        if isinstance(before, str):
            return (*given, before)
        return given or (None,)

    @property
    def changes_nothing(self) -> bool:
        """Tell whether a look-up has shown that the contact is already as it is to be."""
        return self.preview.would == "nothing" and len(self.steps) == 1

    @property
    def words(self) -> str:
        """What the writes did, for the person who asked for it."""
        who = str(self.change.refs[0])
        if self.looked is None:
            return f"saved {who}"
        if self.preview.would == "create":
            return f"created a NEW contact: {who}"
        return f"updated {who}{self._identity_words(self.looked)}"

    def _identity_words(self, looked: Looked) -> str:
        moved = address_change(self.change, looked)
        user_id = (looked.by_email or {}).get("userId")
        if moved:
            return f", whose address was {moved.before}"
        if user_id and self.change.user_id not in {None, user_id}:
            return f", whose user id was {user_id}"
        return ""


def plan_update(
    client: Updater, change: ContactChange, wish: Wish, declared: DeclaredTypes | None = None
) -> Plan:
    """Look where the wish needs it, refuse accidents, and return what to write.

    Raises :class:`NotFoundError` and :class:`GuardError`, both before anything is written, and what
    a look-up that failed raised.
    """
    try:
        return _plan_update(client, change, wish, declared)
    except ContactctlError as error:
        from contactctl.changes.failed_look import not_written

        raise not_written(error) from error


def _plan_update(
    client: Updater, change: ContactChange, wish: Wish, declared: DeclaredTypes | None
) -> Plan:
    # Whoever has the old address must be there, so that this looks in any case.
    if wish.address is not None:
        return _plan_new_address(client, change, wish.address, wish, declared)
    if not wish.looks:
        return Plan((change,), preview_offline(change))
    return plan_looked(change, look_up(client, change.refs), wish, declared)


def plan_looked(
    change: ContactChange, looked: Looked, wish: Wish, declared: DeclaredTypes | None = None
) -> Plan:
    """Refuse accidents with what a look-up has found, and return what to write.

    Raises :class:`NotFoundError` and :class:`GuardError`.
    """
    # The guards come before --must-exist: a merge of two people is worse than a missing one.
    check_identity(
        change,
        looked,
        replace_user_id=wish.replace_user_id,
        change_address=wish.change_address,
    )
    if wish.must_exist and looked.contact is None:
        created = "; without --must-exist it is created" if change.email else ""
        raise NotFoundError(
            f"there is no contact with {in_words(change.refs)}",
            hint=f"check the spelling{created}",
            attempts=len(change.refs),
        )
    preview = preview_update(change, looked.contact, declared)
    if preview.resubscribes and not wish.resubscribe:
        raise GuardError(
            f"{change.refs[0]} has opted out and would be subscribed again",
            hint="if that is meant, add --allow-resubscribe",
        )
    return Plan((change,), preview, looked)


def carry_out(client: Updater, plan: Plan) -> Saved:
    """Write the steps in their order and return the last answer."""
    *first, last = plan.steps
    for step in first:
        client.update(step)
    try:
        return client.update(last)
    except Ending as error:
        if first:  # whatever became of this one, the writes are neither all done nor all undone
            error.outcome = Outcome.UNKNOWN
            error.message += " (the contact got its user id before that)"
        raise


def wished_address(change: ContactChange, new_email: str) -> AddressChange:
    """Return what ``--new-email`` asks for.

    Raises :class:`UsageError` where it says nothing new, or has no old address beside it.
    """
    if change.email is None:
        raise UsageError(
            "--new-email needs --email with the address that the contact has now",
            hint="by user id alone: --user-id ID --email NEW changes the address",
        )
    if fold_address(new_email) == fold_address(change.email):
        raise UsageError("--new-email is the address in --email", hint="give another one")
    return AddressChange(change.email, new_email)


def _plan_new_address(
    client: Updater,
    change: ContactChange,
    address: AddressChange,
    wish: Wish,
    declared: DeclaredTypes | None,
) -> Plan:
    contact = find_one(client, ContactRef("email", address.before))
    # Looked for now: a refusal after the first of two writes would leave half a change.
    _check_free(client, address.after, contact)
    if change.user_id is not None:
        by_user_id = find_at_most_one(client, ContactRef("userId", change.user_id))
        looked = Looked(contact, by_user_id)
        check_identity(change, looked, replace_user_id=wish.replace_user_id)
    user_id = _text(contact, "userId")
    final = change._replace(email=address.after, user_id=change.user_id or user_id)
    if final.user_id is None:
        raise _without_user_id(address)
    # The service changes an address only of a contact that another identifier picks.
    first = ContactChange(email=address.before, user_id=final.user_id)
    steps = (final,) if final.user_id == user_id else (first, final)
    return Plan(steps, preview_update(final, contact, declared), Looked(by_user_id=contact))


def _check_free(client: Updater, address: str, contact: JsonObject) -> None:
    other = find_at_most_one(client, ContactRef("email", address))
    if other is not None and other.get("id") != contact.get("id"):
        raise GuardError(
            f"the address {address} belongs to another contact: {describe(other)}",
            hint="change or delete that contact first",
        )


def _without_user_id(address: AddressChange) -> GuardError:
    return GuardError(
        f"the address of {address.before} cannot be changed: the contact has no user id, which the"
        " service needs for that",
        hint=f"add --user-id ID: it is written first, then the address changes to {address.after}",
    )


def _text(contact: JsonObject, name: str) -> str | None:
    value = contact.get(name)
    return value if isinstance(value, str) and value else None
