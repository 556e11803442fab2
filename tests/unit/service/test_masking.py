"""What is hidden of a key in the service's words: all of it, parts of it, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from client_calls import CHANGE, KEY, spied_client
from fault_server import FaultServer, reply
from hypothesis import given
from hypothesis import strategies as st

from contactctl.errors import ContactctlError
from contactctl.service.replies import Cleaner

if TYPE_CHECKING:
    from contactctl.exact_json import JsonObject

CLEANER = Cleaner(KEY)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("key 0a1b2c3d4e… is not valid", "key ****… is not valid"),
        ("key 0a1b2c3d*** is not valid", "key ******* is not valid"),
        ("…feedfacecafe1234 has no team", "…**** has no team"),
        ("between: 3d4e5f6789feed.", "between: ****."),
        (f"{KEY[:20]}|{KEY[10:]}", "****|****"),
        (f"{KEY}{KEY}", "****1234****1234"),
        ("ends in 1234, begins with 0a1b2c", "ends in 1234, begins with 0a1b2c"),
    ],
)
def test_a_part_of_a_key_is_hidden_where_it_is_long_enough_to_help(text: str, shown: str) -> None:
    assert CLEANER.mask(text) == shown


@given(st.integers(0, 40), st.integers(0, 40), st.text("0a1b ", max_size=9))
def test_nothing_of_eight_characters_is_left(start: int, length: int, beside: str) -> None:
    text = f"{beside}{KEY[start : start + length]}{beside}"
    shown = CLEANER.mask(text)
    assert not any(KEY[at : at + 8] in shown for at in range(len(KEY) - 7))
    if not any(KEY[at : at + 8] in text for at in range(len(KEY) - 7)):
        assert shown == text


@pytest.mark.parametrize("key", ["ada", "example", "sandbox", "any-text", "example.com"])
def test_a_short_key_damages_no_address(key: str) -> None:
    text = f"{key}@example.com, a.{key}@x.com, a@{key}.com, {key}+1@x.com, x{key}, {key}-2, {key}_"
    assert Cleaner(key).mask(text) == text
    assert Cleaner(key).mask_value([text, {key: key}]) == [text, {key: key}]


@pytest.mark.parametrize("text", ["Bearer {}", "no {}.", '"{}"', "{}", "key={}&x", "({}), {}!"])
def test_a_short_key_is_hidden_where_it_is_a_word(text: str) -> None:
    shown = Cleaner("any-text").mask(text.replace("{}", "any-text"))
    assert shown == text.replace("{}", "****")


def test_the_key_of_the_sandbox_is_no_secret() -> None:
    assert Cleaner("sandbox").mask("the sandbox says no") == "the sandbox says no"


def test_no_key_hides_nothing() -> None:
    assert Cleaner("").mask("all of it") == "all of it"


def test_values_lose_the_key_and_half_of_it_but_no_id_that_looks_a_little_like_it() -> None:
    value: JsonObject = {"id": KEY[:8], "userId": KEY[4:12], "note": f"{KEY} {KEY[:16]}"}
    assert CLEANER.mask_value(value) == {**value, "note": "****1234 ****"}


@pytest.mark.parametrize("before", [*range(1960, 2004, 3), 1_048_560])
def test_a_cut_of_what_is_traced_leaves_no_part_of_the_key(before: int) -> None:
    """At 2,000 characters a line of -v ends, and at 1 MiB what is read of an answer."""
    body = b"x" * before + f"Bearer {KEY}".encode() + b"y" * 99
    with FaultServer([reply(400, body)]) as server:
        spied = spied_client(server.url)
        with spied.client, pytest.raises(ContactctlError) as caught:
            spied.client.update(CHANGE)
    said = "\n".join([*spied.lines, caught.value.message])
    assert KEY[:3] not in said
    assert not any(KEY[at : at + 8] in said for at in range(len(KEY) - 7))
    assert all(len(line) <= 2000 for line in spied.lines)
