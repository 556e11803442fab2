"""``contactctl sandbox serve`` as scripts start it: where it listens, what it prints and keeps."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import httpx
import pytest
from conftest import PROGRAM
from sandbox_http import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SEED = {"teamName": "Seeded", "lists": [], "contacts": [{"email": "ada@example.com"}]}


class Serving(NamedTuple):
    """A server that takes requests, and the client that asks it."""

    process: subprocess.Popen[str]
    client: httpx.Client

    def end(self) -> tuple[int, str, str]:
        """Terminate it, and return its exit code and what it printed since it was ready."""
        self.process.send_signal(signal.SIGTERM)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


@contextmanager
def serving(env: Mapping[str, str], *words: str) -> Iterator[Serving]:
    """Serve on a free port until the block ends."""
    with subprocess.Popen(
        [str(PROGRAM), "sandbox", "serve", "--port=0", *words],
        env={"PATH": os.environ["PATH"], **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            url = json.loads(line)["address"] if line.startswith("{") else line.strip()
            with httpx.Client(
                base_url=url, headers={"Authorization": f"Bearer {KEY}"}, trust_env=False
            ) as client:
                yield Serving(process, client)
        finally:
            process.kill()


def test_a_seeded_server_in_memory_prints_its_address_and_its_requests(
    own_folders: dict[str, str], tmp_path: Path
) -> None:
    seed, log = tmp_path / "seed.json", tmp_path / "requests.jsonl"
    seed.write_text(json.dumps(SEED))
    words = ("--memory", f"--seed={seed}", f"--log={log}", "--allow-host=loops")
    with serving(own_folders, *words) as server:
        client, url = server.client, server.client.base_url
        assert client.get("/v1/api-key").json()["teamName"] == "Seeded"
        body = {"email": "bob@example.com", "note": "line\nbreak"}
        assert client.put("/v1/contacts/update", json=body).status_code == 200
        assert client.get("/v1/contacts/find?email=nobody").status_code == 400
        assert client.get("/v1/lists", headers={"Host": "loops:8025"}).status_code == 200
        foreign = client.get("/v1/lists", headers={"Host": "other:8025"})
        assert (foreign.status_code, "--allow-host other" in foreign.text) == (421, True)
        dumped = client.get(str(url.copy_with(path="/_sandbox/dump"))).json()
        code, out, err = server.end()
    assert [one["email"] for one in dumped["contacts"]] == ["ada@example.com", "bob@example.com"]
    assert out == ""
    lines = [line for line in err.splitlines() if "/v1/" in line]
    assert [line.split()[1:4] for line in lines] == [
        ["GET", "/api/v1/api-key", "200"],
        ["PUT", "/api/v1/contacts/update", "200"],
        ["GET", "/api/v1/contacts/find", "400"],
        ["GET", "/api/v1/lists", "200"],
        ["GET", "/api/v1/lists", "421"],
    ]
    assert "bob@example.com" in lines[1]
    assert lines[2].endswith("(Invalid email address.)")
    records = [json.loads(line) for line in log.read_text().splitlines()]
    assert [record["number"] for record in records] == [1, 2, 3, 4, 5]
    assert (records[1]["request"], records[1]["reply"]["success"]) == (body, True)
    assert KEY not in err + log.read_text()
    assert not list(tmp_path.rglob("*.sqlite3*"))
    if sys.platform != "win32":
        assert stat.S_IMODE(log.stat().st_mode) == 0o600
        assert code == 0


def test_json_and_quiet_print_no_requests(own_folders: dict[str, str]) -> None:
    for flag in ("-ojson", "-q"):
        with serving(own_folders, "--memory", flag) as server:
            assert server.client.get("/v1/lists").status_code == 200
            _, out, err = server.end()
        assert (out, err) == ("", "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux has a full disk")  # noqa: PTH110 - no file
def test_a_log_on_a_full_disk_is_warned_of_once_and_stops_nobody(
    own_folders: dict[str, str],
) -> None:
    with serving(own_folders, "--memory", "--log=/dev/full") as server:
        statuses = [server.client.get("/v1/lists").status_code for _ in range(3)]
        _, _, err = server.end()
    assert statuses == [200] * 3
    assert err.count("cannot write /dev/full") == 1
