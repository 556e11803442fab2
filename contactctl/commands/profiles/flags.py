"""The flags that say what a new profile is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer

from contactctl.base_url import BaseUrlError, normal_base_url
from contactctl.errors import CredentialsError, UsageError
from contactctl.flags import GUARDS, KEY
from contactctl.profiles.api_key import parse_api_key
from contactctl.profiles.credentials import default_base_url
from contactctl.profiles.key_command import split_command
from contactctl.profiles.key_input import ask_key, read_key
from contactctl.profiles.limits import parse_team
from contactctl.profiles.profile import (
    KeyCommand,
    KeySource,
    Profile,
    StoredKey,
    check_variable,
    parse_domains,
)
from contactctl.session import Session

#: How often a key that cannot be one, or that the service refuses, is asked for again.
_TYPED_AGAIN = 2

KeyStdin = Annotated[
    bool,
    typer.Option(
        "--key-stdin",
        help="Read the key from standard input; it is kept.",
        rich_help_panel=KEY,
    ),
]
KeyEnv = Annotated[
    str | None,
    typer.Option(
        "--key-env",
        metavar="VARIABLE",
        help="Read the key from this environment variable at each use; it is not kept.",
        rich_help_panel=KEY,
    ),
]
KeyCommandFlag = Annotated[
    str | None,
    typer.Option(
        "--key-command",
        metavar="COMMAND",
        help="Run this command at each use for the key that it prints, such as 'op read …'. No"
        " shell reads it, and it has 60 seconds.",
        rich_help_panel=KEY,
    ),
]
BaseUrl = Annotated[
    str | None,
    typer.Option(
        "--base-url",
        metavar="URL",
        help="The service's address (default CONTACTCTL_BASE_URL, else Loops itself).",
        rich_help_panel=KEY,
    ),
]
ReadOnly = Annotated[
    bool, typer.Option("--read-only", help="Refuse every write.", rich_help_panel=GUARDS)
]
OnlyDomains = Annotated[
    str | None,
    typer.Option(
        "--only-domains",
        metavar="DOMAIN,…",
        help="Refuse to write to addresses at any other domain; subdomains are not included.",
        rich_help_panel=GUARDS,
    ),
]
ExpectTeam = Annotated[
    str | None,
    typer.Option(
        "--expect-team",
        metavar="NAME",
        help="Before the first write of each command, ask whether the key is this team's.",
        rich_help_panel=GUARDS,
    ),
]
NoCheck = Annotated[
    bool,
    typer.Option(
        "--no-check",
        help="Do not ask the service whether the key is valid.",
        rich_help_panel=KEY,
    ),
]
Replace = Annotated[
    bool,
    typer.Option("--replace", help="Replace the profile of that name.", rich_help_panel=GUARDS),
]


@dataclass(frozen=True, slots=True)
class KeyFlags:
    """Where the key comes from; none of them means a question at the terminal."""

    key_stdin: KeyStdin = False
    key_env: KeyEnv = None
    key_command: KeyCommandFlag = None

    def check(self, session: Session) -> None:
        """Refuse two sources, and a question where none may be asked.

        Raises :class:`UsageError`.
        """
        given = (self.key_stdin, self.key_env is not None, self.key_command is not None)
        ways = "--key-stdin, --key-env VARIABLE or --key-command 'COMMAND'"
        if sum(given) > 1:
            raise UsageError("the key is given in two ways", hint=f"give one of {ways}")
        # Before the key is asked for: a job would hang on the question for ever.
        if not any(given) and not session.can_ask:
            raise UsageError("the API key cannot be asked for here", hint=f"give {ways}")

    @property
    def is_asked(self) -> bool:
        """Tell whether the key is to be typed."""
        return not self.key_stdin and self.key_env is None and self.key_command is None

    def to_profile(
        self, session: Session, make: Callable[[KeySource], Profile], about: str
    ) -> Profile:
        """Return the profile that ``make`` makes of the key source, which is found out now.

        ``about`` says before a question what the key is for. One that is typed is asked for again
        where it is refused. Raises what ``make`` does.
        """
        if self.key_env is not None:
            return make(check_variable(self.key_env))
        if self.key_command is not None:
            return make(_checked_command(self.key_command))
        if self.key_stdin:
            return make(_stored(read_key(session.run.stdin), "on standard input"))
        return _typed(session, make, about)


@dataclass(frozen=True, slots=True)
class PlaceFlags:
    """The base URL of a profile, and what it may write."""

    base_url: BaseUrl = None
    read_only: ReadOnly = False
    only_domains: OnlyDomains = None
    expect_team: ExpectTeam = None

    def to_base_url(self, session: Session) -> str:
        """Return the base URL in its one spelling; raises :class:`UsageError` for a bad one."""
        if self.base_url is None:
            return default_base_url(session.env)
        try:
            return normal_base_url(self.base_url)
        except BaseUrlError as error:
            raise UsageError(
                f"--base-url cannot be used: {error}",
                hint="give an address such as https://app.loops.so/api",
            ) from None

    def to_profile(self, name: str, base_url: str, source: KeySource) -> Profile:
        """Return the profile of that name and key, not yet checked."""
        domains, team = self._domains(), self._team()
        return Profile(name, base_url, source, None, self.read_only, domains, team)

    def check(self) -> None:
        """Refuse limits that cannot be read; raises :class:`UsageError`."""
        self._domains()
        self._team()

    def _domains(self) -> tuple[str, ...]:
        return () if self.only_domains is None else parse_domains(self.only_domains)

    def _team(self) -> str | None:
        return None if self.expect_team is None else parse_team(self.expect_team, "--expect-team")


def _typed(session: Session, make: Callable[[KeySource], Profile], about: str) -> Profile:
    """Ask for a key, again after a wrong one, and say before it what becomes of it."""
    session.output.note(
        f"{about}\n"
        "You find a key in Loops under Settings → API. It will be kept as plain text in"
        f" {session.profiles.path}, readable by you alone;"
        " --key-env and --key-command keep it elsewhere."
    )
    for _ in range(_TYPED_AGAIN):
        try:
            return make(_stored(ask_key(session.run.stderr), "just entered"))
        except CredentialsError as error:
            session.output.warn(error.message)
    return make(_stored(ask_key(session.run.stderr), "just entered"))


def _checked_command(text: str) -> KeyCommand:
    try:
        # Only split and not run: it may ask for a touch, which the check of the key will do.
        split_command(text)
    except CredentialsError as error:
        raise UsageError(f"--key-command: {error.message}", hint=error.hint) from None
    return KeyCommand(text)


def _stored(text: str, where: str) -> StoredKey:
    return StoredKey(parse_api_key(text, where).reveal())
