"""How far an undo file is whole, for the run that goes on with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from contactctl.errors import DamagedFileError
from contactctl.exact_json import JsonError
from contactctl.plans.lines import Chain, parse_header
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from pathlib import Path

    from contactctl.plans.lines import Header


class WholePart(NamedTuple):
    """What an undo file holds, each line held against its mark.

    ``size`` is how many bytes of it are whole: a line that was cut off by the end of its writer was
    never followed by its write, and is passed over. ``ended`` tells that its run came to its end.
    """

    header: Header
    chain: Chain
    size: int
    ended: bool


def find_whole_part(path: Path) -> WholePart | None:
    """Read an undo file through, and hold each line against its mark.

    None for one that was cut off before its first line was whole. Raises
    :class:`DamagedFileError` for a file that is not what was written, and ``OSError``.
    """
    with path.open("rb") as file:
        lines = map(_text_of, file)
        first = next(lines, None)
        if first is None:
            return None
        try:
            header = parse_header(first)
        except JsonError as error:
            raise _damaged(path, str(error)) from None
        chain, size, state = Chain(first), len(first.encode()) + 1, "going on"
        for line in lines:
            # What follows a torn line or the end was written by nobody who kept to the order.
            if state != "going on":
                raise _damaged(path, "a line is not what was written")
            state = _accepted(chain, line)
            if line is not None and state != "torn":  # which only the last one may be
                size += len(line.encode()) + 1
    return WholePart(header, chain, size, state == "ended")


def _accepted(chain: Chain, line: str | None) -> str:
    """Say how a file goes on after a line; one that is no text, or has another mark, is torn."""
    if line is None:
        return "torn"
    try:
        return "ended" if chain.accept(line) is None else "going on"
    except JsonError:
        return "torn"


def _text_of(raw: bytes) -> str | None:
    """Return a line that is whole, None for one that is not."""
    try:
        return raw[:-1].decode() if raw.endswith(b"\n") else None
    except UnicodeDecodeError:
        return None


def _damaged(path: Path, why: str) -> DamagedFileError:
    return DamagedFileError(f"the undo file {quoted(str(path))} is damaged: {why}")
