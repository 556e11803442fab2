"""import: consent within objects of JSON, and the lines that bring it to the top of each row."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from import_cli import dump, imported, subscribed

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli, Done

ADA, BOB, CY = "ada@example.com", "bob@example.com", "cy@example.com"


def written(tmp_path: Path, *inner: object, form: str = "jsonl") -> Path:
    """Write a row for each object; the address tells them apart."""
    rows = [{"email": who, "prefs": one} for who, one in zip((ADA, BOB, CY), inner, strict=False)]
    file = tmp_path / f"it's people.{form}"
    text = "".join(f"{json.dumps(row)}\n" for row in rows)
    file.write_text(text if form == "jsonl" else json.dumps({"data": rows}))
    return file


def last_line(done: Done) -> str:
    return done.err.splitlines()[-1]


def through_jq(line: str, folder: Path) -> tuple[str, list[str]]:
    """Run what stands before the program in a pipe; return what it writes, and the flags."""
    before, _, after = line.rpartition(" | contactctl --sandbox import - ")
    done = subprocess.run(
        ["/bin/bash", "-c", before], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout, shlex.split(after)


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
@pytest.mark.parametrize("form", ["jsonl", "json"])
def test_the_line_below_leads_to_one_that_keeps_who_is_out_out(
    cli: Cli, tmp_path: Path, form: str
) -> None:
    inner = ({"unsubscribed": True, "a": {"lang": "de"}}, None, {"unsubscribed": False})
    done = imported(cli, written(tmp_path, *inner, form=form))
    assert (done.code, dump(cli)) == (2, [])
    assert "stops once more to say what it may mean" in done.err
    rows, words = through_jq(last_line(done), tmp_path)
    first = {"email": ADA, "prefs unsubscribed": True, "prefs a lang": "de"}
    assert json.loads(rows.splitlines()[0]) == first
    again = imported(cli, "-", *words, stdin=rows)
    assert "put what writes the rows in the place of COMMAND" in again.err
    command, _, line = last_line(again).partition(" | ")
    assert command == "COMMAND"
    called, *flags = shlex.split(line)
    assert (called, flags[:3]) == ("contactctl", ["--sandbox", "import", "-"])
    assert cli(*flags, stdin=rows).code == 0
    assert subscribed(cli) == {ADA: False, BOB: True, CY: True}


@pytest.mark.parametrize(
    "inner", [{"email": False}, {"list": [{"unsubscribed": True}]}, [{"unsubscribed": True}]]
)
def test_what_would_not_be_seen_at_the_top_of_a_row_is_not_brought_there(
    cli: Cli, tmp_path: Path, inner: object
) -> None:
    """As an unknown column it would be left out, and who opted out with it."""
    done = imported(cli, written(tmp_path, inner))
    assert (done.code, dump(cli)) == (2, [])
    assert "jq -c" not in done.err
    assert "move such a key out" in done.err
