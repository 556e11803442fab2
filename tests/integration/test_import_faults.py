"""A real import and a service that fails, refuses the key, goes away: nothing lost, in order."""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
from chained_rows import group_of, number_in
from import_process import error_of, number_of
from import_trial import IN_FLIGHT, Trial, held, jittered
from sandbox_http import KEY, slow

from contactctl.sandbox.app import Settings
from contactctl.sandbox.trouble import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from conftest import Program


@dataclass
class Revocation:
    """Refuses the key after so many requests, until it is another one."""

    after: int
    new_key: str = KEY
    answered: int = 0

    def around(self, app: WSGIApplication) -> WSGIApplication:
        def guarded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            self.answered += 1
            key = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
            if self.answered <= self.after or key == self.new_key:
                return app(environ, start_response)
            body = b'{"success":false,"message":"Invalid API key","error":"Invalid API key"}'
            start_response("401 Unauthorized", [("Content-Length", str(len(body)))])
            return [body]

        return guarded


def away_once(leaving: threading.Event, app: WSGIApplication) -> WSGIApplication:
    """Return an application that answers nothing but 503 from the event on."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not leaving.is_set():
            return app(environ, start_response)
        start_response("503 Service Unavailable", [("Content-Length", "0")])
        return []

    return answer


@pytest.mark.parametrize(
    ("count", "shares", "latency_s"),
    [
        (150, (0.06, 0.01), 0.01),
        pytest.param(1000, (0.05, 0.05), 0.05, marks=pytest.mark.slow),
    ],
)
def test_failures_by_chance_lose_nothing(
    tmp_path: Path,
    own_folders: Mapping[str, str],
    count: int,
    shares: tuple[float, float],
    latency_s: float,
) -> None:
    import_ = Trial(tmp_path, own_folders, count, seed=5)
    faults = tuple(map(Fault, (500, 429), shares))
    draw = random.Random(5).random  # noqa: S311 - the same failures each time
    settings = Settings(script=replace(slow(latency_s), faults=faults), draw=draw)
    # Threads draw in any order: with three retries one row in 80,000 would fail, however they do.
    with import_.serve(settings), import_.run("--rate=max", "--retries=9") as run:
        assert run.end(most_s=300) == import_.code
    import_.check_end()
    assert {500, 429} <= {write.status for write in import_.log.writes}
    assert {str(row["attempts"]) for row in import_.told} > {str(import_.told[0]["attempts"])}


def test_a_revoked_key_stops_the_run_and_a_new_one_resumes_it(
    tmp_path: Path, own_folders: Mapping[str, str], program: Program
) -> None:
    """With a profile the account stays the same one, whatever its key."""
    import_ = Trial(tmp_path, own_folders, 80, seed=6)
    revocation = Revocation(after=40, new_key="another-key-0123456789")
    words = ("-p", "work", "--rate=max")
    with import_.serve(around=revocation.around) as server:
        url = ("--base-url", server.address)
        added = program("profile", "add", "work", "--no-check", "--key-env", "WORK_KEY", *url)
        assert added.code == 0, added.err
        import_.env = {**own_folders, "WORK_KEY": KEY}
        with import_.run(*words) as run:
            assert run.end() == 4
        error = error_of(run)
        assert (error["code"], str(error["status"]), error["outcome"]) == (
            "unauthorized",
            "Number('401')",
            "not_applied",
        )
        assert len(import_.log.writes) <= 40 + IN_FLIGHT
        import_.env["WORK_KEY"] = "another-key-0123456789"
        assert import_.run_to_its_end(*words, "--resume") == import_.code
    import_.check_end()


def test_a_service_that_goes_away_is_waited_for_by_a_resume(
    tmp_path: Path, own_folders: Mapping[str, str]
) -> None:
    import_ = Trial(tmp_path, own_folders, 80, seed=7)
    words, stack, leaving = ("--rate=max", "--patience=1s"), ExitStack(), threading.Event()
    with (
        held(leaving, after=40) as hold,
        import_.serve(around=lambda app: hold(away_once(leaving, app))),
    ):
        run = stack.enter_context(import_.run(*words))
        import_.log.wait_for_held(run, 1, answered=40)
        leaving.set()
    assert run.end() == 7
    stack.close()
    assert sum(write.status != 503 for write in import_.log.writes) == 40
    error = error_of(run)
    assert error["code"] == "no_connection"
    assert "--resume" in str(error["hint"])
    with import_.serve():
        assert import_.run_to_its_end(*words, "--resume") == import_.code
    import_.check_end(kills=1)


def test_rows_of_one_contact_never_overlap_and_keep_their_order(
    tmp_path: Path, own_folders: Mapping[str, str]
) -> None:
    """Not even where some answers take ten times as long as others."""
    import_ = Trial(tmp_path, own_folders, 100, seed=8)
    jitter = partial(jittered, most_s=0.03, seed=8)
    with import_.serve(Settings(), around=jitter):
        assert import_.run_to_its_end("--rate=max") == import_.code
    import_.check_end()
    assert import_.log.overlaps == []
    assert 2 <= import_.log.most_under_way <= IN_FLIGHT
    turns: defaultdict[str, list[int]] = defaultdict(list)
    for write in import_.log.writes:
        turns[group_of(write.payload)].append(number_in(write.payload["note"]))
    assert [numbers for numbers in turns.values() if numbers != sorted(numbers)] == []
    assert [number_of(row) for row in import_.told] == [row.number for row in import_.rows]
