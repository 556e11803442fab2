from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import run_python

from contactctl.errors import ContactctlError, CredentialsError, DamagedFileError, ExitCode
from contactctl.profiles.credentials import Credentials, default_base_url, resolve
from contactctl.profiles.profile import KeyCommand, KeySource, KeyVariable, Profile, StoredKey
from contactctl.profiles.store import ProfileStore

if TYPE_CHECKING:
    from collections.abc import Mapping

URL = "https://app.loops.so/api"
OTHER_URL = "http://127.0.0.1:8025/api"
SECRET = "canary-0123456789abcdef"


@pytest.fixture
def store(tmp_path: Path) -> ProfileStore:
    return ProfileStore(tmp_path / "profiles.toml")


def profile(name: str, key: KeySource | None = None, **more: Any) -> Profile:  # noqa: ANN401
    """Return a profile whose key, unless given, is its own name and "-key"."""
    values = {"base_url": URL, "key": key or StoredKey(f"{name}-key"), **more}
    return Profile(name, **values)


def save(store: ProfileStore, *profiles: Profile, active: str | None = None) -> None:
    with store.modify() as book:
        book.profiles.update({one.name: one for one in profiles})
        book.active = active


def refusal(explicit: str | None, env: Mapping[str, str], store: ProfileStore) -> CredentialsError:
    """Return the error of a call that must end in exit 4."""
    with pytest.raises(CredentialsError) as caught:
        resolve(explicit, env, store)
    assert caught.value.exit_code is ExitCode.CREDENTIALS
    assert SECRET not in f"{caught.value.message} {caught.value.hint}"
    return caught.value


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
        ("nobody", KEY, "a", "abc", "there is no profile 'nobody' (named on the command line)"),
        (None, {**EMPTY_KEY, **NAME}, "a", "abc", "the API key in LOOPS_API_KEY is empty"),
        (None, EMPTY_NAME, "a", "abc", "named by CONTACTCTL_PROFILE has an empty name"),
        (None, {"CONTACTCTL_PROFILE": "x"}, "a", "abc", "no profile 'x' (named by CONTACTCTL_P"),
        (None, {}, "gone", "a", "there is no profile 'gone' (the active one)"),
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
        ({"WORK_KEY": "k k"}, "the API key in WORK_KEY has a blank at position 2"),
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
        (f"print('two {SECRET}')", "printed it, has a blank at position 4"),
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
