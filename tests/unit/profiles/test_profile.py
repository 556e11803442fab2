from __future__ import annotations

from typing import Any

import pytest

from contactctl.errors import UsageError
from contactctl.profiles.profile import (
    KeyCommand,
    KeyVariable,
    Profile,
    StoredKey,
    TableError,
    check_name,
    check_variable,
    is_name,
    parse_domains,
    parse_table,
    unknown_part,
)

URL = "https://app.loops.so/api"
SECRET = "canary-0123456789abcdef"


@pytest.mark.parametrize(
    ("profile", "table"),
    [
        (Profile("a", URL, StoredKey("k")), {"base_url": URL, "key": "k"}),
        (
            Profile("a", URL, KeyVariable("VAR"), team="T", read_only=True),
            {"base_url": URL, "key_env": "VAR", "team": "T", "read_only": True},
        ),
        (
            Profile("a", URL, KeyCommand("op read x"), only_domains=("a.com", "b.org")),
            {"base_url": URL, "key_command": "op read x", "only_domains": ["a.com", "b.org"]},
        ),
    ],
)
def test_a_profile_and_its_table_are_two_forms_of_one_thing(
    profile: Profile, table: dict[str, object]
) -> None:
    assert profile.to_table() == table
    assert parse_table("a", table) == profile


def test_neither_a_key_nor_a_command_is_in_the_repr() -> None:
    for source in (StoredKey(SECRET), KeyCommand(f"echo {SECRET}")):
        assert SECRET not in repr(Profile("a", URL, source))


def test_what_another_version_wrote_is_told_apart() -> None:
    table = {"base_url": URL, "key": "k", "colour": "red", "team": "T"}
    assert unknown_part(table) == {"colour": "red"}
    assert parse_table("a", table) == Profile("a", URL, StoredKey("k"), "T")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"key": None}, "it needs one of key, key_env, key_command, and has 0"),
        ({"key_env": "VAR"}, "it needs one of key, key_env, key_command, and has 2"),
        ({"key": 12}, "key must be a string in quotes"),
        ({"base_url": None}, "base_url must be a string in quotes"),
        ({"team": 1}, "team must be a string in quotes"),
        ({"read_only": "yes"}, "read_only must be true or false"),
        ({"read_only": 1}, "read_only must be true or false"),
        ({"only_domains": []}, "only_domains must be a list of one or more domains"),
        ({"only_domains": "a.com"}, "only_domains must be a list"),
        ({"only_domains": ["a.com", 1]}, "only_domains must hold domains"),
        ({"only_domains": ["@a.com"]}, "only_domains must hold domains"),
    ],
)
def test_a_wrong_table_is_refused_by_the_name_of_its_key(
    change: dict[str, Any], words: str
) -> None:
    """A limit that is misspelt must not become no limit."""
    table = {"base_url": URL, "key": SECRET, **change}
    with pytest.raises(TableError, match=words) as caught:
        parse_table("a", {key: value for key, value in table.items() if value is not None})
    assert SECRET not in str(caught.value)


def test_domains_in_the_file_are_compared_in_lower_case() -> None:
    table = {"base_url": URL, "key": "k", "only_domains": ["A.Com"]}
    assert parse_table("a", table).only_domains == ("a.com",)


@pytest.mark.parametrize("name", ["a", "A_b.c@d+e-f", "9", ".", "x" * 80])
def test_names_a_shell_reads_as_one_plain_word_are_taken(name: str) -> None:
    assert is_name(name)
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "-a",
        "--",
        "a b",
        "a\n",
        "$(id)",
        "a;b",
        "a/b",
        "é",
        "x" * 81,
        "\x1b[31m",
        "a'b",
        "[red]",
    ],
)
def test_any_other_name_is_refused_without_being_repeated(name: str) -> None:
    assert not is_name(name)
    with pytest.raises(UsageError) as caught:
        check_name(name)
    assert caught.value.message == "this cannot be the name of a profile"
    with pytest.raises(TableError):
        parse_table(name, {"base_url": URL, "key": "k"})


def test_sandbox_is_taken() -> None:
    with pytest.raises(UsageError, match="the name sandbox is taken"):
        check_name("sandbox")
    assert not is_name("sandbox")


@pytest.mark.parametrize("text", ["VAR", "my_key-2", "key.name"])
def test_a_variable_is_referred_to_by_name(text: str) -> None:
    assert check_variable(text) == KeyVariable(text)


@pytest.mark.parametrize("text", ["", "A=B", "A B", "$é", "A\0", "A\n"])
def test_what_cannot_name_a_variable_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--key-env"):
        check_variable(text)


def test_domains_are_read_in_order_each_once_in_lower_case() -> None:
    assert parse_domains("B.org, a.com,b.org") == ("b.org", "a.com")


@pytest.mark.parametrize("text", ["", ",", "a.com,", "a", "*.a.com", "@a.com", "x@a.com", "a .com"])
def test_what_is_no_domain_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--only-domains"):
        parse_domains(text)
