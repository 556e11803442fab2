"""Markdown for a pull request or a job: addresses masked, and nothing in it interpreted."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from contactctl.errors import MachineError
from contactctl.files import PRIVATE_MODE, reason_of
from contactctl.masking import masked
from contactctl.safe_text import quoted, to_safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~-])")


def to_cell(text: str) -> str:
    """Return foreign text as a cell of a table, masked, with all that Markdown reads escaped."""
    # Masked before anything is escaped: a backslash within an address would hide it.
    plain = masked(to_safe(text)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", plain)


def to_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table of foreign text."""
    lines = [f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    return lines + [f"| {' | '.join(to_cell(cell) for cell in row)} |" for row in rows]


def document(
    lines: Sequence[str],
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    below: Sequence[str] = (),
) -> list[str]:
    """Return foreign text as Markdown: the first line as a heading, a table if there are rows."""
    heading, *others = (to_cell(line.strip()) for line in lines)
    found = [f"### contactctl: {heading}", *(part for one in others for part in ("", one))]
    found += ["", *to_table(columns, rows)] if rows else []
    return found + [part for one in below for part in ("", to_cell(one))]


def append(path: Path, lines: Sequence[str]) -> None:
    """Append lines to a file, a new one for its owner alone; raises :class:`MachineError`."""
    try:
        # Every step of a job appends to one summary.
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags, PRIVATE_MODE)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            # An empty line at the end, or the next text would become a row of the table.
            file.write("\n".join([*lines, "", ""]))
    except OSError as error:
        failure = MachineError(
            f"cannot write the summary to {quoted(str(path))}: {reason_of(error)}",
            hint="check the folder and the free space of the disk",
        )
        failure.is_of_write = False  # what it sums up was told of
        raise failure from error
