"""What earlier rows would have done, kept for those rows alone that may ask for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from contactctl.changes.update import Wish
from contactctl.contact import ContactChange, ContactRef
from contactctl.importing.row import Job, Row
from contactctl.importing.sending.look import Guards, LookingSender
from contactctl.importing.sending.overlay import Named, Overlay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.exact_json import JsonObject

ADA: JsonObject = {"id": "c1", "email": "ada@x.co", "userId": "1", "mailingLists": {"l1": True}}


@dataclass
class World:
    asked: list[str] = field(default_factory=list)

    def find(self, ref: ContactRef) -> list[JsonObject]:
        self.asked.append(str(ref))
        return [ADA] if ADA[ref.name] == ref.value else []


def told(world: World, *changes: ContactChange) -> tuple[list[str], Overlay]:
    """Send rows one after the other; return what each would do, and what is kept."""
    named = Named(len(changes))
    jobs = [Job(Row(n, n + 1), change) for n, change in enumerate(changes, start=1)]
    for job in jobs:
        named.add(job.keys)
    overlay = Overlay(world, named)
    sender = LookingSender(overlay, Guards(Wish(replace_user_id=True)), overlay.write)
    results = [sender.send(job, lambda _: True) for job in jobs]
    return [str(result and (result.change or result.error)) for result in results], overlay


def kinds(words: Sequence[str]) -> list[str]:
    return [word.split("'")[1] for word in words]


def test_a_contact_that_nobody_else_names_is_not_kept() -> None:
    changes = [ContactChange(f"p{n}@x.co", f"u{n}") for n in range(5)]
    words, overlay = told(World(), *changes)
    assert kinds(words) == ["created"] * 5
    assert len(overlay._contacts) <= 1, "two identifiers may share a bit"


def test_a_created_contact_is_there_for_the_next_row_without_a_request() -> None:
    world = World()
    new = ContactChange("new@x.co", None, {"plan": "pro"})
    words, _ = told(world, new, ContactChange("NEW@x.co", None, {"plan": "pro"}))
    assert kinds(words) == ["created", "unchanged"]
    assert world.asked == ["new@x.co"]


def test_the_address_that_a_contact_would_have_left_is_nobodys() -> None:
    words, _ = told(World(), ContactChange("new@x.co", "1"), ContactChange("ada@x.co"))
    assert kinds(words) == ["updated", "created"]


def test_a_contact_is_found_by_its_other_identifier() -> None:
    first = ContactChange(None, "1", {}, {"l1": False, "l2": True})
    words, _ = told(World(), first, ContactChange("ada@x.co", None, {}, {"l1": False, "l2": True}))
    assert kinds(words) == ["updated", "unchanged"]


def test_what_is_emptied_is_empty() -> None:
    cleared = ContactChange("ada@x.co", None, {"note": None})
    words, _ = told(World(), ContactChange("ada@x.co", None, {"note": "x"}), cleared, cleared)
    assert kinds(words) == ["updated", "updated", "unchanged"]


def test_of_a_large_file_few_contacts_are_kept_for_nothing() -> None:
    rows = 20_000
    jobs = [Job(Row(n, n), ContactChange(f"p{n}@x.co", f"u{n}")) for n in range(rows)]
    named = Named(rows)
    for job in jobs:
        named.add(job.keys)
    named.add(jobs[0].keys)
    kept = [job for job in jobs for key in job.keys if named.by_another(key, job)]
    assert kept[:2] == [jobs[0], jobs[0]]
    assert len(kept) < rows / 50


def test_identifiers_are_counted_in_few_bytes() -> None:
    named = Named(1_000_000)
    assert len(named._once) + len(named._twice) <= 8 << 20
