from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import pytest
from conftest import run_python
from saved_profiles import OTHER_URL, SECRET, URL, profile, refusal, save

from contactctl.errors import ContactctlError, CredentialsError, DamagedFileError
from contactctl.profiles.credentials import Credentials, resolve
from contactctl.profiles.profile import KeyCommand, KeyVariable, StoredKey
from contactctl.profiles.store import ProfileStore


@pytest.fixture
def store(tmp_path: Path) -> ProfileStore:
    return ProfileStore(tmp_path / "profiles.toml")


# Which key


KEY = {"LOOPS_API_KEY": "env-key"}
NAME = {"CONTACTCTL_PROFILE": "b"}
EMPTY_KEY = {"LOOPS_API_KEY": ""}
EMPTY_NAME = {"CONTACTCTL_PROFILE": ""}


@pytest.mark.parametrize(
    ("explicit", "env", "active", "names", "expected"),
    [
        ("a", {**KEY, **NAME}, "c", "abc", "a-key"),
        ("a", {**EMPTY_KEY, **EMPTY_NAME}, "gone", "abc", "a-key"),
        ("sandbox", {**KEY, **NAME}, "c", "abc", "sandbox"),
        ("sandbox", {}, None, "", "sandbox"),
        (None, {**KEY, **NAME}, "c", "abc", "env-key"),
        (None, {**KEY, **EMPTY_NAME}, "gone", "abc", "env-key"),
        (None, NAME, "c", "abc", "b-key"),
        (None, {"CONTACTCTL_PROFILE": "sandbox"}, "c", "abc", "sandbox"),
        (None, {}, "c", "abc", "c-key"),
        (None, {}, None, "a", "a-key"),
        # what is chosen and cannot be used is an error, whatever else there is
        ("", KEY, "a", "abc", "has an empty name"),
        ("nobody", KEY, "a", "abc", 'there is no profile "nobody" (named on the command line)'),
        (None, {**EMPTY_KEY, **NAME}, "a", "abc", "the API key in LOOPS_API_KEY is empty"),
        (None, EMPTY_NAME, "a", "abc", "named by CONTACTCTL_PROFILE has an empty name"),
        (None, {"CONTACTCTL_PROFILE": "x"}, "a", "abc", 'no profile "x" (named by CONTACTCTL_P'),
        (None, {}, "gone", "a", 'there is no profile "gone" (the active one)'),
        (None, {}, None, "abc", "there are 3 profiles (a, b, c), and none is active"),
        (None, {}, None, "", "there is no API key"),
    ],
)
def test_the_order_of_precedence(  # noqa: PLR0913, PLR0917 - a row of the table above
    store: ProfileStore,
    explicit: str | None,
    env: dict[str, str],
    active: str | None,
    names: str,
    expected: str,
) -> None:
    save(store, *map(profile, names), active=active)
    try:
        found = resolve(explicit, env, store).key.reveal()
    except CredentialsError as error:
        found = error.message
    assert expected == found if " " not in expected else expected in found


def test_a_profile_gives_all_it_has(store: ProfileStore) -> None:
    limited = profile("a", team="Team", read_only=True, only_domains=("a.com",))
    save(store, limited, active="a")
    found = resolve(None, {}, store)
    assert (found.base_url, found.profile, found.team) == (URL, "a", "Team")
    assert (found.read_only, found.only_domains, found.is_sandbox) == (True, ("a.com",), False)
    assert found.source == "profile a (the active one)"


def test_the_key_in_the_environment_has_no_limits_and_no_profile(store: ProfileStore) -> None:
    found = resolve(None, KEY, store)
    assert (found.profile, found.team, found.source) == (None, None, "the variable LOOPS_API_KEY")
    assert (found.base_url, found.read_only, found.only_domains) == (URL, False, ())


def test_the_sandbox_is_known_as_such_and_reads_no_file(store: ProfileStore) -> None:
    store.path.write_text("damaged")
    found = resolve("sandbox", {"CONTACTCTL_BASE_URL": OTHER_URL}, store)
    assert found.is_sandbox
    assert found.profile == "sandbox"
    assert "localhost" in found.base_url


def test_nothing_at_all_names_the_three_ways_out(store: ProfileStore) -> None:
    hint = refusal(None, {}, store).hint or ""
    for way in ("contactctl profile add NAME", "LOOPS_API_KEY", "--sandbox"):
        assert way in hint


def test_a_mistyped_name_gets_the_nearest(store: ProfileStore) -> None:
    save(store, profile("production"), profile("staging"))
    assert refusal("prodution", {}, store).hint == "did you mean production?"
    assert refusal("zzz", {}, store).hint == "the profiles are production, staging"


def test_no_more_than_ten_names_are_listed(store: ProfileStore) -> None:
    save(store, *(profile(f"p{number:02}") for number in range(12)))
    assert (refusal("zzz", {}, store).hint or "").endswith("p09 and 2 more")


def test_a_damaged_file_is_no_reason_to_use_another_key(store: ProfileStore) -> None:
    store.path.write_text("damaged")
    for explicit, env in (("a", KEY), (None, NAME), (None, {})):
        with pytest.raises(DamagedFileError):
            resolve(explicit, env, store)


def test_with_the_key_in_the_environment_no_file_is_looked_for() -> None:
    def find() -> Path:
        raise ContactctlError(SECRET)

    assert resolve(None, KEY, ProfileStore(find)).key.reveal() == "env-key"


def test_with_the_key_in_the_environment_nothing_is_imported_to_read_files() -> None:
    code = """
import sys
from contactctl.profiles.credentials import resolve
from contactctl.profiles.store import ProfileStore
resolve(None, {"LOOPS_API_KEY": "k"}, ProfileStore(lambda: 1 / 0))
heavy = {"tomllib", "tomli_w", "filelock", "platformdirs", "subprocess", "shlex", "difflib"}
print(sorted(heavy & set(sys.modules)))
"""
    assert run_python(code, {}).strip() == "[]"


def test_warnings_of_the_file_come_along(store: ProfileStore) -> None:
    save(store, profile("a"), active="a")
    store.path.chmod(0o644)
    assert "chmod 600" in resolve(None, {}, store).warnings[0]


# Where the key is


def test_a_key_in_a_variable_is_read_at_each_use(store: ProfileStore) -> None:
    save(store, profile("a", KeyVariable("WORK_KEY")))
    for key in ("first", "second\n"):
        assert resolve("a", {"WORK_KEY": key}, store).key.reveal() == key.strip()


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({}, "the API key of profile a is kept in the variable WORK_KEY, which is not set"),
        ({"WORK_KEY": ""}, "the API key in WORK_KEY is empty"),
        ({"WORK_KEY": "k k"}, "the API key in WORK_KEY has a space at position 2"),
    ],
)
def test_a_variable_without_a_key_is_named(
    store: ProfileStore, env: dict[str, str], words: str
) -> None:
    save(store, profile("a", KeyVariable("WORK_KEY")), profile("b"), active="b")
    assert refusal("a", {**env, **EMPTY_KEY}, store).message == words


def test_a_key_command_is_run_at_each_use(store: ProfileStore, tmp_path: Path) -> None:
    code = f"open({str(tmp_path / 'runs')!r}, 'a').write('x'); print({SECRET!r})"
    save(store, profile("a", KeyCommand(shlex.join([sys.executable, "-c", code]))))
    env = {"PATH": os.environ["PATH"]}
    found = [resolve(None, env, store) for _ in range(2)]
    assert [one.key.reveal() for one in found] == [SECRET, SECRET]
    assert (tmp_path / "runs").read_text() == "xx"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("pass", "the API key of profile a, as its key command printed it, is empty"),
        (f"print('two {SECRET}')", "printed it, has a space at position 4"),
        ("print('one\\ntwo')", "printed it, has a line break at position 4"),
        (f"print({SECRET!r}); raise SystemExit(2)", "failed with exit code 2"),
    ],
)
def test_a_key_command_without_a_key_is_an_error(
    store: ProfileStore, code: str, words: str
) -> None:
    save(store, profile("a", KeyCommand(shlex.join([sys.executable, "-c", code]))))
    assert words in refusal(None, {"PATH": os.environ["PATH"]}, store).message


def test_a_stored_key_is_checked_too(store: ProfileStore) -> None:
    save(store, profile("a", StoredKey(f"{SECRET}\u00a0")))
    assert refusal(None, {}, store).message == (
        "the API key of profile a has a character outside ASCII at position 24"
    )


def test_no_form_of_the_credentials_shows_the_key() -> None:
    found = resolve(None, {"LOOPS_API_KEY": SECRET}, ProfileStore(Path("/nowhere")))
    assert isinstance(found, Credentials)
    assert SECRET not in f"{found} {found!r} {found.key} {found.source}"
