"""Which address a run speaks to, and that a key goes to no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from saved_profiles import OTHER_URL, SECRET, URL, profile, refusal, save

from contactctl.profiles.credentials import default_base_url, resolve
from contactctl.profiles.store import ProfileStore

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> ProfileStore:
    return ProfileStore(tmp_path / "profiles.toml")


# Which key


KEY = {"LOOPS_API_KEY": "env-key"}
NAME = {"CONTACTCTL_PROFILE": "b"}


# Which address


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, URL),
        ("https://app.loops.so/api/v1", URL),
        ("http://127.0.0.1:8025/api/v1/", OTHER_URL),
    ],
)
def test_the_address_in_the_environment_goes_with_the_key_there(
    store: ProfileStore, given: str | None, expected: str
) -> None:
    env = KEY if given is None else {**KEY, "CONTACTCTL_BASE_URL": given}
    assert resolve(None, env, store).base_url == expected
    assert default_base_url(env) == expected


@pytest.mark.parametrize("given", [URL, f"{URL}/v1", "https://APP.loops.so:443/api/"])
def test_a_profile_and_the_variable_may_name_one_address(store: ProfileStore, given: str) -> None:
    save(store, profile("a"))
    assert resolve(None, {"CONTACTCTL_BASE_URL": given}, store).base_url == URL


def test_a_profile_whose_address_differs_is_an_error(store: ProfileStore) -> None:
    save(store, profile("a"))
    error = refusal("a", {"CONTACTCTL_BASE_URL": OTHER_URL}, store)
    assert error.message == (
        f"CONTACTCTL_BASE_URL is {OTHER_URL}, but profile a is for {URL}; nothing was sent"
    )


@pytest.mark.parametrize(
    ("own", "given"),
    [
        (URL, f"{URL}/eu"),
        (f"{URL}/eu", URL),
        (URL, f"{URL}2"),
        ("https://loops.so.example", "https://loops.so"),
        ("https://loops.so", "https://loops.so.example"),
        ("https://loops.so", "https://app.loops.so"),
        ("https://loops.so:8443", "https://loops.so"),
    ],
)
def test_an_address_that_only_begins_or_ends_as_the_other_differs(
    store: ProfileStore, own: str, given: str
) -> None:
    save(store, profile("a", base_url=own))
    error = refusal("a", {"CONTACTCTL_BASE_URL": given}, store)
    assert f"is {given}, but profile a is for {own}" in error.message


@pytest.mark.parametrize("explicit", ["a", None])
@pytest.mark.parametrize(
    "given", ["", "http://loops.so/api", f"https://user:{SECRET}@loops.so", "nonsense"]
)
def test_an_address_that_cannot_be_used_is_never_passed_over(
    store: ProfileStore, explicit: str | None, given: str
) -> None:
    """An empty variable would otherwise send the key to the service instead of a test server."""
    save(store, profile("a"))
    error = refusal(explicit, {**KEY, "CONTACTCTL_BASE_URL": given}, store)
    assert "CONTACTCTL_BASE_URL cannot be used" in error.message


def test_a_bad_address_in_the_file_is_said_with_the_way_out(store: ProfileStore) -> None:
    save(store, profile("a", base_url=f"https://x:{SECRET}@loops.so"))
    error = refusal("a", {}, store)
    assert "the address of profile a cannot be used" in error.message
    assert "contactctl profile add a --replace" in (error.hint or "")
