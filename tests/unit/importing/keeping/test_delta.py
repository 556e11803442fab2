"""The memory of what was sent last, with one writer."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from contactctl.contact import ContactRef
from contactctl.errors import DamagedFileError
from contactctl.importing.keeping.delta import other_write
from contactctl.importing.keeping.sent_memory import KEPT_DAYS, Sent, SentMemory, open_sent_memory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY_S = 86_400
ADA = ContactRef("email", "ada@x.co")
ADA_ID = ContactRef("userId", "1")
BOB = ContactRef("email", "bob@x.co")


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[SentMemory]:
    with open_sent_memory(tmp_path, "account", now=100 * DAY_S) as found:
        yield found


def remember(memory: SentMemory, body: bytes, contact_id: str, *refs: ContactRef) -> None:
    (claim,) = memory.announce([refs])
    memory.remember([Sent(claim, memory.digest(body), contact_id)])


def write(folder: Path, *refs: ContactRef, contact_id: str | None = None) -> None:
    with other_write(folder, "account", refs) as found:
        found.contact_id = contact_id


def knows(memory: SentMemory, *bodies: bytes) -> list[bool]:
    digests = [memory.digest(body) for body in bodies]
    known = memory.known(digests)
    found = [digest in known for digest in digests]
    assert memory.count_known([*digests, *digests]) == 2 * sum(found)
    return found


def test_the_last_payload_of_a_contact_is_known(memory: SentMemory) -> None:
    assert knows(memory, b"a1") == [False]
    remember(memory, b"a1", "A", ADA)
    remember(memory, b"b1", "B", BOB)
    assert knows(memory, b"a1", b"a2", b"b1") == [True, False, True]
    remember(memory, b"a2", "A", ADA)
    assert knows(memory, b"a1", b"a2", b"b1") == [False, True, True]


def test_a_contact_sent_by_its_other_ref_is_the_same_contact(memory: SentMemory) -> None:
    remember(memory, b"a1", "A", ADA)
    remember(memory, b"a2", "A", ADA_ID)
    assert knows(memory, b"a1", b"a2") == [False, True]
    found = memory.contacts([ADA, ADA_ID, BOB])
    assert found[ADA] == found[ADA_ID]
    assert BOB not in found


@pytest.mark.parametrize("ref", [ADA, ADA_ID, ContactRef("email", "ADA@x.co")])
def test_any_other_write_forgets_the_contact(memory: SentMemory, ref: ContactRef) -> None:
    remember(memory, b"a1", "A", ADA, ADA_ID)
    remember(memory, b"b1", "B", BOB)
    memory.announce([[ref]])
    assert knows(memory, b"a1", b"b1") == [False, True]


def test_a_write_forgets_whoever_it_was_answered_for(memory: SentMemory, tmp_path: Path) -> None:
    """An import knew the contact by its address, and the write by a user id."""
    remember(memory, b"a1", "A", ADA)
    write(tmp_path, ContactRef("userId", "unheard of"), contact_id="A")
    assert knows(memory, b"a1") == [False]


def test_who_is_erased_leaves_no_trace(tmp_path: Path) -> None:
    with open_sent_memory(tmp_path, "account") as memory:
        remember(memory, b"a1", "A", ADA, ADA_ID)
        remember(memory, b"b1", "B", BOB)
        with other_write(tmp_path, "account", [ADA_ID]) as found:
            assert found.is_known
            found.gone = True
        assert memory.contacts([ADA, ADA_ID, BOB]).keys() == {BOB}
        assert not memory.erase([ADA])
        assert memory.erase([BOB])
        assert memory.count() == 0


def test_accounts_are_kept_apart(tmp_path: Path) -> None:
    with open_sent_memory(tmp_path, "one") as memory:
        remember(memory, b"a1", "A", ADA)
    with open_sent_memory(tmp_path, "other") as memory:
        assert knows(memory, b"a1") == [False]
        remember(memory, b"x", "A", ADA)
    with open_sent_memory(tmp_path, "one") as memory:
        assert knows(memory, b"a1") == [True]


@pytest.mark.parametrize(("days", "known"), [(0, True), (KEPT_DAYS, True), (KEPT_DAYS + 1, False)])
def test_entries_expire(tmp_path: Path, days: int, known: bool) -> None:  # noqa: FBT001
    with open_sent_memory(tmp_path, "account", now=0) as memory:
        remember(memory, b"a1", "A", ADA)
    with open_sent_memory(tmp_path, "account", now=days * DAY_S) as memory:
        assert knows(memory, b"a1") == [known]
        memory.drop_expired()
        assert bool(memory.contacts([ADA])) == known
        assert memory.count() == int(known)


def test_refs_that_are_known_for_nothing_are_dropped_in_as_many_days(tmp_path: Path) -> None:
    """And with whatever expires; a look at each of them every day would take seconds."""

    def look(day: int) -> tuple[bool, bool]:
        with open_sent_memory(tmp_path, "account", now=day * DAY_S) as memory:
            memory.drop_expired()
            return bool(memory.contacts([ADA])), bool(memory.contacts([BOB]))

    assert look(100) == (False, False)  # of an empty memory, and noted
    with open_sent_memory(tmp_path, "account", now=100 * DAY_S) as memory:
        remember(memory, b"a1", "A", ADA)
        memory.announce([[ADA]])  # by one that is killed before it sends
    with open_sent_memory(tmp_path, "account", now=101 * DAY_S) as memory:
        remember(memory, b"b1", "B", BOB)
    assert look(101) == (True, True)
    assert look(100 + KEPT_DAYS) == (False, True)
    assert look(102 + KEPT_DAYS) == (False, False)
    assert look(5000) == (False, False)  # by a clock that was set back since
    with open_sent_memory(tmp_path, "account", now=200 * DAY_S) as memory:
        remember(memory, b"a1", "A", ADA)
        memory.announce([[ADA]])
    assert look(200) == (False, False)


def test_refs_can_be_remembered_without_a_payload(memory: SentMemory) -> None:
    (claim,) = memory.announce([[ADA, ADA_ID]])
    memory.remember([Sent(claim, None, "A")])
    remember(memory, b"a1", "A", ADA)
    memory.announce([[ADA_ID]])
    assert knows(memory, b"a1") == [False]


def test_more_than_one_look_up_holds(memory: SentMemory) -> None:
    memory._connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 500)
    bodies = [str(number).encode() for number in range(1300)]
    refs = [(ContactRef("userId", str(body)),) for body in bodies]
    claims = memory.announce(refs)
    memory.remember(
        [
            Sent(claim, memory.digest(body), str(body))
            for claim, body in zip(claims, bodies, strict=True)
        ]
    )
    assert all(knows(memory, *bodies))
    memory.announce(refs[:1000])
    assert sum(knows(memory, *bodies)) == 300


def test_forgetting_where_nothing_was_imported_makes_no_file(tmp_path: Path) -> None:
    write(tmp_path / "state", ADA)
    assert not (tmp_path / "state").exists()


def test_commands_forget_through_the_folder(tmp_path: Path) -> None:
    with open_sent_memory(tmp_path, "account") as memory:
        remember(memory, b"a1", "A", ADA)
    write(tmp_path, ADA)
    with open_sent_memory(tmp_path, "account") as memory:
        assert knows(memory, b"a1") == [False]


def test_no_address_is_kept_and_the_file_is_private(tmp_path: Path) -> None:
    with open_sent_memory(tmp_path, "account") as memory:
        remember(memory, b'{"email":"ada@x.co"}', "contact-id-7", ADA)
    (path,) = [item for item in tmp_path.iterdir() if item.suffix == ".sqlite3"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"ada@" not in path.read_bytes()
    assert b"contact-id-7" not in path.read_bytes()


def test_a_damaged_memory_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "sent.sqlite3"
    path.write_bytes(b"not a database, but long enough to be looked at " * 100)
    before = path.read_bytes()
    with pytest.raises(DamagedFileError, match=f"{path} is damaged"):
        open_sent_memory(tmp_path, "account")
    assert path.read_bytes() == before


def test_a_newer_memory_is_named(tmp_path: Path) -> None:
    open_sent_memory(tmp_path, "account").close()
    connection = sqlite3.connect(tmp_path / "sent.sqlite3")
    connection.execute("PRAGMA user_version = 9")
    connection.close()
    with pytest.raises(DamagedFileError, match="newer version"):
        write(tmp_path, ADA)
