from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contactctl.errors import MachineError
from contactctl.profiles.profile import KeyCommand, KeySource, KeyVariable, Profile, StoredKey
from contactctl.profiles.settings import Setting, effective_settings
from contactctl.profiles.store import ProfileStore

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

URL = "https://app.loops.so/api"
SECRET = "canary-0123456789abcdef"


@pytest.fixture
def store(tmp_path: Path) -> ProfileStore:
    return ProfileStore(tmp_path / "profiles.toml")


@pytest.fixture
def env(own_folders: dict[str, str]) -> dict[str, str]:
    return own_folders


def save(store: ProfileStore, key: KeySource) -> None:
    with store.modify() as book:
        book.profiles["a"] = Profile("a", URL, key, "Team", only_domains=("a.com", "b.org"))
        book.active = "a"


def settings(
    env: Mapping[str, str], store: ProfileStore, explicit: str | None = None
) -> dict[str, Setting]:
    return {one.name: one for one in effective_settings(explicit, env, store)}


def test_each_setting_of_a_profile_says_where_it_is_from(
    env: dict[str, str], store: ProfileStore
) -> None:
    save(store, StoredKey(SECRET))
    found = settings(env, store)
    assert found["profile"] == Setting("profile", "a", "the active one")
    assert found["address"] == Setting("address", URL, "profile a")
    assert found["API key"] == Setting("API key", "****cdef", f"kept in {store.path}")
    assert found["team"].value == "Team"
    assert found["writes"].value == "allowed"
    assert found["only domains"].value == "a.com, b.org"
    assert "overruled" not in found


def test_the_environment_overrules_and_that_is_said(
    env: dict[str, str], store: ProfileStore
) -> None:
    save(store, StoredKey("other"))
    given = {"LOOPS_API_KEY": SECRET, "CONTACTCTL_PROFILE": "x", "CONTACTCTL_BASE_URL": f"{URL}/v1"}
    found = settings({**env, **given}, store)
    assert found["profile"] == Setting("profile", None, "the variable LOOPS_API_KEY")
    assert found["API key"] == Setting("API key", "****cdef", "LOOPS_API_KEY")
    assert found["address"] == Setting("address", URL, "CONTACTCTL_BASE_URL")
    assert found["overruled"].value == "CONTACTCTL_PROFILE, the active profile a"


def test_without_a_variable_the_address_is_the_default(
    env: dict[str, str], store: ProfileStore
) -> None:
    found = settings({**env, "LOOPS_API_KEY": SECRET}, store)
    assert found["address"] == Setting("address", URL, "the default")


def test_the_sandbox_needs_nothing_else(env: dict[str, str], store: ProfileStore) -> None:
    found = settings({**env, "LOOPS_API_KEY": SECRET}, store, "sandbox")
    assert found["profile"] == Setting("profile", "sandbox", "the sandbox")
    assert "API key" not in found
    assert found["overruled"].value == "LOOPS_API_KEY"


@pytest.mark.parametrize(
    ("key", "more", "expected"),
    [
        (KeyVariable("V"), {"V": SECRET}, Setting("API key", "****cdef", "the variable V")),
        (KeyVariable("V"), {}, Setting("API key", None, "the variable V", "V is not set")),
        (
            KeyVariable("V"),
            {"V": ""},
            Setting("API key", None, "the variable V", "the API key there is empty"),
        ),
        (
            KeyCommand(f"/nowhere/op {SECRET}"),
            {},
            Setting("API key", "asked for at each use", "the command /nowhere/op …"),
        ),
    ],
)
def test_a_key_kept_elsewhere_is_described_and_no_command_is_run(
    env: dict[str, str],
    store: ProfileStore,
    key: KeySource,
    more: dict[str, str],
    expected: Setting,
) -> None:
    save(store, key)
    assert settings({**env, **more}, store)["API key"] == expected


def test_what_is_wrong_is_a_problem_of_its_setting_and_raises_nothing(
    env: dict[str, str], store: ProfileStore
) -> None:
    store.path.write_text("damaged")
    found = settings(env, store)
    assert "cannot use" in (found["profile"].problem or "")
    assert "cannot use" in (found["profiles file"].problem or "")
    assert found["profiles file"].value == str(store.path)
    assert found["data folder"].problem is None


def test_an_address_that_differs_is_the_addresss_problem(
    env: dict[str, str], store: ProfileStore
) -> None:
    save(store, StoredKey(SECRET))
    found = settings({**env, "CONTACTCTL_BASE_URL": "https://x.org"}, store)
    assert "CONTACTCTL_BASE_URL is https://x.org" in (found["address"].problem or "")
    assert found["API key"].problem is None


def test_a_file_open_to_others_is_the_files_problem(
    env: dict[str, str], store: ProfileStore
) -> None:
    save(store, StoredKey(SECRET))
    store.path.chmod(0o604)
    assert "chmod 600" in (settings(env, store)["profiles file"].problem or "")


def test_folders_say_which_variable_moved_them(env: dict[str, str], store: ProfileStore) -> None:
    found = settings({**env, "CONTACTCTL_SANDBOX_DB": "/x/y.db"}, store)
    assert found["cache folder"] == Setting(
        "cache folder", env["CONTACTCTL_CACHE_DIR"], "CONTACTCTL_CACHE_DIR"
    )
    assert found["sandbox file"] == Setting("sandbox file", "/x/y.db", "CONTACTCTL_SANDBOX_DB")
    del env["CONTACTCTL_CACHE_DIR"]
    assert settings(env, store)["cache folder"].source == "the platform's folder"


def test_no_place_for_the_file_is_the_files_problem(env: dict[str, str]) -> None:
    def find() -> Path:
        raise MachineError("there is no home folder")

    found = settings({**env, "LOOPS_API_KEY": SECRET}, ProfileStore(find))
    assert found["profiles file"].problem == "there is no home folder"
    assert found["API key"].value == "****cdef"


def test_a_setting_keeps_what_stood_in_the_way(env: dict[str, str], store: ProfileStore) -> None:
    save(store, KeyVariable("WORK_KEY"))
    missing = settings(env, store)["API key"].error
    assert missing is not None
    assert "set WORK_KEY" in (missing.hint or "")
    unknown = settings(env, store, "b")["profile"].error
    assert unknown is not None
    assert unknown.exit_code == 4
