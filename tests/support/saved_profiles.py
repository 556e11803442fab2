"""Profiles in a file, for the tests of what is made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from contactctl.errors import CredentialsError, ExitCode
from contactctl.profiles.credentials import resolve
from contactctl.profiles.profile import KeySource, Profile, StoredKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.profiles.store import ProfileStore


URL = "https://app.loops.so/api"
OTHER_URL = "http://127.0.0.1:8025/api"
SECRET = "canary-0123456789abcdef"


def profile(name: str, key: KeySource | None = None, **more: Any) -> Profile:  # noqa: ANN401
    """Return a profile whose key, unless given, is its own name and "-key"."""
    values = {"base_url": URL, "key": key or StoredKey(f"{name}-key"), **more}
    return Profile(name, **values)


def stored(name: str) -> Profile:
    """Return a profile with a key of its own file, the same for all."""
    return Profile(name, URL, StoredKey(SECRET))


def put(store: ProfileStore, *profiles: Profile) -> None:
    """Put profiles beside those that are there."""
    with store.modify() as book:
        book.profiles.update({profile.name: profile for profile in profiles})


def save(store: ProfileStore, *profiles: Profile, active: str | None = None) -> None:
    """Put profiles beside those that are there, and say which one is used."""
    put(store, *profiles)
    with store.modify() as book:
        book.active = active


def refusal(explicit: str | None, env: Mapping[str, str], store: ProfileStore) -> CredentialsError:
    """Return the error of a call that must end in exit 4."""
    with pytest.raises(CredentialsError) as caught:
        resolve(explicit, env, store)
    assert caught.value.exit_code is ExitCode.CREDENTIALS
    assert SECRET not in f"{caught.value.message} {caught.value.hint}"
    return caught.value
