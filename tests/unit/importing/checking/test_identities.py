"""Rows that repeat a contact, rows that contradict each other, and how many contacts there are."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactctl.contact import ContactChange
from contactctl.importing.checking.identities import Identities, Named, Permits

NOBODY = Permits()


def look(
    rows: list[tuple[str | None, str | None]], permits: Permits = NOBODY, block: int = 1024
) -> Named:
    identities = Identities(permits, block_items=block)
    for ordinal, (email, user_id) in enumerate(rows, start=1):
        identities.add(ContactChange(email, user_id), ordinal + 1, ordinal)
    return identities.finish()


def test_a_clean_file_names_a_contact_a_row() -> None:
    named = look([("a@b.co", "1"), ("b@b.co", "2"), ("c@b.co", None), (None, "4")])
    assert (named.contacts, named.repeating_rows, named.contradictions) == (4, 0, [])


def test_the_same_pair_and_the_same_identifier_are_harmless() -> None:
    named = look([("a@b.co", "1"), ("A@b.co", "1"), (None, "1"), ("a@b.co", None)])
    assert (named.contacts, named.repeating_rows, named.contradictions) == (1, 3, [])
    assert named.repeats == [(3, 2), (4, 2), (5, 2)]


@pytest.mark.parametrize(
    ("rows", "name", "permits"),
    [
        ([("a@b.co", "1"), ("b@b.co", "1")], "userId", Permits(change_address=True)),
        ([("a@b.co", "1"), ("A@B.co", "2")], "email", Permits(replace_user_id=True)),
    ],
)
def test_a_contradiction_is_refused_unless_its_flag_permits_it(
    rows: list[tuple[str | None, str | None]], name: str, permits: Permits
) -> None:
    named = look([("x@b.co", "9"), *rows])
    assert [one.name for one in named.contradictions] == [name]
    assert list(named.contradictions[0].lines) == [3, 4]
    assert [named.is_refused(ordinal) for ordinal in range(1, 5)] == [False, True, True, False]
    permitted = look([("x@b.co", "9"), *rows], permits)
    assert (permitted.contradictions, any(permitted.refused), permitted.contacts) == ([], False, 2)
    other = Permits(not permits.replace_user_id, not permits.change_address)
    assert look(rows, other).contradictions


def test_a_row_without_a_partner_is_refused_with_its_group() -> None:
    """Nobody can say which of the two it means."""
    named = look([("a@b.co", "1"), (None, "1"), ("b@b.co", "1")])
    assert str(named.contradictions[0]) == "one user id with 2 addresses (lines 2, 3, 4)"


def test_groups_come_in_file_order() -> None:
    named = look([(f"{side}{n}@b.co", str(n)) for side in "ab" for n in range(50)])
    assert [one.lines[0] for one in named.contradictions] == list(range(2, 52))
    assert named.contradiction_count == 50


_ROWS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 8).map("p{}@b.co".format)),
        st.one_of(st.none(), st.integers(0, 8).map(str)),
    ).filter(any),
    max_size=30,
)


def check_rows(rows: list[tuple[str | None, str | None]], block: int) -> None:
    """Hold what is found to a plain account of the same."""
    named = look(rows, block=block)
    refused = set()
    for side in (0, 1):
        for key in {row[side] for row in rows} - {None}:
            group = [n for n, row in enumerate(rows, start=1) if row[side] == key]
            if len({rows[n - 1][1 - side] for n in group} - {None}) > 1:
                refused.update(group)
    assert {n for n in range(len(rows) + 1) if named.is_refused(n)} == refused
    kept = [row for n, row in enumerate(rows, start=1) if n not in refused]
    again = look(kept, block=block)
    assert again.contradictions == []
    assert again.contacts == count_linked(kept)


def count_linked(rows: list[tuple[str | None, str | None]]) -> int:
    """Return how many contacts rows name, one by one."""
    contacts: list[set[tuple[int, str]]] = []
    for row in rows:
        keys = {(side, key) for side, key in enumerate(row) if key}
        touched = [one for one in contacts if one & keys]
        contacts = [one for one in contacts if not one & keys]
        contacts.append(set(itertools.chain(keys, *touched)))
    return len(contacts)


@given(_ROWS, st.integers(1, 5))
def test_contradictions_and_contacts_are_exact(
    rows: list[tuple[str | None, str | None]], block: int
) -> None:
    check_rows(rows, block)


@pytest.mark.slow
@settings(max_examples=10_000)
@given(_ROWS, st.integers(1, 5))
def test_contradictions_and_contacts_are_exact_in_many_files(
    rows: list[tuple[str | None, str | None]], block: int
) -> None:
    check_rows(rows, block)
