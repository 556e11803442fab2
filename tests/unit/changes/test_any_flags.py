"""Whatever flags and ``--data`` hold, they are refused or fit to be sent."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from change_flags import DECLARED, change, given_flags
from hypothesis import given, settings
from hypothesis import strategies as st

from contactctl.errors import UsageError
from contactctl.exact_json import Number

if TYPE_CHECKING:
    from contactctl.changes.draft import ChangeFlags, DeclaredTypes

wild = st.text(st.characters(codec=None), max_size=30)
scalars = st.none() | st.booleans() | wild | st.integers().map(lambda n: Number(str(n)))
keys = st.sampled_from(["email", "userId", "subscribed", "mailingLists", "seats", "trial"]) | wild
objects = st.dictionaries(
    keys, scalars | st.lists(scalars, max_size=2) | st.dictionaries(wild, scalars, max_size=2)
)
props = st.builds("{}{}{}".format, keys, st.sampled_from(["=", ":=", ""]), wild)
any_flags = st.builds(
    given_flags,
    email=st.none() | st.just("ada@example.com") | wild,
    user_id=st.none() | wild,
    first_name=st.none() | wild,
    subscribed=st.none() | st.booleans(),
    lists=st.lists(st.builds("{}={}".format, wild, st.sampled_from(["true", "false", "x"]))),
    props=st.lists(props, max_size=3),
    unset=st.lists(keys, max_size=2),
    data=st.none() | objects,
)


def check_any_flags(flags: ChangeFlags, declared: DeclaredTypes | None) -> None:
    """Whatever is given is refused as a usage error, or is a body that the wire can carry."""
    with suppress(UsageError):
        found = change(flags, declared)
        assert found.refs
        assert not {"id", "optInStatus", "mailingLists", "email", "userId"} & set(found.values)
        assert found.values.get("subscribed") is not True or flags.fields.get("subscribed")
        found.to_body().decode("utf-8")


@given(any_flags, st.sampled_from([None, DECLARED]))
def test_any_flags_are_refused_or_sendable(
    flags: ChangeFlags, declared: DeclaredTypes | None
) -> None:
    check_any_flags(flags, declared)


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None)
@given(any_flags, st.sampled_from([None, DECLARED]))
def test_ten_thousand_flags_are_refused_or_sendable(
    flags: ChangeFlags, declared: DeclaredTypes | None
) -> None:
    check_any_flags(flags, declared)
