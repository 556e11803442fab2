"""What may be written, and to whose account: as a profile, the variables and a flag limit it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from contactctl.errors import CredentialsError, GuardError, UsageError
from contactctl.profiles.credentials import (
    DOMAINS_VARIABLE,
    READ_ONLY_VARIABLE,
    TEAM_VARIABLE,
)
from contactctl.profiles.profile import parse_domains
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from contactctl.profiles.credentials import Credentials

_SWITCH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_OTHER_PROFILE = "choose another profile with --profile"


class Limit(NamedTuple):
    """One limit: who sets it, as a sentence begins, and the way around it."""

    setter: str
    way: str


class Limits(NamedTuple):
    """Every limit in force, and all of them hold: none takes another one's place.

    ``read_only`` has those that refuse every write, ``domains`` those that allow some domains
    alone, ``teams`` those that name the team whose account it has to be.
    """

    read_only: Sequence[Limit] = ()
    domains: Sequence[tuple[Limit, tuple[str, ...]]] = ()
    teams: Sequence[tuple[Limit, str]] = ()

    def check_write(self, addresses: Iterable[str | None] = ()) -> None:
        """Refuse a write that is not allowed.

        ``addresses`` are as in :meth:`check_addresses`. Raises :class:`GuardError`.
        """
        # Before the domains: no other address would help.
        for limit in self.read_only:
            raise GuardError(
                f"{limit.setter} is read-only, and this command writes",
                hint=f"{limit.way}, or look with --dry-run",
            )
        self.check_addresses(addresses)

    def check_addresses(self, addresses: Iterable[str | None]) -> None:
        """Refuse addresses outside the domains.

        They are those of every contact that the write touches, before and after it: the one given,
        those that a lookup found, and None for a contact picked by its user id and not looked up.
        Domains are compared without regard to case and whole: a subdomain is another domain.
        Raises :class:`GuardError`.
        """
        given = [*addresses] if self.domains else []
        for limit, domains in self.domains:
            for address in given:
                _check_domain(limit, domains, address)

    def refusal(self, addresses: Iterable[str | None]) -> str:
        """Return why :meth:`check_write` would refuse a write, "" where it would not."""
        try:
            self.check_write(addresses)
        except GuardError as error:
            return error.message
        return ""

    def check_team(self, team: str | None) -> None:
        """Refuse the account of another team; None is a service that names none.

        Raises :class:`CredentialsError`.
        """
        for limit, name in self.teams:
            if team != name:
                found = "the service names no team for the API key"
                if team is not None:
                    found = f"the API key is the one of team {quoted(team)}"
                raise CredentialsError(
                    f"{found}, and {limit.setter} expects team {quoted(name)}",
                    hint=f"give that team's key, or {limit.way}",
                )


def limits_of(
    credentials: Credentials, env: Mapping[str, str], flagged_team: str | None = None
) -> Limits:
    """Return the limits of a run; ``flagged_team`` is what the flag names.

    Raises :class:`UsageError` for a variable that cannot be read, empty ones included: a guard
    that was asked for must not be off unseen.
    """
    profile = Limit(f"profile {credentials.profile}", _OTHER_PROFILE)
    read_only = [profile] if credentials.read_only else []
    if is_read_only(env):
        environment = f"the environment ({READ_ONLY_VARIABLE})"
        read_only.append(_variable(READ_ONLY_VARIABLE)._replace(setter=environment))
    domains = [(profile, credentials.only_domains)] if credentials.only_domains else []
    if DOMAINS_VARIABLE in env:
        domains.append((_variable(DOMAINS_VARIABLE), only_domains(env)))
    teams = [(profile, credentials.expected_team)] if credentials.expected_team else []
    if TEAM_VARIABLE in env:
        teams.append((_variable(TEAM_VARIABLE), expected_team(env)))
    if flagged_team is not None:
        flag = Limit("--expect-team", "correct the name")
        teams.append((flag, parse_team(flagged_team, flag.setter)))
    return Limits(read_only, domains, teams)


def is_read_only(env: Mapping[str, str]) -> bool:
    """Tell whether the variable forbids every write; raises :class:`UsageError` for nonsense."""
    text = env.get(READ_ONLY_VARIABLE, "0")
    if text.lower() not in _SWITCH:
        raise UsageError(
            f"{READ_ONLY_VARIABLE} is {quoted(text)}, which is neither yes nor no",
            hint="set it to 1, or unset it",
        )
    return _SWITCH[text.lower()]


def only_domains(env: Mapping[str, str]) -> tuple[str, ...]:
    """Return the domains in the variable; raises :class:`UsageError` for what is none."""
    return parse_domains(env[DOMAINS_VARIABLE], DOMAINS_VARIABLE)


def expected_team(env: Mapping[str, str]) -> str:
    """Return the team in the variable; raises :class:`UsageError` for none."""
    return parse_team(env[TEAM_VARIABLE], TEAM_VARIABLE)


def parse_team(text: str, where: str) -> str:
    """Return a team's name, which is compared letter by letter; raises :class:`UsageError`."""
    if not text.strip():
        raise UsageError(f"{where} names no team", hint="give its name, or leave it out")
    return text


def _variable(name: str) -> Limit:
    return Limit(name, f"unset {name}")


def _check_domain(limit: Limit, domains: Sequence[str], address: str | None) -> None:
    rule = f"{limit.setter} allows writes only to addresses at {', '.join(domains)}"
    if address is None:
        raise GuardError(
            f"{rule}, and the address of this contact is not known",
            hint="pick the contact by --email, or let it be looked up first",
        )
    # With the @, or example.com would let notexample.com pass.
    if not address.lower().endswith(tuple(f"@{domain}" for domain in domains)):
        raise GuardError(f"{rule}, not to {address}", hint=limit.way)
