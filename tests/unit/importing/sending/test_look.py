"""The look at a row's contact: what it asks for, what it refuses, and what it then says."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from import_engine import Engine, FakeService, rows

from contactctl.changes.preview import FieldChange
from contactctl.changes.update import Wish
from contactctl.contact import ContactChange, ContactRef
from contactctl.errors import GuardError, Outcome, RefusedError
from contactctl.importing.row import Job, Result, Row, RowChange
from contactctl.importing.sending.look import Guards, Look, LookingSender
from contactctl.importing.sending.sender import RowFailedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from contactctl.exact_json import JsonObject
    from contactctl.service.replies import Reply

ADA: JsonObject = {"id": "c1", "email": "ada@x.co", "userId": "1", "subscribed": True}
BOB: JsonObject = {"id": "c2", "email": "bob@x.co", "userId": None, "subscribed": False}
ALL_ALLOWED = Guards(Wish(replace_user_id=True, change_address=True, resubscribe=True))


@dataclass
class World:
    """Contacts to be found, and what was asked for and written."""

    contacts: Sequence[JsonObject] = (ADA, BOB)
    asked: list[str] = field(default_factory=list)
    written: list[Look] = field(default_factory=list)
    keys: Sequence[str] = ()
    may_go_on: bool = True

    def find(self, ref: ContactRef) -> list[JsonObject]:
        self.asked.append(str(ref))
        return [contact for contact in self.contacts if contact[ref.name] == ref.value]

    def write(self, job: Job, look: Look) -> Result:
        self.written.append(look)
        return Result(job.ordinal, "done", look.id, change=look.change)

    def ask(self, keys: Sequence[str]) -> bool:
        self.keys = keys
        return self.may_go_on

    def send(self, change: ContactChange, guards: Guards | None = None) -> Result | None:
        sender = LookingSender(self, guards or Guards(), self.write)
        return sender.send(Job(Row(7, 8), change), self.ask)


def change(email: str | None = None, user_id: str | None = None, **values: bool) -> ContactChange:
    return ContactChange(email, user_id, values)


@pytest.mark.parametrize(
    ("wanted", "asked"),
    [
        (change("ada@x.co"), ["ada@x.co"]),
        (change(user_id="1"), ["user id 1"]),
        (change("ada@x.co", "1"), ["ada@x.co"]),
        (change("bob@x.co", "2"), ["bob@x.co", "user id 2"]),
        (change("new@x.co", "2"), ["new@x.co", "user id 2"]),
    ],
)
def test_a_second_look_is_made_where_the_first_says_too_little(
    wanted: ContactChange, asked: list[str]
) -> None:
    world = World()
    world.send(wanted)
    assert world.asked == asked


def test_what_a_row_does_is_told_with_its_fields() -> None:
    world = World()
    updated = world.send(change("ada@x.co", subscribed=False))
    assert updated == Result(
        7,
        "done",
        "c1",
        change=RowChange("updated", {"subscribed": FieldChange(before=True, after=False)}),
    )
    created = world.send(change("new@x.co"))
    assert created is not None
    assert created.change == RowChange("created", {"email": FieldChange(None, "new@x.co")})
    assert [(look.contact, look.would) for look in world.written] == [
        (ADA, "update"),
        (None, "create"),
    ]


def test_what_is_there_already_is_unchanged() -> None:
    world = World()
    world.send(change("ada@x.co", "1", subscribed=True))
    assert [look.would for look in world.written] == ["nothing"]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (change("ada@x.co", "2"), "would get another user id: 2"),
        (change("new@x.co", "1"), "would get another address: new@x.co"),
        (change("bob@x.co", "1"), "belong to two contacts"),
        (change("bob@x.co", subscribed=True), "would be subscribed again"),
    ],
)
def test_accidents_fail_the_row_before_anything_is_sent(wanted: ContactChange, words: str) -> None:
    world = World()
    result = world.send(wanted)
    assert result is not None
    assert result.error is not None
    assert (result.error.code, result.error.outcome) == ("guarded", "not_sent")
    assert words in result.error.message
    assert world.written == []


@pytest.mark.parametrize(
    ("wanted", "written"),
    [
        (change("ada@x.co", "2"), 1),
        (change("new@x.co", "1"), 1),
        (change("bob@x.co", subscribed=True), 1),
        (change("bob@x.co", "1"), 0),
    ],
)
def test_each_accident_but_a_merge_may_be_meant(wanted: ContactChange, written: int) -> None:
    world = World()
    world.send(wanted, ALL_ALLOWED)
    assert len(world.written) == written


@pytest.mark.parametrize(
    ("wanted", "guards"),
    [
        (change("new@x.co"), Guards(Wish(must_exist=True))),
        (change(user_id="9"), Guards()),
    ],
)
def test_nobody_to_write_to_is_not_found(wanted: ContactChange, guards: Guards) -> None:
    world = World()
    result = world.send(wanted, guards)
    assert result is not None
    assert result.error is not None
    assert (result.error.code, result.error.outcome) == ("not_found", "not_sent")
    assert world.written == []


def test_a_row_that_must_wait_says_of_whom_it_is_and_does_nothing() -> None:
    world = World(may_go_on=False)
    assert world.send(change("ada@x.co")) is None
    assert (world.keys, world.written) == (["eada@x.co", "u1"], [])


def test_an_address_that_the_profile_does_not_allow_fails_the_row() -> None:
    def check(addresses: Sequence[str | None]) -> None:
        assert addresses == ("ada@x.co",)
        raise GuardError("not this one")

    result = World().send(change(user_id="1"), Guards(check_addresses=check))
    assert result is not None
    assert result.error is not None
    assert result.error.message == "not this one"


def test_a_look_that_fails_has_sent_no_write() -> None:
    class Broken(World):
        def find(self, ref: ContactRef) -> list[JsonObject]:
            error = RefusedError(f"no {ref}", status=400, outcome=Outcome.NOT_APPLIED, attempts=2)
            raise RowFailedError(error)

    result = Broken().send(change("ada@x.co"))
    assert result is not None
    assert result.error == ("refused", "no ada@x.co", 400, "not_sent")
    assert result.attempts == 2


def test_two_rows_found_to_be_of_one_contact_are_written_in_file_order(tmp_path: Path) -> None:
    """The rows share no identifier, and both look before either has written."""
    both = threading.Barrier(2, timeout=20)

    class Service(FakeService):
        def find_once(self, ref: ContactRef) -> Reply[list[JsonObject]]:
            found = super().find_once(ref)
            if len(self.looks) <= 2:
                both.wait()
            return found

    service = Service(contacts=[{"email": "a@x.co", "userId": "1", "plan": "p0"}])
    told = Engine(tmp_path, rows("- 1 p1", "a@x.co - p2"), service, looks=True).all()
    assert [str(write["plan"]) for write in service.writes] == ["p1", "p2"]
    changes = [finished.result.change for finished in told]
    assert changes == [
        RowChange("updated", {"plan": FieldChange("p0", "p1")}),
        RowChange("updated", {"plan": FieldChange("p1", "p2")}),
    ]
    assert 3 <= len(service.looks) <= 4
