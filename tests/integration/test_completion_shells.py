"""Each script in its own shell on a terminal: what Tab does to the line, and never does."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import tomli_w
from conftest import PROGRAM
from hostile_names import CANARY, HOSTILE_NAMES
from looped_cases import case
from shell_terminal import ShellTerminal

from contactctl.account.cache import AccountCache, account_digest
from contactctl.base_url import DEFAULT_BASE_URL
from contactctl.commands.program import SCRIPTS
from contactctl.completion.cursor import answer
from contactctl.profiles.api_key import parse_api_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from contactctl.exact_json import JsonObject

KEY = "0a1b2c3d4e5f6789feedfacecafe1234"
COPIES = Path(__file__).parents[2] / "completions"
PRINTABLE = [name for name in HOSTILE_NAMES if name.isascii() and name.isprintable()]
SHELLS = ("bash", "zsh", "fish")
#: Answers as the program does where a file, or @ and a file, could stand.
FILES_STUB = '#!/bin/sh\nname=${{_CONTACTCTL_WORD#@}}\nprintf "files %s\\n" "${{#name}}"\n'
#: Hands its words to a thread of the tests, or to the program, and the answer back.
ASKING_STUB = """#!/bin/sh
[ -e "{folder}/real" ] && exec "{program}" "$@"
printf '%s\\0' "$_CONTACTCTL_COMPLETE" "$_CONTACTCTL_WORD" "$@" >"{folder}/asked"
cat "{folder}/answered"
"""
#: Defines the program as a function that prints its arguments, so that a line can be read back.
_READERS = {
    "bash": 'contactctl() { printf "%s\\0" "$@" END; }\n',
    "zsh": 'contactctl() { printf "%s\\0" "$@" END; }\n',
    "fish": 'function contactctl; printf "%s\\0" $argv END; end\n',
}


@dataclass
class Desk:
    """A shell at work in a folder of its own, where whatever is run leaves the canary."""

    name: str
    terminal: ShellTerminal
    folder: Path

    @contextmanager
    def real_program(self) -> Iterator[None]:
        """Let processes of the program answer, as for a user, and not its code in this one."""
        real = self.folder.parent / "real"
        real.touch()
        yield
        real.unlink()

    def __call__(self, text: str, *, tabs: int = 1) -> str:
        """Return what Tab makes of a line; fail when anything was run on the way."""
        line = self.terminal.complete(text, tabs=tabs)
        assert not (self.folder / CANARY).exists(), text
        return line

    def read_back(self, lines: Sequence[str]) -> list[list[str]]:
        """Run lines with the program replaced, and return the arguments of each."""
        done = subprocess.run(
            [self.name, "-c", _READERS[self.name] + "\n".join(lines)],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8"},
            capture_output=True,
            check=True,
        )
        assert not (self.folder / CANARY).exists()
        calls = os.fsdecode(done.stdout).split("END\0")[:-1]
        return [call.split("\0")[:-1] for call in calls]


def save_names(folder: Path) -> None:
    """Keep profiles, lists and properties with hostile names, and a few good ones among them."""
    teams = [*PRINTABLE, *HOSTILE_NAMES]
    tables = {
        name: {"base_url": DEFAULT_BASE_URL, "key_env": "KEY", "team": teams[number]}
        for number, name in enumerate(("work", "staging", "stage", *HOSTILE_NAMES))
    }
    book = {"version": 1, "active": "work", "profiles": tables}
    (folder / "profiles.toml").write_text(tomli_w.dumps(book), encoding="utf-8")
    key = parse_api_key(KEY, "")
    account = account_digest(DEFAULT_BASE_URL, profile=None, key=key)
    cache = AccountCache(folder, account, lambda: 0.0)
    hostile: list[JsonObject] = [{"key": name, "name": name, "id": name} for name in HOSTILE_NAMES]
    cache.save("properties", [{"key": "plan"}, {"key": "seats"}, *hostile])
    cache.save("lists", [{"name": "Beta"}, *hostile])


@contextmanager
def answering(folder: Path, env: Mapping[str, str]) -> Iterator[None]:
    """Answer in a thread what the stub asks: to start the program each time took ten seconds."""
    asked, answered = folder / "asked", folder / "answered"
    os.mkfifo(asked)
    os.mkfifo(answered)

    def answer_all() -> None:
        while words := os.fsdecode(asked.read_bytes()).split("\0")[:-1]:
            own = {"_CONTACTCTL_COMPLETE": words[0], "_CONTACTCTL_WORD": words[1]}
            found = io.StringIO()
            answer(words[2:], {**env, **own}, found)
            answered.write_text(found.getvalue(), encoding="utf-8")

    thread = threading.Thread(target=answer_all, daemon=True)
    thread.start()
    yield
    asked.write_bytes(b"")
    thread.join()


@contextmanager
def open_desk(name: str, folder: Path, program: str) -> Iterator[Desk]:
    """Open a shell that knows one program by our name, and close it afterwards."""
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed on this machine")
    if name == "bash" and _bash_is_old():
        pytest.skip("this bash is older than 4.0 and cannot tell its line to a test")
    kept, work, programs = folder / "kept", folder / "work", folder / "programs"
    for made in (kept, work, programs):
        made.mkdir()
    (programs / "contactctl").write_text(program.format(folder=folder, program=PROGRAM))
    (programs / "contactctl").chmod(0o700)
    env = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PWD": str(work),
        "HOME": str(folder),
        "LOOPS_API_KEY": KEY,  # a file with such profiles is damaged, but not their names alone
        "CONTACTCTL_CONFIG_DIR": str(kept),
        "CONTACTCTL_CACHE_DIR": str(kept),
    }
    save_names(kept)
    terminal = ShellTerminal(name, COPIES / SCRIPTS[name], kept, env)
    with answering(folder, env):
        yield Desk(name, terminal, work)
        terminal.close()


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, str], Desk]]:
    """Open each shell when it is first asked for, whatever the order of the tests."""
    with ExitStack() as opened:

        @cache
        def open_once(name: str, program: str) -> Desk:
            folder = tmp_path_factory.mktemp("desk")
            return opened.enter_context(open_desk(name, folder, program))

        yield open_once


@pytest.fixture(params=SHELLS)
def desk(request: pytest.FixtureRequest, desks: Callable[[str, str], Desk]) -> Desk:
    return desks(request.param, ASKING_STUB)


@pytest.fixture(params=SHELLS)
def file_desk(request: pytest.FixtureRequest, desks: Callable[[str, str], Desk]) -> Desk:
    return desks(request.param, FILES_STUB)


#: What stands behind the program's name, and what Tab makes of it; where nothing fits, nothing.
COMPLETED = {
    "upd": "update ",
    "prof": "profile ",
    "--timeout 3 -q upd": "--timeout 3 -q update ",
    "update --first": "update --first-name ",
    "update --output js": "update --output json ",
    "update --output=js": "update --output=json ",
    "update --list X=t": "update --list X=true ",
    'update --list "Product news=f': 'update --list "Product news=false" ',
    r"update --list Product\ news=t": r"update --list Product\ news=true ",
    "completion z": "completion zsh ",
    "-p wo": "-p work ",
    "--profile=wo": "--profile=work ",
    "profile use stagi": "profile use staging ",
    "update --prop pl": "update --prop plan=",
    "update --list Be": "update --list Beta=",
    "update --unset last": "update --unset lastName ",
    "update --email Grüße --first": "update --email Grüße --first-name ",
    **{
        typed: typed
        for typed in ("update --email ", "update --bogus", "bogus ", "update --email=a")
    },
}


def test_a_word_is_completed_where_one_fits(desk: Desk) -> None:
    for typed, line in COMPLETED.items():
        with case(typed):
            assert desk(f"contactctl {typed}") == f"contactctl {line}"


def test_other_words_around_the_call_do_not_confuse_it(desk: Desk) -> None:
    with desk.real_program():
        assert desk("true; contactctl upd") == "true; contactctl update "
        if desk.name != "fish":
            assert desk("LOOPS_API_KEY=x contactctl upd") == "LOOPS_API_KEY=x contactctl update "
        assert desk("contactctl -p wo") == "contactctl -p work "


def test_hostile_names_are_neither_run_nor_offered(desk: Desk) -> None:
    """Two Tabs list what there is; nothing that all of it begins with can be put on the line."""
    words = ["profile use ", "-p ", "--profile=", "update --prop ", "update --list "]
    for typed in [*words, "update --unset "]:
        with case(typed):
            line = desk(f"contactctl {typed}", tabs=2)
            assert line.startswith(f"contactctl {typed}")
            assert not set(line) & set("$`;&|<>(){}*?~!\"'\\")


def test_hostile_words_before_the_cursor_are_not_run(desk: Desk) -> None:
    quoted = " ".join(f"'{_in_single_quotes(desk.name, name)}'" for name in PRINTABLE)
    line = f"contactctl update --email {quoted} --first"
    assert desk(line) == f"{line}-name "


SUBSTITUTIONS = (
    f"$(touch {CANARY})",
    f'"$(touch {CANARY})"',
    f"`touch {CANARY}`",
    f"${{x:=$(touch {CANARY})}}",
    f"<(touch {CANARY})",
    f"(touch {CANARY})",
)


def test_substitutions_that_were_typed_wait_for_the_return_key(desk: Desk) -> None:
    for word in SUBSTITUTIONS:
        line = f"contactctl update --email {word} --first"
        with case(word):
            assert desk(line) in {line, f"{line}-name "}
            if desk.name != "zsh":  # its own Tab expands what was typed up to the cursor, anyway
                desk(f"contactctl update --list {word}")
                desk(f"contactctl update --list {word}=t")


@pytest.mark.parametrize("mark", ["", "@"])
class TestFiles:
    def test_plain_names(self, file_desk: Desk, mark: str) -> None:
        (file_desk.folder / "rows.csv").touch()
        (file_desk.folder / "folder").mkdir(exist_ok=True)
        line = f"contactctl import {mark}"
        assert file_desk(f"{line}row") == f"{line}rows.csv "
        assert file_desk(f"{line}fold") == f"{line}folder/"

    def test_hostile_names_stay_one_argument_each(self, file_desk: Desk, mark: str) -> None:
        names = [f"{number:02}{name}" for number, name in enumerate(HOSTILE_NAMES)]
        lines = []
        for name in names:
            (file_desk.folder / name).touch()
            lines.append(file_desk(f"contactctl import {mark}{name[:2]}"))
        found = file_desk.read_back(lines)
        assert len(found) == len(names)
        for name, words in zip(names, found, strict=True):
            if not _is_cut(file_desk.name, name, mark):
                assert words == ["import", f"{mark}{name}"]


def _is_cut(shell: str, name: str, mark: str) -> bool:
    """Tell whether a shell's own means of listing files cannot give this name as it is."""
    return (shell == "fish" and "\t" in name) or (shell == "bash" and "\n" in name and mark == "@")


def _bash_is_old() -> bool:
    command = ["bash", "-c", "((BASH_VERSINFO[0] < 4))"]
    return subprocess.run(command, check=False).returncode == 0


def _in_single_quotes(shell: str, text: str) -> str:
    if shell == "fish":
        return text.replace("\\", "\\\\").replace("'", "\\'")
    return text.replace("'", "'\\''")
