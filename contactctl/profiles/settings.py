"""Every setting in force and where it came from, for ``profile show`` and ``doctor``."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from contactctl.errors import ContactctlError, CredentialsError
from contactctl.files import FOLDER_VARIABLES, SANDBOX_VARIABLE, folder, sandbox_file
from contactctl.profiles import credentials as access
from contactctl.profiles.api_key import parse_api_key
from contactctl.profiles.key_command import command_name
from contactctl.profiles.limits import expected_team, is_read_only, only_domains
from contactctl.profiles.profile import SANDBOX_NAME, KeyCommand, KeyVariable, StoredKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from contactctl.files import FolderKind
    from contactctl.profiles.credentials import Choice
    from contactctl.profiles.profile import KeySource, Profile
    from contactctl.profiles.store import ProfileStore

#: The config folder is not among them: the path of the profiles file shows it.
_FOLDERS: tuple[FolderKind, ...] = ("data", "cache", "state")
#: Each limit, its variable, and what that says in words.
_LIMITS: tuple[tuple[str, str, Callable[[Mapping[str, str]], str]], ...] = (
    ("writes", access.READ_ONLY_VARIABLE, lambda env: "refused" * is_read_only(env)),
    ("only domains", access.DOMAINS_VARIABLE, lambda env: ", ".join(only_domains(env))),
    ("expected team", access.TEAM_VARIABLE, expected_team),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its value as shown, None for none, and in the user's words where it is from.

    ``problem`` says why there is no usable value, ``error`` what it was that stood in the way; an
    API key is masked already.
    """

    name: str
    value: str | None
    source: str
    problem: str | None = None
    error: ContactctlError | None = field(default=None, compare=False)


def effective_settings(
    explicit: str | None, env: Mapping[str, str], store: ProfileStore
) -> list[Setting]:
    """Return the settings that a command with these flags would run with.

    Nothing is raised for what is wrong with one: it is that setting's ``problem``. No key command
    is run.
    """
    return [*access_settings(explicit, env, store), *place_settings(env, store)]


def place_settings(env: Mapping[str, str], store: ProfileStore) -> Iterator[Setting]:
    """Yield where the files live."""
    yield _file_setting(folder_source("config", env), store)
    for kind in _FOLDERS:
        yield _setting(f"{kind} folder", folder_source(kind, env), partial(_folder_text, kind, env))
    source = SANDBOX_VARIABLE if env.get(SANDBOX_VARIABLE) else "the data folder"
    yield _setting("sandbox file", source, lambda: str(sandbox_file(env)))


def profile_settings(
    profile: Profile, env: Mapping[str, str], store: ProfileStore
) -> Iterator[Setting]:
    """Yield what a profile settles: base URL, key and team."""
    here = f"profile {profile.name}"
    yield _setting("address", here, lambda: access.base_url_of(profile, env))
    yield _key_setting(profile.key, env, store)
    yield Setting("team", profile.team, "seen when the key was last checked")


def access_settings(
    explicit: str | None, env: Mapping[str, str], store: ProfileStore
) -> Iterator[Setting]:
    """Yield what is settled about where requests go, with which key, and what may be written."""
    try:
        choice = access.choose(explicit, env, store)
    except ContactctlError as error:
        yield _in_error("profile", "nothing chosen", error)
        return
    yield _profile_setting(choice)
    if choice.profile is not None:
        yield from profile_settings(choice.profile, env, store)
    elif not choice.is_sandbox:
        yield from _environment_settings(env)
    yield from _limit_settings(choice.profile, env)
    overruled = _overruled(explicit, env, store)
    if overruled:
        yield Setting("overruled", ", ".join(overruled), "set as well, and not used")


def _limit_settings(profile: Profile | None, env: Mapping[str, str]) -> Iterator[Setting]:
    """Yield each limit on writes, the profile's and the variable's: both of them hold."""
    own = ["", "", ""]
    if profile is not None:
        domains = ", ".join(profile.only_domains)
        own = ["refused" * profile.read_only, domains, profile.expected_team or ""]
    for (name, variable, read), held in zip(_LIMITS, own, strict=True):
        here = "" if profile is None else f"profile {profile.name}"
        if variable in env:
            source = f"{variable} and {here}" if held else variable
            yield _setting(name, source, partial(_both, held, read, env))
        elif profile is not None:
            yield Setting(name, held or ("allowed" if name == "writes" else None), here)


def _both(held: str, read: Callable[[Mapping[str, str]], str], env: Mapping[str, str]) -> str:
    return " and ".join(dict.fromkeys(filter(None, [held, read(env)]))) or "allowed"


def _overruled(explicit: str | None, env: Mapping[str, str], store: ProfileStore) -> list[str]:
    """Return what would be in force if what is in force were not, in the order of precedence."""
    variables = [name for name in (access.KEY_VARIABLE, access.PROFILE_VARIABLE) if name in env]
    if explicit is not None:  # of course not the active one; but a variable may surprise
        return variables
    with suppress(ContactctlError):
        active = store.load().active
        variables += [] if active is None else [f"the active profile {active}"]
    # The first of them is what is in force.
    return variables[1:]


def _profile_setting(choice: Choice) -> Setting:
    if choice.is_sandbox:
        return Setting("profile", SANDBOX_NAME, choice.source)
    return Setting(
        "profile", None if choice.profile is None else choice.profile.name, choice.source
    )


def _file_setting(source: str, store: ProfileStore) -> Setting:
    try:
        path = str(store.path)
    except ContactctlError as error:
        return _in_error("profiles file", source, error)
    try:
        problem = " ".join(store.load().warnings) or None
    except ContactctlError as error:
        problem = error.message
    return Setting("profiles file", path, source, problem)


def _environment_settings(env: Mapping[str, str]) -> Iterator[Setting]:
    given = access.BASE_URL_VARIABLE in env
    source = access.BASE_URL_VARIABLE if given else "the default"
    yield _setting("address", source, lambda: access.default_base_url(env))
    yield _setting("API key", access.KEY_VARIABLE, lambda: _masked(env[access.KEY_VARIABLE]))


def _key_setting(key: KeySource, env: Mapping[str, str], store: ProfileStore) -> Setting:
    match key:
        case StoredKey(text):
            return _setting("API key", f"kept in {store.path}", lambda: _masked(text))
        case KeyVariable(name) if name not in env:
            hint = f"set {name}, or choose another profile with --profile"
            error = CredentialsError(f"{name} is not set", hint=hint)
            return _in_error("API key", f"the variable {name}", error)
        case KeyVariable(name):
            return _setting("API key", f"the variable {name}", lambda: _masked(env[name]))
        case KeyCommand(text):
            # Not run to show it: it may ask the person for a password or a touch.
            return Setting(
                "API key", "asked for at each use", f"the command {command_name(text)} …"
            )


def _masked(text: str) -> str:
    return str(parse_api_key(text, "there"))


def _setting(name: str, source: str, value: Callable[[], str]) -> Setting:
    try:
        return Setting(name, value(), source)
    except ContactctlError as error:
        return _in_error(name, source, error)


def _in_error(name: str, source: str, error: ContactctlError) -> Setting:
    return Setting(name, None, source, error.message, error)


def _folder_text(kind: FolderKind, env: Mapping[str, str]) -> str:
    return str(folder(kind, env))


def folder_source(kind: FolderKind, env: Mapping[str, str]) -> str:
    """Say in the user's words what a folder's path comes from."""
    variable = FOLDER_VARIABLES[kind]
    return variable if env.get(variable) else "the platform's folder"
