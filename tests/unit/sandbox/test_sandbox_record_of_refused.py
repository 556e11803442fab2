"""What the log says of requests that went wrong: whose they were, and what was wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sandbox_calls import ADA
from sandbox_controlled import CONTROL, asked, controlled
from sandbox_http import put

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    with controlled(tmp_path) as client:
        yield client


def newest(client: httpx.Client) -> dict[str, Any]:
    """Return the record of the request that came last."""
    record: dict[str, Any] = asked(client, "/requests")["requests"][-1]
    return record


def test_what_was_ignored_is_told_of_with_the_request(client: httpx.Client) -> None:
    assert put(client, email=ADA, plann="pro").status_code == 200
    (warning,) = newest(client)["warnings"]
    assert '"plann" does not exist' in warning
    put(client, email=ADA)
    assert newest(client)["warnings"] == []


@pytest.mark.parametrize("faults", [{"fail": ["429:1"]}, {"rateLimit": 1}])
def test_a_body_that_no_rule_read_is_shown_all_the_same(
    tmp_path: Path, faults: dict[str, object]
) -> None:
    with controlled(tmp_path, clock_s=lambda: 5.0) as client:
        client.put(f"{CONTROL}/faults", json=faults)
        client.get("/lists")
        assert put(client, email=ADA, plan="pro").status_code == 429
        record = newest(client)
    assert (record["request"], record["contact"]) == ({"email": ADA, "plan": "pro"}, {"email": ADA})


def test_a_body_that_is_too_large_is_not_shown(client: httpx.Client) -> None:
    response = client.put("/contacts/update", content=b"x" * (1024 * 1024 + 1))
    assert (response.status_code, newest(client)["request"]) == (413, None)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/v1/contacts/update", "paths begin with /api/v1/"),
        ("/api/v1/v1/contacts/update", "the sandbox has no such path"),
        ("/api/v1/contact/update", "the sandbox has no such path"),
    ],
)
def test_a_path_that_is_none_says_what_is_wrong_with_it(
    client: httpx.Client, path: str, why: str
) -> None:
    assert client.put(f"http://127.0.0.1:8025{path}").status_code == 404
    assert newest(client)["why"] == why


def test_a_request_over_the_limit_says_how_many_there_may_be(tmp_path: Path) -> None:
    with controlled(tmp_path, rate_limit=2, clock_s=lambda: 5.0) as client:
        statuses = [client.get("/lists").status_code for _ in range(3)]
        assert (statuses, newest(client)["why"]) == (
            [200, 200, 429],
            "more than 2 requests in one second",
        )
