"""Which base URL and API key a run uses, and where they came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from contactctl.base_url import DEFAULT_BASE_URL, BaseUrlError, normal_base_url
from contactctl.errors import CredentialsError
from contactctl.profiles.api_key import ApiKey, parse_api_key
from contactctl.profiles.profile import SANDBOX_NAME, KeyCommand, KeyVariable, StoredKey
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.profiles.profile import Profile
    from contactctl.profiles.store import ProfileBook, ProfileStore

KEY_VARIABLE = "LOOPS_API_KEY"
PROFILE_VARIABLE = "CONTACTCTL_PROFILE"
BASE_URL_VARIABLE = "CONTACTCTL_BASE_URL"
READ_ONLY_VARIABLE = "CONTACTCTL_READ_ONLY"
DOMAINS_VARIABLE = "CONTACTCTL_ONLY_DOMAINS"
TEAM_VARIABLE = "CONTACTCTL_EXPECT_TEAM"
#: No request to it ever leaves the process.
SANDBOX_BASE_URL = "http://localhost/api"
_SHOWN_NAMES = 10


class Choice(NamedTuple):
    """What was chosen, before any key is read.

    ``profile`` is None for the sandbox and for the key in the environment; ``source`` says in the
    user's words what chose it.
    """

    source: str
    profile: Profile | None = None
    is_sandbox: bool = False
    warnings: tuple[str, ...] = ()


class Credentials(NamedTuple):
    """A base URL, the key for it, and the limits of the profile they belong to.

    ``profile`` is None for a key from the environment, ``sandbox`` for the sandbox. ``source``
    says in the user's words where the key came from; ``warnings`` are to be shown.
    """

    base_url: str
    key: ApiKey
    source: str
    profile: str | None = None
    team: str | None = None
    read_only: bool = False
    only_domains: tuple[str, ...] = ()
    is_sandbox: bool = False
    warnings: tuple[str, ...] = ()
    expected_team: str | None = None
    from_command: bool = False

    def is_limited(self, env: Mapping[str, str]) -> bool:
        """Tell whether anything limits what may be written."""
        own = self.read_only or self.only_domains or self.expected_team
        return bool(own) or not {READ_ONLY_VARIABLE, DOMAINS_VARIABLE, TEAM_VARIABLE}.isdisjoint(
            env
        )


def resolve(
    explicit: str | None,
    env: Mapping[str, str],
    store: ProfileStore,
    *,
    show_messages: bool = False,
) -> Credentials:
    """Return the credentials in force: those of :func:`choose`, with the key read and checked.

    ``explicit`` is the name that the flags give. ``show_messages`` lets what a key command says on
    stderr through. Raises :class:`CredentialsError` when no usable key is found; another one is
    never taken in its place.
    """
    return credentials_of(choose(explicit, env, store), env, show_messages=show_messages)


def credentials_of(
    choice: Choice, env: Mapping[str, str], *, show_messages: bool = False
) -> Credentials:
    """Return the credentials that a choice leads to, with the key read and checked.

    Raises :class:`CredentialsError` when the key or the base URL cannot be used.
    """
    if choice.is_sandbox:
        return _sandbox(choice)
    profile = choice.profile
    if profile is None:
        key = parse_api_key(env[KEY_VARIABLE], f"in {KEY_VARIABLE}")
        return Credentials(default_base_url(env), key, choice.source)
    return Credentials(
        base_url=base_url_of(profile, env),
        key=_read_key(profile, env, show_messages=show_messages),
        source=f"profile {profile.name} ({choice.source})",
        profile=profile.name,
        team=profile.team,
        read_only=profile.read_only,
        only_domains=profile.only_domains,
        warnings=choice.warnings,
        expected_team=profile.expected_team,
        from_command=isinstance(profile.key, KeyCommand),
    )


def choose(explicit: str | None, env: Mapping[str, str], store: ProfileStore) -> Choice:
    """Choose: the flags, the key in the environment, the profile there, the active, the only one.

    Whatever is set is used or refused, empty texts included. The file is not read when the
    environment has the key. Raises :class:`CredentialsError`.
    """
    if explicit is not None:
        return _choose_named(explicit, "named on the command line", store)
    # Empty is not unset: to go on with a profile could write to another account.
    if KEY_VARIABLE in env:
        return Choice(f"the variable {KEY_VARIABLE}")
    if PROFILE_VARIABLE in env:
        return _choose_named(env[PROFILE_VARIABLE], f"named by {PROFILE_VARIABLE}", store)
    book = store.load()
    if book.active is not None:
        return _choose_from(book, book.active, "the active one")
    # One alone cannot be mistaken; with a second one somebody has to choose.
    if len(book.profiles) == 1:
        return _choose_from(book, next(iter(book.profiles)), "the only one")
    raise _no_choice(book)


def default_base_url(env: Mapping[str, str]) -> str:
    """Return the base URL that goes with a key in the environment and with a new profile.

    Raises :class:`CredentialsError` when ``CONTACTCTL_BASE_URL`` holds none.
    """
    return _base_url_in(env) or DEFAULT_BASE_URL


def base_url_of(profile: Profile, env: Mapping[str, str]) -> str:
    """Return a profile's base URL.

    Raises :class:`CredentialsError` when it cannot be used, and when ``CONTACTCTL_BASE_URL`` names
    another one: the key would go where the user does not expect it.
    """
    try:
        own = normal_base_url(profile.base_url)
    except BaseUrlError as error:
        raise CredentialsError(
            f"the address of profile {profile.name} cannot be used: {error}",
            hint=f"add it again: `contactctl profile add {profile.name} --replace`",
        ) from None
    other = _base_url_in(env)
    if other is not None and other != own:
        raise CredentialsError(
            f"{BASE_URL_VARIABLE} is {other}, but profile {profile.name} is for {own};"
            " nothing was sent",
            hint=f"unset {BASE_URL_VARIABLE}, choose a profile for that address, or give the key"
            f" for it in {KEY_VARIABLE}",
        )
    return own


def _sandbox(choice: Choice) -> Credentials:
    # It takes any key, and this one may be seen by anybody.
    key = ApiKey(SANDBOX_NAME)
    return Credentials(SANDBOX_BASE_URL, key, choice.source, SANDBOX_NAME, is_sandbox=True)


def _read_key(profile: Profile, env: Mapping[str, str], *, show_messages: bool) -> ApiKey:
    where = f"of profile {profile.name}"
    match profile.key:
        case StoredKey(text):
            return parse_api_key(text, where)
        case KeyVariable(name):
            if name not in env:
                raise CredentialsError(
                    f"the API key {where} is kept in the variable {name}, which is not set",
                    hint=f"set {name}; to add a profile before it is set, give --no-check",
                )
            return parse_api_key(env[name], f"in {name}")
        case KeyCommand(command):
            from contactctl.profiles.key_command import run_key_command

            printed = run_key_command(command, env, show_messages=show_messages)
            return parse_api_key(printed, f"{where}, as its key command printed it,")


def _choose_named(name: str, how: str, store: ProfileStore) -> Choice:
    if name == SANDBOX_NAME:
        return Choice("the sandbox", is_sandbox=True)
    # From an empty shell variable, as a rule: never taken for "the active one".
    if not name:
        raise CredentialsError(
            f"the profile {how} has an empty name",
            hint=f"give a name, or leave out --profile and {PROFILE_VARIABLE}",
        )
    return _choose_from(store.load(), name, how)


def _choose_from(book: ProfileBook, name: str, how: str) -> Choice:
    return Choice(how, find_profile(book, name, how), warnings=book.warnings)


def find_profile(book: ProfileBook, name: str, how: str) -> Profile:
    """Return the profile of that name; ``how`` says in the message who asks for it.

    Raises :class:`CredentialsError` with the nearest names, or those that there are.
    """
    if name not in book.profiles:
        raise CredentialsError(
            f"there is no profile {quoted(name)} ({how})", hint=_near(name, book)
        )
    return book.profiles[name]


def _near(name: str, book: ProfileBook) -> str:
    if not book.profiles:
        return "there are no profiles yet; add one: `contactctl profile add NAME`"
    from contactctl.wording import nearest

    near = nearest(name, book.profiles)
    if near:
        return f"did you mean {' or '.join(near)}?"
    return f"the profiles are {_names(book)}"


def _names(book: ProfileBook) -> str:
    names = sorted(book.profiles)
    more = len(names) - _SHOWN_NAMES
    return ", ".join(names[:_SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")


def _no_choice(book: ProfileBook) -> CredentialsError:
    if book.profiles:
        return CredentialsError(
            f"there are {len(book.profiles)} profiles ({_names(book)}), and none is active",
            hint="give one with --profile NAME, or make it active: `contactctl profile use NAME`",
        )
    return CredentialsError(
        "there is no API key",
        hint=f"run `contactctl profile add NAME`, set {KEY_VARIABLE}, or try things out with"
        " --sandbox",
    )


def _base_url_in(env: Mapping[str, str]) -> str | None:
    """Return the normal base URL in the variable, None when it is not set."""
    if BASE_URL_VARIABLE not in env:
        return None
    try:
        return normal_base_url(env[BASE_URL_VARIABLE])
    except BaseUrlError as error:
        raise CredentialsError(
            f"{BASE_URL_VARIABLE} cannot be used: {error}",
            hint=f"fix it, or unset it for {DEFAULT_BASE_URL}",
        ) from None
