from __future__ import annotations

import json
import shlex
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from contactctl.profiles.profile import KeyVariable, Profile
from contactctl.profiles.store import ProfileStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Cli


SECRET = "canary-0123456789abcdef"


class Service(ThreadingHTTPServer):
    """Answers every request with one status and object, and keeps path and key of each."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.answer: dict[str, object] = {"success": True, "teamName": "Acme"}
        self.asked: list[tuple[str, str]] = []
        self.meanwhile: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api"


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Authorization"]))
        self.server.meanwhile()
        body = json.dumps(self.server.answer).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def profiles(own_folders: dict[str, str]) -> ProfileStore:
    return ProfileStore(Path(own_folders["CONTACTCTL_CONFIG_DIR"]) / "profiles.toml")


def only(profiles: ProfileStore) -> Profile:
    (profile,) = profiles.load().profiles.values()
    return profile


def add_words(service: Service, *more: str) -> tuple[str, ...]:
    return ("profile", "add", "work", "--base-url", service.url, *more)


@pytest.mark.parametrize("way", ["stdin", "env", "command"])
def test_add_asks_with_the_key_and_keeps_the_team(
    cli: Cli, service: Service, profiles: ProfileStore, way: str
) -> None:
    code = "import os; print(os.environ['VAULT'])"
    words = {
        "stdin": ("--key-stdin",),
        "env": ("--key-env", "VAULT"),
        "command": ("--key-command", shlex.join([sys.executable, "-c", code])),
    }[way]
    done = cli(*add_words(service, *words), stdin=SECRET, env={"VAULT": SECRET})
    assert (done.code, done.out) == (0, "work\n"), done.err
    assert service.asked == [("/api/v1/api-key", f"Bearer {SECRET}")]
    assert only(profiles).team == "Acme"
    assert SECRET not in done.err


def test_a_key_that_the_service_refuses_is_not_kept(
    cli: Cli, service: Service, profiles: ProfileStore
) -> None:
    service.status, service.answer = 401, {"success": False, "message": f"Invalid {SECRET}"}
    done = cli(*add_words(service, "--key-stdin", "-o", "json"), stdin=SECRET)
    assert done.code == 4
    assert done.error["code"] == "unauthorized"
    assert SECRET not in done.err
    assert not profiles.path.exists()


def test_a_service_that_is_away_leaves_the_file(
    cli: Cli, service: Service, profiles: ProfileStore
) -> None:
    service.status, service.answer = 503, {}
    done = cli(*add_words(service, "--key-stdin", "--retries", "0"), stdin=SECRET)
    assert done.code == 7
    assert not profiles.path.exists()


def test_a_name_that_is_taken_is_refused_before_the_service_is_asked(
    cli: Cli, service: Service
) -> None:
    for code in (0, 2):
        assert cli(*add_words(service, "--key-stdin"), stdin=SECRET).code == code
    assert len(service.asked) == 1


def test_no_check_asks_nothing(cli: Cli, service: Service) -> None:
    assert cli(*add_words(service, "--key-stdin", "--no-check"), stdin=SECRET).code == 0
    assert service.asked == []


def test_the_address_given_counts_and_no_variable(cli: Cli, service: Service) -> None:
    """The variable is only the default of a new profile's address."""
    env = {"CONTACTCTL_BASE_URL": "http://127.0.0.1:1/api"}
    assert cli(*add_words(service, "--key-stdin"), stdin=SECRET, env=env).code == 0
    assert len(service.asked) == 1


def test_an_older_service_names_no_team(cli: Cli, service: Service, profiles: ProfileStore) -> None:
    service.answer = {"success": True}
    assert cli(*add_words(service, "--key-stdin"), stdin=SECRET).code == 0
    assert only(profiles).team is None


# check


@pytest.fixture
def work(cli: Cli, service: Service) -> Service:
    """Add the profile work without asking the service."""
    assert cli(*add_words(service, "--key-stdin", "--no-check"), stdin=SECRET).code == 0
    return service


@pytest.mark.parametrize("words", [(), ("work",), ("-p", "work"), ("work", "-p", "work")])
def test_check_says_the_team_and_keeps_it(
    cli: Cli, work: Service, profiles: ProfileStore, words: tuple[str, ...]
) -> None:
    done = cli("profile", "check", *words)
    assert (done.code, done.out) == (0, "Acme\n")
    assert only(profiles).team == "Acme"
    assert len(work.asked) == 1


def test_check_in_json(cli: Cli, work: Service) -> None:
    done = cli("profile", "check", "-o", "json")
    assert done.json == {
        "success": True,
        "teamName": "Acme",
        "profile": "work",
        "baseUrl": work.url,
    }
    assert done.err == ""


def test_check_of_the_key_in_the_environment(cli: Cli, service: Service) -> None:
    env = {"LOOPS_API_KEY": SECRET, "CONTACTCTL_BASE_URL": service.url}
    done = cli("profile", "check", terminal=True, env={**env, "NO_COLOR": "1"})
    assert done.code == 0
    assert "the variable LOOPS_API_KEY, team Acme" in done.out


def test_check_of_a_key_that_is_refused(cli: Cli, work: Service) -> None:
    work.status, work.answer = 401, {"success": False, "message": "Invalid API key"}
    assert cli("profile", "check").code == 4


def test_nothing_is_sent_when_the_variable_names_another_address(cli: Cli, work: Service) -> None:
    done = cli("profile", "check", env={"CONTACTCTL_BASE_URL": "https://app.loops.so/api"})
    assert done.code == 4
    assert "nothing was sent" in done.err
    assert work.asked == []


def test_a_team_that_cannot_be_kept_spoils_no_check(
    cli: Cli, work: Service, profiles: ProfileStore
) -> None:
    Path(f"{profiles.path}.lock").unlink()
    Path(f"{profiles.path}.lock").mkdir()
    done = cli("profile", "check")
    assert (done.code, done.out) == (0, "Acme\n")
    assert "the team name was not saved" in done.err
    assert len(work.asked) == 1


def test_check_warns_of_a_file_open_to_others(
    cli: Cli, work: Service, profiles: ProfileStore
) -> None:
    profiles.path.chmod(0o644)
    done = cli("profile", "check", "work")
    assert "chmod 600" in done.err
    assert len(work.asked) == 1


def test_a_name_that_was_taken_while_the_service_was_asked_is_not_taken_again(
    cli: Cli, service: Service, profiles: ProfileStore
) -> None:
    def add_another() -> None:
        with profiles.modify() as book:
            book.profiles["work"] = Profile("work", service.url, KeyVariable("OTHER"))

    service.meanwhile = add_another
    done = cli(*add_words(service, "--key-stdin"), stdin=SECRET)
    assert (done.code, len(service.asked)) == (2, 1)
    assert "there is a profile work already" in done.err
    assert profiles.load().profiles["work"].key == KeyVariable("OTHER")
