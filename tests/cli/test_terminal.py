"""The program on a real terminal of 60 columns: what it draws, asks, and does with Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from command_calls import key_for, serve
from conftest import PROGRAM
from fault_server import reply_json, silence
from sandbox_cli import exists, saved

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Cli
    from fault_server import Visit

ADA = "ada@example.com"
COLUMNS = 60
SGR = re.compile(r"\x1b\[[0-9;]*m")
PATIENCE_S = 60.0


@dataclass
class Screen:
    """A terminal on which calls of the program run, and what they wrote on it."""

    env: dict[str, str]
    ours: int
    theirs: int
    calls: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *words: str, **env: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [str(PROGRAM), *words],
            env={"PATH": os.environ["PATH"], "TERM": "xterm", **self.env, **env},
            stdin=self.theirs,
            stdout=self.theirs,
            stderr=self.theirs,
            start_new_session=True,
        )
        self.calls.append(process)
        return process

    def read_until(self, done: re.Pattern[str] | subprocess.Popen[bytes]) -> str:
        """Return what is written until a pattern is, or until the call has ended."""
        os.set_blocking(self.ours, False)
        written, end = b"", time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            ended = isinstance(done, subprocess.Popen) and done.poll() is not None
            with suppress(BlockingIOError):
                while more := os.read(self.ours, 1 << 16):
                    written += more
            text = written.decode(errors="replace").replace("\r\n", "\n")
            if ended or (isinstance(done, re.Pattern) and done.search(text)):
                return text
            select.select([self.ours], [], [], 0.05)
        raise AssertionError(written)

    def run(self, *words: str, **env: str) -> tuple[int, str]:
        process = self.start(*words, **env)
        text = self.read_until(process)
        return process.wait(PATIENCE_S), text


@pytest.fixture
def screen(own_folders: dict[str, str]) -> Iterator[Screen]:
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    screen = Screen(own_folders, ours, theirs)
    yield screen
    for process in screen.calls:  # or what a test that fails leaves would fail others
        process.kill()
        process.wait()
    os.close(ours)
    os.close(theirs)


def test_an_update_fits_the_screen(screen: Screen) -> None:
    words = ("update", "--sandbox", "-e", ADA, "--first-name", "A long name " * 12)
    code, text = screen.run(*words)
    lines = SGR.sub("", text).splitlines()
    assert code == 0
    assert max(map(len, lines)) <= COLUMNS
    assert lines[0] == "sandbox: nothing leaves this machine"
    assert lines[1].startswith(f"created a NEW contact: {ADA}")
    assert "\x1b[1;32m" in text


def test_a_slow_answer_is_waited_for_in_a_line_that_goes_away(screen: Screen) -> None:
    seen = threading.Event()

    def answer(visit: Visit) -> bool:
        assert seen.wait(PATIENCE_S)
        return reply_json([{"id": "c1", "email": ADA}])(visit)

    with serve({"GET contacts/find": [answer]}) as server:
        process = screen.start("find", "-e", ADA, "--field", "id", **key_for(server))
        screen.read_until(re.compile(f"waiting ([0-9]+ s )?for 127.0.0.1 to look up {ADA}"))
        seen.set()
        text = screen.read_until(process)
    assert process.returncode == 0
    assert text.endswith(" \rc1\n")


def test_an_error_is_a_panel_that_fits_the_screen(screen: Screen) -> None:
    code, text = screen.run("update", "--sandbox", "-e", "x" * 40)
    lines = SGR.sub("", text).splitlines()
    assert code == 2
    assert lines[0].startswith("╭─ error ─")
    panel = next(at for at, line in enumerate(lines, 1) if line.startswith("╰"))
    assert {len(line) for line in lines[:panel]} == {COLUMNS}
    assert lines[panel].startswith("hint: ")
    assert max(map(len, lines[panel:])) <= COLUMNS


def test_help_is_drawn_and_fits_the_screen(screen: Screen) -> None:
    code, drawn = screen.run("update", "--help")
    text = SGR.sub("", drawn)
    assert code == 0
    assert "\x1b[1mUsage:" in drawn
    assert max(map(len, text.splitlines())) <= COLUMNS
    # To be copied: in no box, and on a line of its own.
    assert "\n  contactctl update --user-id 42 --email new@example.com\n" in text
    _, wide = screen.run("update", "--help", COLUMNS="0")
    assert wide == drawn


def test_no_color_and_dumb_terminals(screen: Screen) -> None:
    _, plain = screen.run("update", "--sandbox", "-e", ADA, NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", plain)
    _, dumb = screen.run("update", "--sandbox", "-e", "no address", TERM="dumb")
    assert "no address" in dumb
    assert "\x1b" not in dumb


@pytest.mark.parametrize(("answer", "words"), [(b"y\n", "deleted"), (b"\n", "not deleted")])
def test_a_question_is_asked_and_answered(
    screen: Screen, cli: Cli, answer: bytes, words: str
) -> None:
    saved(cli, "-e", ADA)
    process = screen.start("delete", "--sandbox", "-e", ADA)
    screen.read_until(re.compile(r"\[y/N\] $"))
    os.write(screen.ours, answer)
    assert process.wait(PATIENCE_S) == (0 if words == "deleted" else 2)
    assert exists(cli, ADA) == (words == "not deleted")


def test_ctrl_c_at_a_question_does_nothing_and_says_so_in_one_line(
    screen: Screen, cli: Cli
) -> None:
    saved(cli, "-e", ADA)
    process = screen.start("delete", "--sandbox", "-e", ADA)
    screen.read_until(re.compile(r"\[y/N\] $"))
    process.send_signal(signal.SIGINT)
    text = screen.read_until(process)
    assert process.returncode == -signal.SIGINT
    assert "Traceback" not in text
    assert "interrupted" in text
    assert exists(cli, ADA)


def test_a_key_is_asked_for_and_not_shown(screen: Screen, cli: Cli) -> None:
    process = screen.start("profile", "add", "work", "--no-check")
    before = " ".join(screen.read_until(re.compile(r"API key \(not shown\): $")).split())
    assert before.startswith("Profile work for https://app.loops.so/api You find a key in Loops")
    assert "kept as plain text" in before
    os.write(screen.ours, b"canary 0123456789abcdef\n")
    again = screen.read_until(re.compile(r"API key \(not shown\): $"))
    assert "has a blank at position 7" in again.replace("space", "blank")
    os.write(screen.ours, b"  canary-0123456789abcdef \n")
    text = screen.read_until(process)
    assert process.returncode == 0
    assert "canary" not in again + text
    assert "****cdef" in cli("profile", "show").out


def test_a_key_that_is_refused_is_asked_for_again_and_a_stop_saves_none(screen: Screen) -> None:
    asked = re.compile(r"API key \(not shown\): $")
    began = threading.Event()

    def say_nothing(visit: Visit) -> bool:
        assert visit.request.headers["authorization"] == "Bearer another-0123456789abcdef"
        began.set()
        return silence(visit)

    with serve() as server:
        refused = reply_json({"success": False, "message": "no"}, 401)
        server.routes["GET api-key"] = [refused, say_nothing]
        process = screen.start("profile", "add", "work", "--base-url", server.url)
        screen.read_until(asked)
        os.write(screen.ours, b"canary-0123456789abcdef\n")
        assert "the API key was refused" in screen.read_until(asked)
        os.write(screen.ours, b"another-0123456789abcdef\n")
        assert began.wait(PATIENCE_S)
        process.send_signal(signal.SIGINT)
        text = screen.read_until(process)
    assert process.returncode == -signal.SIGINT
    assert text.endswith(" interrupted; profile work was not saved\n")


@pytest.mark.parametrize("end", [b"\x04", b"\x03"])
def test_ctrl_d_and_ctrl_c_at_the_key_leave_a_clean_line(screen: Screen, end: bytes) -> None:
    process = screen.start("profile", "add", "work", "--no-check")
    screen.read_until(re.compile(r"API key \(not shown\): $"))
    if end == b"\x03":  # the terminal is not the process's own, which would make a signal of it
        process.send_signal(signal.SIGINT)
    else:
        os.write(screen.ours, end)
    text = SGR.sub("", screen.read_until(process))
    assert process.returncode in {2, -signal.SIGINT}
    assert text.splitlines()[0] == ""
    assert "error" in text.splitlines()[1]
    assert "Traceback" not in text


def test_ctrl_c_at_a_question_leaves_a_clean_line(screen: Screen, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"email,plann\n{ADA},pro\n")
    process = screen.start("import", "--sandbox", str(file))
    screen.read_until(re.compile(re.escape("Which field? [plan] ")))
    os.killpg(process.pid, signal.SIGINT)
    text = screen.read_until(process)
    assert process.wait(PATIENCE_S) == -signal.SIGINT
    assert SGR.sub("", text).splitlines()[-1].startswith("error: interrupted")
    assert "Traceback" not in text
