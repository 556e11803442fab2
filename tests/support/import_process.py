"""An import in a process of its own, to be killed, stopped and resumed; and its journal."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from forked_program import Forked, forked
from sandbox_http import KEY

from contactctl.exact_json import JsonObject, Number, parse_json
from contactctl.importing.keeping.journal_rows import parse_result_row

if TYPE_CHECKING:
    import signal
    import subprocess
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from forked_program import Streams
    from sandbox_served import Served

    from contactctl.importing.row import Result

    Process = Forked | subprocess.Popen[bytes]
    Start = Callable[[Sequence[str], Mapping[str, str], Streams], Process]

_END_S = 30.0
#: How often to look whether a file has grown, which tells nobody.
_LOOK_S = 0.001
_MOST_ROW_BYTES = 2000


@dataclass
class Importing:
    """A running import, and what it has said so far."""

    process: Process
    folder: Path
    began: float = field(default_factory=time.monotonic)

    @property
    def out(self) -> str:
        return (self.folder / "out").read_text()

    @property
    def err(self) -> str:
        return (self.folder / "err").read_text()

    @property
    def rows(self) -> list[JsonObject]:
        """The rows that it has told of; the last line may have been cut off by a kill."""
        return json_lines(self.out)

    def wait_for_row(self, line: int) -> None:
        """Wait until it has told of the row of that line, and of no other after it; or its end."""
        wanted = f'{{"line":{line},'.encode()
        while self.process.poll() is None and wanted not in _end_of(self.folder / "out"):
            time.sleep(_LOOK_S)

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self.process.kill()
        self.process.wait(_END_S)

    def send(self, signum: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(signum)

    def end(self, most_s: float = _END_S) -> int:
        """Wait until it ends by itself, and return its code, negative for a signal."""
        return self.process.wait(most_s)


@contextmanager
def importing(
    env: Mapping[str, str], folder: Path, *words: str | Path, stdin: Path | None = None
) -> Iterator[Importing]:
    """Run ``contactctl import`` until the block ends, when what is left of it is killed.

    ``stdin`` is a file whose content stands on standard input.
    """
    with calling(env, folder, "import", *words, stdin=stdin) as run:
        yield run


@contextmanager
def calling(
    env: Mapping[str, str],
    folder: Path,
    *words: str | Path,
    stdin: Path | None = None,
    start: Start = forked,
) -> Iterator[Importing]:
    """Run ``contactctl`` with these words as :func:`importing` does."""
    own = Path(tempfile.mkdtemp(dir=folder))
    with (
        (stdin or Path(os.devnull)).open("rb") as given,
        (own / "out").open("wb") as out,
        (own / "err").open("wb") as err,
    ):
        every = {"PATH": os.environ["PATH"], **env}
        process = start([*map(str, words)], every, (given, out, err))
        try:
            yield Importing(process, own)
        finally:
            process.kill()
            process.wait(_END_S)


def _end_of(path: Path) -> bytes:
    """Return the last line of a file."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - _MOST_ROW_BYTES, 0))
        return file.read().rstrip(b"\n").rpartition(b"\n")[2]


def error_of(run: Importing) -> JsonObject:
    """Return the error object that a run ended with."""
    error = json_lines(run.err)[-1]["error"]
    assert isinstance(error, dict)
    return error


def variables(server: Served) -> dict[str, str]:
    """Return the variables that send a process to this server."""
    return {"LOOPS_API_KEY": KEY, "CONTACTCTL_BASE_URL": server.address}


def json_lines(text: str) -> list[JsonObject]:
    """Return the objects of whole lines."""
    found = []
    for line in text.splitlines(keepends=True):
        if line.endswith("\n"):
            value = parse_json(line)
            assert isinstance(value, dict)
            found.append(value)
    return found


def number_of(row: JsonObject) -> int:
    """Return the number of the row of data that a result is of, counted from 1."""
    line = row["line"]
    assert isinstance(line, Number)
    return int(line.text) - 1


def journal_of(state: Path, scratch: Path) -> dict[int, Result]:
    """Return what the newest journal holds, as a reader after a power cut would find it.

    Read from a copy, so that looking repairs nothing.
    """
    found = sorted((state / "imports").glob("*.journal")) if state.exists() else []
    if not found:
        return {}
    copy = Path(tempfile.mkdtemp(dir=scratch)) / found[-1].name
    for suffix in ("", "-journal"):
        part = found[-1].with_name(found[-1].name + suffix)
        if part.exists():
            shutil.copy(part, copy.with_name(copy.name + suffix))
    with closing(sqlite3.connect(copy)) as connection:
        rows = connection.execute("SELECT ordinal, text, mark FROM result").fetchall()
    return {row[0]: parse_result_row(*row) for row in rows}
