"""Writes the README's pictures anew: the real program on a terminal, against a sandbox of its own.

python tests/support/make_pictures.py
"""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sysconfig
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PICTURES = Path(__file__).parents[2] / ".github/pictures"
_PROGRAM = Path(sysconfig.get_path("scripts")) / "contactctl"
_COLUMNS, _CHUNK, _ROWS = 80, 65536, 60
_ADA = ("update", "ada@example.com")
#: What the bar's picture waits for: about a third of the rows.
_FAR_ENOUGH = re.compile(rb"2\d of 60|2\d/60")
#: Moves of the cursor and the like, which a picture carries out; colours stay in the text.
_CONTROL = re.compile(r"(\r?\n|\r|\x1b\[\d*A|\x1b\[2?K|\x1b\[\?\d+[hl])")
_PLAN = """Email,First name,Plan,Seats
ada@example.com,Ada,enterprise,25
grace@example.com,Grace,free,1
alan@example.com,Alan,pro,5
"""
#: Rich's own, without the fonts that it would fetch from elsewhere.
_FORMAT = """<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg"
xml:space="preserve">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: arial; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def on_a_terminal(words: Sequence[str], folder: Path, until: re.Pattern[bytes] | None) -> str:
    """Return what a command has drawn at its end, or when ``until`` was seen; colours in place."""
    main, side = pty.openpty()
    env = {
        "PATH": os.defpath,
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "CONTACTCTL_PROFILE": "sandbox",
    }
    drawing = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    drawing |= {"COLUMNS": str(_COLUMNS), "LINES": "40"}
    running = subprocess.Popen(
        [_PROGRAM, *words],
        cwd=folder,
        env=env | drawing,
        stdin=side,
        stdout=side,
        stderr=side,
    )
    os.close(side)
    seen = b""
    while not (until and until.search(seen)):
        try:
            seen += os.read(main, _CHUNK)
        except OSError:  # Linux's way to say that nobody writes to it any more
            break
    drawn = "\n".join(screen(seen.decode(errors="ignore")))
    while running.poll() is None:
        try:
            os.read(main, _CHUNK)
        except OSError:
            running.wait()
    os.close(main)
    return drawn.strip("\n")


def screen(text: str) -> list[str]:
    """Return the lines that a terminal would show after that text."""
    lines, row = [""], 0
    for part in _CONTROL.split(text):
        if part.endswith("\n"):
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif part.endswith("A"):
            row = max(row - int(part[2:-1] or 1), 0)
        elif part.endswith("K"):
            lines[row] = ""
        elif part != "\r" and not part.startswith("\x1b[?"):
            lines[row] += part
    return lines


def draw(name: str, calls: Sequence[Sequence[str]], folder: Path) -> None:
    """Run commands one after the other, and save what the terminal showed as a picture."""
    from rich.console import Console
    from rich.text import Text

    parts = []
    for words in calls:
        until = _FAR_ENOUGH if name == "import" else None
        shown = " ".join(f'"{word}"' if " " in word else word for word in words)
        parts.append(f"\x1b[1m$ contactctl {shown}\x1b[0m\n{on_a_terminal(words, folder, until)}")
    console = Console(width=_COLUMNS, record=True, file=open(os.devnull, "w"))  # noqa: PTH123, SIM115 - written to by nobody
    console.print(Text.from_ansi("\n\n".join(parts)))
    svg = console.export_svg(title="contactctl", code_format=_FORMAT, unique_id=name)
    (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8")


def main() -> None:
    """Write all of them."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "people.csv").write_text(_PLAN)
        rows = (f"person{number}@example.com,pro\n" for number in range(_ROWS))
        (folder / "audience.csv").write_text("Email,Plan\n" + "".join(rows))
        first = (*_ADA, "--first-name", "Ada", "--prop", "plan=free")
        draw("update", [first, (*_ADA, "--prop", "plan=pro", "--prop", "seats=12")], folder)
        draw("dry-run", [(*_ADA, "--prop", "seats=20", "--dry-run")], folder)
        draw("import", [("import", "audience.csv")], folder)
        draw("plan", [("import", "people.csv", "--plan", "plan.jsonl")], folder)


if __name__ == "__main__":
    main()
