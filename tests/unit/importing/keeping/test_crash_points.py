"""A run killed at every point where something happens, and resumed: nothing lost, nothing false."""

from __future__ import annotations

import sqlite3
from itertools import count
from typing import TYPE_CHECKING

import pytest
from import_engine import IDENTITY, Dead, Engine, FakeService, Fuse, rows

from contactctl.errors import ContactctlError
from contactctl.importing.keeping.journal import open_journal
from contactctl.importing.keeping.journals import Journals

if TYPE_CHECKING:
    from pathlib import Path

    from contactctl.exact_json import JsonObject
    from contactctl.importing.row import Finished

#: 20 rows: repeated contacts, chains of both identifiers, one that cannot be sent, one refused.
FILE = rows(
    "a@x.co 1 p1",
    "b@x.co - p1",
    "a@x.co - p2",
    "- 1 p3",
    "c@x.co 3 p1",
    "nonsense - p1",
    "d@x.co - p1",
    "- 404 p1",
    "b@x.co - p2",
    "e@x.co 5 p1",
    "- 5 p2",
    "e@x.co - p3",
    "f@x.co - p1",
    "g@x.co - p1",
    "h@x.co - p1",
    "a@x.co 1 p4",
    "i@x.co - p1",
    "j@x.co - p1",
    "f@x.co - p2",
    "b@x.co - p3",
)
FAILED = {6, 8}
#: Points lie about 15 to a row: at strides that share nothing with that, each kind is met.
STRIDES = [
    (False, 13),
    (True, 17),
    pytest.param(False, 1, marks=pytest.mark.slow),
    pytest.param(True, 1, marks=pytest.mark.slow),
]


def uninterrupted(folder: Path) -> list[JsonObject]:
    service = FakeService()
    Engine(folder, FILE, service).all()
    return service.state()


def killed(engine: Engine, fuse: Fuse, *, resume: bool = False) -> tuple[list[Finished], bool]:
    """Run until the fuse blows; return what was told, and whether the run was killed."""
    told: list[Finished] = []
    try:
        for finished in engine.results(resume=resume, fuse=fuse):
            told.append(finished)
            fuse.tick()
    except Dead:
        return told, True
    return told, False


def recorded_done(folder: Path) -> dict[int, str | None]:
    """Return the rows that the journal calls done."""
    (path,) = [*folder.glob("*.journal"), *folder.glob("*.finished")]
    with open_journal(path) as journal:
        found = {row.ordinal: journal.result_of(row.ordinal) for row in FILE}
    return {
        ordinal: result.id
        for ordinal, result in found.items()
        if result is not None and result.status == "done"
    }


@pytest.mark.parametrize(("looks", "stride"), STRIDES)
def test_crash_points_from_the_first_to_the_last(
    memory_path: Path, stride: int, *, looks: bool
) -> None:
    expected = uninterrupted(memory_path / "whole")
    for point in count(step=stride):
        folder = memory_path / str(point)
        service = FakeService()
        engine = Engine(folder, FILE, service, fuses_memory=True, most_in_flight=1, looks=looks)
        told, died = killed(engine, Fuse(point))
        done = recorded_done(folder)
        applied = {str(write) for write in service.writes}
        for finished in told:
            assert finished.result.status != "done" or finished.job.ordinal in done
        for ordinal in done:
            assert _payload(ordinal) in applied
        if not Journals(folder).has_unfinished(IDENTITY):
            assert not died
            assert [finished.job.ordinal for finished in told] == list(range(1, 21))
            break
        before = len(service.writes)
        rest = engine.all(resume=True)
        assert service.state() == expected
        assert [finished.job.ordinal for finished in rest] == list(range(1, 21))
        assert {item.job.ordinal for item in rest if item.result.status == "failed"} == FAILED
        again = service.writes[before:]
        assert not [ordinal for ordinal in done if _payload(ordinal) in map(str, again)]
        # With a look, what was written and not recorded is found to be there already.
        assert len(service.writes) <= 18 + (not looks)
        assert all(
            bool(item.result.change) == (looks and item.result.id is not None) for item in rest
        )
        earlier = [item.job.ordinal for item in rest if item.job.earlier]
        assert earlier == list(range(1, len(earlier) + 1))
        assert len(earlier) <= len(told)
    assert point > 100


def _payload(ordinal: int) -> str:
    email, user_id, plan = FILE[ordinal - 1].cells
    payload = {"email": email, "userId": user_id, "plan": plan}
    return str({key: value for key, value in payload.items() if value})


@pytest.mark.parametrize("looks", [False, True])
@pytest.mark.parametrize("seed", range(0, 15, 2))
def test_killed_again_and_again_with_many_in_flight(
    memory_path: Path, seed: int, *, looks: bool
) -> None:
    expected = uninterrupted(memory_path / "whole")
    service = FakeService()
    engine = Engine(memory_path / "run", FILE, service, fuses_memory=True, looks=looks)
    step = 7 + 5 * seed
    _, died = killed(engine, Fuse(step))
    kills = int(died)
    while died:
        assert len(service.writes) >= len(recorded_done(memory_path / "run"))
        _, died = killed(engine, Fuse(step + 9 * kills), resume=True)
        kills += died
    assert service.state() == expected
    assert len(service.writes) <= 18 + 10 * kills
    assert len(recorded_done(memory_path / "run")) == 18


def test_what_is_told_before_and_after_a_clean_stop_is_every_row_once(memory_path: Path) -> None:
    service = FakeService()
    engine = Engine(memory_path, FILE, service)
    told = []
    for finished in engine.results():
        told.append(finished.job.ordinal)
        if len(told) == 9:
            assert engine.run is not None
            engine.run.request_stop()
    # What was in flight may have been all the rest; then there is nothing to resume.
    again = engine.all(resume=True) if Journals(memory_path).has_unfinished(IDENTITY) else []
    rest = [finished for finished in again if not finished.job.earlier]
    assert told + [finished.job.ordinal for finished in rest] == list(range(1, 21))
    assert len(service.writes) == 18


class _Failing(Fuse):
    """The disk is full at one call, and at no other."""

    def tick(self) -> None:
        self.count += 1
        if self.count == self.left:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error


@pytest.mark.parametrize("stride", [11, pytest.param(1, marks=pytest.mark.slow)])
def test_a_disk_that_fails_at_any_call_stops_the_run_and_loses_nothing(
    memory_path: Path, stride: int
) -> None:
    """The n-th call to the journal's file fails, for every n that is looked at, once."""
    expected = uninterrupted(memory_path / "whole")

    for point in count(1, stride):
        folder = memory_path / str(point)
        service = FakeService()
        engine = Engine(folder, FILE, service, fuses_memory=True, most_in_flight=1)
        try:
            list(engine.results(disk=_Failing(point)))
            break
        except ContactctlError as error:
            assert "disk is full" in error.message  # noqa: PT017
        rest = engine.all(resume=True)
        assert service.state() == expected
        assert len(rest) == 20
    assert point > 60
