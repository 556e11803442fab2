"""What a Tab imports, and with that what it costs, in a fresh interpreter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import tomli_w
from conftest import run_python

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = {
    "asyncio",
    "click",
    "httpcore",
    "httpx",
    "importlib.metadata",
    "pydantic",
    "rich",
    "sqlite3",
    "typer",
}
#: Small, and yet each would cost more than the whole answer.
NOT_FOR_THE_TABLE = {"dataclasses", "enum", "json", "pathlib", "re", "tomllib", "typing"}
#: Prints what was imported where the program would have ended.
PRESS_TAB = """
import os, sys
before = set(sys.modules)
def end(code):
    print("imported", code, *(set(sys.modules) - before))
    raise SystemExit
os._exit = end
from contactctl.__main__ import run
run()
"""


def press_tab(env: dict[str, str], *words: str) -> tuple[list[str], set[str]]:
    """Return the candidates for the last word, and the modules imported on the way to them."""
    own = {"_CONTACTCTL_COMPLETE": "bash", "_CONTACTCTL_WORD": words[-1]}
    code = f"import sys; sys.argv = {['contactctl', *words[:-1]]!r}\n{PRESS_TAB}"
    *lines, last = run_python(code, {**env, **own}).splitlines()
    word, exit_code, *modules = last.split()
    assert (word, exit_code) == ("imported", "0")
    return [line.partition("\t")[0] for line in lines[1:]], set(modules)


@pytest.mark.parametrize(
    ("words", "candidate"),
    [(("upd",), "update"), (("update", "--fir"), "--first-name"), (("-o", "j"), "json")],
)
def test_the_table_answers_alone(
    own_folders: dict[str, str], words: tuple[str, ...], candidate: str
) -> None:
    found, modules = press_tab(own_folders, *words)
    assert found == [candidate]
    assert not modules & (HEAVY | NOT_FOR_THE_TABLE)
    assert len(modules) < 10


@pytest.mark.parametrize("flag", ["--profile", "--list", "--prop", "--unset"])
def test_live_names_come_without_the_client(
    own_folders: dict[str, str], tmp_path: Path, flag: str
) -> None:
    (tmp_path / "config").mkdir()
    profile = {"base_url": "https://app.loops.so/api", "key_env": "KEY"}
    book = {"version": 1, "profiles": {"work": profile}}
    (tmp_path / "config" / "profiles.toml").write_text(tomli_w.dumps(book))
    _, modules = press_tab(own_folders, "update", flag, "")
    assert not modules & HEAVY
    assert "contactctl.completion.cached_names" in modules
