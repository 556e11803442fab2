"""What a profile's limits allow to be written: nothing, or to some domains alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.errors import GuardError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contactctl.profiles.credentials import Credentials


def check_write_allowed(credentials: Credentials, addresses: Iterable[str | None] = ()) -> None:
    """Refuse a write that the profile in force does not allow.

    ``addresses`` are those of every contact that the write touches, before and after it: the one
    given, those that a lookup found, and None for a contact picked by its user id and not looked
    up. Domains are compared without regard to case and whole: a subdomain is another domain.
    Raises :class:`GuardError`.
    """
    if credentials.read_only:
        raise GuardError(
            f"profile {credentials.profile} is read-only, and this command writes",
            hint="choose another profile with --profile, or look with --dry-run",
        )
    if credentials.only_domains:
        for address in addresses:
            _check_domain(credentials, address)


def _check_domain(credentials: Credentials, address: str | None) -> None:
    allowed = ", ".join(credentials.only_domains)
    rule = f"profile {credentials.profile} writes only to addresses at {allowed}"
    if address is None:
        raise GuardError(
            f"{rule}, and the address of this contact is not known",
            hint="pick the contact by --email, or let it be looked up first",
        )
    endings = tuple(f"@{domain}" for domain in credentials.only_domains)
    if not address.lower().endswith(endings):
        raise GuardError(f"{rule}, not to {address}", hint="choose another profile with --profile")
