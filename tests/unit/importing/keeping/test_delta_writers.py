"""The memory of sent rows with several writers at once: it never says what does not hold."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from delta_schedule import Schedule, World, Writer, job

from contactctl.errors import Outcome, RefusedError, UnavailableError
from contactctl.importing.keeping.claims import LOST_S, STALE_S
from contactctl.importing.keeping.delta import other_write
from contactctl.importing.keeping.sent_memory import Sent, open_sent_memory
from contactctl.importing.row import Result

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from contactctl.importing.row import Job

ONE, OTHER = "p1@x.co 1 one", "p1@x.co 1 other"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with closing(World(tmp_path)) as made:
        yield made


def test_two_imports_one_after_the_other_remember_the_last(world: World) -> None:
    first, second = Writer(world, "first"), Writer(world, "second")
    first.send(ONE)
    second.send(OTHER)
    assert world.check() == 1
    assert second.announce(OTHER) == []
    assert first.announce(ONE) != []


@pytest.mark.parametrize("landing", ["first", "second"])
@pytest.mark.parametrize("telling", ["first", "second"])
def test_two_imports_at_once_remember_nothing_of_a_contact_of_both(
    world: World, landing: str, telling: str
) -> None:
    writers = {"first": Writer(world, "first"), "second": Writer(world, "second")}
    items = {"first": writers["first"].announce(ONE)[0]}
    items["second"] = writers["second"].announce(OTHER)[0]
    other = {"first": "second", "second": "first"}
    for name in (landing, other[landing]):
        world.land(items[name])
    for name in (telling, other[telling]):
        writers[name].tell(items[name], "1")
        assert world.check() == 0
    writers["first"].send(ONE)
    assert world.check() == 1


def test_a_write_that_began_and_ended_within_another_counts(world: World) -> None:
    """What was announced first lands last."""
    first, second = Writer(world, "first"), Writer(world, "second")
    (item,) = first.announce(ONE)
    second.send(OTHER)
    second.memory.close()
    first.tell(item, world.land(item))
    assert world.check() == 0


def test_a_write_that_was_announced_before_and_lands_afterwards_counts(world: World) -> None:
    first, second = Writer(world, "first"), Writer(world, "second")
    (item,) = first.announce(ONE)
    second.send(OTHER)
    assert world.check() == 0
    world.land(item)
    first.kill()
    assert world.check() == 0


def test_two_imports_that_know_a_contact_by_different_identifiers(world: World) -> None:
    first, second = Writer(world, "first"), Writer(world, "second")
    (by_email,) = first.announce("p1@x.co - one")
    (by_id,) = second.announce("- 1 other")
    world.land(by_id)
    world.land(by_email)
    second_contact = first_contact = "1"
    first.tell(by_email, first_contact)
    second.tell(by_id, second_contact)
    assert world.check() == 0


def test_two_rows_of_one_import_that_share_no_identifier(world: World) -> None:
    """They are in no order: the later one may have been applied first."""
    writer = Writer(world, "one")
    by_email, by_id = writer.announce("p1@x.co - one", "- 1 other")
    world.land(by_id)
    world.land(by_email)
    writer.tell(by_email, "1")
    writer.tell(by_id, "1")
    assert world.check() == 0


def test_a_command_within_an_import_counts(world: World) -> None:
    writer, item = Writer(world, "one"), job(OTHER)
    (row,) = writer.announce(ONE)
    with other_write(world.folder, "account", item.change.refs) as write:
        write.contact_id = world.land(item)
    writer.tell(row, world.land(row))
    assert world.check() == 0


def test_an_import_within_a_command_counts(world: World) -> None:
    writer, item = Writer(world, "one"), job(OTHER)
    with other_write(world.folder, "account", item.change.refs) as write:
        writer.send(ONE)
        assert world.check() == 0
        write.contact_id = world.land(item)
    assert world.check() == 0
    writer.send(ONE)
    assert world.check() == 1


def test_a_command_without_an_answer_may_be_applied_later(world: World) -> None:
    writer, item = Writer(world, "one"), job(OTHER)
    with (
        pytest.raises(UnavailableError),
        other_write(world.folder, "account", item.change.refs),
    ):
        raise UnavailableError("no answer", outcome=Outcome.UNKNOWN)
    writer.send(ONE)
    world.land(item)
    assert world.check() == 0


def test_a_command_that_was_refused_is_over(world: World) -> None:
    writer, item = Writer(world, "one"), job(OTHER)
    with pytest.raises(RefusedError), other_write(world.folder, "account", item.change.refs):
        raise RefusedError("no", outcome=Outcome.NOT_APPLIED)
    writer.send(ONE)
    assert world.check() == 1


def test_a_row_without_an_answer_may_be_applied_later(world: World) -> None:
    first, second = Writer(world, "first"), Writer(world, "second")
    (item,) = first.announce(ONE)
    first.tell(item, None, Outcome.UNKNOWN)
    first.memory.close()
    Writer(world, "first").send("p2@x.co 2 b")  # resumed
    second.send(OTHER)
    world.land(item)
    assert world.check() == 1


def test_a_killed_run_that_goes_on_is_the_same_writer(world: World) -> None:
    first = Writer(world, "run")
    first.announce(ONE)
    first.kill()
    again = Writer(world, "run")
    again.send(ONE)
    assert world.check() == 1


def remembers(world: World, item: Job, after_s: float = 0.0) -> bool:
    """Tell whether what another writer sends so much later is remembered."""
    with open_sent_memory(world.folder, "account") as memory:
        now = memory._clock() + after_s
        memory._clock = lambda: now
        (claim,) = memory.announce([item.change.refs])
        digest = memory.digest(item.body)
        memory.remember([Sent(claim, digest, world.land(item))])
    return world.check() > 0


@pytest.mark.parametrize(("after_s", "known"), [(LOST_S - 1, False), (LOST_S + 60, True)])
def test_what_a_killed_writer_had_sent_may_be_on_its_way_for_some_minutes(
    world: World, after_s: float, *, known: bool
) -> None:
    writer = Writer(world, "killed")
    (item,) = writer.announce(ONE)
    writer.kill()
    assert not remembers(world, item)
    assert remembers(world, item, after_s) == known


def test_what_lands_within_the_time_of_a_killed_writer_counts_afterwards(world: World) -> None:
    """Its closed claims are kept for whoever began before."""
    first, second = Writer(world, "first"), Writer(world, "second")
    (item,) = second.announce(ONE)
    first.send(OTHER)
    first.announce("p2@x.co 2 b")
    first.kill()
    assert remembers(world, job("p3@x.co 3 c"))
    second.tell(item, world.land(item))
    assert world.check() == 1


@pytest.mark.parametrize("after_s", [STALE_S + 60, 2**40])
def test_one_that_lives_may_be_silent_for_hours(world: World, after_s: float) -> None:
    """As where it waits for a service that is away."""
    writer = Writer(world, "slow")
    (item,) = writer.announce(ONE)
    assert not remembers(world, job(OTHER), after_s)
    writer.tell(item, world.land(item))
    assert world.check() == 0
    writer.send(ONE)
    assert world.check() == 1


@pytest.mark.parametrize(("after_s", "known"), [(STALE_S - 1, False), (STALE_S + 60, True)])
def test_a_command_gives_no_sign_and_is_waited_for_an_hour(
    world: World, after_s: float, *, known: bool
) -> None:
    item = job(ONE)
    memory = open_sent_memory(world.folder, "account")
    memory.announce([item.change.refs])
    memory._connection.close()
    assert remembers(world, item, after_s) == known


def test_a_sign_of_life_is_removed_unless_something_is_left(world: World) -> None:
    first, second = Writer(world, "first"), Writer(world, "second")
    first.send(ONE)
    second.announce("p2@x.co 2 b")
    for writer in (first, second):
        writer.memory.close()
    assert [path.name for path in (world.folder / "imports").iterdir()] == ["second.lock"]
    assert (world.folder / "imports" / "second.lock").stat().st_mode & 0o777 == 0o600


def test_nothing_is_kept_of_claims_when_all_have_ended(world: World) -> None:
    first, second = Writer(world, "first"), Writer(world, "second")
    first.send("p1@x.co 1 a")
    second.send("p2@x.co 2 b")
    first.send("p3@x.co - c")
    first.memory.close()
    second.memory.close()
    with open_sent_memory(world.folder, "account") as memory:
        tables = ("claim", "writer")
        counts = [
            memory._connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
            for table in tables
        ]
    assert counts == [(0,), (0,)]


def test_what_was_sent_is_known_to_others_after_a_second(world: World) -> None:
    now = [0.0]
    writer = Writer(world, "one", clock=lambda: now[0])
    for text, at in ((ONE, 0.5), ("p2@x.co 2 b", 1.5)):
        (item,) = writer.announce(text)
        now[0] = at
        writer.delta.after_sending(item, Result(item.ordinal, "done", world.land(item), 1))
        writer.delta.flush_due()
        assert (world.check() == 0) == (at == 0.5)
        assert (writer.delta.due_in_s is None) == (at == 1.5)
        writer.delta.flush()


@pytest.mark.parametrize("seed", range(5))
def test_in_any_order_of_steps_the_memory_holds(world: World, seed: int) -> None:
    Schedule(world, seed).run(60)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000, 1100))
def test_in_a_hundred_orders_of_steps_the_memory_holds(world: World, seed: int) -> None:
    Schedule(world, seed).run(400)
