"""Lines of a plan carried out at a service whose answers may be lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from import_sender import World
from one_contact import FailingWrites, Kept, Service

from contactctl.changes.preview import FieldChange
from contactctl.contact import ContactChange, ContactRef
from contactctl.errors import GuardError, UnavailableError
from contactctl.importing.row import Job, Row
from contactctl.plans.carrying import ApplyingSender, Writer
from contactctl.plans.drift import to_change
from contactctl.plans.lines import Planned
from contactctl.plans.planning import planned_deletion

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contactctl.changes.draft import DeclaredTypes
    from contactctl.exact_json import JsonObject
    from contactctl.importing.row import Result
    from contactctl.service.replies import Reply

EMAIL = ContactRef("email", "ada@example.com")
ADA: JsonObject = {"id": "c1", "email": "ada@example.com", "firstName": "Ada", "mailingLists": {}}
CREATION = Planned(
    (EMAIL,),
    "create",
    {"email": FieldChange(None, "ada@example.com"), "firstName": FieldChange(None, "Ada")},
)
UPDATE = Planned((EMAIL,), "update", {"firstName": FieldChange("Ada", "Eve")}, "c1")
DELETION = planned_deletion(EMAIL, ADA)


@dataclass
class Limits:
    declared: DeclaredTypes | None = None
    check_addresses: Callable[[Sequence[str | None]], None] | None = None


def carried(  # noqa: PLR0913 - what a line meets
    service: Service,
    item: Planned,
    kept: Kept | None = None,
    *,
    check: Callable[[Sequence[str | None]], None] | None = None,
    resumed: bool = False,
    world: World | None = None,
    declared: DeclaredTypes | None = None,
) -> Result:
    writer = Writer(service, (world or World()).sender, service, kept, declared)
    limits = Limits(declared, check)
    sender = ApplyingSender(service, writer.write, limits, may_be_done=resumed)
    row = Row(1, 2, values=item.to_json_object())
    result = sender.send(Job(row, to_change(item)), lambda _: True)
    assert result is not None
    return result


@pytest.mark.parametrize(
    ("item", "contact", "call"),
    [(CREATION, None, "create"), (UPDATE, ADA, "update"), (DELETION, ADA, "delete")],
)
def test_a_line_whose_answer_was_lost_is_done_all_the_same(
    item: Planned, contact: JsonObject | None, call: str
) -> None:
    service = Service(contact, call)
    result = carried(service, item)
    assert (result.status, service.calls) == ("done", [call, call])


@pytest.mark.parametrize(("item", "contact"), [(CREATION, None), (UPDATE, ADA), (DELETION, ADA)])
def test_a_service_that_fails_on_every_write_is_no_lines_fault(
    item: Planned, contact: JsonObject | None
) -> None:
    world = World(patience_s=10.0)
    world.looks_get_through()
    with pytest.raises(UnavailableError):
        carried(FailingWrites(contact, world), item, world=world)


@pytest.mark.parametrize(("item", "contact"), [(CREATION, None), (UPDATE, ADA), (DELETION, ADA)])
def test_the_way_back_is_kept_before_the_write(item: Planned, contact: JsonObject | None) -> None:
    service = Service(contact)
    kept = Kept(service)
    carried(service, item, kept)
    assert kept.looks == [(item.would, 0)]


def test_a_resumed_run_writes_nothing_twice() -> None:
    service = Service(ADA | {"firstName": "Eve"})
    result = carried(service, UPDATE, resumed=True)
    assert result.change is not None
    assert (result.change.kind, service.calls) == ("unchanged", [])
    assert carried(service, UPDATE).error is not None


def test_a_creation_whose_answer_was_lost_is_known_by_its_dates_too() -> None:
    class Normalising(Service):
        def find(self, ref: ContactRef) -> list[JsonObject]:
            there = super().find(ref)
            return [{**one, "renewedAt": "2024-01-17T00:00:00.000Z"} for one in there]

    changes = {**CREATION.changes, "renewedAt": FieldChange(None, "2024-01-17")}
    item = Planned((EMAIL,), "create", changes)
    service = Normalising(None, "create")
    result = carried(service, item, declared={"renewedAt": "date"})
    assert (result.status, service.calls) == ("done", ["create", "create"])


def test_somebody_who_appears_between_look_and_creation_is_left_alone() -> None:
    class Racing(Service):
        def create_once(self, change: ContactChange) -> Reply[JsonObject]:
            self.contact = ADA | {"id": "c9"}
            return super().create_once(change)

    service = Racing(None)
    result = carried(service, CREATION)
    assert result.error is not None
    assert (result.error.code, result.error.outcome) == ("drifted", "not_applied")


def test_somebody_who_vanishes_between_look_and_deletion_is_an_error() -> None:
    class Racing(Service):
        def delete_once(self, ref: ContactRef) -> Reply[JsonObject]:
            self.contact = None
            return super().delete_once(ref)

    result = carried(Racing(ADA), DELETION)
    assert result.error is not None
    assert result.error.code == "not_found"


def test_an_address_that_may_not_be_written_to_is_not() -> None:
    def check(addresses: Sequence[str | None]) -> None:
        raise GuardError(f"not to {addresses[0]}")

    service = Service(ADA)
    result = carried(service, UPDATE, check=check)
    assert result.error is not None
    assert (result.error.code, service.calls) == ("guarded", [])
