"""Requests as they go on the wire, and the headers of what comes back."""

from __future__ import annotations

import pytest
from client_calls import KEY
from scripted import UNASKED

from contactctl.network.messages import Http, Response


@pytest.mark.parametrize(
    ("base_url", "host", "root"),
    [
        ("https://app.loops.so:443/api/v1/", "app.loops.so", "https://app.loops.so"),
        ("https://h", "h", "https://h"),
        ("http://[::1]:8025/a/b", "[::1]:8025", "http://[::1]:8025"),
        ("http://LOCALHOST:8025", "localhost:8025", "http://localhost:8025"),
    ],
)
def test_a_request_names_its_host_and_stands_below_the_path_of_the_address(
    base_url: str, host: str, root: str
) -> None:
    http = Http(base_url, KEY, UNASKED)
    request = http.request("GET", "lists", query={}, body=None, timeout_s=1)
    assert dict(request.headers)["Host"] == host
    assert http.url_of(request) == f"{root}{request.target}"
    assert request.target.endswith("/v1/lists")


def test_what_has_a_body_says_how_long_it_is_and_what_has_none_says_nothing() -> None:
    http = Http("https://h", KEY, UNASKED)
    for body, expected in ((None, None), (b"", "0"), ("ü".encode(), "2")):
        request = http.request("PUT", "lists", query={}, body=body, timeout_s=1)
        assert dict(request.headers).get("Content-Length") == expected
        assert ("Content-Type" in dict(request.headers)) == (body is not None)


def test_a_header_is_found_by_its_lower_case_name_and_repeated_ones_are_joined() -> None:
    response = Response(200, [("Retry-After", "3"), ("DATE", "now"), ("retry-after", "5")], [])
    assert response.header("retry-after") == "3, 5"
    assert response.header("date") == "now"
    assert response.header("location") is None
