"""Plan and undo files on disk: written whole, and read only when every line is proved."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import IO, TYPE_CHECKING

from contactctl.errors import GuardError, MachineError, UsageError
from contactctl.exact_json import JsonError, JsonObject, parse_json, to_json
from contactctl.files import PRIVATE_MODE, reason_of, sync_folder
from contactctl.importing.reading.decoding import MAX_RECORD_CHARS, reading
from contactctl.importing.reading.snapshot import Snapshot
from contactctl.importing.row import Row
from contactctl.plans.lines import (
    Chain,
    Header,
    Planned,
    parse_header,
    parse_planned,
    to_header_line,
)
from contactctl.replacing import take_place
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_BLOCK_BYTES = 2**16
_WAY_OUT = "nothing was written; use a copy that nobody edited, or make a new plan"


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan or an undo file whose every line was proved; ``digest`` tells it from others.

    ``count`` is how many contacts it has, ``size`` how many bytes there are up to the end of the
    last one.
    """

    snapshot: Snapshot
    name: str
    header: Header
    digest: str
    count: int
    size: int

    @property
    def path(self) -> Path:
        """Return where it lies."""
        return self.snapshot.path

    def rows(self) -> Iterator[Row]:
        """Yield every contact's line in the file's order; ``line`` is that of the file.

        Raises as :meth:`Snapshot.check` where the file is no longer what was opened.
        """
        with reading(self.name), self.snapshot.open() as file:
            file.readline()
            for ordinal in range(1, self.count + 1):
                yield _row(ordinal, ordinal + 1, file.readline())

    def rows_backwards(self) -> Iterator[Row]:
        """Yield every contact's line, the last one first, so that the latest change ends first."""
        with reading(self.name), self.path.open("rb") as file:
            lines = islice(_backwards(file, self.size, self.snapshot.check), self.count)
            for ordinal, data in enumerate(lines, start=1):
                yield _row(ordinal, self.count + 2 - ordinal, data)

    def check_unchanged(self) -> None:
        """Raise as :meth:`Snapshot.check` does when the file is no longer what was opened."""
        with reading(self.name):
            self.snapshot.check()


def planned_of(row: Row) -> Planned:
    """Return what a row of :meth:`PlanFile.rows` says."""
    return parse_planned(row.values)


def open_plan_file(path: Path, name: str) -> PlanFile:
    """Read a file from its first line to its last, and prove each.

    Raises :class:`GuardError` for one that was edited or cut, :class:`UsageError` for what is no
    plan or cannot be read, :class:`MachineError` where the machine cannot read it.
    """
    with reading(name):
        snapshot = Snapshot(path, name)
        with snapshot.open() as file:
            found = _proved(snapshot, name, file)
    # From here on, a change has happened to a file that was proved.
    snapshot.rows = found.count
    return found


class PlanWriter:
    """Takes the lines of a plan, kept aside until it is known what the header must say."""

    def __init__(self, aside: IO[bytes]) -> None:
        self._aside = aside
        self.count = 0

    def add(self, item: Planned) -> None:
        """Take one contact's line."""
        self._aside.write(to_json(item.to_json_object()).encode() + b"\n")
        self.count += 1

    def lines(self, header: Header) -> Iterator[str]:
        """Yield the whole file, line by line."""
        first = to_header_line(header)
        chain = Chain(first)
        yield first
        self._aside.seek(0)
        for text in self._aside:
            yield chain.marked(text.decode().rstrip("\n"))
        yield chain.ended()


@contextmanager
def written_whole(path: Path) -> Iterator[tuple[PlanWriter, Callable[[Header], None]]]:
    """Give a writer, and what makes the file of it: all of it or nothing, for its owner alone.

    Raises :class:`UsageError` for what is there and is no file, :class:`MachineError` where a file
    cannot be written; then none is left.
    """
    if path.exists() and not path.is_file():
        raise UsageError(f"{quoted(str(path))} is not a file", hint="name a file for the plan")
    try:
        # Beside the plan: addresses lie on no other disk, and a full one is noticed early.
        with tempfile.TemporaryFile(dir=path.parent) as aside:
            writer = PlanWriter(aside)
            yield writer, lambda header: _save(path, writer.lines(header))
    except BrokenPipeError:
        raise  # of what is printed meanwhile, to a reader that has seen enough
    except OSError as error:
        raise MachineError(
            f"cannot write {quoted(str(path))}: {reason_of(error)}",
            hint="check the folder and the free space of the disk",
        ) from error


def _save(path: Path, lines: Iterator[str]) -> None:
    """Write lines to a new file that takes the other's place when all of it is on the disk."""
    new = path.with_name(f".{path.name}.{os.urandom(6).hex()}.new")
    try:
        descriptor = os.open(new, _FLAGS, PRIVATE_MODE)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines)
            # On disk before it takes the name: a power cut would leave an empty plan there.
            file.flush()
            os.fsync(descriptor)
        take_place(new, path)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise
    sync_folder(path.absolute().parent, os)


def _proved(snapshot: Snapshot, name: str, file: IO[bytes]) -> PlanFile:
    lines = _Lines(file)
    first = lines.take() or ""
    try:
        header = parse_header(first)
    except JsonError as error:
        raise _no_plan(name, str(error) if first else "") from None
    chain = Chain(first)
    while True:
        size = lines.offset
        line = lines.take()
        is_end = line == chain.ended()
        if line is None or is_end or not _accepted(chain, line):
            break
    if not is_end:
        _check_torn(header, name, file, chain, line)
    elif file.read(1):
        raise _damaged(name, f"something follows its end, after line {chain.count + 2}")
    return PlanFile(snapshot, name, header, chain.digest, chain.count, size)


def _no_plan(name: str, why: str) -> UsageError:
    if why:
        return UsageError(
            f"{quoted(name)} is not a plan: {why}",
            hint="`contactctl import FILE --plan PLAN` makes one",
        )
    return UsageError(
        f"{quoted(name)} is empty",
        hint="as an undo file, it belongs to a command that was stopped before it changed anything",
    )


def _accepted(chain: Chain, line: str) -> bool:
    """Tell whether a line is the next one, and what it should be."""
    count = chain.count
    try:
        text = chain.accept(line)
        parse_planned(parse_json(text or ""))
    except JsonError:
        return False
    return chain.count > count


def _check_torn(header: Header, name: str, file: IO[bytes], chain: Chain, line: str | None) -> None:
    """Pass over the one line that a killed writer of an undo file left half written."""
    number = chain.count + 2
    # A plan takes its name when it is whole, an undo file grows line by line.
    if header.kind == "undo" and not file.read(1):
        return
    if line is None:
        raise _damaged(name, f"it was cut off after line {number - 1}")
    raise _damaged(name, f"line {number} is not what was written there")


def _damaged(name: str, what: str) -> GuardError:
    return GuardError(f"{quoted(name)} is not as it was written: {what}", hint=_WAY_OUT)


class _Lines:
    """Takes a file line by line; ``offset`` is where the next one begins, in bytes."""

    def __init__(self, file: IO[bytes]) -> None:
        self.offset = 0
        self._file = file

    def take(self) -> str | None:
        """Return the next line without its end; None for the end of the file."""
        data = self._file.readline(MAX_RECORD_CHARS)
        self.offset += len(data)
        return data.decode("utf-8", "replace").rstrip("\r\n") if data else None


def _backwards(file: IO[bytes], end: int, check: Callable[[], None]) -> Iterator[bytes]:
    """Yield the lines before a place, the last one first, each without its end.

    ``check`` is called before anything that was read is given.
    """
    rest = b""
    while end:
        start = max(end - _BLOCK_BYTES, 0)
        file.seek(start)
        rest = file.read(end - start) + rest
        check()  # a snapshot proves its bytes in their order; a jump has to ask each time
        end = start
        rest, *lines = rest.split(b"\n")
        yield from filter(None, reversed(lines))
    yield rest


def _row(ordinal: int, line: int, data: bytes) -> Row:
    values = parse_json(data.rstrip(b"\r\n"))
    found: JsonObject = dict(values) if isinstance(values, dict) else {}
    found.pop("mark", None)
    return Row(ordinal, line, values=found)
