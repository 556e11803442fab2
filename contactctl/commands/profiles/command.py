"""profile add, list, use, show, check, remove."""

import signal
from typing import Annotated

import typer

from contactctl.commands.profiles import answers
from contactctl.commands.profiles.flags import KeyFlags, NoCheck, PlaceFlags, Replace
from contactctl.errors import (
    CredentialsError,
    Ending,
    MachineError,
    Outcome,
    StoppedError,
    UsageError,
)
from contactctl.flags import GUARDS, PROFILE
from contactctl.flags.options import with_session
from contactctl.output import is_terminal
from contactctl.profiles.credentials import (
    BASE_URL_VARIABLE,
    KEY_VARIABLE,
    PROFILE_VARIABLE,
    Choice,
    Credentials,
    choose,
    credentials_of,
    find_profile,
    resolve,
)
from contactctl.profiles.limits import limits_of
from contactctl.profiles.profile import (
    SANDBOX_NAME,
    KeySource,
    Profile,
    StoredKey,
    check_name,
)
from contactctl.profiles.settings import effective_settings
from contactctl.profiles.store import ProfileBook
from contactctl.session import Session

EXAMPLES = {
    "add": (
        "contactctl profile add work",
        "contactctl profile add ci --key-env LOOPS_KEY_CI --read-only",
        "contactctl profile add live --key-command 'op read op://vault/loops/key'",
        "contactctl profile add test --key-stdin --only-domains example.com < key.txt",
        "contactctl profile add live --key-env LOOPS_KEY_LIVE --expect-team Example",
    ),
    "list_": ("contactctl profile list", "contactctl profile list --output json"),
    "use": ("contactctl profile use work",),
    "show": ("contactctl profile show", "contactctl profile show work"),
    "check": ("contactctl profile check", "contactctl profile check work"),
    "remove": ("contactctl profile remove work --yes",),
}

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="The name of the profile.",
        show_default=False,
        rich_help_panel=PROFILE,
    ),
]
NameOrCurrent = Annotated[
    str | None,
    typer.Argument(
        metavar="NAME",
        help="The name of the profile; left out, the one in force.",
        rich_help_panel=PROFILE,
    ),
]
Yes = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.", rich_help_panel=GUARDS)]


@with_session
def add(  # noqa: PLR0913 - one parameter per flag or set of flags
    session: Session,
    name: Name,
    key: KeyFlags,
    place: PlaceFlags,
    *,
    no_check: NoCheck = False,
    replace: Replace = False,
) -> None:
    """Add a profile: a name for an API key, its address and its limits.

    Without a flag for it the key is asked for, and kept in the file as plain text. It is never
    taken from an argument, which other users of this machine could see.
    """
    # First: nobody should enter a key for a name that is refused.
    _check_free(session.profiles.load(), check_name(name), replace=replace)
    key.check(session)
    place.check()
    base_url = place.to_base_url(session)

    def checked(source: KeySource) -> Profile:
        profile = place.to_profile(name, base_url, source)
        return profile if no_check else _with_team(session, profile)

    profile = key.to_profile(session, checked, f"Profile {name} for {base_url}")
    book = _save(session, profile, replace=replace)
    session.output.show(answers.added(profile, book, checked=not no_check))
    _say_what_follows(session, profile, book, key_was_told=key.is_asked)


@with_session
def list_(session: Session) -> None:
    """List the profiles, the active one marked."""
    book = session.profiles.load()
    for warning in book.warnings:
        session.output.warn(warning)
    session.output.show(answers.listed(book))


@with_session
def use(session: Session, name: Name) -> None:
    """Choose the profile that is used when nothing else names one."""
    if name == SANDBOX_NAME:
        raise UsageError(
            "the sandbox cannot be the active profile, so that no write ends up there by mistake",
            hint=f"give --sandbox to the command, or set {PROFILE_VARIABLE}={SANDBOX_NAME}",
        )
    with session.profiles.modify() as book:
        profile = find_profile(book, name, "to be made active")
        book.active = name
    session.output.show(answers.activated(profile))
    _warn_of_variables(session, name)


@with_session
def show(session: Session, name: NameOrCurrent = None) -> None:
    """Show every setting in force and where it came from; keys are masked, no command is run."""
    explicit = _explicit(session, name)
    if explicit is not None:
        choose(explicit, session.env, session.profiles)  # a name that is not there is an error
    settings = effective_settings(explicit, session.env, session.profiles)
    session.output.show(answers.shown(settings))


@with_session
def check(session: Session, name: NameOrCurrent = None) -> None:
    """Ask the service whether the key is valid, and for the name of the team."""
    found = resolve(
        _explicit(session, name), session.env, session.profiles, show_messages=_shows(session)
    )
    for warning in found.warnings:
        session.output.warn(warning)
    # Outside the lock, which no one may hold while the service is waited for.
    team = _ask_team(session, found)
    session.output.show(answers.checked(found, team))
    _keep_team(session, found, team)


@with_session
def remove(session: Session, name: Name, *, yes: Yes = False) -> None:
    """Remove a profile, and with it a key that is kept here."""
    profile = find_profile(session.profiles.load(), name, "to be removed")
    if not yes:
        session.confirm(f"Remove the profile {name}?")
    with session.profiles.modify() as book:
        find_profile(book, name, "to be removed")
        del book.profiles[name]
        if book.active == name:
            # Never another one in its place: the next write would go to another account.
            book.active = None
    session.output.show(answers.removed(profile))
    if isinstance(profile.key, StoredKey):
        session.output.note(
            "The service still accepts that key: revoke it there if it is no longer needed."
        )


def _check_free(book: ProfileBook, name: str, *, replace: bool) -> None:
    if name in book.profiles and not replace:
        raise UsageError(
            f"there is a profile {name} already",
            hint="choose another name, or give --replace",
        )


def _save(session: Session, profile: Profile, *, replace: bool) -> ProfileBook:
    with session.profiles.modify() as book:
        _check_free(book, profile.name, replace=replace)
        # The first profile is what the person wants to work with.
        if not book.profiles:
            book.active = profile.name
        book.profiles[profile.name] = profile
    return book


def _with_team(session: Session, profile: Profile) -> Profile:
    """Ask the service about a profile not saved yet; no variable overrules its new base URL."""
    env = {name: value for name, value in session.env.items() if name != BASE_URL_VARIABLE}
    try:
        found = credentials_of(Choice("being added", profile), env, show_messages=_shows(session))
        return profile._replace(team=_ask_team(session, found))
    except Ending as error:
        way_out = "" if isinstance(error, StoppedError) else " (--no-check saves it without asking)"
        error.message += f"; {_unsaved(profile)}{way_out}"
        raise
    except KeyboardInterrupt:
        stopped = f"interrupted; {_unsaved(profile)}"
        raise StoppedError(stopped, signum=signal.SIGINT, outcome=Outcome.NOT_SENT) from None


def _unsaved(profile: Profile) -> str:
    return f"profile {profile.name} was not saved"


def _ask_team(session: Session, credentials: Credentials) -> str | None:
    """Ask the service whether it takes the key; older services name no team.

    Raises :class:`CredentialsError` where it is not the team's that the profile expects.
    """
    # One of its own: a key that is typed again needs another client.
    asking = Session(session.flags, session.run)
    asking.credentials = credentials
    try:
        team = asking.client.api_key().get("teamName")
    finally:
        asking.close()
    team = team if isinstance(team, str) and team else None
    limits_of(credentials, {}).check_team(team)
    return team


def _shows(session: Session) -> bool:
    """Tell whether a key command may speak to the person at the terminal."""
    return is_terminal(session.run.stderr)


def _keep_team(session: Session, found: Credentials, team: str | None) -> None:
    """Keep the team name for later runs; a file that cannot be written spoils no check."""
    if found.profile is None or found.is_sandbox or team in {None, found.team}:
        return
    try:
        with session.profiles.modify() as book:
            profile = find_profile(book, found.profile, "checked just now")
            book.profiles[profile.name] = profile._replace(team=team)
    except (MachineError, CredentialsError) as error:
        session.output.warn(f"the team name was not saved: {error.message}")


def _explicit(session: Session, name: str | None) -> str | None:
    """Return the profile that the argument or the flags name."""
    flagged = session.flags.explicit_profile
    if name is not None and flagged not in {None, name}:
        raise UsageError("the argument and the flags name two profiles", hint="give one of them")
    return flagged if name is None else name


def _say_what_follows(
    session: Session, profile: Profile, book: ProfileBook, *, key_was_told: bool
) -> None:
    if isinstance(profile.key, StoredKey) and not key_was_told:
        session.output.note(
            f"The key is kept in {session.profiles.path} as plain text, readable by you alone."
            " --key-env and --key-command keep it elsewhere."
        )
    if book.active == profile.name:
        _warn_of_variables(session, profile.name)
    else:
        session.output.note(f"To make it the active one: contactctl profile use {profile.name}")


def _warn_of_variables(session: Session, name: str) -> None:
    # Set in the shell long ago, perhaps, and a change here would seem to have no effect.
    if KEY_VARIABLE in session.env:
        session.output.warn(f"{KEY_VARIABLE} is set and overrides the active profile")
    elif session.env.get(PROFILE_VARIABLE, name) != name:
        session.output.warn(f"{PROFILE_VARIABLE} is set and overrides the active profile")
