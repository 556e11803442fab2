from __future__ import annotations

import contextlib
import datetime as dt
import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saved_profiles import SECRET, URL, put, stored

from contactctl.errors import DamagedFileError, ExitCode
from contactctl.profiles.profile import KeyCommand, KeyVariable, Profile, StoredKey, is_name
from contactctl.profiles.store import ProfileBook, ProfileStore, parse_book

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> ProfileStore:
    return ProfileStore(tmp_path / "config" / "profiles.toml")


def test_what_is_saved_is_loaded(store: ProfileStore) -> None:
    profiles = [
        stored("work"),
        Profile("ci", URL, KeyVariable("CI_KEY"), "Team", read_only=True),
        Profile("op", URL, KeyCommand("op read 'x y'"), only_domains=("a.com",)),
    ]
    put(store, *profiles)
    with store.modify() as book:
        book.active = "ci"
    book = store.load()
    assert list(book.profiles.values()) == profiles
    assert book.active == "ci"
    assert book.warnings == ()


def test_a_file_that_is_not_there_holds_no_profiles_and_is_not_made(store: ProfileStore) -> None:
    book = store.load()
    assert (book.profiles, book.active, book.warnings) == ({}, None, ())
    assert not store.path.parent.exists()


def test_removed_means_gone_and_another_is_left(store: ProfileStore) -> None:
    put(store, Profile("a", URL, StoredKey("first-key")), stored("b"))
    with store.modify() as book:
        del book.profiles["a"]
    assert list(store.load().profiles) == ["b"]
    assert "first-key" not in store.path.read_text()


NAMES = st.from_regex(r"[A-Za-z0-9_.@+][A-Za-z0-9_.@+-]{0,9}", fullmatch=True).filter(is_name)
SOURCES = st.one_of(
    st.builds(StoredKey, st.text()),
    st.builds(KeyVariable, st.text()),
    st.builds(KeyCommand, st.text()),
)
DOMAINS = st.lists(st.from_regex(r"[a-z]{1,5}\.[a-z]{2}", fullmatch=True), max_size=3).map(tuple)
PROFILES = st.builds(
    Profile,
    NAMES,
    st.text(),
    SOURCES,
    team=st.none() | st.text(),
    read_only=st.booleans(),
    only_domains=DOMAINS,
)


@given(st.lists(PROFILES, max_size=4, unique_by=lambda one: one.name), st.none() | st.text())
def test_any_profiles_survive_the_file(profiles: list[Profile], active: str | None) -> None:
    book = ProfileBook({profile.name: profile for profile in profiles}, active)
    again = parse_book(book.to_toml())
    assert (again.profiles, again.active) == (book.profiles, active)


@given(st.text())
def test_any_text_is_read_or_refused_by_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        parse_book("version = 1\n" + text)


def test_settings_of_another_version_are_kept(store: ProfileStore) -> None:
    store.path.parent.mkdir()
    store.path.write_text(
        'version = 1\ncolour = "red"\nsince = 2026-01-02T03:04:05Z\n[theme]\nx = [1, {y = 2.5}]\n'
        '[profiles.a]\nbase_url = "u"\nkey = "k"\nnote = "mine"\n[profiles.a.deep]\nz = false\n'
    )
    put(store, stored("b"))
    put(store, Profile("a", "u2", KeyVariable("V")))
    document = tomllib.loads(store.path.read_text())
    assert document["colour"] == "red"
    assert document["since"] == dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    assert document["theme"] == {"x": [1, {"y": 2.5}]}
    assert document["profiles"]["a"] == {
        "note": "mine",
        "deep": {"z": False},
        "base_url": "u2",
        "key_env": "V",
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it does not say `version = 1`"),
        ('version = "1"\n', "it does not say `version = 1`"),
        ("version = true\n", "it does not say `version = 1`"),
        ("version = 0\n", "there is no version 0"),
        ("version = 2\n", "a newer contactctl wrote it (version 2; this one reads 1)"),
        (f'version = 1\nkey = "{SECRET}\n', "line 2 cannot be read as TOML"),
        (f"version = 1\n\n\n{SECRET}", "its end cannot be read as TOML"),
        ("version = 1\nversion = 1\n", "line 2 cannot be read as TOML"),
        ("version = 1\na = " + "[" * 5000, "cannot be read as TOML"),
        ("version = 1\na = " + "9" * 5000, "cannot be read as TOML"),
        ("version = 1\nactive = 3\n", "active must be the name of a profile"),
        ("version = 1\nprofiles = 3\n", "profiles must be tables"),
        ("version = 1\n[profiles]\na = 3\n", 'profile "a" must be a table'),
        ('version = 1\n[profiles."a b"]\n', 'profile "a b": a profile\'s name is'),
        ("version = 1\n[profiles.sandbox]\n", "sandbox is taken"),
        (f'version = 1\n[profiles.a]\nkey = "{SECRET}"\n', 'profile "a": base_url must be'),
        ("version = 1\n#" + "x" * (1 << 20), "it is larger than 1 MiB"),
    ],
)
def test_a_damaged_file_is_named_and_left_as_it_is(
    store: ProfileStore, text: str, words: str
) -> None:
    store.path.parent.mkdir()
    store.path.write_text(text)
    with pytest.raises(DamagedFileError) as caught:
        store.load()
    assert words in caught.value.message
    assert str(store.path) in caught.value.message
    assert SECRET not in f"{caught.value.message}{caught.value.hint}"
    assert caught.value.exit_code is ExitCode.MACHINE
    with pytest.raises(DamagedFileError):
        put(store, stored("b"))
    assert store.path.read_text() == text


def test_a_file_of_a_whole_mebibyte_is_not_too_large(store: ProfileStore) -> None:
    text = "version = 1\n#"
    store.path.parent.mkdir()
    store.path.write_text(text + "x" * ((1 << 20) - len(text)))
    assert store.load().profiles == {}


def test_bytes_that_are_no_text_are_found_by_line(store: ProfileStore) -> None:
    store.path.parent.mkdir()
    store.path.write_bytes(b"version = 1\n\nx = '\xff'\n")
    with pytest.raises(DamagedFileError, match="line 3 is not UTF-8"):
        store.load()


def test_a_newer_version_says_to_update(store: ProfileStore) -> None:
    store.path.parent.mkdir()
    store.path.write_text("version = 9\n")
    with pytest.raises(DamagedFileError) as caught:
        store.load()
    assert caught.value.hint == "update contactctl on this machine"


def test_an_error_in_the_block_leaves_the_file(store: ProfileStore) -> None:
    put(store, stored("a"))
    before = store.path.read_bytes()
    with pytest.raises(KeyError), store.modify() as book:
        del book.profiles["a"], book.profiles["b"]
    assert store.path.read_bytes() == before


def test_the_path_is_looked_for_when_it_is_needed(tmp_path: Path) -> None:
    asked = []

    def find() -> Path:
        asked.append(1)
        return tmp_path / "profiles.toml"

    store = ProfileStore(find)
    assert asked == []
    store.load()
    store.load()
    assert asked == [1]
