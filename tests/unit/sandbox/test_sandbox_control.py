"""The addresses under /_sandbox: who may ask, what they answer, what they change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sandbox_calls import ADA, BOB
from sandbox_controlled import CONTROL, PATHS, asked, controlled
from sandbox_http import KEY, called_over_wsgi, put, slow

from contactctl.sandbox.app import Settings
from contactctl.sandbox.request_log import RequestLog
from contactctl.sandbox.trouble import Script, to_faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    with controlled(tmp_path) as client:
        yield client


def test_without_a_log_there_is_no_control(tmp_path: Path) -> None:
    with called_over_wsgi(tmp_path / "sandbox.sqlite3", Settings()) as client:
        assert client.get(f"{CONTROL}/dump").status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_every_address_answers_its_methods_and_no_others(client: httpx.Client, path: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        response = client.request(method, f"{CONTROL}{path}", content=b"{}")
        assert (response.status_code == 405) is (method not in PATHS[path])
        if response.status_code == 405:
            assert response.headers["allow"] == ", ".join(sorted(PATHS[path]))


@pytest.mark.parametrize("path", ["", "/", "/Dump", "/dump/", "/secret"])
def test_another_address_is_not_there(client: httpx.Client, path: str) -> None:
    response = client.get(f"{CONTROL}{path}")
    assert response.status_code == 404
    assert response.json()["success"] is False


def test_no_key_no_limit_and_no_fault_stands_before_it(tmp_path: Path) -> None:
    slept: list[float] = []
    script = Script(to_faults(["500:1"]), slow(9).latencies)
    with controlled(
        tmp_path, script=script, api_key="another-key", rate_limit=1, sleep=slept.append
    ) as client:
        for _ in range(3):
            asked(client, "/dump")
        assert asked(client, "/requests")["requests"] == []
    assert slept == []


def test_a_reset_returns_to_how_the_server_began(tmp_path: Path) -> None:
    seed = {"teamName": "Example", "contacts": [{"email": ADA}]}
    with controlled(
        tmp_path, seed=seed, rate_limit=50, script=Script(to_faults(["503@9"]))
    ) as client:
        client.post(f"{CONTROL}/reset")
        put(client, email=BOB)
        client.put(f"{CONTROL}/faults", json={"fail": ["500:1"], "rateLimit": 3})
        client.post(f"{CONTROL}/load", json={"teamName": "Other", "lists": []})
        client.post(f"{CONTROL}/reset")
        found = asked(client, "/dump")
        assert asked(client, "/faults")["fail"] == ["503@9"]
        assert asked(client, "/faults")["rateLimit"] == 50
        assert asked(client, "/requests")["requests"] == []
    assert found["teamName"] == "Example"
    assert len(found["lists"]) == 3
    assert [contact["email"] for contact in found["contacts"]] == [ADA]


def test_what_is_dumped_is_loaded_unchanged(client: httpx.Client) -> None:
    put(client, email=ADA, userId="42", plan="pro", seats=None)
    put(client, email=BOB, subscribed=False)
    before = client.get(f"{CONTROL}/dump").content
    client.post(f"{CONTROL}/reset")
    response = client.post(f"{CONTROL}/load", content=before)
    assert response.json() == {
        "success": True,
        "loaded": {"lists": 3, "properties": 7, "suppressed": 0, "contacts": 2},
    }
    assert client.get(f"{CONTROL}/dump").content == before


def test_what_cannot_be_loaded_changes_nothing_and_is_named(client: httpx.Client) -> None:
    put(client, email=ADA)
    document = {"teamName": "Other", "contacts": [{"email": BOB}, {"email": "nobody"}]}
    response = client.post(f"{CONTROL}/load", json=document)
    assert response.status_code == 400
    message = response.json()["message"]
    assert message.startswith("contact 2: Invalid email address; `contactctl sandbox dump --all`")
    found = asked(client, "/dump")
    assert found["teamName"] == "Sandbox"
    assert [contact["email"] for contact in found["contacts"]] == [ADA]


def test_the_account_is_the_dump_without_its_contacts(client: httpx.Client) -> None:
    put(client, email=ADA)
    whole = asked(client, "/dump")
    assert asked(client, "/account") == {**whole, "contacts": len(whole["contacts"])}


def test_contacts_come_in_pages_newest_first_and_are_searched(client: httpx.Client) -> None:
    for number in range(7):
        put(client, email=f"p{number}@example.com", userId=f"u_{number}", plan="100%")
    first = asked(client, "/contacts", most=3)
    second = asked(client, "/contacts", most=3, before=first["before"])
    last = asked(client, "/contacts", most=3, before=second["before"])
    emails = [one["email"] for page in (first, second, last) for one in page["contacts"]]
    assert emails == [f"p{number}@example.com" for number in range(6, -1, -1)]
    assert (first["total"], last["before"]) == (7, None)
    totals = {text: asked(client, "/contacts", search=text)["total"] for text in (
        "", "P3@", "u_3", "0%", "u%3", "plan", "!",
    )}  # fmt: skip
    assert totals == {"": 7, "P3@": 1, "u_3": 1, "0%": 7, "u%3": 0, "plan": 0, "!": 0}
    id_ = last["contacts"][0]["id"]
    assert asked(client, "/contacts", search=id_)["contacts"] == last["contacts"]
    assert asked(client, "/contacts", search=id_[:-1])["total"] == 0


def test_requests_are_shown_as_they_come_and_by_contact(client: httpx.Client) -> None:
    put(client, email=ADA, plan="pro")
    put(client, email="nobody")
    client.get("/contacts/find", params={"email": ADA})
    found = asked(client, "/requests")
    first, refused, look = found["requests"]
    assert (found["first"], found["last"]) == (1, 3)
    assert (first["number"], first["method"], first["path"]) == (
        1,
        "PUT",
        "/api/v1/contacts/update",
    )
    assert first["request"] == {"email": ADA, "plan": "pro"}
    assert (first["status"], first["reply"]["success"], first["why"]) == (200, True, None)
    assert first["contact"] == {"email": ADA, "id": first["reply"]["id"]}
    assert (refused["status"], refused["why"]) == (400, "Invalid email address.")
    assert (look["query"], look["request"]) == ({"email": ADA}, None)
    assert look["reply"][0]["plan"] == "pro"
    newer = asked(client, "/requests", after=2)
    assert [one["number"] for one in newer["requests"]] == [3]
    for who in (ADA.upper(), first["contact"]["id"]):
        of_ada = asked(client, "/requests", contact=who)["requests"]
        assert [one["number"] for one in of_ada] == [1, 3]


def test_forgotten_requests_do_not_give_their_numbers_away(client: httpx.Client) -> None:
    put(client, email=ADA)
    assert client.delete(f"{CONTROL}/requests").json() == {"success": True}
    found = asked(client, "/requests")
    assert (found["first"], found["last"]) == (2, 1)
    put(client, email=ADA)
    assert [one["number"] for one in asked(client, "/requests")["requests"]] == [2]


def test_the_version_changes_with_the_data_and_the_faults_alone(client: httpx.Client) -> None:
    versions = [asked(client, "/requests")["version"] for _ in range(2)]
    put(client, email=ADA)
    versions += [asked(client, "/requests")["version"]]
    client.get("/lists")
    versions += [asked(client, "/requests")["version"]]
    assert versions[0] == versions[1] != versions[2] == versions[3]
    for method, given in (("PUT", {"fail": ["503@1"]}), ("POST", {}), ("PUT", {"rateLimit": 5})):
        client.request(method, f"{CONTROL}/faults", json=given)
        versions += [asked(client, "/requests")["version"]]
    assert len(set(versions[3:])) == 4


def test_faults_are_set_and_taken_away_while_it_runs(client: httpx.Client) -> None:
    nothing: dict[str, Any] = dict.fromkeys(["retryAfter", "seed", "rateLimit"])
    nothing |= {"fail": [], "latency": []}
    assert asked(client, "/faults") == nothing
    given = {"fail": ["429@2:PUT"], "latency": [0, "1:/lists"], "retryAfter": 3, "seed": 7}
    answered = client.put(f"{CONTROL}/faults", json=given).json()
    assert answered == {**nothing, **given, "latency": ["0", "1:/lists"]}
    answers = [put(client, email=ADA) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 429, 200]
    assert [answer.headers.get("retry-after") for answer in answers] == [None, "3", None]
    why = [one["why"] for one in asked(client, "/requests")["requests"]]
    assert why == [None, "injected by --fail 429@2:PUT", None]
    client.put(f"{CONTROL}/faults", json={"fail": "503@1", "rateLimit": 5})
    assert put(client, email=ADA).status_code == 503
    assert put(client, email=ADA).headers["x-ratelimit-limit"] == "5"
    assert client.delete(f"{CONTROL}/faults").json() == {**nothing, "rateLimit": 5}


def test_added_faults_fall_behind_those_before_them(client: httpx.Client) -> None:
    client.put(f"{CONTROL}/faults", json={"fail": ["500@3"]})
    put(client, email=ADA)
    for fault in ("429@1-2:PUT", "503@1:PUT", "404@1:GET", "401@2:PUT:/contacts/find"):
        answered = client.post(f"{CONTROL}/faults", json={"fail": [fault], "retryAfter": 2}).json()
    kept = ["500@3", "429@1-2:PUT", "503@3-3:PUT", "404@1:GET", "401@2:PUT:/contacts/find"]
    assert (answered["fail"], answered["retryAfter"]) == (kept, 2)
    statuses = [put(client, email=ADA).status_code for _ in range(4)]
    assert statuses == [429, 500, 503, 200]
    assert client.get("/lists").status_code == 404
    refused = client.post(f"{CONTROL}/faults", json={"latency": ["80"]})
    assert (refused.status_code, asked(client, "/faults")["fail"]) == (400, kept)


@pytest.mark.parametrize(
    "given",
    [{"fail": ["200:1"]}, {"fail": [None]}, {"latency": "soon"}, {"retryAfter": -1}, {"seed": 0.5},
     {"seed": "x"}, {"rateLimit": True}, {"failures": []}, []],
)  # fmt: skip
def test_faults_that_cannot_be_change_nothing(client: httpx.Client, given: object) -> None:
    client.put(f"{CONTROL}/faults", json={"fail": ["503@9"]})
    response = client.put(f"{CONTROL}/faults", json=given)
    assert (response.status_code, response.json()["success"]) == (400, False)
    assert asked(client, "/faults")["fail"] == ["503@9"]


def test_faults_that_cannot_be_are_told_what_can(client: httpx.Client) -> None:
    message = client.put(f"{CONTROL}/faults", json={"fail": ["200:1"]}).json()["message"]
    assert message.startswith('"200:1" is not a failure to inject; give a status from 400 to 599')


def test_each_run_of_a_server_is_another(tmp_path: Path) -> None:
    runs = set()
    for _ in range(2):
        with controlled(tmp_path) as client:
            runs |= {asked(client, "/requests")["run"] for _ in range(2)}
    assert len(runs) == 2


@pytest.mark.parametrize("query", ["after=-1", "after=x", "most=1001", "after=" + "9" * 5000])
def test_numbers_that_are_none_are_refused(client: httpx.Client, query: str) -> None:
    assert client.get(f"{CONTROL}/requests?{query}").status_code == 400


def test_the_key_is_in_no_record(tmp_path: Path) -> None:
    lines: list[str] = []
    log = RequestLog(lambda record: lines.append(record.line))
    settings = Settings(served_host="127.0.0.1", log=log)
    with called_over_wsgi(tmp_path / "sandbox.sqlite3", settings) as client:
        put(client, email=ADA, note=f"my key is {KEY}", userId=KEY)
        client.get(f"/{KEY}")
        text = client.get(f"{CONTROL}/requests").text
    assert KEY not in text + "".join(lines)
    assert "my key is ****6789" in json.loads(text)["requests"][0]["request"]["note"]


def test_a_bug_behind_the_control_is_answered_and_told(tmp_path: Path) -> None:
    def broken() -> float:
        raise LookupError

    warnings: list[str] = []
    with controlled(tmp_path, now_s=broken, warn=warnings.append) as client:
        response = client.get(f"{CONTROL}/dump")
    assert (response.status_code, response.json()["success"]) == (500, False)
    assert warnings == ["a bug in the sandbox: LookupError"]
