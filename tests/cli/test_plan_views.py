"""A plan on a terminal: a table of one screen, what drifted first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from import_cli import imported
from sandbox_cli import saved

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli


def test_at_a_terminal_a_plan_is_a_table_of_a_screen(cli: Cli, tmp_path: Path) -> None:
    file, path = tmp_path / "people.csv", tmp_path / "p.jsonl"
    rows = "".join(f"p{number:02}@example.com,Name\n" for number in range(60))
    file.write_text(f"email,firstName\n{rows}")
    env = {"COLUMNS": "100", "LINES": "30", "TERM": "xterm"}
    words = ("--sandbox", "--plan", str(path))
    done = cli("import", str(file), *words, terminal=True, env=env)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert len(lines) <= 30
    assert "60 to create" in lines[0]
    assert "\x1b[1;32m" in done.out  # creations stand out
    assert "more contacts; -v shows all" in lines[-1]
    all_of_it = cli("apply", str(path), "--sandbox", "--dry-run", "-v", terminal=True, env=env)
    assert "p59@example.com" in all_of_it.out
    assert "more contacts" not in all_of_it.out


def test_on_a_small_screen_what_drifted_comes_first_and_no_contact_is_cut(
    cli: Cli, tmp_path: Path
) -> None:
    file, path = tmp_path / "people.csv", tmp_path / "p.jsonl"
    rows = "".join(f"person{number:02}@example.com,Name,true\n" for number in range(30))
    file.write_text(f"email,firstName,list:Weekly digest\n{rows}")
    assert imported(cli, file, "--plan", str(path)).code == 0
    saved(cli, "-e", "person29@example.com")
    env = {"COLUMNS": "90", "LINES": "24", "TERM": "xterm"}
    done = cli("apply", str(path), "--sandbox", "--dry-run", terminal=True, env=env)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", done.out).splitlines()
    assert len(lines) <= 24 - 3
    assert max(map(len, lines)) <= 90
    (refusal,) = [
        place for place, line in enumerate(lines) if line.startswith("line 31: person29@")
    ]
    assert refusal < next(place for place, line in enumerate(lines) if line.startswith("line  "))
    whole = [line for line in lines if "Weekly digest" in line]
    assert len(whole) == len([line for line in lines if "firstName" in line])
    assert lines[-1].startswith(f"and {30 - len(whole) - 1} more contacts")


def test_every_table_names_a_list_and_shows_its_id(cli: Cli, tmp_path: Path) -> None:
    file, path = tmp_path / "people.csv", tmp_path / "p.jsonl"
    file.write_text("email,list:Weekly digest\nada@example.com,true\n")
    env = {"COLUMNS": "80", "NO_COLOR": "1"}
    for words in (
        ("import", str(file), "--dry-run"),
        ("import", str(file), "--plan", str(path)),
        ("apply", str(path), "--dry-run"),
    ):
        done = cli(*words, "--sandbox", terminal=True, env=env)
        assert done.code == 0, done.err
        assert "list Weekly digest" in done.out, words
        assert "cm16k73gq014h0mmj5b6jdi9r" in done.out, words
