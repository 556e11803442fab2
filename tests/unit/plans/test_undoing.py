"""Lines of an undo file taken back from a service whose answers may be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from import_sender import World
from one_contact import FailingWrites, Kept, Service

from contactctl.changes.preview import FieldChange
from contactctl.contact import ContactChange, ContactRef
from contactctl.errors import GuardError, UnavailableError
from contactctl.importing.row import Job, Row
from contactctl.plans.drift import to_change
from contactctl.plans.lines import Planned
from contactctl.plans.opposite import opposite_of_deletion
from contactctl.plans.undoing import UndoingSender, UndoLooks, UndoWriter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.exact_json import JsonObject
    from contactctl.importing.row import Result
    from contactctl.service.replies import Reply

EMAIL = ContactRef("email", "ada@example.com")
ADA: JsonObject = {
    "id": "c1",
    "email": "ada@example.com",
    "userId": "1",
    "source": "API",
    "subscribed": True,
    "mailingLists": {},
}
MADE = Planned(
    (EMAIL,),
    "delete",
    {name: FieldChange(ADA[name], None) for name in ("email", "userId", "source", "subscribed")},
)
RENAMED = Planned((EMAIL,), "update", {"firstName": FieldChange("B", "A")})


def taken_back(
    service: Service,
    item: Planned,
    kept: Kept | None = None,
    *,
    allowed: bool = True,
    world: World | None = None,
) -> Result:
    row = Row(1, 2, values=item.to_json_object())
    looks = UndoLooks(service, None)
    writer = UndoWriter(service, (world or World()).sender, looks, kept)

    def check(_: Sequence[str | None]) -> None:
        if not allowed:
            raise GuardError("not allowed")

    sender = UndoingSender(looks, writer.write, check)
    result = sender.send(Job(row, to_change(item)), lambda _: True)
    assert result is not None
    return result


def test_a_creation_whose_answer_was_lost_is_found_to_be_done() -> None:
    service = Service(None, "create")
    result = taken_back(service, opposite_of_deletion(ADA))
    assert (result.status, result.id, service.calls) == ("done", "c2", ["create", "create"])


def test_a_deletion_whose_answer_was_lost_is_done() -> None:
    service = Service(ADA, "delete")
    result = taken_back(service, MADE)
    assert (result.status, service.calls) == ("done", ["delete", "delete"])


def test_somebody_who_appears_between_look_and_creation_is_left_alone() -> None:
    class Racing(Service):
        def create_once(self, change: ContactChange) -> Reply[JsonObject]:
            self.contact = {**ADA, "id": "c9", "firstName": "Eva", "userId": "7"}
            return super().create_once(change)

    service = Racing(None)
    result = taken_back(service, opposite_of_deletion(ADA))
    assert result.error is not None
    assert (result.error.code, result.error.outcome) == ("drifted", "not_applied")


def test_somebody_who_vanishes_between_look_and_deletion_is_an_error() -> None:
    class Racing(Service):
        def delete_once(self, ref: ContactRef) -> Reply[JsonObject]:
            self.contact = None
            return super().delete_once(ref)

    result = taken_back(Racing(ADA), MADE)
    assert result.error is not None
    assert result.error.code == "not_found"


def test_a_second_step_that_is_refused_leaves_the_outcome_unknown() -> None:
    changes = {"userId": FieldChange("1", "0"), "firstName": FieldChange("A", "B")}
    item = Planned((EMAIL, ContactRef("userId", "1")), "update", changes)
    service = Service({**ADA, "firstName": "A"})
    service.refuses_step = 2
    result = taken_back(service, item)
    assert result.error is not None
    assert result.error.outcome == "unknown"
    # What is back already is not in the way of a second time.
    service.refuses_step = None
    assert taken_back(service, item).status == "done"
    assert service.contact is not None
    assert (service.contact["userId"], service.contact["firstName"]) == ("0", "B")


@pytest.mark.parametrize(
    ("item", "contact"),
    [(MADE, ADA), (opposite_of_deletion(ADA), None), (RENAMED, {**ADA, "firstName": "B"})],
)
def test_a_service_that_fails_on_every_write_is_no_lines_fault(
    item: Planned, contact: JsonObject | None
) -> None:
    world = World(patience_s=10.0)
    world.looks_get_through()
    with pytest.raises(UnavailableError):
        taken_back(FailingWrites(contact, world), item, world=world)


@pytest.mark.parametrize(("item", "contact"), [(MADE, ADA), (opposite_of_deletion(ADA), None)])
def test_its_own_way_back_is_kept_first(item: Planned, contact: JsonObject | None) -> None:
    service = Service(contact)
    kept = Kept(service)
    taken_back(service, item, kept)
    assert kept.looks == [(item.would, 0)]


def test_what_needs_nothing_keeps_nothing() -> None:
    service = Service(None)
    kept = Kept(service)
    result = taken_back(service, MADE, kept)
    assert result.change is not None
    assert (result.change.kind, kept.looks, service.calls) == ("unchanged", [], [])


def test_an_address_that_may_not_be_written_to_is_left() -> None:
    service = Service(ADA)
    result = taken_back(service, MADE, allowed=False)
    assert result.error is not None
    assert (result.error.code, service.contact) == ("guarded", ADA)
