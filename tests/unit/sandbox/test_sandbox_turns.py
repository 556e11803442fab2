"""Requests take turns, and whoever watches waits for none of them."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from sandbox_controlled import CONTROL
from sandbox_http import called_over_wsgi

from contactctl.sandbox.app import Settings
from contactctl.sandbox.calls import Answer
from contactctl.sandbox.incoming import Incoming
from contactctl.sandbox.request_log import Record, RequestLog

if TYPE_CHECKING:
    from pathlib import Path

AT_ONCE, CLIENTS = 4, 12


def test_few_requests_are_answered_at_once_and_the_control_beside_them(tmp_path: Path) -> None:
    inside, go = threading.Semaphore(0), threading.Event()

    def held() -> float:
        inside.release()
        go.wait()
        return 0.0

    settings = Settings(now_s=held, log=RequestLog())
    with (
        called_over_wsgi(tmp_path / "sandbox.sqlite3", settings) as client,
        ThreadPoolExecutor(CLIENTS) as threads,
    ):
        asked = [threads.submit(client.get, "/lists") for _ in range(CLIENTS)]
        try:
            for _ in range(AT_ONCE):
                inside.acquire()
            assert client.get(f"{CONTROL}/requests").json()["requests"] == []
            assert not inside.acquire(blocking=False)
        finally:
            go.set()
        assert {one.result().status_code for one in asked} == {200}


def test_whoever_asks_the_log_does_not_wait_for_a_terminal_that_stands_still() -> None:
    told, go = threading.Event(), threading.Event()

    def tell(_record: Record) -> None:
        told.set()
        go.wait()

    log = RequestLog(tell)
    environ = {"REQUEST_METHOD": "GET", "wsgi.input": io.BytesIO()}
    with ThreadPoolExecutor(1) as threads:
        adding = threads.submit(log.add, Incoming(environ), Answer({}), now_s=0, took_s=0)
        try:
            told.wait()
            assert [one.number for one in log.after(0)] == [1]
        finally:
            go.set()
        adding.result()
