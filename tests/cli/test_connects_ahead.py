"""A connection is begun before the words are read: never where it might be in vain, never twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from certificates import Authority, make_authority
from command_calls import key_for, serve
from conftest import run_python
from saved_profiles import profile, save

from contactctl.cli import run_of_process
from contactctl.connection import connect_ahead, open_client
from contactctl.files import profiles_file
from contactctl.network.connect import open_early
from contactctl.profiles.credentials import resolve
from contactctl.profiles.store import ProfileStore

if TYPE_CHECKING:
    from conftest import Cli
    from fault_server import FaultServer

#: Prints whether a name is being looked up when the import of Typer begins.
ORDER = """
import os, sys, threading
looked_up = threading.Event()
begun = []
def note(event, arguments):
    if event == "socket.getaddrinfo":
        looked_up.set()
    if event == "import" and arguments[0] == "typer":
        begun.append(looked_up.wait(20))
sys.addaudithook(note)
def end(code):
    print(code, begun[0])
    raise SystemExit
os._exit = end
sys.argv = ["contactctl", "find", "--email", "ada@example.com", "--quiet"]
from contactctl.__main__ import run
run()
"""
WHO = ("--email", "ada@example.com")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


def serve_tls(authority: Authority) -> FaultServer:
    server = serve()
    server.tls = authority.server_context("127.0.0.1")
    return server


def env_for(server: FaultServer, authority: Authority) -> dict[str, str]:
    return {**key_for(server), "SSL_CERT_FILE": str(authority.file)}


def test_it_is_begun_before_typer_is_imported(
    own_folders: dict[str, str], authority: Authority
) -> None:
    with serve_tls(authority) as server:
        out = run_python(ORDER, {**own_folders, **env_for(server, authority)})
    assert out.splitlines()[-1] == "0 True"


@pytest.mark.parametrize(
    "words", [("find", *WHO), ("update", *WHO, "--must-exist", "--unsubscribed")], ids=" ".join
)
def test_all_requests_of_a_call_take_the_one_connection(
    cli: Cli, authority: Authority, words: tuple[str, ...]
) -> None:
    with serve_tls(authority) as server:
        done = cli(*words, env=env_for(server, authority))
        server.wait_for_close()
        assert (done.code, len(server._open)) == (0, 1), done.err


def test_a_call_that_is_refused_sends_nothing_on_it(cli: Cli, authority: Authority) -> None:
    with serve_tls(authority) as server:
        done = cli("update", "--emial", "ada@example.com", env=env_for(server, authority))
        server.wait_for_close()
        assert (done.code, server.count) == (2, 0)


def test_it_goes_where_the_profile_in_force_leads(
    own_folders: dict[str, str], authority: Authority
) -> None:
    with serve_tls(authority) as server:
        store = ProfileStore(profiles_file(own_folders))
        save(store, profile("other"), profile("work", base_url=server.url), active="work")
        env = {**own_folders, "SSL_CERT_FILE": str(authority.file)}
        ahead = connect_ahead(["find", *WHO], env, 5.0)
        assert ahead is not None
        assert ahead.leads_to(server.url)
        assert not ahead.leads_to("https://app.loops.so/api")
        ahead.close()
        server.wait_for_close()


def test_the_key_goes_to_no_other_place_than_its_own(cli: Cli, authority: Authority) -> None:
    with serve_tls(authority) as begun, serve_tls(authority) as meant:
        env = {**cli.env, **env_for(meant, authority)}
        ahead = open_early(begun.url, env, 5.0)
        assert ahead is not None
        credentials = resolve(None, env, ProfileStore(profiles_file(env)))
        with open_client(
            credentials,
            env,
            run_of_process().output(),
            timeout_s=5.0,
            retries=0,
            before_each=lambda: None,
            ahead=ahead,
        ) as client:
            client.lists()
        ahead.close()
    assert (begun.count, meant.count) == (0, 1)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("profile", "list"),
        ("import", "people.csv"),
        ("--sandbox", "update", *WHO),
        ("update", *WHO, "--sandbox"),
        ("update", *WHO, "--dry-run"),
        ("find", *WHO, "--offline"),
        ("find", *WHO, "--profile", "work"),
        ("find", *WHO, "--profile=work"),
        ("find", *WHO, "-p", "work"),
        ("find", *WHO, "-pwork"),
        ("find", *WHO, "-qp", "work"),
        ("find", "-h"),
        ("update", *WHO, "--data", "-"),
        ("update", *WHO, "--data=-"),
        ("update", *WHO, "-d-"),
        ("delete", *WHO),
    ],
    ids=" ".join,
)
def test_where_it_might_be_in_vain_none_is_begun(words: tuple[str, ...]) -> None:
    env = {"LOOPS_API_KEY": "key", "CONTACTCTL_BASE_URL": "https://127.0.0.1:9/api"}
    assert connect_ahead(words, env, 1.0) is None


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"CONTACTCTL_PROFILE": "sandbox"},
        {"CONTACTCTL_PROFILE": "nobody"},
        {"LOOPS_API_KEY": ""},
        {"LOOPS_API_KEY": "two words"},
        {"LOOPS_API_KEY": "key", "CONTACTCTL_BASE_URL": "nonsense"},
        {"LOOPS_API_KEY": "key", "CONTACTCTL_BASE_URL": "http://127.0.0.1:9/api"},
    ],
    ids=str,
)
def test_where_nothing_says_where_to_ask_none_is_begun(
    own_folders: dict[str, str], env: dict[str, str]
) -> None:
    assert connect_ahead(["find", *WHO], {**own_folders, **env}, 1.0) is None
