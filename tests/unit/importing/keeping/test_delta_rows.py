"""--changed-only: what is skipped, and that the last word on a contact is always the file's."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from import_engine import Dead, Engine, FakeService, Fuse, rows

from contactctl.contact import ContactRef
from contactctl.errors import BadReplyError, Outcome, RefusedError
from contactctl.importing.keeping.delta import other_write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.exact_json import JsonObject
    from contactctl.service.replies import Reply

FILE = ("a@x.co 1 p1", "b@x.co - p1", "c@x.co 3 p1")


def run(folder: Path, service: FakeService, file: Sequence[str], *, only: bool = True) -> list[str]:
    engine = Engine(
        folder, rows(*file), service, fuses_memory=True, changed_only=only, most_in_flight=1
    )
    return [finished.result.status for finished in engine.all()]


def test_the_second_time_nothing_is_sent(tmp_path: Path) -> None:
    service = FakeService()
    assert run(tmp_path, service, FILE) == ["done"] * 3
    assert run(tmp_path, service, FILE) == ["skipped"] * 3
    assert len(service.writes) == 3


def test_a_changed_row_alone_is_sent(tmp_path: Path) -> None:
    service = FakeService()
    run(tmp_path, service, FILE)
    changed = ("a@x.co 1 p1", "b@x.co - p2", "c@x.co 3 p1")
    assert run(tmp_path, service, changed) == ["skipped", "done", "skipped"]
    assert run(tmp_path, service, FILE) == ["skipped", "done", "skipped"]


def test_an_import_of_everything_is_remembered_too(tmp_path: Path) -> None:
    service = FakeService()
    run(tmp_path, service, FILE, only=False)
    assert run(tmp_path, service, FILE) == ["skipped"] * 3
    assert run(tmp_path, service, FILE, only=False) == ["done"] * 3


def test_another_write_makes_a_row_changed(tmp_path: Path) -> None:
    service = FakeService()
    run(tmp_path, service, FILE)
    with other_write(tmp_path, "account", [ContactRef("userId", "1")]):
        pass
    assert run(tmp_path, service, FILE) == ["done", "skipped", "skipped"]


def test_a_row_that_failed_is_not_remembered(tmp_path: Path) -> None:
    def answer(payload: JsonObject) -> None:
        if payload.get("email") == "b@x.co":
            raise RefusedError("no", status=400, outcome=Outcome.NOT_APPLIED)

    service = FakeService(answer=answer)
    assert run(tmp_path, service, FILE) == ["done", "failed", "done"]
    assert run(tmp_path, service, FILE) == ["skipped", "failed", "skipped"]


def test_a_contact_in_two_rows_gets_both_again_so_that_the_later_one_holds(
    tmp_path: Path,
) -> None:
    service = FakeService()
    file = ("a@x.co - p1", "b@x.co - p1", "a@x.co - p2")
    run(tmp_path, service, file)
    assert run(tmp_path, service, file) == ["done", "skipped", "done"]
    assert run(tmp_path, service, ("b@x.co - p1", "a@x.co - p2")) == ["skipped"] * 2
    assert run(tmp_path, service, ("a@x.co - p1",)) == ["done"]


def test_a_contact_in_two_rows_by_different_identifiers(tmp_path: Path) -> None:
    """Only the service knew, at first, that both rows are one contact."""
    service = FakeService(contacts=[{"email": "a@x.co", "userId": "1"}])
    file = ("a@x.co - p1", "- 1 p2")
    for _ in range(3):
        run(tmp_path, service, file)
        assert service.contacts[0]["plan"] == "p2"
    assert run(tmp_path, service, ("a@x.co - p1",)) == ["done"]
    assert service.contacts[0]["plan"] == "p1"


class Vague(FakeService):
    """A service that applies a plan p2 and answers without an id."""

    def update_once(self, body: bytes) -> Reply[JsonObject]:
        reply = super().update_once(body)
        if b"p2" in body:
            raise BadReplyError("no id", status=200, outcome=Outcome.UNKNOWN)
        return reply


def test_a_row_is_forgotten_by_each_of_its_identifiers_before_it_is_sent(tmp_path: Path) -> None:
    """The first file knew the contact by its user id alone, which stands second in the other."""
    service = Vague(contacts=[{"email": "a@x.co", "userId": "1"}])
    assert run(tmp_path, service, ("- 1 p1",)) == ["done"]
    assert run(tmp_path, service, ("a@x.co 1 p2",)) == ["failed"]
    assert run(tmp_path, service, ("- 1 p1",)) == ["done"]
    assert service.contacts[0]["plan"] == "p1"


@pytest.mark.parametrize("later", ["a@x.co - p2", "- 1 p2"])
def test_a_row_is_not_the_last_word_while_one_that_shares_any_identifier_is_under_way(
    tmp_path: Path, later: str
) -> None:
    """The later row was applied and its answer made no sense: what holds is not the first one."""
    service = Vague(contacts=[{"email": "a@x.co", "userId": "1"}])
    assert run(tmp_path, service, ("a@x.co 1 p1", later)) == ["done", "failed"]
    assert service.contacts[0]["plan"] == "p2"
    assert run(tmp_path, service, ("a@x.co 1 p1",)) == ["done"]
    assert service.contacts[0]["plan"] == "p1"


def test_many_rows_are_looked_at_in_several_steps(tmp_path: Path) -> None:
    service = FakeService()
    file = [f"p{number}@x.co - p1" for number in range(1300)]
    run(tmp_path, service, file)
    file[1222] = "p1222@x.co - p2"
    found = run(tmp_path, service, file)
    assert [number for number, status in enumerate(found) if status == "done"] == [1222]


_ROWS = st.tuples(
    st.sampled_from(["a@x.co", "b@x.co", "-"]),
    st.sampled_from(["1", "2", "-"]),
    st.sampled_from(["p1", "p2", "p3"]),
).filter(lambda row: row[:2] != ("-", "-"))


@given(st.lists(st.lists(_ROWS, max_size=5), min_size=1, max_size=4))
# Each example makes a folder of its own in the one that they share.
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_skipping_never_changes_what_the_service_ends_up_with(
    memory_path: Path, files: list[list[tuple[str, str, str]]]
) -> None:
    """Nights of files with --changed-only, against the same without."""
    whole, only = FakeService(), FakeService()
    with TemporaryDirectory(dir=memory_path) as name:
        for file in files:
            texts = [" ".join(row) for row in file]
            run(Path(name) / "whole", whole, texts, only=False)
            run(Path(name) / "only", only, texts)
            assert only.contacts == whole.contacts


@pytest.mark.parametrize("point", range(0, 90, 4))
def test_a_kill_never_leaves_a_memory_that_skips_wrongly(tmp_path: Path, point: int) -> None:
    """Night one whole; night two killed somewhere and never resumed; night three whole again."""
    service = FakeService()
    first = ("a@x.co 1 p1", "b@x.co - p1", "c@x.co 3 p1")
    second = ("a@x.co 1 p2", "b@x.co - p2", "a@x.co - p3", "c@x.co 3 p2")
    run(tmp_path, service, first)
    engine = Engine(
        tmp_path, rows(*second), service, fuses_memory=True, changed_only=True, most_in_flight=1
    )
    with suppress(Dead):
        list(engine.results(fuse=Fuse(point)))
    run(tmp_path, service, first)
    assert {contact["plan"] for contact in service.contacts} == {"p1"}


def test_a_skipped_row_still_links_the_two_identifiers_behind_it(tmp_path: Path) -> None:
    first = ("a@x.co 1 p0", "z@x.co - p0")
    service = FakeService()
    run(tmp_path, service, first)

    def before(payload: JsonObject) -> None:
        if payload["plan"] == "p1":
            time.sleep(0.05)

    service.before = before
    file = rows("a@x.co 1 p0", "- 1 p1", "a@x.co - p2")
    engine = Engine(tmp_path, file, service, fuses_memory=True, changed_only=True)
    assert [finished.result.status for finished in engine.all()] == ["skipped", "done", "done"]
    assert service.contacts[0]["plan"] == "p2"
