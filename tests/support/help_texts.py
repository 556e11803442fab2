"""The help of every command, asked for in one process that is not this one."""

from __future__ import annotations

import json
from functools import cache

from conftest import Done, run_python

from contactctl.menu import COMMANDS, Branch, Leaf

_ASK_EACH = """
import contextlib, io, json
from contactctl.cli import main
found = []
for line in {lines!r}:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        with contextlib.redirect_stderr(io.StringIO()) as err:
            found.append((main([*line.split(), "--help"]), out.getvalue(), err.getvalue()))
print(json.dumps(found))
"""


def command_lines(node: Branch | Leaf = COMMANDS, above: str = "") -> list[str]:
    """Return every command and group with the words above it, the program itself being empty."""
    found = [above]
    if isinstance(node, Branch):
        for name, child in node.children.items():
            found += command_lines(child, f"{above} {name}".strip())
    return found


@cache
def help_texts(columns: int = 80) -> dict[str, Done]:
    """Return what ``--help`` answers off a terminal, by command.

    Whether Rich draws it is settled once in a process: in that of the tests, by whoever is first.
    """
    lines = command_lines()
    answers = json.loads(run_python(_ASK_EACH.format(lines=lines), {"COLUMNS": str(columns)}))
    return {line: Done(*answer) for line, answer in zip(lines, answers, strict=True)}
