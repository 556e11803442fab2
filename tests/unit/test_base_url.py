"""The base address: one spelling, refused when it could take a key elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactctl.base_url import (
    DEFAULT_BASE_URL,
    BaseUrlError,
    host_of,
    is_loopback,
    normal_base_url,
    origin_of,
)

SECRET = "sekrit0123456789"


@pytest.mark.parametrize(
    "text",
    [
        "https://app.loops.so/api",
        "https://app.loops.so/api/",
        "https://app.loops.so/api/v1",
        "https://app.loops.so/api/v1/",
        "https://app.loops.so/api//v1//",
        "https://app.loops.so/api/v1/v1",
        "HTTPS://App.Loops.SO:443/api",
        "https://app.loops.so:00443/api",
    ],
)
def test_every_spelling_of_the_default_is_the_default(text: str) -> None:
    assert normal_base_url(text) == DEFAULT_BASE_URL


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.com", "https://example.com"),
        ("https://example.com/V1", "https://example.com/V1"),
        ("https://example.com:8443/Path/v1", "https://example.com:8443/Path"),
        ("http://localhost:8025/api", "http://localhost:8025/api"),
        ("http://127.0.0.1:80/api", "http://127.0.0.1/api"),
        ("http://127.9.8.7", "http://127.9.8.7"),
        ("http://[::1]:8025/api/v1", "http://[::1]:8025/api"),
        ("https://[2001:DB8::1]/", "https://[2001:db8::1]"),
        ("https://api_proxy/api", "https://api_proxy/api"),
    ],
)
def test_an_address_gets_its_one_spelling(text: str, expected: str) -> None:
    assert normal_base_url(text) == expected


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"),
        ("app.loops.so/api", "https://"),
        ("ftp://app.loops.so", "https://"),
        ("file:///etc/passwd", "https://"),
        ("http://app.loops.so/api", "plain http"),
        ("http://127.0.0.1.example.com", "plain http"),
        ("http://127.0.0.256", "plain http"),
        ("http://localhost.example.com", "plain http"),
        ("http://0.0.0.0:8025", "plain http"),
        ("http://[::2]", "plain http"),
        ("http://2130706433", "plain http"),
        (f"https://user:{SECRET}@app.loops.so/api", "user name"),
        (f"https://{SECRET}@app.loops.so/api", "user name"),
        (f"https://app.loops.so/api?key={SECRET}", "query"),
        (f"https://app.loops.so/api#{SECRET}", "query"),
        (f"https://app.loops.so\\@{SECRET}.example.com", "user name"),
        (f"http://localhost#@{SECRET}.example.com", "query"),
        ("https://", "not an address"),
        ("https:///api", "not an address"),
        ("https://exa mple.com", "not an address"),
        ("https://example.com/api\n", "not an address"),
        ("\thttps://example.com/api", "https://"),
        ("https://exämple.com/api", "not an address"),
        ("https://example.com/a%2e%2e", "not an address"),
        ("https://example.com/a/../b", ".."),
        ("https://example.com:", "not an address"),
        ("https://example.com:99999", "port"),
        ("https://example.com:0", "port"),
        ("https://example.com:-1", "not an address"),
        ("https://-example.com", "not an address"),
        ("https://example..com", "not an address"),
        ("https://example.com/" + "a" * 3000, "not an address"),
    ],
)
def test_an_unfit_address_is_refused_and_not_repeated(text: str, word: str) -> None:
    with pytest.raises(BaseUrlError) as caught:
        normal_base_url(text)
    assert word in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1", "[::1]"]
)
def test_these_hosts_are_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "localhost.", "127.0.0.1.", "127.1", "128.0.0.1", "::", "a::1"]
)
def test_these_hosts_are_not_this_machine(host: str) -> None:
    assert not is_loopback(host)


def test_the_host_is_named_with_its_port() -> None:
    assert host_of("https://example.com:8443/api") == "example.com:8443"
    assert host_of(DEFAULT_BASE_URL) == "app.loops.so"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DEFAULT_BASE_URL, ("https", "app.loops.so", 443)),
        ("http://localhost/api", ("http", "localhost", 80)),
        ("http://[::1]:8025/api", ("http", "::1", 8025)),
    ],
)
def test_the_origin_is_where_requests_go(text: str, expected: tuple[str, str, int]) -> None:
    assert origin_of(text) == expected


def test_only_an_address_has_an_origin() -> None:
    with pytest.raises(BaseUrlError):
        origin_of("ftp://example.com")


@given(st.text() | st.from_regex(r"https?://[a-z@:/\[\].0-9v?#\\-]{0,30}", fullmatch=True))
def test_any_text_is_refused_or_has_one_spelling(text: str) -> None:
    try:
        once = normal_base_url(text)
    except BaseUrlError:
        return
    assert normal_base_url(once) == once
    assert once.startswith("https://") or is_loopback(host_of(once).rsplit(":", 1)[0])


@given(
    st.from_regex(r"https://[a-z0-9_.-]{1,12}(:[0-9]{1,5})?(/[a-z0-9]{1,4}){0,3}", fullmatch=True)
)
def test_an_accepted_address_means_the_same_host_to_the_http_library(text: str) -> None:
    import httpx

    try:
        once = normal_base_url(text)
        read = httpx.URL(once)
    except (BaseUrlError, httpx.InvalidURL):
        return
    assert read.netloc.decode() == host_of(once)
