"""Commands replayed from what ``contactctl sandbox serve`` answered over real HTTP.

To record anew, with a server started for each test::

    pytest tests/cli/test_cassettes.py --record-mode=rewrite

Replaying starts no server and opens no connection.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import PROGRAM
from pytest_recording import plugin
from recorded_pool import VCR_CONFIG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Cli, Done

#: The plugin's own, which conftest has put aside for all other tests.
block_network, vcr = plugin.block_network, plugin.vcr
pytestmark = [pytest.mark.vcr, pytest.mark.block_network(allowed_hosts=["none at all"])]

FOLDER = Path(__file__).with_name("recorded_from_sandbox_serve")
KEY = "canary0123456789abcdefCANARY"
ADA = ("-e", "ada@example.com")
ID = re.compile(r"c[a-z0-9]{20,}\n")
#: Where nothing is asked for: replayed requests never get as far as an address.
NOWHERE = "http://127.0.0.1:9/api"


@pytest.fixture(scope="module")
def vcr_config() -> dict[str, Any]:
    return VCR_CONFIG


@pytest.fixture(scope="module")
def vcr_cassette_dir() -> str:
    return str(FOLDER)


@dataclass
class Service:
    """The sandbox that is recorded, or what was recorded of it."""

    cli: Cli
    url: str
    db: Path | None

    def __call__(self, *words: str, **more: Any) -> Done:  # noqa: ANN401 - handed on
        """Run one command against it."""
        env = {"LOOPS_API_KEY": KEY, "CONTACTCTL_BASE_URL": self.url, **more.pop("env", {})}
        return self.cli(*words, "--retries", "0", env=env, **more)

    def suppress(self, address: str) -> None:
        """Mark a contact suppressed; in replay that has been done."""
        if self.db is not None:
            words = ["sandbox", "suppress", address, "--db", str(self.db)]
            subprocess.run([str(PROGRAM), *words], check=True, capture_output=True)


@pytest.fixture
def service(cli: Cli, vcr: Any, record_mode: str, tmp_path: Path) -> Iterator[Service]:  # noqa: ANN401
    if record_mode == "none":
        yield Service(cli, NOWHERE, None)
        assert vcr.all_played
        return
    db = tmp_path / "recorded.sqlite3"
    words = ["sandbox", "serve", "--port", "0", "--rate-limit", "0", "--db", str(db)]
    with subprocess.Popen(
        [str(PROGRAM), *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        url = next(found for found in map(_address_in, server.stdout) if found)
        yield Service(cli, url, db)
        server.terminate()


def _address_in(line: str) -> str | None:
    found = re.search(r"http://127\.0\.0\.1:\d+/api", line)
    return found.group() if found else None


def test_update_creates_and_then_changes(service: Service) -> None:
    created = service("update", *ADA, "--first-name", "Ada", "--prop", "seats=0.1000")
    changed = service("update", *ADA, "--unset", "firstName", "-o", "json")
    assert ID.fullmatch(created.out)
    assert changed.json == {"success": True, "id": created.out.strip()}


def test_update_with_every_kind_of_field(service: Service) -> None:
    words = ("--prop", "plan=pro", "--prop", "trial=false", "--prop", "signupDate=2024-01-17")
    more = ("--list", "weekly digest=true", "--user-group", "VIP", "-u", "42", "--unsubscribed")
    assert service("update", *ADA, *words, *more).code == 5  # no list for who opted out
    assert service("update", *ADA, *words, *more[:-1]).code == 0
    found = service("find", "-u", "42", "-o", "json").json
    assert (found["plan"], found["trial"], found["userGroup"]) == ("pro", False, "VIP")
    assert found["signupDate"] == "2024-01-17T00:00:00.000Z"
    assert found["mailingLists"] == {"cm16k73gq014h0mmj5b6jdi9r": True}


def test_update_at_a_terminal_says_what_it_did(service: Service) -> None:
    env = {"TERM": "dumb"}
    new = service("update", *ADA, terminal=True, env=env)
    known = service("update", *ADA, "--last-name", "L", terminal=True, env=env)
    assert new.out.startswith("created a NEW contact: ada@example.com")
    assert known.out.startswith("updated ada@example.com")


def test_must_exist_and_preview_write_nothing(service: Service) -> None:
    assert service("update", *ADA, "--must-exist").code == 3
    preview = service("update", *ADA, "--dry-run", "--exit-code", "-o", "json")
    assert (preview.code, preview.json["would"]) == (8, "create")
    assert service("find", *ADA).code == 3


def test_a_user_id_alone_creates_nobody(service: Service) -> None:
    done = service("update", "-u", "404", "-o", "json")
    assert (done.code, done.error["code"]) == (5, "refused")
    assert "userId not found" in str(done.error["message"])


def test_a_new_address_in_two_steps(service: Service) -> None:
    assert service("update", *ADA).code == 0
    words = ("--new-email", "new@example.com", "-u", "42")
    assert service("update", *ADA, *words).code == 0
    assert service("find", "-u", "42", "--field", "email").out == "new@example.com\n"


def test_create_refuses_who_is_there(service: Service) -> None:
    assert ID.fullmatch(service("create", *ADA, "--source", "Form").out)
    again = service("create", *ADA, "-o", "json")
    assert (again.code, again.error["code"]) == (5, "conflict")


def test_find_shows_and_delete_deletes(service: Service) -> None:
    service("create", *ADA, "--first-name", "Ada")
    assert "firstName\tAda\n" in service("find", *ADA).out
    assert service("delete", *ADA, "--yes").code == 0
    assert service("delete", *ADA, "--yes").code == 3
    assert service("find", *ADA).code == 3


def test_suppression_is_checked_and_removed(service: Service) -> None:
    service("create", *ADA)
    service.suppress("ada@example.com")
    assert service("suppression", "check", *ADA, "-o", "json").json["isSuppressed"] is True
    assert service("suppression", "remove", *ADA, "--yes").code == 0
    assert service("suppression", "check", *ADA, "-o", "json").json["isSuppressed"] is False
    assert service("suppression", "remove", *ADA, "--yes").code == 5


def test_lists_and_properties(service: Service) -> None:
    assert "\tWeekly digest\t" in service("lists").out
    assert "plan\tstring\t" in service("properties", "list").out
    assert service("properties", "create", "renewedAt", "--type", "date").code == 0
    assert service("properties", "create", "renewedAt", "--type", "date").code == 5


def test_the_key_is_checked(service: Service) -> None:
    done = service("profile", "check", "-o", "json")
    assert (done.code, done.json["success"]) == (0, True)


@pytest.mark.block_network
@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_cassettes_can_be_read_and_hold_no_key(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "Bearer ****" in text
    assert KEY not in text
    assert "!!binary" not in text
