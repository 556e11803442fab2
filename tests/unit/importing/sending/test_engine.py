"""The engine: one result a row, in file order, whatever happens between."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from import_engine import Engine, FakeService, rows

from contactctl.contact import ContactChange
from contactctl.errors import (
    NoConnectionError,
    Outcome,
    RefusedError,
    RowsFailedError,
    UnauthorizedError,
    UnavailableError,
)
from contactctl.importing.pacing.limiter import Limiter
from contactctl.importing.pacing.pacer import Pacer, Rate
from contactctl.importing.row import Job, Result, invalid
from contactctl.importing.sending.workers import LEAST_IN_FLIGHT, Workers

if TYPE_CHECKING:
    from pathlib import Path

    from contactctl.exact_json import JsonObject

PEOPLE = rows(*(f"person{n}@x.co - p{n}" for n in range(60)))


def statuses(engine: Engine, *, resume: bool = False) -> list[str]:
    return [finished.result.status for finished in engine.all(resume=resume)]


def test_every_row_has_one_result_in_file_order(tmp_path: Path) -> None:
    company = threading.Event()

    def before(_: JsonObject) -> None:
        time.sleep(random.random() / 200)  # noqa: S311 - any order of answers will do
        if service.in_flight > 1:
            company.set()
        assert company.wait(20), "another one is sent meanwhile"

    service = FakeService(before=before)
    results = Engine(tmp_path, PEOPLE, service).all()
    assert [finished.job.ordinal for finished in results] == list(range(1, 61))
    assert {finished.result.status for finished in results} == {"done"}


def test_a_result_tells_all_of_a_row(tmp_path: Path) -> None:
    results = Engine(tmp_path, rows("a@x.co 1 p", "zzz - p"), FakeService()).all()
    told = [str(finished.to_json_object()) for finished in results]
    assert told[0] == (
        "{'line': Number('2'), 'email': 'a@x.co', 'userId': '1', 'status': 'done', 'change': None,"
        " 'changes': None, 'id': 'contact-0', 'attempts': Number('1'), 'error': None}"
    )
    assert "'line': Number('3'), 'email': None" in told[1]
    assert "'code': 'usage', 'message': 'email: \"zzz\" is not an email address" in told[1]


def test_a_refused_row_fails_and_the_others_go_on(tmp_path: Path) -> None:
    def answer(payload: JsonObject) -> None:
        if payload["email"] == "person7@x.co":
            raise RefusedError("the service says no", status=400, outcome=Outcome.NOT_APPLIED)

    found = statuses(Engine(tmp_path, PEOPLE, FakeService(answer=answer)))
    assert found == ["done"] * 7 + ["failed"] + ["done"] * 52


def test_rows_of_one_contact_never_overlap_and_keep_their_order(tmp_path: Path) -> None:
    """Few contacts, named by either identifier or both, at random speeds."""
    draw = random.Random(5)  # noqa: S311
    names = [
        f"{draw.choice(['a@x.co', 'b@x.co', 'c@x.co', '-'])} {draw.choice('123-')} p{n}"
        for n in range(300)
    ]
    file = rows(*(name for name in names if not name.startswith("- -")))
    flying: list[set[str]] = []
    seen: dict[str, list[int]] = {}
    lock = threading.Lock()

    def before(payload: JsonObject) -> None:
        keys = {f"{key}={payload[key]}" for key in ("email", "userId") if key in payload}
        with lock:
            assert not any(keys & other for other in flying)
            flying.append(keys)
            for key in keys:
                seen.setdefault(key, []).append(int(str(payload["plan"])[1:]))
        time.sleep(draw.random() / 1000)
        with lock:
            flying.remove(keys)

    Engine(tmp_path, file, FakeService(before=before)).all()
    for plans in seen.values():
        assert plans == sorted(plans)


def test_rows_done_before_a_break_still_hold_a_chain_together(tmp_path: Path) -> None:
    """Row 1 links the two others; after a resume it is not sent again, and still links them."""
    slow = threading.Event()

    def before(payload: JsonObject) -> None:
        if payload["plan"] == "p2":
            slow.wait(0.1)

    service = FakeService(before=before)
    engine = Engine(tmp_path, rows("a@x.co 1 p1", "- 1 p2", "a@x.co - p3"), service)
    results = engine.results()
    next(results)
    assert engine.run is not None
    engine.run.request_stop()
    list(results)
    engine.all(resume=True)
    assert [write["plan"] for write in service.writes][-2:] == ["p2", "p3"]
    assert service.contacts[0]["plan"] == "p3"


def test_a_bad_key_stops_the_run_at_once(tmp_path: Path) -> None:
    def answer(_: JsonObject) -> None:
        raise UnauthorizedError("Invalid API key", status=401)

    engine = Engine(tmp_path, PEOPLE, FakeService(answer=answer))
    with pytest.raises(UnauthorizedError):
        engine.all()
    assert engine.service.most_in_flight <= 10
    engine.service.answer = lambda _: None
    assert statuses(engine, resume=True) == ["done"] * 60
    assert len(engine.service.writes) == 60


def test_results_before_the_end_of_a_run_are_told_first(tmp_path: Path) -> None:
    def answer(payload: JsonObject) -> None:
        if payload["email"] == "person30@x.co":
            raise UnauthorizedError("Invalid API key", status=401)

    engine = Engine(tmp_path, PEOPLE, FakeService(answer=answer), most_in_flight=1)
    results = engine.results()
    assert [next(results).job.ordinal for _ in range(30)] == list(range(1, 31))
    with pytest.raises(UnauthorizedError):
        next(results)


def test_a_service_that_goes_away_stops_the_run_and_no_row_is_called_failed(
    tmp_path: Path,
) -> None:
    service, left = FakeService(), iter(range(20))

    def answer(_: JsonObject) -> None:
        if next(left, None) is None:
            raise NoConnectionError("connection refused")

    service.answer = answer
    engine = Engine(tmp_path, PEOPLE, service)
    told: list[str] = []
    with pytest.raises(NoConnectionError):
        told.extend(finished.result.status for finished in engine.results())
    assert len(service.writes) == 20
    service.answer = lambda _: None
    assert statuses(engine, resume=True) == ["done"] * 60
    assert len(service.writes) == 60


def test_passing_failures_lose_nothing(tmp_path: Path) -> None:
    """As long as no row fails more often than it is repeated, whichever thread draws what."""
    draw = random.Random(3)  # noqa: S311
    failures: Counter[str] = Counter()

    def answer(body: JsonObject) -> None:
        who = str(body["email"])
        if draw.random() < 0.1 and failures[who] < 3:
            failures[who] += 1
            raise UnavailableError("oops", status=500, outcome=Outcome.UNKNOWN)

    service = FakeService(answer=answer)
    assert statuses(Engine(tmp_path, PEOPLE, service)) == ["done"] * 60


def test_max_failures_stops_a_run_that_goes_wrong(tmp_path: Path) -> None:
    def answer(_: JsonObject) -> None:
        raise RefusedError("no", status=400)

    engine = Engine(tmp_path, PEOPLE, FakeService(answer=answer), max_failures=5, most_in_flight=1)
    with pytest.raises(RowsFailedError, match="stopped after 5 failed rows"):
        engine.all()


def test_max_failures_stops_the_senders_before_their_results_are_looked_at(
    tmp_path: Path,
) -> None:
    """Whoever takes the results may be slow: what is in flight ends, and nothing else is sent."""
    asked: list[JsonObject] = []

    def answer(body: JsonObject) -> None:
        asked.append(body)
        raise RefusedError("no", status=400)

    engine = Engine(tmp_path, PEOPLE, FakeService(answer=answer), max_failures=5)
    results = engine.results()
    next(results)
    assert engine.run is not None
    for thread in engine.run._workers._threads:
        thread.join(20)
        assert not thread.is_alive()
    assert 5 <= len(asked) < 5 + LEAST_IN_FLIGHT
    with pytest.raises(RowsFailedError, match="stopped after 5 failed rows"):
        list(results)


class Nobody:
    """Sends nothing and keeps nothing: what it would be asked for is done by hand."""

    def send(self, _: Job, may_go_on: object) -> None:
        """Fail."""
        raise AssertionError(may_go_on)

    def record(self, _: Result) -> None:
        """Fail."""
        raise AssertionError


def test_behind_the_last_failure_the_next_row_of_its_contact_is_not_taken() -> None:
    limiter = Limiter(Pacer(Rate()))
    workers = Workers(Nobody(), Nobody(), limiter, most=0, max_failures=2)
    jobs = [Job(row, ContactChange("a@x.co")) for row in rows(*["a@x.co - p"] * 3)]
    workers.add(jobs)
    assert workers._take() is jobs[0]
    workers._finish(jobs[0], invalid(1, "no"))
    assert workers._take() is jobs[1]
    with pytest.raises(RowsFailedError, match="stopped after 2 failed rows"):
        workers._finish(jobs[1], invalid(2, "no"))
    assert workers._take() is None


def test_rows_that_cannot_be_sent_do_not_count_as_failures_of_the_run(tmp_path: Path) -> None:
    file = rows(*["zzz - p"] * 9, "a@x.co - p")
    found = statuses(Engine(tmp_path, file, FakeService(), max_failures=1))
    assert found == ["failed"] * 9 + ["done"]


def test_an_empty_file_is_finished_at_once(tmp_path: Path) -> None:
    engine = Engine(tmp_path, [], FakeService())
    assert engine.all() == []
    assert engine.run is not None
    assert not engine.run.stopped


@pytest.mark.parametrize(("limit", "most"), [("10", 10), ("30", 30)])
def test_ten_in_flight_at_the_most_unless_the_limit_is_higher(
    tmp_path: Path, limit: str, most: int
) -> None:
    """The first answer names the limit; the others wait until as many as may be are there."""
    first, full = iter(range(1)), threading.Event()

    def before(_: JsonObject) -> None:
        if service.in_flight >= most:
            full.set()
        assert next(first, None) is not None or full.wait(20)

    service = FakeService(before=before, headers={"x-ratelimit-limit": limit})
    results = Engine(tmp_path, PEOPLE, service).results()
    next(results)
    assert full.wait(20)
    results.close()
    assert service.most_in_flight == most


def test_ten_are_in_flight_at_the_most_where_no_limit_is_named(tmp_path: Path) -> None:
    first, over = iter(range(1)), threading.Event()

    def before(_: JsonObject) -> None:
        if service.in_flight > 10:
            over.set()
        if next(first, None) is None:  # the first answer says that there is no limit
            over.wait(0.1)

    service = FakeService(before=before)
    assert len(Engine(tmp_path, PEOPLE, service).all()) == 60
    assert service.most_in_flight <= 10


def test_a_bug_in_a_thread_comes_out_where_the_run_is_read(tmp_path: Path) -> None:
    def answer(_: JsonObject) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Engine(tmp_path, PEOPLE, FakeService(answer=answer)).all()
