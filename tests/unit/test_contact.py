"""Addresses, refs and the payload of a change."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactctl.contact import (
    CLEARABLE_FIELDS,
    FIELDS,
    FLAG_FIELDS,
    STANDARD_FIELDS,
    ContactChange,
    ContactRef,
    fold_address,
    is_address,
)
from contactctl.exact_json import Number, parse_json
from contactctl.flags.contact_flags import ContactFlags

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
scalars = st.none() | st.booleans() | texts | st.integers().map(lambda n: Number(str(n)))
changes = st.builds(
    ContactChange,
    email=st.none() | texts,
    user_id=st.none() | texts,
    values=st.dictionaries(texts.filter(lambda key: key not in STANDARD_FIELDS), scalars),
    mailing_lists=st.dictionaries(texts, st.booleans()),
)


@pytest.mark.parametrize(
    "text",
    [
        "ada@example.com",
        "ada+tag@example.com",
        "o'brien@example.co.uk",
        "a@b.co",
        "a.b-c_d@sub.example.museum",
        "!#$%&'*+/=?^_`{|}~-@example.com",
        "ada@xn--bcher-kva.example",
        "ada@example.xn--p1ai",
        "1@2.com",
        "x" * 64 + "@example.com",
        "a@" + ".".join(["d" * 63] * 3) + "." + "e" * 60,
    ],
)
def test_an_address_of_the_usual_form_is_one(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@example",
        "ada@example.c",
        "ada@.com",
        "ada@example..com",
        "ada@-example.com",
        "ada@example-.com",
        ".ada@example.com",
        "ada.@example.com",
        "a..b@example.com",
        "ada@exa mple.com",
        " ada@example.com",
        "ada@example.com\n",
        "ada@example.com ",
        "ada@bob@example.com",
        '"ada"@example.com',
        "Ada <ada@example.com>",
        "ada@example.com,bob@example.com",
        "zo\u00eb@example.com",
        "ada@b\u00fccher.example",
        "ada@example.123",
        "ada@[127.0.0.1]",
        "ada@example.com.",
        "ada\0@example.com",
        "x" * 65 + "@example.com",
        "a@" + ".".join(["d" * 63] * 4) + ".com",
        "ada@" + "d" * 64 + ".com",
    ],
)
def test_anything_else_is_no_address(text: str) -> None:
    assert not is_address(text)


@given(texts | st.from_regex(r"[^@]{1,80}@[^@]{1,80}", fullmatch=True))
def test_an_address_is_ascii_with_one_at_sign_and_no_blank(text: str) -> None:
    if is_address(text):
        assert text.isascii()
        assert text.isprintable()
        assert text.count("@") == 1
        assert not set(text) & set(' ,;<>()[]"\\')


def test_a_long_hostile_address_takes_no_time() -> None:
    assert not is_address("a." * 50_000 + "@" + "b-" * 50_000)
    assert not is_address("a@" + "b-" * 120 + "!")


def test_a_ref_says_what_it_picks_by() -> None:
    assert str(ContactRef("email", "ada@example.com")) == "ada@example.com"
    assert str(ContactRef("userId", "42")) == "user id 42"


def test_a_change_is_picked_by_what_it_names() -> None:
    email, user_id = ContactRef("email", "ada@example.com"), ContactRef("userId", "42")
    assert ContactChange(email="ada@example.com").refs == (email,)
    assert ContactChange(user_id="42").refs == (user_id,)
    assert ContactChange("ada@example.com", "42").refs == (email, user_id)
    assert ContactChange().refs == ()


def test_the_payload_has_what_is_given_and_nothing_else() -> None:
    change = ContactChange(
        email="ada@example.com",
        user_id="42",
        values={"firstName": "", "note": None, "seats": Number("0.10"), "subscribed": False},
        mailing_lists={"a": True, "b": False},
    )
    assert change.to_body() == (
        b'{"email":"ada@example.com","userId":"42","firstName":"","note":null,"seats":0.10,'
        b'"subscribed":false,"mailingLists":{"a":true,"b":false}}'
    )
    assert ContactChange(user_id="42").to_body() == b'{"userId":"42"}'


def test_the_names_on_the_wire_are_camel_case() -> None:
    for field in FIELDS:
        first, *rest = field.name.split("_")
        assert field.wire_name == first + "".join(part.capitalize() for part in rest)


def test_each_field_is_in_the_table_once_and_says_how_it_is_given() -> None:
    assert len({field.wire_name for field in FIELDS}) == len(FIELDS)
    for field in FIELDS:
        assert bool(field.flag) is (field.role in {"identifier", "value", "lists"})
        if field.role != "value":
            assert bool(field.instead) is bool(field.flag)
    assert {"firstName", "lastName", "userGroup"} <= CLEARABLE_FIELDS
    assert not CLEARABLE_FIELDS & {"email", "userId", "source", "subscribed", "mailingLists"}


def test_each_field_with_a_flag_of_its_own_can_be_given() -> None:
    assert {field.name for field in FLAG_FIELDS} <= {*ContactFlags._fields}


def check_any_change(change: ContactChange) -> None:
    """Any change is a body that reads back as its payload."""
    body = change.to_body()
    payload = parse_json(body)
    assert payload == change.to_payload()
    assert isinstance(payload, dict)
    assert ("mailingLists" in payload) is bool(change.mailing_lists)
    assert len(payload) == len(change.refs) + len(change.values) + bool(change.mailing_lists)
    with suppress(OverflowError):
        json.loads(body)


@given(changes)
def test_any_change_reads_back_as_its_payload(change: ContactChange) -> None:
    check_any_change(change)


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None)
@given(changes)
def test_ten_thousand_changes_read_back(change: ContactChange) -> None:
    check_any_change(change)


def test_addresses_are_compared_without_case_and_outer_blanks() -> None:
    assert fold_address(" Ada@Example.COM\t") == "ada@example.com"
