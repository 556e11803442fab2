from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest
from sandbox_calls import ADA, Rules

from contactctl.errors import DamagedFileError, MachineError, NotFoundError
from contactctl.exact_json import Number, to_json
from contactctl.sandbox.demo import DEMO_LISTS, DEMO_PROPERTIES
from contactctl.sandbox.records import new_contact
from contactctl.sandbox.store import _fill_if_new, open_store, reset_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from contactctl.sandbox.store import Store

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "sandbox.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with open_store(path) as opened:
        yield opened


def test_the_first_use_makes_the_demonstration_data(store: Store) -> None:
    with store.read() as transaction:
        assert transaction.custom_properties() == list(DEMO_PROPERTIES)
        assert transaction.mailing_lists() == list(DEMO_LISTS)
    assert list(store.dump()) == []


@posix_only
def test_file_and_folder_are_private_whatever_the_umask(path: Path) -> None:
    previous = os.umask(0)
    try:
        with open_store(path) as opened, opened.write():
            modes = {item.name: stat.S_IMODE(item.stat().st_mode) for item in path.parent.iterdir()}
    finally:
        os.umask(previous)
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_was_written_is_there_when_opened_again(path: Path) -> None:
    with open_store(path) as first:
        Rules(first).update(email=ADA, firstName="Ada")
    with open_store(path) as second:
        assert [item["firstName"] for item in second.dump()] == ["Ada"]


def test_numbers_come_back_as_doubles(path: Path) -> None:
    with open_store(path) as first:
        Rules(first).update(email=ADA, seats=Number("9007199254740993"))
    with open_store(path) as second:
        assert to_json(Rules(second).contact()["seats"]) == "9007199254740992"


def test_an_exception_inside_leaves_the_old_state(store: Store) -> None:
    def stop_halfway() -> None:
        with store.write() as transaction:
            transaction.save_contact(new_contact(ADA, None))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stop_halfway()
    assert list(store.dump()) == []
    Rules(store).update(email=ADA)
    assert len(list(store.dump())) == 1


def test_dump_reads_in_pages_and_lets_writers_in_between(store: Store) -> None:
    with store.write() as transaction:
        for number in range(1001):
            transaction.save_contact(new_contact(f"p{number}@example.com", None))
    dumped = store.dump()
    first = next(dumped)
    Rules(store).update(email="late@example.com")
    rest = list(dumped)
    assert first["email"] == "p0@example.com"
    assert [item["email"] for item in rest][-2:] == ["p1000@example.com", "late@example.com"]
    assert len(rest) == 1001


def test_suppress_marks_a_contact_and_unmarks_it(store: Store) -> None:
    Rules(store).update(email=ADA)
    for on in (True, True, False):
        store.suppress("  ADA@example.com ", on=on)
        with store.read() as transaction:
            assert transaction.is_suppressed(ADA) is on


def test_suppress_needs_a_contact(store: Store) -> None:
    with pytest.raises(NotFoundError, match=r"no contact nobody@example\.com") as caught:
        store.suppress("nobody@example.com", on=True)
    assert "--sandbox" in str(caught.value.hint)


def test_reset_returns_to_the_demonstration_data(path: Path, store: Store) -> None:
    rules = Rules(store)
    rules.update(email=ADA)
    store.suppress(ADA, on=True)
    assert reset_store(path) is None
    # The store that was open all the while sees it, too.
    assert list(store.dump()) == []
    with store.read() as transaction:
        assert not transaction.is_suppressed(ADA)
        assert transaction.custom_properties() == list(DEMO_PROPERTIES)


def test_a_file_that_another_process_filled_first_is_left_alone(store: Store) -> None:
    Rules(store).update(email=ADA)
    _fill_if_new(store, store._connection)
    assert [item["email"] for item in store.dump()] == [ADA]


def test_two_open_stores_see_each_others_writes(path: Path, store: Store) -> None:
    with open_store(path) as other:
        Rules(other).update(email=ADA)
        Rules(store).update(email=ADA, firstName="Ada")
        assert Rules(other).contact()["firstName"] == "Ada"


def test_a_folder_in_the_way_is_this_machines_trouble(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(MachineError, match="cannot be opened") as caught:
        open_store(path)
    assert not isinstance(caught.value, DamagedFileError)


def test_a_file_where_the_folder_should_be_is_this_machines_trouble(path: Path) -> None:
    path.parent.write_text("in the way")
    with pytest.raises(MachineError, match=str(path.parent)):
        open_store(path)


def test_a_file_that_cannot_be_written_is_this_machines_trouble(store: Store) -> None:
    store._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(MachineError, match="cannot be written to"):
        store.reset()


def test_a_full_disk_is_this_machines_trouble_and_leaves_the_old_state(store: Store) -> None:
    Rules(store).update(email=ADA)
    (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {pages}")

    def write_much() -> None:
        with store.write() as transaction:
            for number in range(1000):
                transaction.save_contact(new_contact(f"p{number}@example.com", None))

    with pytest.raises(MachineError, match="the disk is full"):
        write_much()
    assert [item["email"] for item in store.dump()] == [ADA]


def test_a_writer_that_never_ends_is_this_machines_trouble(path: Path, store: Store) -> None:
    store._connection.execute("PRAGMA busy_timeout = 20")
    with (
        open_store(path) as other,
        other.write(),
        pytest.raises(MachineError, match="another process has been writing"),
        store.write(),
    ):
        pass
