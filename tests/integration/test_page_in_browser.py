"""The sandbox's page in a real browser: what is seen, pressed, and survived."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser import CHROMIUM, Page, browser
from sandbox_http import put
from sandbox_served import Served, served

from contactctl.sandbox.app import Settings
from contactctl.sandbox.request_log import RequestLog
from contactctl.sandbox.server import Listen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

HOSTILE = "<script>hit()</script><img src=x onerror=hit()>\u202e"
MANY = 10_000


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("browser")) as found:
        yield found


def opened(page: Page, server: Served) -> None:
    """Open the page of a server in a tab of its own, and wait until it has what there is."""
    page.open(server.address.removesuffix("/api") + "/")
    page.resize(1280, 800)
    page.wait_for("document.readyState === 'complete' && state.dataset.state === 'live'")


def settings() -> Settings:
    return Settings(served_host="127.0.0.1", log=RequestLog())


def test_what_comes_is_seen_and_can_be_opened_by_keyboard(page: Page, tmp_path: Path) -> None:
    with served(tmp_path / "sandbox.sqlite3", settings()) as server, server.client() as client:
        opened(page, server)
        put(client, email="ada@example.com", firstName=HOSTILE, plann=HOSTILE)
        assert put(client, email=HOSTILE).status_code == 400
        row = page.wait_for("document.querySelector('#requests-rows tr:nth-child(2)')?.innerText")
        assert "PUT /contacts/update" in row
        assert "ada@example.com" in row
        assert "firstName: <script>" in row
        assert '"plann" does not exist' in row
        assert "Invalid email address" in page.run("document.querySelector('.why').textContent")
        assert "\\u202e" in page.run("document.querySelector('#requests-rows tr').textContent")

        page.run("document.querySelector('#requests-rows button').focus()")
        page.press("Enter")
        page.wait_for("!detail.hidden && document.activeElement === detail")
        assert "onerror" in page.run("document.querySelector('#detail pre').textContent")
        page.press("Escape")
        assert page.wait_for("detail.hidden && document.activeElement.tagName") == "BUTTON"
        page.press("ArrowDown")
        focused = page.run("document.activeElement.closest('tr').innerText")
        assert "plann" in focused

        page.run("location.hash = '#contacts'")
        page.wait_for("document.querySelector('#contacts-rows button')?.click() ?? !detail.hidden")
        assert "<script>hit()" in page.wait_for("detail.querySelector('li') && detail.textContent")
        put(client, email="ada@example.com", lastName="Lovelace")
        page.wait_for("detail.textContent.includes('lastName: Lovelace')")
        client.post("/contacts/delete", json={"email": "ada@example.com"})
        page.wait_for("detail.textContent.includes('no such contact now')")
        page.resize(360, 740, "dark")
        page.wait_for("main.inert")
        assert page.run("document.documentElement.scrollWidth") <= 360
    assert page.run("document.querySelectorAll('script').length") == 1
    assert {url.split("/")[2] for url in page.asked} == {server.address.split("/")[2]}
    # Whoever loses a server under the page hears of that alone.
    assert not [text for text in page.complaints if "ERR_CONNECTION" not in text]


def test_many_contacts_and_a_server_that_goes_away(page: Page, tmp_path: Path) -> None:
    store = tmp_path / "sandbox.sqlite3"
    contacts = [{"email": f"p{number}@example.com"} for number in range(MANY)]
    with served(store, settings()) as server, server.client() as client:
        control = server.address.removesuffix("/api") + "/_sandbox"
        assert client.post(f"{control}/load", json={"contacts": contacts}).status_code == 200
        put(client, email="p7@example.com", firstName="Ada")
        opened(page, server)
        page.run("location.hash = '#contacts'")
        assert page.wait_for("document.getElementById('contacts-count').textContent") == "10,000"
        assert page.run("document.querySelectorAll('#contacts-rows tr').length") == 50
        search = "document.getElementById('contacts-search')"
        page.run(f"{search}.value = 'p77@'; {search}.dispatchEvent(new Event('input'))")
        page.wait_for("document.querySelectorAll('#contacts-rows tr').length === 1")
        port = server.port
    page.wait_for("state.dataset.state === 'gone'")
    with served(store, settings(), listen=Listen(port=port)) as server, server.client() as client:
        for number in range(2):  # more than the page has seen of the other one
            put(client, email=f"q{number}@example.com")
        page.wait_for("state.dataset.state === 'live'")
        page.wait_for("document.querySelectorAll('#requests-rows tr').length === 2")
        assert "q1@" in page.run("document.querySelector('#requests-rows tr').textContent")
        client.put(f"{control}/faults", json={"fail": ["503:1"]})
        page.wait_for("!playing.hidden")
        client.post(f"{control}/reset")
        page.wait_for("playing.hidden")
        page.wait_for("document.querySelectorAll('#requests-rows tr').length === 0")
