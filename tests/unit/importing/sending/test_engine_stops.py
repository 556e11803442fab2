"""The engine stopped, left behind, broken off, and resumed."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from import_engine import Engine, FakeService, rows

from contactctl.errors import (
    UsageError,
)
from contactctl.importing.pacing.pacer import Rate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from contactctl.exact_json import JsonObject
    from contactctl.importing.row import Finished, Row

PEOPLE = rows(*(f"person{n}@x.co - p{n}" for n in range(60)))


def statuses(engine: Engine, *, resume: bool = False) -> list[str]:
    return [finished.result.status for finished in engine.all(resume=resume)]


def test_a_stop_waits_for_what_is_in_flight_and_sends_nothing_more(tmp_path: Path) -> None:
    stopping = threading.Event()

    def before(payload: JsonObject) -> None:
        assert payload["plan"] in {f"p{n}" for n in range(10)} or stopping.wait(20)

    service = FakeService(before=before)
    engine = Engine(tmp_path, PEOPLE, service)
    told = 0
    for _ in engine.results():
        told += 1
        if told == 5:
            assert engine.run is not None
            engine.run.request_stop()
            stopping.set()
    assert engine.run is not None
    assert engine.run.stopped
    assert 5 <= told <= len(service.writes) <= 5 + 2 * 10
    statuses(engine, resume=True)
    assert len(service.writes) == 60


def test_a_stop_ends_a_run_that_waits_for_its_pace(tmp_path: Path) -> None:
    engine = Engine(tmp_path, PEOPLE, FakeService(), rate=Rate(0.02))
    results = engine.results()
    next(results)
    assert engine.run is not None
    began = time.monotonic()
    threading.Timer(0.1, engine.run.request_stop).start()
    assert list(results) == []
    assert time.monotonic() - began < 20  # the next row is due after 50 s


def test_a_request_that_hangs_is_left_behind_after_the_grace(tmp_path: Path) -> None:
    hang, hangs = threading.Event(), threading.Event()

    def before(payload: JsonObject) -> None:
        if payload["email"] == "person3@x.co":
            hangs.set()
            hang.wait(30)

    engine = Engine(tmp_path, PEOPLE, FakeService(before=before), grace_s=2.0)
    told, stopped_at = 0, 0.0
    for _ in engine.results():
        told += 1
        if told == 3:
            assert engine.run is not None
            assert hangs.wait(20)
            engine.run.request_stop()
            stopped_at = time.monotonic()
    assert 2.0 <= time.monotonic() - stopped_at < 2 * 2.0, "it is waited for once"
    hang.set()
    assert told == 3


def test_a_second_stop_waits_for_nothing(tmp_path: Path) -> None:
    hang = threading.Event()

    def before(payload: JsonObject) -> None:
        if payload["email"] == "person3@x.co":
            hang.wait(30)

    engine = Engine(tmp_path, PEOPLE, FakeService(before=before), grace_s=30.0)
    results = engine.results()
    next(results)
    assert engine.run is not None
    engine.run.request_stop()
    engine.run.request_stop(at_once=True)
    began = time.monotonic()
    list(results)
    assert time.monotonic() - began < 15  # the request hangs for twice as long
    hang.set()


def test_a_consumer_that_leaves_early_leaves_a_run_that_can_be_resumed(tmp_path: Path) -> None:
    engine = Engine(tmp_path, PEOPLE, FakeService())
    results = engine.results()
    for _ in range(7):
        next(results)
    results.close()
    rest = [finished for finished in engine.all(resume=True) if not finished.job.earlier]
    assert len(rest) == 54  # whoever was handed the seventh may not have come to tell of it


def test_a_file_that_breaks_off_is_an_error_after_the_results_before_it(tmp_path: Path) -> None:
    def file() -> Iterator[Row]:
        yield from PEOPLE[:1500]
        raise UsageError("the file changed while it was being read")

    engine = Engine(tmp_path, file(), FakeService())  # type: ignore[arg-type]
    told: list[Finished] = []
    with pytest.raises(UsageError, match="changed while"):
        told.extend(engine.results())
    assert engine.run is not None
    assert engine.run.stopped


def test_a_resumed_run_tells_of_every_row_and_sends_what_is_left(tmp_path: Path) -> None:
    service = FakeService()
    engine = Engine(tmp_path, PEOPLE, service)
    results = engine.results()
    first = [next(results) for _ in range(10)]
    results.close()
    again = engine.all(resume=True)
    assert [finished.result for finished in again[:9]] == [
        finished.result for finished in first[:9]
    ]
    assert [finished.job.earlier for finished in again[:9]] == [True] * 9
    assert len(service.writes) == 60
    writes = len(service.writes)
    with pytest.raises(UsageError, match="no unfinished run"):
        engine.all(resume=True)
    assert len(service.writes) == writes
