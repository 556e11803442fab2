"""Rows of one contact: never at the same time, always in file order, through chains of both."""

from __future__ import annotations

import random
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from contactctl.importing.sending.ordering import Ordering


class Item(NamedTuple):
    ordinal: int
    keys: tuple[str, ...]


def lanes_of(*keys: str, kept_links: int = 4096) -> Ordering[Item]:
    ordering: Ordering[Item] = Ordering(kept_links=kept_links)
    for ordinal, text in enumerate(keys, start=1):
        ordering.add(Item(ordinal, tuple(text.split())))
    return ordering


def taken(ordering: Ordering[Item]) -> list[Item]:
    """Take all that may run at this moment."""
    found = []
    while (item := ordering.take()) is not None:
        found.append(item)
    return found


def ordinals(items: list[Item]) -> list[int]:
    return [item.ordinal for item in items]


def test_unrelated_rows_run_together_in_file_order() -> None:
    assert ordinals(taken(lanes_of("e1", "e2", "u1"))) == [1, 2, 3]


def test_rows_that_share_an_identifier_wait_for_each_other() -> None:
    ordering = lanes_of("e1", "e1", "e2")
    first, other = taken(ordering)
    assert (first.ordinal, other.ordinal) == (1, 3)
    ordering.finish(first)
    assert ordinals(taken(ordering)) == [2]


def test_a_chain_through_a_row_with_both_holds() -> None:
    ordering = lanes_of("e1 u1", "e1", "u1")
    for expected in (1, 2, 3):
        (item,) = taken(ordering)
        assert item.ordinal == expected
        ordering.finish(item)


def test_a_link_holds_after_its_row_is_done() -> None:
    ordering = lanes_of("e1 u1")
    (item,) = taken(ordering)
    ordering.finish(item)
    ordering.add(Item(2, ("e1",)))
    ordering.add(Item(3, ("u1",)))
    assert ordinals(taken(ordering)) == [2]


def test_a_row_that_does_not_run_links_those_behind_it() -> None:
    """It was done by the run before, or says nothing new."""
    ordering: Ordering[Item] = Ordering()
    ordering.link(("e1", "u1"))
    ordering.add(Item(2, ("e1",)))
    ordering.link(("e1", "u2"))
    for ordinal, key in enumerate(("u1", "u2"), start=4):
        ordering.add(Item(ordinal, (key,)))
    for expected in (2, 4, 5):
        (item,) = taken(ordering)
        assert item.ordinal == expected
        ordering.finish(item)


def test_of_too_many_links_the_oldest_are_forgotten() -> None:
    ordering: Ordering[Item] = Ordering(kept_links=2)
    for number in range(3):
        ordering.link((f"e{number}", f"u{number}"))
    for ordinal, number in enumerate((0, 1, 2)):
        ordering.add(Item(10 * ordinal, (f"e{number}",)))
        ordering.add(Item(10 * ordinal + 1, (f"u{number}",)))
    assert ordinals(taken(ordering)) == [0, 1, 10, 20]


def test_links_without_rows_do_not_fill_the_memory() -> None:
    ordering: Ordering[Item] = Ordering(kept_links=10)
    for ordinal in range(1000):
        ordering.link((f"e{ordinal}", f"u{ordinal}"))
    assert len(ordering._chains) == 20


def test_rows_linked_late_wait_for_what_runs_already() -> None:
    """Row 3 joins two contacts of which one is under way; row 1 of the other now waits too."""
    ordering = lanes_of("e1", "u1")
    second = Item(2, ("u1",))
    first = ordering.take()
    assert first is not None
    ordering.add(Item(3, ("e1", "u1")))
    assert ordering.take() is None
    ordering.finish(first)
    assert ordering.take() == second
    assert ordering.take() is None
    ordering.finish(second)
    assert ordinals(taken(ordering)) == [3]


def test_links_are_forgotten_beyond_a_number_so_that_memory_stays_flat() -> None:
    ordering: Ordering[Item] = Ordering(kept_links=10)
    for ordinal in range(1000):
        ordering.add(Item(ordinal, (f"e{ordinal}", f"u{ordinal}")))
        item = ordering.take()
        assert item is not None
        ordering.finish(item)
    assert len(ordering._chains) == 20
    assert not ordering._ready


def test_a_contact_without_links_leaves_nothing_behind() -> None:
    ordering = lanes_of("e1", "u1")
    for item in taken(ordering):
        ordering.finish(item)
    assert not ordering._chains


_KEYS = st.tuples(
    st.sampled_from(["", "e1", "e2", "e3", "e4"]), st.sampled_from(["", "u1", "u2", "u3", "u4"])
).filter(any)


@given(st.lists(_KEYS, max_size=40), st.integers(1, 6), st.integers(0, 2**16))
def test_whatever_the_file_and_the_timing(
    rows: list[tuple[str, str]], window: int, seed: int
) -> None:
    """Every row runs once; rows that share a key never overlap and keep their order."""
    draw = random.Random(seed)  # noqa: S311 - no secret depends on it
    ordering: Ordering[Item] = Ordering()
    items = [Item(n, tuple(key for key in keys if key)) for n, keys in enumerate(rows, start=1)]
    coming = list(items)
    running: list[Item] = []
    begun: list[Item] = []
    while coming or running or len(begun) < len(items):
        if coming and draw.random() < 0.5:
            ordering.add(coming.pop(0))
            continue
        item = ordering.take() if len(running) < window else None
        if item is not None:
            assert not any(set(item.keys) & set(other.keys) for other in running)
            running.append(item)
            begun.append(item)
        elif running:
            ordering.finish(running.pop(draw.randrange(len(running))))
    assert sorted(ordinals(begun)) == [item.ordinal for item in items]
    for key in {key for item in items for key in item.keys}:
        mine = ordinals([item for item in begun if key in item.keys])
        assert mine == sorted(mine)


@given(st.lists(_KEYS, max_size=25), st.integers(0, 2**16))
def test_rows_in_one_chain_never_overlap_once_all_are_known(
    rows: list[tuple[str, str]], seed: int
) -> None:
    draw = random.Random(seed)  # noqa: S311
    ordering: Ordering[Item] = Ordering()
    items = [Item(n, tuple(key for key in keys if key)) for n, keys in enumerate(rows, start=1)]
    for item in items:
        ordering.add(item)
    chains = _chains(items)
    running: list[Item] = []
    done: list[Item] = []
    while len(done) < len(items):
        running += taken(ordering)
        assert len({chains[item.ordinal] for item in running}) == len(running)
        item = running.pop(draw.randrange(len(running)))
        ordering.finish(item)
        done.append(item)
    for chain in set(chains.values()):
        mine = [item.ordinal for item in done if chains[item.ordinal] == chain]
        assert mine == sorted(mine)


def _chains(items: list[Item]) -> dict[int, int]:
    """Return for each row the first row of its chain, found the slow and plain way."""
    chain = {item.ordinal: item.ordinal for item in items}
    changed = True
    while changed:
        changed = False
        for one in items:
            for other in items:
                if set(one.keys) & set(other.keys):
                    least = min(chain[one.ordinal], chain[other.ordinal])
                    changed |= chain[one.ordinal] != least or chain[other.ordinal] != least
                    chain[one.ordinal] = chain[other.ordinal] = least
    return chain


# what is found out on the way


def test_rows_found_to_be_of_one_contact_go_in_file_order() -> None:
    ordering = lanes_of("u1", "e1")
    first, second = taken(ordering)
    assert not ordering.widen(second, ("e1", "u1")), "the first one has not looked yet"
    assert ordering.widen(first, ("e1", "u1"))
    assert taken(ordering) == []
    ordering.finish(first)
    assert ordinals(taken(ordering)) == [2]


def test_a_row_waits_for_one_that_waits_itself() -> None:
    """Row 2 stands behind row 1, and is before row 3 though that is under way already."""
    ordering = lanes_of("u1", "u1", "e1")
    first, third = taken(ordering)
    assert ordinals([first, third]) == [1, 3]
    assert ordering.widen(first, ("e1", "u1"))
    assert not ordering.widen(third, ("e1", "u1"))
    ordering.finish(first)
    for expected in (2, 3):
        (item,) = taken(ordering)
        assert item.ordinal == expected
        assert ordering.widen(item, ("e1", "u1"))
        ordering.finish(item)


def test_what_is_being_written_is_not_overtaken() -> None:
    """The contact of row 1 got the address of row 2 only after row 2 had looked."""
    ordering = lanes_of("u1", "e1")
    first, second = taken(ordering)
    assert ordering.widen(second, ("e1",))
    assert not ordering.widen(first, ("e1", "u1"))
    ordering.finish(second)
    assert ordinals(taken(ordering)) == [1]


def test_a_look_that_another_row_of_the_contact_has_overtaken_is_made_again() -> None:
    """Row 2 looked before row 1 had written, and says of whom it is only after that."""
    ordering = lanes_of("u1", "e1")
    first, second = taken(ordering)
    assert ordering.widen(first, ("e1", "u1"))
    ordering.finish(first)
    assert not ordering.widen(second, ("e1", "u1"))
    assert ordinals(taken(ordering)) == [2]
    assert ordering.widen(second, ("e1", "u1"))


def test_contacts_of_their_own_wait_for_nobody() -> None:
    ordering = lanes_of("u1", "e2")
    first, second = taken(ordering)
    assert ordering.widen(second, ("e2", "u2"))
    assert ordering.widen(first, ("e1", "u1"))


@given(st.integers(0, 10_000))
def test_any_rows_end_once_and_each_contact_in_file_order(seed: int) -> None:
    """Each row names one identifier of its contact, and finds out the other one by its look."""
    chance = random.Random(seed)  # noqa: S311 - the same rows for the same seed
    contacts = [chance.randrange(4) for _ in range(12)]
    keys = [f"{chance.choice('eu')}{contact}" for contact in contacts]
    ordering = lanes_of(*keys)
    looking: list[Item] = []
    writing: list[Item] = []
    ended: list[int] = []
    while len(ended) < len(keys):
        looking += taken(ordering)
        assert looking or writing
        item = chance.choice([*looking, *writing])
        if item in writing:
            writing.remove(item)
            ended.append(item.ordinal)
            ordering.finish(item)
            continue
        looking.remove(item)
        contact = contacts[item.ordinal - 1]
        if ordering.widen(item, (f"e{contact}", f"u{contact}")):
            assert contact not in {contacts[other.ordinal - 1] for other in writing}
            writing.append(item)
    for contact in range(4):
        own = [ordinal for ordinal in ended if contacts[ordinal - 1] == contact]
        assert own == sorted(own)
