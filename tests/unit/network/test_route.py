"""Which proxy a request goes through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactctl.errors import ProxyError
from contactctl.network.proxies import Proxy
from contactctl.network.route import proxy_for

SERVICE = "https://app.loops.so/api"
SECRET = "sekrit0123456789"
PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PROXY, Proxy("proxy.example", 3128)),
        (PROXY + "/", Proxy("proxy.example", 3128)),
        ("proxy.example:3128", Proxy("proxy.example", 3128)),
        ("HTTP://proxy.example", Proxy("proxy.example", 80)),
        ("http://[::1]:3128", Proxy("::1", 3128)),
        ("http://eve:pass@proxy.example:3128", Proxy("proxy.example", 3128, (b"eve", b"pass"))),
        ("http://eve@proxy.example:3128", Proxy("proxy.example", 3128, (b"eve", b""))),
        ("http://e%40v:p%3A%2Fs@proxy.example:1", Proxy("proxy.example", 1, (b"e@v", b"p:/s"))),
    ],
)
def test_a_proxy_is_read_from_its_address(text: str, expected: Proxy) -> None:
    assert proxy_for(SERVICE, {"HTTPS_PROXY": text}) == expected


def test_the_variable_in_lower_case_counts_first_and_an_empty_one_never() -> None:
    names = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
    for number in range(len(names)):
        env = {name: f"http://{name}.example:1" for name in names[number:]}
        env |= dict.fromkeys(names[:number], "")
        assert proxy_for(SERVICE, env) == Proxy(
            f"{names[number]}.example", 1, variable=names[number]
        )


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("socks5://proxy.example:1080", "socks5:// proxies"),
        ("socks5h://proxy.example:1080", "socks5h:// proxies"),
        ("https://proxy.example:443", "https:// proxies"),
        ("http://", "not an address"),
        ("http://proxy.example:99999", "not an address"),
        ("http://proxy.example:0", "not an address"),
        ("http://proxy.example:port", "not an address"),
        (f"http://eve:{SECRET}@proxy example", "not an address"),
        (f"http://eve:{SECRET}@proxy.example:1/path", "not an address"),
        ("http://proxy.example:1\n", "not an address"),
        (" ", "not an address"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_refused_by_the_name_of_its_variable(
    text: str, word: str
) -> None:
    with pytest.raises(ProxyError, match=word) as caught:
        proxy_for(SERVICE, {"all_proxy": text})
    assert "all_proxy" in caught.value.message
    assert SECRET not in caught.value.message
    assert caught.value.exit_code == 9


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8025/api",
        "https://localhost/api",
        "https://127.0.0.1:8443",
        "https://[::1]:8443/api",
    ],
)
def test_this_machine_needs_no_proxy_and_no_sound_one(url: str) -> None:
    assert proxy_for(url, {"HTTPS_PROXY": PROXY, "HTTP_PROXY": PROXY}) is None
    assert proxy_for(url, {"HTTPS_PROXY": "socks5://x"}) is None


def test_the_proxy_for_plain_http_is_for_nobody() -> None:
    assert proxy_for(SERVICE, {"HTTP_PROXY": PROXY, "http_proxy": PROXY}) is None


def test_the_first_variable_with_a_text_counts() -> None:
    env = {"https_proxy": "", "HTTPS_PROXY": "http://first:1", "ALL_PROXY": "http://second:2"}
    assert proxy_for(SERVICE, env) == Proxy("first", 1)
    assert proxy_for(SERVICE, {"HTTPS_PROXY": ""}) is None


@pytest.mark.parametrize(
    ("exceptions", "excepted"),
    [
        ("*", True),
        ("app.loops.so", True),
        ("APP.LOOPS.SO", True),
        ("loops.so", True),
        (".loops.so", True),
        ("*.loops.so", True),
        ("example.com, loops.so", True),
        ("app.loops.so:443", True),
        ("app.loops.so:8443", False),
        ("oops.so", False),
        ("loops.so.example.com", False),
        ("10.0.0.0/8", False),
        ("", False),
        (",,", False),
        (".", False),
        (":443", False),
    ],
)
def test_no_proxy_names_hosts_and_the_domains_above_them(
    exceptions: str,
    excepted: bool,  # noqa: FBT001 - a case
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        found = proxy_for(SERVICE, {"HTTPS_PROXY": PROXY, name: exceptions})
        assert (found is None) == excepted


@pytest.mark.parametrize(
    "entry",
    [
        "2001:db8::1",
        "[2001:db8::1]",
        "[2001:db8::1]:443",
        "2001:0DB8:0:0::1",
        "2001:db8::/32",
        "[2001:db8::]/32",
        "2001:db8::1/64",
    ],
)
def test_no_proxy_names_ipv6_addresses_too(entry: str) -> None:
    env = {"HTTPS_PROXY": PROXY, "NO_PROXY": entry}
    assert proxy_for("https://[2001:db8::1]/api", env) is None
    assert proxy_for("https://[2001:db9::1]/api", env) is not None


@pytest.mark.parametrize(
    ("entry", "excepted"),
    [
        ("10.0.0.0/8", True),
        ("10.1.2.3/8", True),
        ("10.1.2.3/32", True),
        ("10.1.2.3", True),
        ("10.1.2.0/24:443", True),
        ("10.1.2.0/24:80", False),
        ("10.1.3.0/24", False),
        ("::/0", False),
        ("10.0.0.0/33", False),
        ("10/8", False),
        ("a/8", False),
        ("/", False),
    ],
)
def test_a_network_in_no_proxy_holds_the_addresses_that_stand_in_the_url(
    entry: str,
    excepted: bool,  # noqa: FBT001 - a case
) -> None:
    env = {"HTTPS_PROXY": PROXY, "NO_PROXY": f"example.com, {entry}"}
    assert (proxy_for("https://10.1.2.3/api", env) is None) == excepted


def test_a_proxy_does_not_show_its_password() -> None:
    assert SECRET not in repr(Proxy("proxy.example", 1, (b"eve", SECRET.encode())))


@given(st.text(), st.text())
def test_any_environment_gives_a_proxy_none_or_an_error(proxy: str, exceptions: str) -> None:
    try:
        found = proxy_for(SERVICE, {"HTTPS_PROXY": proxy, "NO_PROXY": exceptions})
    except ProxyError:
        return
    assert found is None or 0 < found.port < 65536
