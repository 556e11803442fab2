from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import tomli_w
from hostile_names import HOSTILE_NAMES
from pressing_tab import Tab

from contactctl.account.cache import AccountCache, account_digest
from contactctl.base_url import DEFAULT_BASE_URL
from contactctl.completion.cursor import SHELLS
from contactctl.contact import CLEARABLE_FIELDS
from contactctl.profiles.api_key import parse_api_key

if TYPE_CHECKING:
    from contactctl.exact_json import JsonObject

LIST_ID = "cm06f5v0e45nf0ml5754o9cix"
KEY = "0a1b2c3d4e5f6789feedfacecafe1234"


@pytest.fixture
def tab(own_folders: dict[str, str]) -> Tab:
    return Tab(own_folders)


def save_profiles(env: dict[str, str], *names: str, team: str = "Ada's team", **more: str) -> Path:
    """Save profiles of these names, the first the active one."""
    path = Path(env["CONTACTCTL_CONFIG_DIR"]) / "profiles.toml"
    path.parent.mkdir(exist_ok=True)
    table = {"base_url": DEFAULT_BASE_URL, "key_env": "KEY", "team": team, **more}
    book = {"version": 1, "active": names[0], "profiles": dict.fromkeys(names, table)}
    path.write_bytes(tomli_w.dumps(book).encode("utf-8", "surrogatepass"))
    return path


def save_account(env: dict[str, str], account: str) -> None:
    """Keep two lists and some properties in the cache, hostile names among them."""
    cache = AccountCache(Path(env["CONTACTCTL_CACHE_DIR"]), account, lambda: 0.0)
    lists: list[JsonObject] = [
        {"id": LIST_ID, "name": "Product news"},
        {"id": "c1", "name": "Beta"},
    ]
    cache.save("lists", lists + [{"name": name} for name in HOSTILE_NAMES])
    keys = ("plan", "seats", "firstName", "email", "id", *HOSTILE_NAMES)
    cache.save("properties", [{"key": key, "type": "string"} for key in keys])


def digest(profile: str) -> str:
    return account_digest(DEFAULT_BASE_URL, profile=profile, team="Ada's team")


class TestProfiles:
    def test_names_come_from_the_file_with_their_teams(self, tab: Tab) -> None:
        save_profiles(tab.env, "work", "staging")
        assert tab("--profile", "") == ["sandbox", "work", "staging"]
        assert tab.lines("profile", "use", "w") == ["words 1", "work\tAda's team"]
        for command in ("show", "check", "remove"):
            assert tab("profile", command, "") == ["work", "staging"]

    def test_a_second_name_is_not_offered(self, tab: Tab) -> None:
        save_profiles(tab.env, "work")
        assert "work" not in tab("profile", "remove", "work", "")

    def test_a_new_name_is_free(self, tab: Tab) -> None:
        save_profiles(tab.env, "work")
        assert tab("profile", "add", "") == []

    @pytest.mark.parametrize("shell", SHELLS)
    def test_hostile_names_are_never_offered(self, tab: Tab, shell: str) -> None:
        save_profiles(tab.env, "work", *HOSTILE_NAMES)
        assert tab("--profile", "", at=shell) == ["sandbox", "work"]

    def test_a_hostile_team_is_not_shown(self, tab: Tab) -> None:
        save_profiles(tab.env, "work", team="\x1b]0;x\x07\n$(touch x)")
        assert tab.lines("profile", "use", "") == ["words 0", "work\t"]

    @pytest.mark.parametrize(
        "text", ["", "version = 1", "profiles = 3", "[profiles", "\udcff", "[profiles.a]\nteam = 1"]
    )
    def test_a_damaged_file_offers_nothing_of_its_own(self, tab: Tab, text: str) -> None:
        path = save_profiles(tab.env, "work")
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        assert set(tab("profile", "use", "")) <= {"a"}
        assert tab("upd") == ["update"]

    def test_a_pipe_in_place_of_the_file_keeps_nobody_waiting(self, tab: Tab) -> None:
        path = save_profiles(tab.env, "work")
        path.unlink()
        os.mkfifo(path)
        assert tab("profile", "use", "") == []
        assert tab("update", "--list", "") == []


class TestCached:
    def test_lists_and_properties_of_the_active_profile(self, tab: Tab) -> None:
        save_profiles(tab.env, "work", "staging")
        save_account(tab.env, digest("work"))
        assert tab("update", "--list", "") == ["Beta=", f"{LIST_ID}="]
        assert tab("update", "--prop", "") == ["plan=", "seats="]
        fields = [*sorted(CLEARABLE_FIELDS), "plan", "seats"]
        assert tab("update", "--unset", "") == fields

    def test_any_field_can_be_shown(self, tab: Tab) -> None:
        save_profiles(tab.env, "work")
        save_account(tab.env, digest("work"))
        assert {"email", "id", "optInStatus", "plan"} <= set(tab("find", "--field", ""))

    def test_the_profile_named_before_decides(self, tab: Tab) -> None:
        save_profiles(tab.env, "work", "staging")
        save_account(tab.env, digest("staging"))
        assert tab("update", "--prop", "") == []
        assert tab("-p", "staging", "update", "--prop", "pl") == ["plan="]
        assert tab("update", "--profile=staging", "--prop", "pl") == ["plan="]
        assert tab("update", "--sandbox", "--prop", "") == []

    def test_of_the_sandbox_nothing_is_cached_whatever_the_active_profile(self, tab: Tab) -> None:
        save_profiles(tab.env, "work")
        save_account(tab.env, digest("work"))
        for flags in (("--sandbox",), ("-p", "sandbox"), ("--profile=sandbox",)):
            assert tab(*flags, "update", "--list", "") == []
            assert tab("update", *flags, "--prop", "") == []

    def test_the_key_in_the_environment_has_a_cache_of_its_own(self, tab: Tab) -> None:
        key = parse_api_key(KEY, "")
        save_account(tab.env, account_digest(DEFAULT_BASE_URL, profile=None, key=key))
        assert tab("update", "--prop", "") == []
        tab.env["LOOPS_API_KEY"] = KEY
        assert tab("update", "--prop", "") == ["plan=", "seats="]

    def test_a_key_command_is_not_run(self, tab: Tab, tmp_path: Path) -> None:
        path = save_profiles(tab.env, "work")
        text = path.read_text().replace('key_env = "KEY"', f'key_command = "touch {tmp_path}/run"')
        path.write_text(text)
        save_account(tab.env, digest("work"))
        assert tab("update", "--prop", "") == ["plan=", "seats="]
        assert not (tmp_path / "run").exists()

    def test_without_profiles_the_fields_of_every_account_stay(self, tab: Tab) -> None:
        assert tab("update", "--unset", "") == sorted(CLEARABLE_FIELDS)
