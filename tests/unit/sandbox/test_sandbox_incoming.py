"""What comes in at the door: hosts, origins, bodies and their lengths."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sandbox_calls import ADA, refused
from sandbox_http import called_over_wsgi, put

from contactctl.sandbox.app import Settings
from contactctl.sandbox.calls import Refusal
from contactctl.sandbox.incoming import (
    Incoming,
    check_host,
    check_origin,
    read_query,
)
from contactctl.sandbox.routes import MAX_BODY_BYTES

if TYPE_CHECKING:
    from pathlib import Path
    from wsgiref.types import WSGIEnvironment

    from contactctl.exact_json import JsonObject

ANY_HOST = "0.0.0.0"  # noqa: S104 - nothing is bound here


def incoming(environ: WSGIEnvironment) -> Incoming:
    return Incoming({"REQUEST_METHOD": "PUT", **environ})


def body_of(content: bytes, **more: str) -> JsonObject:
    """Read a body that says its length, unless told otherwise."""
    environ: WSGIEnvironment = {"CONTENT_LENGTH": str(len(content)), **more}
    return incoming({**environ, "wsgi.input": io.BytesIO(content)}).read_object(MAX_BODY_BYTES)


@pytest.mark.parametrize(
    ("served", "host"),
    [
        ("127.0.0.1", "127.0.0.1:8025"),
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "LOCALHOST:8025"),
        ("127.0.0.1", "[::1]:8025"),
        ("127.0.0.1", "127.0.0.2:8025"),
        ("localhost", "127.0.0.1:8025"),
        ("::1", "[::1]:8025"),
        ("Sandbox.test", "sandbox.test:8025"),
        ("sandbox.test", "10.0.0.7:8025"),
        (ANY_HOST, "0.0.0.0:8025"),
        (ANY_HOST, "192.168.1.5:8025"),
        ("::", "[2001:db8::1]:8025"),
    ],
)
def test_its_own_hosts_are_answered(served: str, host: str) -> None:
    check_host({"HTTP_HOST": host}, served)


@pytest.mark.parametrize(
    ("served", "host"),
    [
        ("127.0.0.1", "evil.example:8025"),
        ("127.0.0.1", "localhost.evil.example"),
        ("127.0.0.1", "127.0.0.1.evil.example"),
        ("127.0.0.1", "10.0.0.7:8025"),
        ("127.0.0.1", "0.0.0.0:8025"),
        ("127.0.0.1", ""),
        ("127.0.0.1", ":8025"),
        ("127.0.0.1", "127.0.0.1:8025, evil.example"),
        ("127.0.0.1", "user@127.0.0.1"),
        ("127.0.0.1", "[::1"),
        (ANY_HOST, "evil.example"),
        (ANY_HOST, "2130706433x"),
        ("sandbox.test", "other.test"),
        ("sandbox.test", "evil-sandbox.test:8025"),
        ("sandbox.test", "evil.sandbox.test"),
        ("sandbox.test", "sandbox.test.evil.example"),
    ],
)
def test_foreign_hosts_are_refused(served: str, host: str) -> None:
    with refused(421, "host"):
        check_host({"HTTP_HOST": host}, served)


def test_a_host_that_is_allowed_is_answered_and_no_other_by_its_end() -> None:
    for host in ("loops:8025", "LOOPS"):
        check_host({"HTTP_HOST": host}, ANY_HOST, ("Loops",))
    for host in ("evil-loops", "a.loops", "loops.evil.example"):
        with refused(421, f"--allow-host {host}"):
            check_host({"HTTP_HOST": host}, ANY_HOST, ("loops",))


def test_what_is_no_host_is_not_repeated() -> None:
    with refused(421, "--allow-host NAME"):
        check_host({"HTTP_HOST": "<script>"}, ANY_HOST)


def test_a_missing_host_is_refused() -> None:
    with refused(421, "host"):
        check_host({}, "127.0.0.1")


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "", "http://127.0.0.1:9999", "http://[", "file://"]
)
def test_a_foreign_origin_is_refused(origin: str) -> None:
    with refused(403, "web pages"):
        check_origin({"HTTP_HOST": "127.0.0.1:8025", "HTTP_ORIGIN": origin})


@pytest.mark.parametrize("more", [{}, {"HTTP_ORIGIN": "http://127.0.0.1:8025"}])
def test_its_own_origin_and_none_are_answered(more: dict[str, str]) -> None:
    check_origin({"HTTP_HOST": "127.0.0.1:8025", **more})


def test_the_door_is_shut_before_the_key_is_looked_at(tmp_path: Path) -> None:
    settings = Settings(served_host="127.0.0.1", rate_limit=10)
    with called_over_wsgi(tmp_path / "sandbox.sqlite3", settings) as client:
        foreign = client.get("/lists", headers={"Host": "evil.example"})
        page = client.get("/lists", headers={"Origin": "http://evil.example"})
    assert (foreign.status_code, page.status_code) == (421, 403)
    for response in (foreign, page):
        assert not any(name.startswith("x-ratelimit") for name in response.headers)
        assert not any(name.startswith("access-control") for name in response.headers)


def test_in_this_process_any_host_will_do(tmp_path: Path) -> None:
    with called_over_wsgi(tmp_path / "sandbox.sqlite3", Settings()) as client:
        assert client.get("http://sandbox.invalid/api/v1/lists").status_code == 200


def test_an_object_is_read() -> None:
    assert body_of(b' {"email": "ada@example.com"} ') == {"email": ADA}


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b'"text"', b"null", b"12", b"{", b"{} {}", b'{"a": NaN}', b'{"a": 1, "a": 2}',
     b"\xff\xfe{}", b'{"a": "\\ud800"}', b"[" * 20_000, b'{"a":' * 20_000, b"a=b&c=d"],
)  # fmt: skip
def test_anything_else_is_refused(content: bytes) -> None:
    with refused(400, "JSON object"):
        body_of(content)


@pytest.mark.parametrize("length", ["-1", "+5", "5.0", "0x5", " 5", "five", "\u0665", "1e3"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    with refused(400, "Content-Length"):
        body_of(b'{"a": 1}', CONTENT_LENGTH=length)


def test_a_body_may_have_a_mebibyte() -> None:
    fitting = b'{"a": "' + b"x" * (MAX_BODY_BYTES - 9) + b'"}'
    assert len(fitting) == MAX_BODY_BYTES
    assert len(str(body_of(fitting)["a"])) == MAX_BODY_BYTES - 9


@pytest.mark.parametrize("length", [str(MAX_BODY_BYTES + 1), "9" * 5000])
def test_a_larger_body_is_refused_unread(length: str) -> None:
    unread = io.BytesIO(b"{}")
    with refused(413, "larger"):
        incoming({"CONTENT_LENGTH": length, "wsgi.input": unread}).read_object(MAX_BODY_BYTES)
    assert unread.tell() == 0


def test_a_body_without_a_length_is_refused() -> None:
    with refused(411, "Content-Length"):
        body_of(b"{}", CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")


def test_a_body_that_breaks_off_is_refused() -> None:
    with refused(400, "JSON object"):
        body_of(b'{"email": "ada', CONTENT_LENGTH="100")


def test_no_more_is_read_than_the_length_says() -> None:
    assert body_of(b"{}GET /next", CONTENT_LENGTH="2") == {}


def test_a_refused_body_leaves_the_data_alone(tmp_path: Path) -> None:
    with called_over_wsgi(tmp_path / "sandbox.sqlite3", Settings()) as client:
        for content in (b"[]", b"", b"{"):
            assert client.put("/contacts/update", content=content).status_code == 400
        assert put(client, email=ADA).status_code == 200


@given(st.binary(max_size=200))
def test_no_body_is_more_than_refused(content: bytes) -> None:
    try:
        assert isinstance(body_of(content), dict)
    except Refusal as refusal:
        assert refusal.status == 400  # noqa: PT017 - either outcome is right


@given(st.binary(max_size=100))
def test_no_query_is_more_than_odd(text: bytes) -> None:
    found = read_query({"QUERY_STRING": text.decode("latin-1")})
    assert all(found.values())
