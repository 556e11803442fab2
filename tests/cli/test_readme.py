"""The README's blocks, run as they would be pasted: in order, in one shell, from an empty home."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from conftest import PROGRAM

from contactctl.commands.program import load_script

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"(?ms)^(?:<!-- not run by the tests: ([^\n]+) -->\n)?^```(\w+)\n(.*?)^```$")
_LONGEST_S = 300
#: Says of each command that fails outside a condition which one it was, and of the others nothing.
_TELL_FAILURES = "set -o pipefail; trap 'echo \"FAILED: $BASH_COMMAND\" >&2' ERR\n"
_MOST_LEFT_OUT = 6
_LARGEST_PICTURE = 40_000


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and why it is not run, or nothing."""

    language: str
    text: str
    why_not: str | None


BLOCKS = [Block(language, text, why) for why, language, text in _BLOCK.findall(README)]


def blocks(language: str) -> list[str]:
    """Return the texts of the blocks of a language that are to be run."""
    return [block.text for block in BLOCKS if block.language == language and not block.why_not]


def pasted(shell: Sequence[str], text: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the text by a shell whose home and working folder are empty but for earlier runs."""
    return subprocess.run(
        [*shell, "-c", text],
        cwd=home,
        env={
            "HOME": str(home),
            "PATH": f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}",
            "LC_ALL": "C.UTF-8",
            "LOOPS_API_KEY": "of-another-session",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_LONGEST_S,
    )


def test_every_block_runs_as_pasted_in_one_shell(tmp_path: Path) -> None:
    done = pasted(["bash"], _TELL_FAILURES + "\n".join(blocks("sh")), tmp_path)
    (error,) = re.findall("(?m)^(?:FAILED|error):.*", done.stderr)
    assert (done.returncode, error.endswith(" nobody@example.com")) == (0, True)
    assert re.search("(?m)^no such contact: nobody@example.com$", done.stdout)
    made = {path.name for path in tmp_path.iterdir()}
    assert {"people.csv", "plan.jsonl", "undo.jsonl", "plans.sh"} <= made


def test_few_blocks_are_left_out_and_each_says_why() -> None:
    left_out = [block for block in BLOCKS if block.why_not]
    assert all(block.language == "sh" for block in left_out)
    assert 0 < len(left_out) <= _MOST_LEFT_OUT
    assert README.count("not run by the tests") == len(left_out)


def test_no_block_of_commands_has_a_comment() -> None:
    # zsh, as macOS has it, takes a comment that is typed for arguments.
    assert not [text for text in blocks("sh") if re.search(r"(?m)(?:^| )# ", text)]


def test_the_contents_name_every_section() -> None:
    head, _, body = README.partition("\n## ")
    slugs = {
        re.sub(r"[^\w-]", "", heading.lower().replace(" ", "-"))
        for heading in re.findall(r"(?m)^##+ (.+)$", f"## {body}")
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= slugs
    sections = {
        re.sub(r"[^\w-]", "", heading.lower().replace(" ", "-"))
        for heading in re.findall(r"(?m)^## (.+)$", f"## {body}")
    }
    assert sections <= set(re.findall(r"\]\(#([^)]+)\)", head))


def test_the_pictures_are_there_and_small_and_fetch_nothing() -> None:
    links = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert {Path(link) for link in links} == {
        path.relative_to(ROOT) for path in (ROOT / ".github/pictures").iterdir()
    }
    for link in links:
        picture = (ROOT / link).read_bytes()
        assert len(picture) < _LARGEST_PICTURE
        if link.endswith(".png"):  # of a browser
            assert picture.startswith(b"\x89PNG")
            continue
        assert ET.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - our own file
        assert picture.count(b"http") == 1


#: Where the lines put the script, and what a new shell is asked, which names the program's command.
_INSTALLED = {
    "bash": (
        ".local/share/bash-completion/completions/contactctl",
        "source ~/.bashrc; complete -p contactctl",
        "_contactctl",
    ),
    "zsh": (
        ".zsh/completions/_contactctl",
        "source ~/.zshrc; print $_comps[contactctl]",
        "_contactctl",
    ),
    "fish": (
        ".config/fish/completions/contactctl.fish",
        "complete -C 'contactctl upd'",
        "update",
    ),
}


@pytest.mark.parametrize("shell", _INSTALLED)
def test_completion_is_installed_by_its_block(shell: str, tmp_path: Path) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    (block,) = blocks(shell)
    file, question, answer = _INSTALLED[shell]
    installed = pasted([shell], block, tmp_path)
    assert (installed.returncode, installed.stdout, installed.stderr) == (0, "", "")
    assert (tmp_path / file).read_text(encoding="utf-8") == load_script(shell)
    asked = pasted([shell], question, tmp_path)
    assert (asked.returncode, asked.stderr) == (0, "")
    assert answer in asked.stdout
