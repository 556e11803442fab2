"""Who may ask the control addresses: this machine, and no web page but the sandbox's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox_calls import ADA
from sandbox_controlled import CONTROL, ORIGIN, PATHS, asked, controlled
from sandbox_http import put

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    with controlled(tmp_path) as client:
        yield client


FOREIGN = [
    ({"Host": "evil.example"}, 421),
    ({"Host": "evil.example", "Origin": "http://evil.example"}, 421),
    ({"Origin": "http://evil.example"}, 403),
    ({"Origin": "http://127.0.0.1:9999"}, 403),
    ({"Origin": "null"}, 403),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 403),
]


@pytest.mark.parametrize(("headers", "status"), FOREIGN)
def test_a_page_of_another_origin_neither_reads_nor_writes(
    client: httpx.Client, headers: dict[str, str], status: int
) -> None:
    put(client, email=ADA)
    for path, methods in PATHS.items():
        for method in methods:
            response = client.request(
                method, f"{CONTROL}{path}", content=b'{"contacts": []}', headers=headers
            )
            assert response.status_code == status
            assert ADA not in response.text
            assert not any(name.startswith("access-control") for name in response.headers)
    assert [contact["email"] for contact in asked(client, "/contacts")["contacts"]] == [ADA]


@pytest.mark.parametrize("headers", [{"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}, {}])
def test_the_sandboxs_own_page_reads_and_writes(
    client: httpx.Client, headers: dict[str, str]
) -> None:
    assert client.get(f"{CONTROL}/dump", headers=headers).status_code == 200
    response = client.post(f"{CONTROL}/reset", headers=headers)
    assert (response.status_code, response.json()) == (200, {"success": True})
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("address", ["10.0.0.7", "", "127.0.0.1.evil.example", "::ffff:10.0.0.7"])
def test_another_machine_is_refused_though_the_service_answers_it(
    client: httpx.Client, address: str
) -> None:
    client._transport.remote_addr = address  # type: ignore[attr-defined] # httpx's WSGI transport
    assert client.get("/lists").status_code == 200
    response = client.get(f"{CONTROL}/dump")
    assert (response.status_code, "this machine" in response.json()["message"]) == (403, True)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.9", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_known_by_each_of_its_addresses(client: httpx.Client, address: str) -> None:
    client._transport.remote_addr = address  # type: ignore[attr-defined] # httpx's WSGI transport
    assert client.get(f"{CONTROL}/dump").status_code == 200
