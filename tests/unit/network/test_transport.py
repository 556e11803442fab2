"""The network transport: one deadline, only this machine in clear, connections kept and lost."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING

import httpcore
import pytest
from client_calls import CHANGE, KEY
from fault_server import FaultServer, reply_json
from scripted import UNASKED

from contactctl import __version__
from contactctl.errors import (
    ContactctlError,
    CredentialsError,
    DeadlineError,
    MachineError,
    NoConnectionError,
    Outcome,
    UsageError,
)
from contactctl.network.connect import Deadline, is_readable
from contactctl.network.messages import Http
from contactctl.network.streams import Stream
from contactctl.network.transport import _nothing_else_escapes

if TYPE_CHECKING:
    from pathlib import Path


from transport_calls import client_over

SAVED = reply_json({"success": True, "id": "c1"})
EMPTY = reply_json([])


def test_a_request_carries_the_key_and_asks_for_plain_json() -> None:
    with FaultServer([SAVED]) as server, client_over(server.url + "/v1/") as client:
        client.update(CHANGE)
    (request,) = server.received
    assert request.target == "/api/v1/contacts/update"
    assert request.body == CHANGE.to_body()
    expected = {
        "authorization": f"Bearer {KEY}",
        "user-agent": f"contactctl/{__version__}",
        "accept": "application/json",
        "accept-encoding": "identity",
        "content-type": "application/json",
    }
    assert {name: request.headers[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (httpcore.PoolTimeout(), DeadlineError),
        (httpcore.ReadTimeout(), DeadlineError),
        (TimeoutError(), DeadlineError),
        (httpcore.ReadError(), NoConnectionError),
        (httpcore.RemoteProtocolError(KEY), NoConnectionError),
        (OSError(KEY), NoConnectionError),
        (httpcore.LocalProtocolError(f"Illegal header value {KEY}"), UsageError),
        (httpcore.UnsupportedProtocol(KEY), UsageError),
        (UnicodeEncodeError("idna", KEY, 0, 1, "label too long"), UsageError),
        (ValueError(KEY), UsageError),
        (RecursionError(), UsageError),
        (ImportError(KEY), MachineError),
    ],
    ids=repr,
)
@pytest.mark.parametrize("sent", [False, True])
def test_nothing_else_escapes(
    raised: Exception,
    expected: type[ContactctlError],
    sent: bool,  # noqa: FBT001 - a case
) -> None:
    deadline = Deadline.after(30)
    deadline.sent = sent
    with pytest.raises(ContactctlError) as caught, _nothing_else_escapes(deadline):
        raise raised
    error = caught.value
    if sent and expected is UsageError:
        expected = NoConnectionError  # then it was the answer that made no sense
    assert type(error) is expected
    assert error.outcome is (
        Outcome.UNKNOWN if sent and expected is not MachineError else Outcome.NOT_SENT
    )
    assert KEY not in str(error)


@pytest.mark.parametrize(
    "url",
    [
        "http://app.loops.so/api",
        "ftp://app.loops.so/api",
        f"https://user:{KEY}@app.loops.so/api",
        "",
        "http://127.0.0.1.example.com",
    ],
)
def test_no_client_is_made_for_an_address_that_must_not_have_the_key(url: str) -> None:
    with pytest.raises(CredentialsError) as caught:
        Http(url, KEY, UNASKED)
    assert KEY not in str(caught.value)
    assert caught.value.outcome is Outcome.NOT_SENT


@pytest.mark.parametrize("key", ["", KEY + "\n\n", KEY + " x", KEY + "\0", KEY + "ü"])
def test_no_client_is_made_for_a_key_that_would_be_printed(key: str) -> None:
    with pytest.raises(CredentialsError) as caught:
        Http("https://x.example", key, UNASKED)
    assert KEY not in str(caught.value)


def test_netrc_and_environment_do_not_replace_the_key(
    own_folders: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused_port: int
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password other")
    monkeypatch.setenv("HOME", own_folders["HOME"])
    monkeypatch.setenv("NETRC", str(netrc))
    closed = f"http://127.0.0.1:{refused_port}"
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, closed)
    env = {"HTTP_PROXY": closed, "ALL_PROXY": closed, "HTTPS_PROXY": closed}
    with FaultServer([EMPTY]) as server, client_over(server.url, env=env) as client:
        client.lists()
    assert server.received[0].headers["authorization"] == f"Bearer {KEY}"


def test_no_cookie_is_kept() -> None:
    sets = reply_json([], headers=[("Set-Cookie", "session=1; Path=/")])
    with FaultServer([sets]) as server, client_over(server.url) as client:
        client.lists()
        client.lists()
    assert "cookie" not in server.received[1].headers


def test_a_closed_socket_counts_as_readable() -> None:
    one, other = socket.socketpair()
    with other:
        assert not is_readable(one)
        other.send(b"x")
        assert is_readable(one)
        one.close()
        assert is_readable(one)


def test_a_request_that_nobody_reads_does_not_outlive_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        client = client_over(f"http://127.0.0.1:{mute.getsockname()[1]}", timeout_s=0.2)
        started = time.monotonic()
        with client, pytest.raises(DeadlineError) as caught:
            client.update_once(b" " * 30_000_000)
    assert caught.value.outcome is Outcome.UNKNOWN
    assert time.monotonic() - started < 10


def test_what_could_not_be_written_was_not_sent() -> None:
    one, other = socket.socketpair()
    other.close()
    stream, deadline = Stream(one, {}, carries_request=True), Deadline.after(30)
    with pytest.raises(httpcore.WriteError):
        stream.write(b"PUT", deadline)
    assert not deadline.sent
    one.close()
    with pytest.raises(NoConnectionError) as caught:
        stream.read(1, deadline)
    assert caught.value.outcome is Outcome.NOT_SENT


class BusySocket(socket.socket):
    """A socket with which nothing can be done at the first attempts."""

    times = 3

    def settimeout(self, seconds: float | None) -> None:
        self.allowed = [*getattr(self, "allowed", ()), seconds]

    def recv(self, *_: object) -> bytes:
        self.times -= 1
        if self.times >= 0:
            raise TimeoutError
        return b"200"

    def send(self, *_: object) -> int:
        return len(self.recv())


def test_a_wait_is_cut_into_turns_where_no_signal_ends_it() -> None:
    """As on Windows, where Python hears of a Ctrl-C between two of them."""
    with BusySocket() as one:
        stream = Stream(one, {}, carries_request=True)
        deadline = Deadline.after(30, at_once_s=0.25)
        assert stream.read(3, deadline) == b"200"
        one.times = 3
        stream.write(b"PUT", deadline)
        assert one.allowed == [0.25] * 8
        assert deadline.sent


def test_turns_end_by_the_deadline() -> None:
    with BusySocket() as one:
        one.times = 10**9
        stream = Stream(one, {}, carries_request=True)
        with pytest.raises(DeadlineError):
            stream.read(1, Deadline.after(0.05, at_once_s=0.01))
    gate = threading.Event()
    thread = threading.Thread(target=gate.wait)
    thread.start()
    with pytest.raises(TimeoutError):
        Deadline.after(0.05, at_once_s=0.01).wait_for(thread)
    gate.set()
    Deadline.after(30, at_once_s=0.01).wait_for(thread)
    assert not thread.is_alive()


def test_after_its_deadline_a_request_neither_writes_nor_reads() -> None:
    one, other = socket.socketpair()
    stream, deadline = Stream(one, {}, carries_request=True), Deadline.after(-1)
    with one, other:
        for attempt in (lambda: stream.write(b"PUT", deadline), lambda: stream.read(1, deadline)):
            with pytest.raises(DeadlineError):
                attempt()
        other.settimeout(0)
        with pytest.raises(BlockingIOError):
            other.recv(1)


def test_a_request_without_a_deadline_is_a_bug() -> None:
    one, other = socket.socketpair()
    with one, other, pytest.raises(TypeError):
        Stream(one, {}, carries_request=True).read(1, 5.0)
