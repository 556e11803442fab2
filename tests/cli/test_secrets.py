"""A canary key searched for in stdout, stderr and every file, after every command and fault."""

from __future__ import annotations

import shlex
import stat
import sys
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from command_calls import COMMAND_CALLS, GOOD, CommandCall, serve
from conftest import Stream
from fault_server import FaultServer, head, raw, reply, reset
from looped_cases import case

from contactctl.cli import main
from contactctl.exact_json import to_json
from contactctl.session import Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conftest import Cli, Done
    from fault_server import Behaviour

KEY = "canary0123456789abcdefCANARY"
DEBUG = {"CONTACTCTL_DEBUG": "1"}
FORMS = ((), ("-v",), ("-o", "json"), ("-v", "-o", "json"))
#: Answers that repeat the key wherever an answer can.
ECHO = to_json({"success": False, "message": f"Bearer {KEY}", KEY: KEY, "id": KEY}).encode()
ECHO_HEADERS = [("Location", f"https://{KEY}@{KEY}.example/{KEY}"), ("Retry-After", KEY)]
FAULTS: dict[str, Behaviour] = {
    "a 200": reply(200, ECHO),
    "a 302": reply(302, ECHO, ECHO_HEADERS),
    "a 400": reply(400, ECHO, ECHO_HEADERS),
    "a 401": reply(401, ECHO, ECHO_HEADERS),
    "a 404": reply(404, ECHO),
    "a 429": reply(429, ECHO, ECHO_HEADERS),
    "a 500": reply(500, f"<title>{KEY}</title>{KEY}".encode()),
    "no HTTP": raw(f"{KEY}\r\n{KEY}: {KEY}\r\n\r\n".encode()),
    "a bad header": raw(f"HTTP/1.1 200 OK\r\n{KEY} {KEY}\x01\r\n\r\n".encode()),
    "a bad length": raw(f"HTTP/1.1 200 OK\r\nContent-Length: {KEY}\r\n\r\n".encode()),
    "a reset": reset(head(200, 90) + KEY.encode()),
}


@pytest.fixture(autouse=True)
def tidy(tmp_path: Path) -> Iterator[None]:
    """Search every file after each test: the key may be in a private profiles.toml alone."""
    yield
    for path in tmp_path.rglob("*"):
        if path.is_file() and KEY.encode() in path.read_bytes():
            assert path.name == "profiles.toml"
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def check(done: Done) -> Done:
    assert KEY not in done.out + done.err
    assert KEY[:-4] not in done.out + done.err
    return done


def in_env(server: FaultServer) -> dict[str, str]:
    return {"LOOPS_API_KEY": KEY, "CONTACTCTL_BASE_URL": server.url}


def add_profile(cli: Cli, url: str, *way: str) -> None:
    words = ("profile", "add", "work", "--no-check", "--base-url", url)
    assert check(cli(*words, *(way or ("--key-stdin",)), stdin=KEY)).code == 0


@pytest.mark.parametrize("turns", [(0,), pytest.param((0, 1), marks=pytest.mark.slow)])
@pytest.mark.parametrize("more", FORMS, ids=" ".join)
def test_no_command_shows_the_key_when_all_goes_well(
    cli: Cli, more: tuple[str, ...], turns: tuple[int, ...]
) -> None:
    """A command is called at a terminal with every other form, and off it with the rest."""
    with serve() as server:
        add_profile(cli, server.url)
        for (number, call), turn in product(enumerate(COMMAND_CALLS), turns):
            terminal = (FORMS.index(more) + number + turn) % 2 == 1
            with case(call, terminal):
                done = cli(*call.words, *more, "--profile", "work", terminal=terminal, env=DEBUG)
                assert check(done).code == 0
    assert {request.headers["authorization"] for request in server.received} == {f"Bearer {KEY}"}


@pytest.mark.parametrize("stride", [len(FORMS), pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("call", COMMAND_CALLS, ids=str)
def test_no_fault_shows_the_key(cli: Cli, call: CommandCall, stride: int) -> None:
    """An update meets each fault in each form, and the others each fault in one form, in turn."""
    first = COMMAND_CALLS.index(call)
    with serve() as server:
        for (turn, fault), (number, more) in product(enumerate(FAULTS), enumerate(FORMS)):
            if first and (first + turn + number) % stride:
                continue
            behave = FAULTS[fault]
            server.begin_anew({call.route: [behave]})
            words = (*call.words, "--retries", "0", *more)
            with case(fault, *more):
                check(cli(*words, terminal=number == 1, env={**in_env(server), **DEBUG}))
                assert server.count


@pytest.mark.parametrize(
    "key",
    [f"{KEY} x", f"{KEY}\n\n", f" {KEY}", f"{KEY}\x00", f"{KEY}é", f"{KEY}\udcff", f'"{KEY}"\t'],
    ids=ascii,
)
def test_a_key_that_cannot_be_one_is_not_repeated(cli: Cli, key: str) -> None:
    with serve() as server:
        env = {**in_env(server), "LOOPS_API_KEY": key, **DEBUG}
        for words in (("lists", "-v"), ("profile", "show"), ("doctor",), ("lists", "-o", "json")):
            check(cli(*words, env=env))
        assert check(cli("profile", "add", "x", "--key-stdin", stdin=key)).code == 4
    assert server.count == 0


@pytest.mark.parametrize("line", [f"print('{KEY} x')", f"raise SystemExit('{KEY}')", KEY])
def test_a_key_command_that_fails_shows_no_key(cli: Cli, line: str) -> None:
    with serve() as server:
        add_profile(cli, server.url, "--key-command", shlex.join([sys.executable, "-c", line]))
        for words in (("lists", "-v"), ("lists", "-o", "json"), ("doctor",)):
            done = cli(*words, env=DEBUG)
            assert KEY not in done.out
            assert KEY not in done.err
    assert server.count == 0


def test_what_is_set_up_is_shown_with_the_key_masked(cli: Cli) -> None:
    with serve() as server:
        add_profile(cli, server.url)
        for words in (("profile", "show"), ("profile", "list"), ("profile", "show", "work")):
            for more in FORMS:
                check(cli(*words, *more))
        shown = cli("profile", "show", "-o", "json").out
    assert f"****{KEY[-4:]}" in shown


def test_a_bug_shows_no_values_even_when_asked_for_more(own_folders: Mapping[str, str]) -> None:
    class Broken(Stream):
        def read(self, _size: int | None = -1, /) -> str:
            secret = KEY
            raise RuntimeError(secret)

    run = Run({**own_folders, **DEBUG}, Broken(), Stream(), Stream())
    assert main(("update", "--sandbox", "--data", "-"), run) == 1
    assert isinstance(run.stderr, Stream)
    shown = run.stderr.getvalue()
    assert "RuntimeError" in shown
    assert "test_secrets.py" in shown
    assert KEY not in shown


# where the key goes


def test_a_redirect_is_not_followed(cli: Cli) -> None:
    with serve() as other:
        there = [("Location", f"{other.url}/v1/lists")]
        for status in (301, 302, 303, 307, 308):
            with serve({"GET lists": [reply(status, b"", there)]}) as server:
                assert check(cli("lists", env=in_env(server))).code == 5
            assert server.count == 1
    assert other.count == 0


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"])
def test_loopback_goes_through_no_proxy(cli: Cli, name: str) -> None:
    with serve() as server, FaultServer([reply(500)]) as proxy:
        env = {**in_env(server), name: f"http://127.0.0.1:{proxy.port}"}
        assert check(cli("lists", env=env)).code == 0
    assert (server.count, proxy.count) == (1, 0)


def test_no_netrc_takes_the_place_of_the_key(cli: Cli, own_folders: Mapping[str, str]) -> None:
    home = Path(own_folders["HOME"])
    home.mkdir()
    (home / ".netrc").write_text("machine 127.0.0.1 login evil password evil\n")
    (home / ".netrc").chmod(0o600)
    with serve() as server:
        assert cli("lists", env={**in_env(server), "NETRC": str(home / ".netrc")}).code == 0
    assert [request.headers["authorization"] for request in server.received] == [f"Bearer {KEY}"]


@pytest.mark.parametrize(
    "url",
    [
        "http://app.loops.so/api",
        "http://example.com",
        "http://0.0.0.0:1/api",
        "https://user:pass@app.loops.so/api",
        "ftp://127.0.0.1/api",
        f"https://{KEY}@app.loops.so/api",
        "http://127.0.0.1.example.com/api",
        "",
    ],
)
def test_nothing_is_sent_in_the_clear_or_to_a_crooked_address(cli: Cli, url: str) -> None:
    env = {"LOOPS_API_KEY": KEY, "CONTACTCTL_BASE_URL": url}
    done = check(cli("lists", "-o", "json", "--retries", "0", env=env))
    assert (done.code, done.error["code"]) == (4, "credentials")


def test_an_address_in_the_environment_does_not_move_a_profiles_key(cli: Cli) -> None:
    with serve() as server, serve() as evil:
        add_profile(cli, server.url)
        done = check(cli("lists", env={"CONTACTCTL_BASE_URL": evil.url}))
    assert (done.code, server.count, evil.count) == (4, 0, 0)


def test_the_sandbox_needs_and_gets_no_key(cli: Cli, refused_port: int) -> None:
    env = {"LOOPS_API_KEY": KEY, "CONTACTCTL_BASE_URL": f"http://127.0.0.1:{refused_port}"}
    for more in FORMS:
        done = cli("update", "--sandbox", "-e", "ada@example.com", *more, env=env)
        assert check(done).code == 0


def test_the_table_of_commands_covers_every_route() -> None:
    assert {call.route for call in COMMAND_CALLS} == set(GOOD)
