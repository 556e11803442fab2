"""Names that are not in the table: profiles, and what is cached of the account. Never a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.errors import ContactctlError
from contactctl.files import folder, profiles_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from contactctl.account.cache import AccountCache, Kind
    from contactctl.completion.cursor import Place

    Names = Iterable[tuple[str, str]]

#: The most that the store would read of it.
_MAX_FILE_BYTES = 1 << 20


def names(kind: str, place: Place, env: Mapping[str, str]) -> Names:
    """Return the names of one kind, each with its meaning; none for a kind that is not known.

    ``kind`` is the table's word. What cannot be found out, for whatever reason, is left out: the
    command itself will say what is wrong.
    """
    finder = _FINDERS.get(kind)
    found = finder(place, env) if finder is not None else ()
    # Behind the cursor, such a name would be taken for a flag.
    return [(name, meaning) for name, meaning in found if not name.startswith("-")]


def _profiles(_place: Place, env: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Read the names alone: a file in which something else is wrong still has them."""
    import tomllib

    path = profiles_file(env)
    if not path.is_file():  # a pipe would keep the person waiting
        return
    with path.open("rb") as file:
        document = tomllib.loads(file.read(_MAX_FILE_BYTES).decode("utf-8"))
    for name, table in document["profiles"].items():
        team = table.get("team")
        yield name, team if isinstance(team, str) else ""


def _places(place: Place, env: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield "sandbox", "The local stand-in for the service"
    yield from _profiles(place, env)


def _lists(place: Place, env: Mapping[str, str]) -> Names:
    return [(f"{text}=", "") for text in _cached("lists", place, env)]


def _properties(place: Place, env: Mapping[str, str]) -> Names:
    return [(f"{key}=", "") for key in _keys(place, env)]


def _fields(place: Place, env: Mapping[str, str]) -> Names:
    from contactctl.contact import CLEARABLE_FIELDS

    return [(name, "") for name in (*sorted(CLEARABLE_FIELDS), *_keys(place, env))]


def _any_fields(place: Place, env: Mapping[str, str]) -> Names:
    from contactctl.contact import RESPONSE_ONLY_NAMES, STANDARD_FIELDS

    own = sorted(STANDARD_FIELDS | RESPONSE_ONLY_NAMES)
    return [(name, "") for name in (*own, *_keys(place, env))]


def _keys(place: Place, env: Mapping[str, str]) -> list[str]:
    """Return the keys of the account's properties that have no flag of their own."""
    from contactctl.contact import STANDARD_FIELDS, is_of_the_service

    keys = _cached("properties", place, env)
    return [key for key in keys if key not in STANDARD_FIELDS and not is_of_the_service(key)]


def _cached(kind: Kind, place: Place, env: Mapping[str, str]) -> list[str]:
    try:
        cache = _open_cache(place, env)
    except ContactctlError:
        return []
    return cache.load_candidates(kind) if cache is not None else []


def _open_cache(place: Place, env: Mapping[str, str]) -> AccountCache | None:
    """Find the cache of the account that the command would use, without reading a profile's key.

    A key command may ask for a finger on a key, and a Tab is no use of the key.
    """
    import time

    from contactctl.account.cache import AccountCache, account_digest
    from contactctl.profiles import credentials
    from contactctl.profiles.api_key import parse_api_key
    from contactctl.profiles.profile import SANDBOX_NAME
    from contactctl.profiles.store import ProfileStore

    explicit = SANDBOX_NAME if "--sandbox" in place.given else None
    explicit = explicit or place.settings.get("--profile")
    # As the command itself will choose: names of another account would be wrong ones.
    choice = credentials.choose(explicit, env, ProfileStore(profiles_file(env)))
    if choice.is_sandbox:  # nothing of it is cached
        return None
    profile = choice.profile
    if profile is None:
        key = parse_api_key(env[credentials.KEY_VARIABLE], "")
        account = account_digest(credentials.default_base_url(env), profile=None, key=key)
    else:
        base_url = credentials.base_url_of(profile, env)
        account = account_digest(base_url, profile=profile.name, team=profile.team)
    return AccountCache(folder("cache", env), account, time.time)


#: The finders by the word that stands for them in the table.
_FINDERS: dict[str, Callable[[Place, Mapping[str, str]], Names]] = {
    "<profile>": _profiles,
    "<place>": _places,
    "<list>": _lists,
    "<property>": _properties,
    "<field>": _fields,
    "<any field>": _any_fields,
}
