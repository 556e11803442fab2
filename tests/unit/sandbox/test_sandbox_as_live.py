"""What the live service was seen to answer (November 2024 and January 2026), asked of the sandbox.

Statuses, headers, the order of keys and the shapes are those of the recordings; ids and people are
not.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sandbox_http import called_over_wsgi

from contactctl.sandbox.app import Settings
from contactctl.sandbox.request_log import RequestLog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

ID = "cm9zzzzzz00aa0z00testtest"
FOUND_KEYS = [
    "id", "email", "firstName", "lastName", "source", "subscribed", "userGroup", "userId",
    "companyRole", "mailingLists", "optInStatus",
]  # fmt: skip
ACCOUNT: dict[str, Any] = {
    "teamName": "Analytical Engines",
    "lists": [
        {"id": "cm1000000000000000000aaaa", "name": "Letters", "description": None},
        {"id": "cm1000000000000000000bbbb", "name": "Notes", "description": None},
    ],
    "properties": [
        {"key": "companyRole", "type": "string"},
        {"key": "heardAboutChannel", "type": "string"},
    ],
    "contacts": [
        {
            "id": ID,
            "email": "ada@example.com",
            "firstName": "Ada",
            "lastName": "Lovelace",
            "userId": "user_7",
            "companyRole": "Developer",
        }
    ],
}
LIMIT = {"x-ratelimit-limit": "10", "x-ratelimit-remaining": "9"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    settings = Settings(
        rate_limit=10, clock_s=lambda: 5.0, log=RequestLog(), served_host="127.0.0.1"
    )
    with called_over_wsgi(tmp_path / "sandbox.sqlite3", settings) as client:
        client.post("http://127.0.0.1/_sandbox/load", json=ACCOUNT)
        yield client


def answered(client: httpx.Client, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
    """Return the answer to one call, whose headers are those that the live service sent."""
    response = client.request(method, path, json=body, headers={"Accept-Encoding": "gzip, deflate"})
    assert response.status_code == 200, response.text
    expected = {
        **LIMIT,
        "access-control-allow-origin": "*",
        "content-encoding": "gzip",
        "content-type": "application/json; charset=utf-8",
    }
    assert {name: response.headers.get(name) for name in expected} == expected
    return response.json()


def test_a_property_is_created(client: httpx.Client) -> None:
    body = {"name": "planName", "type": "string"}
    assert answered(client, "POST", "/contacts/properties", body) == {"success": True}


def test_a_contact_is_created_with_an_empty_id_that_means_nothing(client: httpx.Client) -> None:
    body = {
        "companyRole": "Admiral", "email": "grace@example.com", "firstName": "Grace", "id": "",
        "lastName": "Hopper", "subscribed": True, "userId": "user_9",
    }  # fmt: skip
    found = answered(client, "POST", "/contacts/create", body)
    assert list(found) == ["success", "id"]
    assert found["success"] is True
    assert found["id"]


def test_a_contact_is_deleted_and_the_message_has_no_full_stop(client: httpx.Client) -> None:
    found = answered(client, "POST", "/contacts/delete", {"userId": "user_7"})
    assert json.dumps(found) == '{"success": true, "message": "Contact deleted"}'


@pytest.mark.parametrize("query", ["userId=user_7", "email=ada%40example.com"])
def test_a_contact_is_found_with_its_keys_in_order(client: httpx.Client, query: str) -> None:
    (found,) = answered(client, "GET", f"/contacts/find?{query}")
    assert list(found) == FOUND_KEYS
    assert found == {
        "id": ID,
        "email": "ada@example.com",
        "firstName": "Ada",
        "lastName": "Lovelace",
        "source": "API",
        "subscribed": True,
        "userGroup": "",
        "userId": "user_7",
        "companyRole": "Developer",
        "mailingLists": {},
        "optInStatus": None,
    }


def test_nobody_is_an_empty_array(client: httpx.Client) -> None:
    assert answered(client, "GET", "/contacts/find?userId=nobody") == []


def test_all_properties_are_more_than_is_documented_and_in_no_order(client: httpx.Client) -> None:
    found = answered(client, "GET", "/contacts/properties")
    assert {tuple(item) for item in found} == {("key", "label", "type")}
    assert {(item["key"], item["label"], item["type"]) for item in found} == {
        ("firstName", "First Name", "string"),
        ("lastName", "Last Name", "string"),
        ("email", "Email", "string"),
        ("notes", "Notes", "string"),
        ("source", "Source", "string"),
        ("userGroup", "User Group", "string"),
        ("userId", "User Id", "string"),
        ("subscribed", "Subscribed", "boolean"),
        ("createdAt", "Created At", "date"),
        ("companyRole", "Company Role", "string"),
        ("heardAboutChannel", "Heard About Channel", "string"),
        ("__domain", "__domain", "string"),
        ("__marketing_audience", "__marketing_audience", "boolean"),
        ("__critical_audience", "__critical_audience", "boolean"),
    }


@pytest.mark.parametrize("path", ["/contacts/properties?list=custom", "/contacts/customFields"])
def test_custom_properties_are_theirs_alone(client: httpx.Client, path: str) -> None:
    found = answered(client, "GET", path)
    assert sorted(item["key"] for item in found) == ["companyRole", "heardAboutChannel"]
    assert {tuple(item) for item in found} == {("key", "label", "type")}


def test_lists_show_four_fields(client: httpx.Client) -> None:
    found = answered(client, "GET", "/lists")
    assert [list(item) for item in found] == [["id", "name", "description", "isPublic"]] * 2
    assert found == [{**item, "isPublic": True} for item in ACCOUNT["lists"]]


def test_a_key_is_answered_with_the_team(client: httpx.Client) -> None:
    found = answered(client, "GET", "/api-key")
    assert json.dumps(found) == '{"success": true, "teamName": "Analytical Engines"}'


def test_a_wrong_key_hears_nothing_of_a_limit(client: httpx.Client) -> None:
    response = client.get("/api-key", headers={"Authorization": "Bearer "})
    assert (response.status_code, response.json()) == (401, {"error": "Invalid API key"})
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["content-type"] == "application/json"
    assert not any(name.startswith("x-ratelimit") for name in response.headers)


def test_a_user_id_keeps_its_contact_under_a_new_address(client: httpx.Client) -> None:
    body = {
        "email": "new@example.com", "firstName": "Ada", "id": "", "lastName": "Lovelace",
        "subscribed": True, "userId": "user_7",
    }  # fmt: skip
    assert answered(client, "PUT", "/contacts/update", body) == {"success": True, "id": ID}


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("br, GZIP;q=0.5", "gzip"),
        ("identity", None),
        ("gzip;q=0", None),
        ("gzip; q=0.000, deflate", None),
        ("xgzip", None),
        ("", None),
    ],
)
def test_replies_are_compressed_for_who_takes_that(
    client: httpx.Client, accepted: str, encoding: str | None
) -> None:
    response = client.get("/lists", headers={"Accept-Encoding": accepted})
    assert response.headers.get("content-encoding") == encoding
    assert len(response.json()) == 2
