"""Many clients of a served sandbox at once, some of them bad: no write lost, the control alive."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import httpx
import pytest
from sandbox_http import put, slow
from sandbox_served import Served, request, served

from contactctl.exact_json import Number
from contactctl.sandbox.app import Settings
from contactctl.sandbox.request_log import MOST_REQUESTS, RequestLog
from contactctl.sandbox.server import Listen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

CLIENTS, WRITES = 8, 25


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "sandbox.sqlite3", Settings(log=RequestLog())) as running:
        yield running


def control(sandbox: Served, path: str, **query: int) -> httpx.Response:
    """Ask a control address."""
    url = httpx.URL(sandbox.address).copy_with(path=f"/_sandbox{path}")
    with sandbox.client() as client:
        return client.get(url, params=query)


def _write(sandbox: Served, number: int) -> list[int]:
    with sandbox.client() as client:
        return [
            put(client, email=f"c{number}@example.com", seats=Number(str(count))).status_code
            for count in range(WRITES)
        ]


def _bother(sandbox: Served, seed: int) -> None:
    noise = random.Random(seed).randbytes(300)  # noqa: S311 - the same each time
    with sandbox.connection() as connection:
        connection.sendall(noise if seed % 2 else b"PUT /api/v1/contacts/update HTTP/1.1\r\nX: ")


def test_a_crowd_loses_no_write_and_leaves_the_control_alive(sandbox: Served) -> None:
    with ThreadPoolExecutor(CLIENTS + 2) as threads:
        writing = [threads.submit(_write, sandbox, number) for number in range(CLIENTS)]
        bothering = [threads.submit(_bother, sandbox, seed) for seed in range(60)]
        assert control(sandbox, "/requests").status_code == 200
        statuses = [status for one in writing for status in one.result()]
        for one in bothering:
            one.result()
    assert statuses == [200] * CLIENTS * WRITES
    contacts = control(sandbox, "/dump").json()["contacts"]
    assert sorted(one["email"] for one in contacts) == [f"c{n}@example.com" for n in range(CLIENTS)]
    assert {one["seats"] for one in contacts} == {WRITES - 1}
    logged = control(sandbox, "/requests", most=MOST_REQUESTS).json()["requests"]
    writes = [one for one in logged if one["status"] == 200]
    assert len(writes) == CLIENTS * WRITES
    for number in range(CLIENTS):
        of_one = [one for one in writes if one["request"]["email"] == f"c{number}@example.com"]
        assert [one["request"]["seats"] for one in of_one] == [*range(WRITES)]


def test_the_page_and_the_control_have_threads_of_their_own(tmp_path: Path) -> None:
    settings = Settings(log=RequestLog(), script=slow(600))
    arrived = threading.Event()

    def seen(app: WSGIApplication) -> WSGIApplication:
        def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            if environ["REQUEST_METHOD"] == "PUT":
                arrived.set()
            return app(environ, start_response)

        return answer

    with (
        served(
            tmp_path / "sandbox.sqlite3", settings, listen=Listen(port=0, threads=1), around=seen
        ) as sandbox,
        ExitStack() as stack,
    ):
        for _ in range(3):
            stack.enter_context(sandbox.connection()).sendall(request())
        arrived.wait()
        assert control(sandbox, "/requests").json()["last"] == 0
        assert b"<!doctype html>" in sandbox.raw(b"GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")


def test_the_control_is_not_for_pages_of_others_over_http(sandbox: Served) -> None:
    url = httpx.URL(sandbox.address).copy_with(path="/_sandbox/dump")
    with ExitStack() as stack:
        client = stack.enter_context(sandbox.client())
        headers = {"Origin": "http://evil.example"}
        assert client.get(url, headers=headers).status_code == 403
        assert client.options(url, headers=headers).status_code == 403
        assert client.get(url, headers={"Host": "evil.example"}).status_code == 421
        own = {"Origin": str(url.copy_with(path="/"))[:-1], "Sec-Fetch-Site": "same-origin"}
        assert client.get(url, headers=own).status_code == 200
