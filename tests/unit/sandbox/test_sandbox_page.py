"""The page at /: what is served, to whom, and what it may do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sandbox_http import called_over_wsgi

from contactctl.sandbox.app import Settings
from contactctl.sandbox.request_log import RequestLog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

SCRIPTS = ("page", "parts", "records", "detail", "requests", "contacts", "account")
ORIGIN = "http://127.0.0.1:8025"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    settings = Settings(served_host="127.0.0.1", log=RequestLog())
    with called_over_wsgi(tmp_path / "sandbox.sqlite3", settings) as client:
        yield client


def test_every_file_that_the_page_names_is_served_as_what_it_is(client: httpx.Client) -> None:
    page = client.get(f"{ORIGIN}/")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    wanted = set(re.findall(r'(?:href|src)="(/[^"]+)"', page.text))
    scripts = {path for path in wanted if path.endswith(".js")}
    while scripts:
        text = client.get(f"{ORIGIN}{scripts.pop()}").text
        found = {f"/_sandbox/{name}" for name in re.findall(r'from "\./([^"]+)"', text)}
        scripts |= found - wanted
        wanted |= found
    kinds = {path: client.get(f"{ORIGIN}{path}").headers["Content-Type"] for path in wanted}
    assert kinds == {
        "/_sandbox/page.css": "text/css; charset=utf-8",
        "/_sandbox/icon.svg": "image/svg+xml",
    } | dict.fromkeys(
        (f"/_sandbox/{name}.js" for name in SCRIPTS),
        "text/javascript; charset=utf-8",
    )


def test_it_runs_and_asks_nothing_but_its_own(client: httpx.Client) -> None:
    page = client.get(f"{ORIGIN}/")
    policy = dict(
        part.split(" ", 1) for part in page.headers["Content-Security-Policy"].split("; ")
    )
    assert policy.pop("default-src") == "'none'"
    assert set(policy.values()) == {"'self'", "'none'"}
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert not re.search(r"<script(?! src=)|<style|\son\w+=|style=", page.text)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_it_is_for_this_sandbox_alone(
    client: httpx.Client, headers: dict[str, str], status: int
) -> None:
    for path in ("/", "/_sandbox/page.js"):
        assert client.get(f"{ORIGIN}{path}", headers=headers).status_code == status


def test_it_is_read_only_and_in_no_log(client: httpx.Client) -> None:
    assert client.post(f"{ORIGIN}/").status_code == 405
    assert client.head(f"{ORIGIN}/").status_code == 200
    assert client.get(f"{ORIGIN}/_sandbox/requests").json()["requests"] == []


def test_without_a_log_there_is_no_page(tmp_path: Path) -> None:
    with called_over_wsgi(tmp_path / "sandbox.sqlite3", Settings()) as client:
        assert client.get(f"{ORIGIN}/").status_code == 404
