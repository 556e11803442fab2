"""The page that the wheel brings for man(1)."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from make_man_page import PAGE, make_page

#: Each with what it is asked for: to say what is wrong with a page, and nothing else.
LINTERS = (("groff", "-man", "-Tutf8", "-ww", "-z"), ("mandoc", "-Tlint", "-Werror"))


def test_the_page_is_that_of_the_commands() -> None:
    """Of changed commands or words, write it anew: python tests/support/make_man_page.py."""
    assert PAGE.read_text(encoding="ascii") == make_page()


@pytest.mark.parametrize("linter", LINTERS, ids=lambda words: words[0])
def test_the_page_is_in_order(linter: tuple[str, ...]) -> None:
    if not shutil.which(linter[0]):
        pytest.skip(f"{linter[0]} is not installed")
    done = subprocess.run([*linter, PAGE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_reader_can_paste_what_it_shows() -> None:
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("groff is not installed")
    shown = subprocess.run(
        [groff, "-man", "-Tutf8", "-P-c", "-P-b", "-P-u", PAGE],
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    lines = {" ".join(line.split()) for line in shown.splitlines()}
    assert "contactctl import people.csv --dry-run" in lines
    assert "-d, --data JSON|@FILE|-" in lines
    assert any(
        "jq -c '{email, plan}' row.json | contactctl update --data -" in line for line in lines
    )
