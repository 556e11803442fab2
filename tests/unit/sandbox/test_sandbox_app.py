"""The sandbox at the HTTP level: keys, routes, limits, faults, failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox_calls import ADA
from sandbox_http import KEY, called_over_wsgi, json_of, put, slow

from contactctl.errors import DamagedFileError
from contactctl.exact_json import Number
from contactctl.sandbox.app import Settings
from contactctl.sandbox.choices import Manner
from contactctl.sandbox.routes import MAX_BODY_BYTES
from contactctl.sandbox.trouble import Fault, Script, to_faults

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

ROUTES = {
    "/api-key": {"GET"},
    "/contacts/create": {"POST"},
    "/contacts/update": {"PUT"},
    "/contacts/find": {"GET"},
    "/contacts/delete": {"POST"},
    "/contacts/suppression": {"GET", "DELETE"},
    "/contacts/properties": {"GET", "POST"},
    "/contacts/customFields": {"GET"},
    "/lists": {"GET"},
    "/events/send": {"POST"},
    "/transactional": {"GET", "POST"},
    "/transactional-emails": {"GET"},
}
WRONG_KEY = {"error": "Invalid API key"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.sqlite3"


def failure(response: httpx.Response) -> str:
    """Return the message of a failure, which has the service's form."""
    value = json_of(response)
    assert isinstance(value, dict)
    assert value["success"] is False
    assert response.headers["content-type"].startswith("application/json")
    return str(value["message"])


def test_an_update_and_a_find_of_it(path: Path) -> None:
    with called_over_wsgi(path, Settings()) as client:
        saved = put(client, email="Ada+tag@example.com", seats=Number("0.5000"))
        found = client.get("/contacts/find", params={"email": "ada+tag@example.com"})
    assert saved.status_code == found.status_code == 200
    assert b'"seats":0.5,' in found.content
    saved_value, found_value = json_of(saved), json_of(found)
    assert isinstance(saved_value, dict)
    assert isinstance(found_value, list)
    assert isinstance(found_value[0], dict)
    assert saved_value == {"success": True, "id": found_value[0]["id"]}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("email=ada%2Btag%40example.com", 200),
        ("email=ada+tag@example.com", 400),
        ("email=%FF@example.com", 400),
        ("email=&userId=42", 200),
        ("email=", 400),
        ("", 400),
        ("email=a%40example.com&userId=42", 400),
        ("userId=%F0%9F%A6%8A", 200),
    ],
)
def test_the_query_is_decoded_as_the_service_does(path: Path, query: str, status: int) -> None:
    with called_over_wsgi(path, Settings()) as client:
        assert client.get(f"/contacts/find?{query}").status_code == status


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_answers_its_methods_and_no_others(path: Path, route: str) -> None:
    with called_over_wsgi(path, Settings()) as client:
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            response = client.request(method, route, content=b"{}")
            assert (response.status_code == 405) is (method not in ROUTES[route])
            if response.status_code == 405:
                assert failure(response) == "Wrong HTTP request method."
                assert response.headers["allow"] == ", ".join(sorted(ROUTES[route]))


def test_head_has_no_body(path: Path) -> None:
    with called_over_wsgi(path, Settings()) as client:
        response = client.head("/lists")
    assert (response.status_code, response.content) == (405, b"")


@pytest.mark.parametrize(
    "url",
    ["/contacts", "/contacts/update/", "/Lists", "/", "", "/../v1/lists", "http://x/v1/lists",
     "http://x/", "http://x/api", "http://x/apiv1/lists", "http://x/etc/passwd", "/events"],
)  # fmt: skip
def test_nothing_but_the_services_own_paths_is_served(path: Path, url: str) -> None:
    with called_over_wsgi(path, Settings()) as client:
        if not url.startswith("http"):
            url = f"http://127.0.0.1/api/v1{url}"
        response = client.get(url)
    if url.endswith("/../v1/lists"):  # the client itself resolves it to the path that exists
        assert response.status_code == 200
    else:
        assert response.status_code == 404
        assert failure(response) == "Not found."


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Basic {KEY}",
        KEY,
        "Bearer wrong",
        f"Bearer {KEY}x",
        f"Bearer {KEY[:-1]}",
    ],
)
@pytest.mark.parametrize("route", ["/api-key", "/contacts/update", "/nowhere"])
def test_a_wrong_or_missing_key_is_refused_on_every_path(
    path: Path, header: str | None, route: str
) -> None:
    with called_over_wsgi(path, Settings(api_key=KEY)) as client:
        del client.headers["Authorization"]
        response = client.get(route, headers={} if header is None else {"Authorization": header})
    assert response.status_code == 401
    assert json_of(response) == WRONG_KEY


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_the_right_key_is_taken(path: Path, scheme: str) -> None:
    with called_over_wsgi(path, Settings(api_key=KEY)) as client:
        response = client.get("/api-key", headers={"Authorization": f"{scheme} {KEY}"})
    assert json_of(response) == {"success": True, "teamName": "Sandbox"}


def test_without_a_key_of_its_own_the_sandbox_takes_any_but_none(path: Path) -> None:
    with called_over_wsgi(path, Settings()) as client:
        assert client.get("/api-key", headers={"Authorization": "Bearer x"}).status_code == 200
        assert client.get("/api-key", headers={"Authorization": "Bearer "}).status_code == 401


def test_the_key_is_not_in_the_settings_text() -> None:
    assert KEY not in repr(Settings(api_key=KEY))


def test_the_rate_limit_is_told_on_every_answer_and_refuses_what_is_over(path: Path) -> None:
    settings = Settings(rate_limit=3, api_key=KEY, clock_s=lambda: 5.0)
    with called_over_wsgi(path, settings) as client:
        answers = [
            client.get("/lists"),
            client.get("/lists", headers={"Authorization": "Bearer wrong"}),
            client.get("/nowhere"),
            client.delete("/lists"),
            client.get("/lists"),
        ]
    assert [answer.status_code for answer in answers] == [200, 401, 404, 405, 429]
    limits = [answer.headers.get("x-ratelimit-limit") for answer in answers]
    assert limits == ["3", None, "3", "3", "3"]
    left = [answer.headers.get("x-ratelimit-remaining") for answer in answers]
    assert left == ["2", None, "1", "0", "0"]
    assert json_of(answers[-1]) == {"success": False, "message": "Rate limit exceeded"}
    assert "retry-after" not in answers[-1].headers


def test_retry_after_is_sent_when_asked_for(path: Path) -> None:
    settings = Settings(rate_limit=1, script=Script(retry_after_s=7), clock_s=lambda: 5.0)
    with called_over_wsgi(path, settings) as client:
        headers = [client.get("/lists").headers for _ in range(2)]
    assert "retry-after" not in headers[0]
    assert headers[1]["retry-after"] == "7"


def test_retry_after_goes_with_each_429_and_nothing_else(path: Path) -> None:
    script = Script(to_faults(["503@1", "429@2"]), retry_after_s=0)
    with called_over_wsgi(path, Settings(script=script)) as client:
        answers = [client.get("/lists") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 429, 200]
    assert [answer.headers.get("retry-after") for answer in answers] == [None, "0", None]


def test_a_contact_may_not_be_as_large_as_a_mail(path: Path) -> None:
    with called_over_wsgi(path, Settings()) as client:
        content = b'{"email": "' + b"x" * MAX_BODY_BYTES + b'"}'
        assert client.put("/contacts/update", content=content).status_code == 413


def test_without_a_limit_no_header_speaks_of_one(path: Path) -> None:
    with called_over_wsgi(path, Settings()) as client:
        answers = [client.get("/lists") for _ in range(50)]
    assert {answer.status_code for answer in answers} == {200}
    assert not any(name.startswith("x-ratelimit") for name in answers[0].headers)


def test_an_injected_failure_has_its_status_and_writes_nothing(path: Path) -> None:
    draws = iter([0.05, 0.15, 0.95, 0.5])
    settings = Settings(script=Script((Fault(503, 0.1), Fault(599, 0.1))), draw=lambda: next(draws))
    with called_over_wsgi(path, settings) as client:
        answers = [put(client, email=ADA), put(client, email=ADA)]
        found = client.get("/contacts/find", params={"email": ADA})
        assert put(client, email=ADA).status_code == 200
    assert [answer.status_code for answer in answers] == [503, 599]
    assert "injected" in failure(answers[0])
    assert json_of(found) == []


def test_latency_is_slept_before_each_answer(path: Path) -> None:
    slept: list[float] = []
    settings = Settings(script=slow(0.25), sleep=slept.append)
    with called_over_wsgi(path, settings) as client:
        client.get("/lists")
        client.get("/nowhere")
    assert slept == [0.25, 0.25]


def test_an_ignored_property_is_warned_of_once(path: Path) -> None:
    warnings: list[str] = []
    with called_over_wsgi(path, Settings(warn=warnings.append)) as client:
        assert put(client, email=ADA, plann="pro").status_code == 200
        assert put(client, email=ADA, plan="pro").status_code == 200
    assert len(warnings) == 1
    assert '"plann"' in warnings[0]


def test_strict_refuses_an_unknown_property(path: Path) -> None:
    warnings: list[str] = []
    with called_over_wsgi(path, Settings(manner=Manner.STRICT, warn=warnings.append)) as client:
        response = put(client, email=ADA, plann="pro")
    assert response.status_code == 400
    assert '"plann"' in failure(response)
    assert warnings == []


def test_the_quotas_clock_is_that_of_the_settings(path: Path) -> None:
    now_s = 1_800_000_000.0
    with called_over_wsgi(path, Settings(now_s=lambda: now_s)) as client:
        put(client, email=ADA)
        response = client.get("/contacts/suppression", params={"email": ADA})
    assert response.json()["removalQuota"] == {"limit": 100, "remaining": 100}


def _break(path: Path) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE mailing_list")


def test_in_this_process_a_failing_store_is_the_callers_error(path: Path) -> None:
    with called_over_wsgi(path, Settings()) as client:
        _break(path)
        with pytest.raises(DamagedFileError, match="damaged"):
            client.get("/lists")


def test_a_served_sandbox_answers_its_failures_and_tells_of_them(path: Path) -> None:
    warnings: list[str] = []
    settings = Settings(served_host="127.0.0.1", warn=warnings.append, rate_limit=10)
    with called_over_wsgi(path, settings) as client:
        _break(path)
        response = client.get("/lists")
        assert client.get("/api-key").status_code == 200
    assert response.status_code == 500
    assert failure(response) == "The sandbox failed."
    assert response.headers["x-ratelimit-limit"] == "10"
    assert len(warnings) == 1
    assert str(path) in warnings[0]
    assert "contactctl sandbox reset" in warnings[0]


def test_a_bug_is_answered_without_its_text(path: Path) -> None:
    def broken() -> float:
        message = "secret"
        raise LookupError(message)

    warnings: list[str] = []
    settings = Settings(served_host="127.0.0.1", warn=warnings.append, now_s=broken)
    with called_over_wsgi(path, settings) as client:
        assert client.get("/lists").status_code == 500
    assert warnings == ["a bug in the sandbox: LookupError"]
